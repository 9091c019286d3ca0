/** Loads the user's esbuild plugins. Plain JavaScript: runs in the bundling process. */
'use strict';

const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { importsOf } = require('./graph.js');

/**
 * @param {typeof import('esbuild')} esbuild
 * @param {import('./job.js').Pass} pass
 * @returns {Promise<{ error?: string, plugins: import('esbuild').Plugin[], inputs: import('./job.js').ChunkResult['inputs'], watched(root: string): Record<string, string[]> }>}
 */
async function loadPlugins(esbuild, pass) {
  /** @type {Map<string, string[]>} */
  const watched = new Map();
  const none = { plugins: [], inputs: {}, watched: () => ({}) };
  if (!pass.plugins) return none;
  try {
    const loaded = await import(pathToFileURL(pass.plugins).href);
    // A CommonJS module's exports are the default export of what import() gives; compiled ES modules nest one more.
    let value = loaded.default?.__esModule ? loaded.default.default : loaded.default;
    if (typeof value === 'function') value = await value();
    if (!Array.isArray(value) || value.some((plugin) => typeof plugin?.setup !== 'function')) {
      return { ...none, error: `the plugin module '${pass.plugins}' has no array of esbuild plugins as its default export` };
    }
    return {
      plugins: value.map((plugin) => watching(plugin, watched)),
      inputs: await inputsOf(esbuild, pass.plugins, pass.root),
      watched: (root) =>
        Object.fromEntries(
          [...watched].map(([input, files]) => [path.isAbsolute(input) ? slashed(path.relative(root, input)) : input, files]),
        ),
    };
  } catch (error) {
    return {
      ...none,
      error: `the plugin module '${pass.plugins}' cannot be loaded: ${error instanceof Error ? error.message : error}`,
    };
  }
}

/**
 * Notes the files a plugin says it watches, so that the cache knows them.
 * @param {import('esbuild').Plugin} plugin
 * @param {Map<string, string[]>} watched
 * @returns {import('esbuild').Plugin}
 */
function watching(plugin, watched) {
  const nameOf = (/** @type {string} */ namespace, /** @type {string} */ file) =>
    namespace === 'file' ? file : `${namespace}:${file}`;
  /** @param {string} input @param {import('esbuild').OnLoadResult | import('esbuild').OnResolveResult | null | undefined} result */
  const note = (input, result) => {
    const files = [...(result?.watchFiles ?? []), ...(result?.watchDirs ?? [])];
    if (files.length > 0) watched.set(input, [...(watched.get(input) ?? []), ...files]);
  };
  return {
    name: plugin.name,
    setup: (build) =>
      plugin.setup({
        ...build,
        onResolve: (options, callback) =>
          build.onResolve(options, async (args) => {
            const result = await caught(() => callback(args));
            if (args.importer) note(nameOf(args.namespace, args.importer), result);
            return result;
          }),
        onLoad: (options, callback) =>
          build.onLoad(options, async (args) => {
            const result = await caught(() => callback(args));
            note(nameOf(args.namespace, args.path), result);
            return result;
          }),
      }),
  };
}

/**
 * What is thrown becomes an error that esbuild knows the import of; otherwise it would show its own stack.
 * @template T
 * @param {() => T | Promise<T>} run
 * @returns {Promise<T | { errors: import('esbuild').PartialMessage[] }>}
 */
async function caught(run) {
  try {
    return await run();
  } catch (error) {
    return { errors: [{ text: error instanceof Error ? error.message : String(error) }] };
  }
}

/**
 * The plugin module and what it imports: when one of these files changes, or the version of a package, everything is built again.
 * @param {typeof import('esbuild')} esbuild
 * @param {string} file
 * @param {string} root
 */
async function inputsOf(esbuild, file, root) {
  const { metafile } = await esbuild.build({
    entryPoints: [file],
    absWorkingDir: root,
    bundle: true,
    write: false,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    metafile: true,
    logLevel: 'silent',
    outdir: 'out',
  });
  return importsOf(metafile);
}

const slashed = (/** @type {string} */ name) => name.replaceAll('\\', '/');

module.exports = { loadPlugins };
