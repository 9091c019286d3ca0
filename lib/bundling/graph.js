/** Who imports whom, and so which functions the errors of a failed run belong to. Plain JavaScript: runs in the bundling process. */
'use strict';

const path = require('node:path');

/**
 * Module graph of a run that succeeded: input to what it imports.
 * @param {import('esbuild').Metafile} metafile
 * @returns {import('./job.js').ChunkResult['inputs']}
 */
function importsOf({ inputs }) {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { imports }]) => [
      name,
      imports
        .filter((item) => item.path !== '<runtime>')
        .map(({ path: to, original, external }) => ({ path: to, original, external })),
    ]),
  );
}

/**
 * A plugin that writes down the module graph, which esbuild does not tell when a run fails.
 * @param {string} root
 * @param {Map<string, Set<string>>} graph module to what it imports, named as in esbuild's messages
 * @returns {import('esbuild').Plugin}
 */
function recording(root, graph) {
  const nameOf = (/** @type {string} */ namespace, /** @type {string} */ file) =>
    namespace === 'file' ? path.relative(root, file).replaceAll('\\', '/') : `${namespace}:${file}`;
  return {
    name: 'faasten-graph',
    setup(build) {
      /** Imports that are being resolved: esbuild asks this plugin again for each. */
      const asked = new Set();
      build.onResolve(
        { filter: /.*/ },
        async ({ path: specifier, importer, namespace, resolveDir, kind, pluginData, with: attributes }) => {
          if (kind === 'entry-point') return undefined;
          const key = JSON.stringify([specifier, importer, namespace, kind]);
          if (asked.has(key)) return undefined;
          asked.add(key);
          const found = await build.resolve(specifier, { importer, namespace, resolveDir, kind, pluginData, with: attributes });
          const from = nameOf(namespace, importer);
          const known = graph.get(from) ?? new Set();
          graph.set(from, known.add(nameOf(found.namespace || 'file', found.path)));
          return undefined;
        },
      );
    },
  };
}

/**
 * The errors of each entry: those in files that it reaches. An error without a place, or in a file that nobody seems to reach,
 * is everybody's.
 * @param {readonly import('esbuild').Message[]} errors
 * @param {readonly string[]} entries
 * @param {ReadonlyMap<string, ReadonlySet<string>>} graph
 * @returns {import('esbuild').Message[][]}
 */
function blame(errors, entries, graph) {
  const reached = entries.map((entry) => reachedFrom(entry, graph));
  const owned = errors.map(({ location }) => location !== null && reached.some((files) => files.has(location.file)));
  return reached.map((files) => errors.filter(({ location }, index) => !owned[index] || files.has(location?.file ?? '')));
}

/** @param {string} entry @param {ReadonlyMap<string, ReadonlySet<string>>} graph */
function reachedFrom(entry, graph) {
  const reached = new Set([entry]);
  for (const file of reached) for (const next of graph.get(file) ?? []) reached.add(next);
  return reached;
}

module.exports = { blame, importsOf, recording };
