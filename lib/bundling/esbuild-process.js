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
const { blame, importsOf, recording } = require('./graph.js');
const { chunks } = require('./chunks.js');
const { esbuildOptions, failure, formatted, NAMESPACE } = require('./esbuild-options.js');
const { finishEntry } = require('./finish-entry.js');
const { loadPlugins } = require('./plugins.js');

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
  return esbuild.build(esbuildOptions(pass, entries, plugins));
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
    for (const [index, errors] of blamed.entries())
      if (errors.length > 0) failed.push(await failure(esbuild, entries[index], errors));
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
    const texts = await formatted(esbuild, result.warnings, 'warning');
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
