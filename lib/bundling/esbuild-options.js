/** How esbuild is called, and how its messages read: in the bundling process, and where a function is built again and again. */
'use strict';

const path = require('node:path');

/** @typedef {import('./job.js').EntryJob} EntryJob */

const NAMESPACE = 'faasten';

/**
 * @param {Omit<import('./job.js').Pass, 'entries'>} pass
 * @param {readonly EntryJob[]} entries
 * @param {import('esbuild').Plugin[]} plugins
 * @returns {import('esbuild').BuildOptions & { metafile: true }}
 */
function esbuildOptions(pass, entries, plugins) {
  const byId = new Map(entries.map((entry) => [String(entry.id), entry]));
  const byLabel = new Map(entries.map((entry) => [entry.label, entry]));
  return {
    ...pass.esbuild,
    external: [...pass.esbuild.external],
    conditions: pass.esbuild.conditions && [...pass.esbuild.conditions],
    mainFields: pass.esbuild.mainFields && [...pass.esbuild.mainFields],
    // CommonJS modules know these two; an ES module has them under another name. Only unbound uses are replaced.
    define: { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename', ...pass.esbuild.define },
    // Without it, paths of files that the output refers to would start at the output's parent folder.
    publicPath: './',
    absWorkingDir: pass.root,
    bundle: true,
    format: 'esm',
    platform: 'node',
    charset: 'utf8',
    sourcemap: pass.sourceMap ? 'external' : false,
    footer: pass.sourceMap ? { js: `//# sourceMappingURL=${pass.outfile}.map` } : undefined,
    metafile: true,
    logLevel: 'silent',
    logLimit: 0,
    outdir: pass.outdir,
    outExtension: { '.js': path.extname(pass.outfile) },
    entryPoints: Object.fromEntries(
      entries.map((entry) => [
        `${entry.id}/${path.basename(pass.outfile, path.extname(pass.outfile))}`,
        `faasten-entry:${entry.id}`,
      ]),
    ),
    assetNames: '[name]-[hash]',
    plugins: [
      {
        name: 'faasten-entry',
        setup(context) {
          context.onResolve({ filter: /^faasten-entry:\d+$/ }, ({ path: name }) => ({
            path: /** @type {EntryJob} */ (byId.get(name.slice('faasten-entry:'.length))).label,
            namespace: NAMESPACE,
          }));
          context.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path: label }) => {
            const entry = /** @type {EntryJob} */ (byLabel.get(label));
            return { contents: entry.source, loader: 'js', resolveDir: path.dirname(entry.handlerFile) };
          });
        },
      },
      ...plugins,
    ],
  };
}

/** @param {typeof import('esbuild')} esbuild @param {import('esbuild').Message[]} messages @param {'error' | 'warning'} kind */
async function formatted(esbuild, messages, kind) {
  const texts = await esbuild.formatMessages(messages, { kind, color: false, terminalWidth: 120 });
  return texts.map((text) => text.trimEnd());
}

/**
 * @param {typeof import('esbuild')} esbuild
 * @param {EntryJob} entry
 * @param {import('esbuild').Message[]} errors
 * @returns {Promise<import('./job.js').EntryFailure>}
 */
async function failure(esbuild, { id, label }, errors) {
  const missing = errors.every(
    ({ text, location }) =>
      location?.file === `${NAMESPACE}:${label}` && /No matching export in .* for import "default"/.test(text),
  );
  const words = await formatted(esbuild, errors, 'error');
  const text = words.join('\n\n').replaceAll(`${NAMESPACE}:${label}:`, 'the entry of the function:');
  return { id, kind: missing ? 'no-default-export' : 'esbuild', text };
}

module.exports = { esbuildOptions, failure, formatted, NAMESPACE };
