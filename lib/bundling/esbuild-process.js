/**
 * The process that runs esbuild. A process of its own because synthesis is synchronous while esbuild's plugins are not. Reads a
 * job from stdin, writes each chunk's result as a line of the results file. Plain JavaScript: node runs it as it is, also when
 * the rest of the library runs from TypeScript sources.
 *
 * @typedef {import('./job.js').Job} Job
 * @typedef {import('./job.js').Pass} Pass
 * @typedef {import('./job.js').EntryJob} EntryJob
 * @typedef {import('./job.js').EntryResult} EntryResult
 * @typedef {import('./job.js').EntryFailure} EntryFailure
 * @typedef {{ result: import('esbuild').BuildResult<{ metafile: true }>, entries: readonly EntryJob[] }} Built
 */
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { blame, importsOf, recording } = require('./graph.js');
const { chunks } = require('./chunks.js');
const { finishEntry } = require('./finish-entry.js');
const { loadPlugins } = require('./plugins.js');

const NAMESPACE = 'faasten';
/** When esbuild itself could not run, or crashed. */
const SERVICE_ENDED = /The service (was stopped|is no longer running)/;
const SILENT_MS = 1000;
const PROGRESS_MS = 200;

/** @type {Job} */
const job = JSON.parse(fs.readFileSync(0, 'utf8'));
/** @type {typeof import('esbuild')} */
const esbuild = require(job.esbuild);

const total = job.passes.reduce((sum, pass) => sum + pass.entries.length, 0);
let finished = 0;
let shown = false;

function startProgress() {
  const started = Date.now();
  const timer = setInterval(() => {
    if (Date.now() - started < SILENT_MS) return;
    shown = true;
    process.stderr.write(`\rfaasten: bundled ${finished} of ${total} functions`);
  }, PROGRESS_MS);
  return () => {
    clearInterval(timer);
    if (shown) process.stderr.write('\r\u001b[K');
  };
}

/**
 * @param {Pass} pass
 * @param {readonly EntryJob[]} entries
 * @param {import('esbuild').Plugin[]} plugins
 */
function build(pass, entries, plugins) {
  const byId = new Map(entries.map((entry) => [String(entry.id), entry]));
  const byLabel = new Map(entries.map((entry) => [entry.label, entry]));
  return esbuild.build({
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
  });
}

/** @param {import('esbuild').Message[]} messages @param {'error' | 'warning'} kind */
async function formatted(messages, kind) {
  const texts = await esbuild.formatMessages(messages, { kind, color: false, terminalWidth: 120 });
  return texts.map((text) => text.trimEnd());
}

/** @param {EntryJob} entry @param {import('esbuild').Message[]} errors @returns {Promise<EntryFailure>} */
async function failure({ id, label }, errors) {
  const missing = errors.every(
    ({ text, location }) =>
      location?.file === `${NAMESPACE}:${label}` && /No matching export in .* for import "default"/.test(text),
  );
  const text = (await formatted(errors, 'error')).join('\n\n').replaceAll(`${NAMESPACE}:${label}:`, 'the entry of the function:');
  return { id, kind: missing ? 'no-default-export' : 'esbuild', text };
}

/**
 * Builds entries together. When that fails, finds out which entries each error belongs to, and builds the others.
 * @param {Pass} pass
 * @param {readonly EntryJob[]} entries
 * @param {import('esbuild').Plugin[]} plugins
 * @returns {Promise<{ results: Built[], failed: EntryFailure[] }>}
 */
async function buildOrBlame(pass, entries, plugins) {
  try {
    return { results: [{ result: await build(pass, entries, plugins), entries }], failed: [] };
  } catch (error) {
    if (!hasMessages(error)) {
      if (SERVICE_ENDED.test(String(error))) throw error;
      // Options that esbuild's JavaScript part refuses.
      const text = error instanceof Error ? error.message : String(error);
      return { results: [], failed: entries.map(({ id }) => ({ id, kind: 'esbuild', text })) };
    }
    /** @type {Map<string, Set<string>>} */
    const graph = new Map();
    if (entries.length > 1) await build(pass, entries, [recording(pass.root, graph), ...plugins]).catch(() => {});
    const blamed = blame(
      error.errors,
      entries.map(({ label }) => `${NAMESPACE}:${label}`),
      graph,
    );
    const failed = [];
    for (const [index, errors] of blamed.entries()) if (errors.length > 0) failed.push(await failure(entries[index], errors));
    const rest = entries.filter((_, index) => blamed[index].length === 0);
    if (rest.length === 0) return { results: [], failed };
    const others = await buildOrBlame(pass, rest, plugins);
    return { results: others.results, failed: [...failed, ...others.failed] };
  }
}

/** @param {unknown} error @returns {error is { errors: import('esbuild').Message[] }} */
const hasMessages = (error) => Array.isArray(/** @type {any} */ (error)?.errors) && /** @type {any} */ (error).errors.length > 0;

/** @param {Pass} pass @param {number} index */
async function runPass(pass, index) {
  const loaded = await loadPlugins(esbuild, pass);
  if (loaded.error !== undefined) {
    const failed = pass.entries.map(({ id }) => ({ id, kind: 'plugins', text: loaded.error }));
    write({ pass: index, built: [], failed, inputs: {}, watched: {}, pluginInputs: {}, warnings: [] });
    return;
  }
  const runs = chunks(pass.entries);
  // The files of one run are finished while esbuild works on the next one.
  let finishing = Promise.resolve();
  for (let run = runs.next(0); !run.done; ) {
    const entries = run.value;
    const { results, failed } = await buildOrBlame(pass, entries, loaded.plugins);
    await finishing;
    finishing = record(pass, index, results, failed, loaded);
    finishing.catch(() => {}); // awaited below; until then not "unhandled"
    finished += entries.length;
    run = runs.next(sumOfOutputs(results));
  }
  await finishing;
}

/** @param {Built[]} results */
function sumOfOutputs(results) {
  let bytes = 0;
  for (const { result } of results) for (const output of Object.values(result.metafile.outputs)) bytes += output.bytes;
  return bytes;
}

/**
 * @param {Pass} pass
 * @param {number} index
 * @param {Built[]} results
 * @param {EntryFailure[]} failed
 * @param {Awaited<ReturnType<typeof loadPlugins>>} loaded
 */
async function record(pass, index, results, failed, loaded) {
  const common = { pass: index, watched: loaded.watched(pass.root), pluginInputs: loaded.inputs };
  if (failed.length > 0) write({ ...common, built: [], failed, inputs: {}, warnings: [] });
  for (const { result, entries } of results) {
    const { outputs } = result.metafile;
    const built = [];
    for (const entry of entries) {
      built.push(finishEntry(pass, entry, outputs));
      await new Promise(setImmediate); // lets the next run's messages through
    }
    const texts = await formatted(result.warnings, 'warning');
    const warnings = result.warnings.map((warning, at) => ({ file: warning.location?.file, text: texts[at] }));
    write({ ...common, built, failed: [], inputs: importsOf(result.metafile), warnings });
  }
}

/** @param {import('./job.js').ChunkResult} result */
function write(result) {
  fs.appendFileSync(job.results, `${JSON.stringify(result)}\n`);
}

async function main() {
  const stopProgress = job.progress ? startProgress() : () => {};
  try {
    for (const [index, pass] of job.passes.entries()) await runPass(pass, index);
  } finally {
    stopProgress();
    await esbuild.stop();
  }
}

main().then(
  () => process.exit(0),
  (error) => {
    process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    process.exit(1);
  },
);
