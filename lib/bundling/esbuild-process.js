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
const { chunks } = require('./chunks.js');
const { finishEntry } = require('./finish-entry.js');
const { loadPlugins } = require('./plugins.js');

const NAMESPACE = 'faasten';
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

/** @param {unknown} error @returns {Promise<string>} */
async function formatted(error) {
  const messages = /** @type {{ errors?: import('esbuild').Message[] }} */ (error).errors;
  if (!messages?.length) return error instanceof Error ? error.message : String(error);
  const texts = await esbuild.formatMessages(messages, { kind: 'error', color: false, terminalWidth: 120 });
  return texts.join('').trimEnd();
}

/** @param {unknown} error @param {EntryJob} entry */
function lacksDefaultExport(error, entry) {
  const messages = /** @type {{ errors?: import('esbuild').Message[] }} */ (error).errors ?? [];
  return messages.some(
    ({ text, location }) =>
      location?.file === `${NAMESPACE}:${entry.label}` && /No matching export in .* for import "default"/.test(text),
  );
}

/**
 * Builds entries together, or, when that fails, one by one, so that each failure has its owner and the others get built.
 * @param {Pass} pass
 * @param {readonly EntryJob[]} entries
 * @param {import('esbuild').Plugin[]} plugins
 * @returns {Promise<{ results: Built[], failed: EntryFailure[] }>}
 */
async function buildOrBlame(pass, entries, plugins) {
  try {
    return { results: [{ result: await build(pass, entries, plugins), entries }], failed: [] };
  } catch (error) {
    if (entries.length > 1) {
      const half = entries.length >> 1;
      const parts = [];
      for (const part of [entries.slice(0, half), entries.slice(half)]) parts.push(await buildOrBlame(pass, part, plugins));
      return { results: parts.flatMap((part) => part.results), failed: parts.flatMap((part) => part.failed) };
    }
    const [entry] = entries;
    const kind = lacksDefaultExport(error, entry) ? 'no-default-export' : 'esbuild';
    return { results: [], failed: [{ id: entry.id, kind, text: await formatted(error) }] };
  }
}

/** @param {Pass} pass @param {number} index */
async function runPass(pass, index) {
  const loaded = await loadPlugins(esbuild, pass);
  if (loaded.error !== undefined) {
    const failed = pass.entries.map(({ id }) => ({ id, kind: 'plugins', text: loaded.error }));
    write({ pass: index, built: [], failed, inputs: {}, watched: {}, pluginInputs: [], warnings: [] });
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
    const { inputs, outputs } = result.metafile;
    const built = [];
    for (const entry of entries) {
      built.push(finishEntry(pass, entry, outputs));
      await new Promise(setImmediate); // lets the next run's messages through
    }
    const texts = await esbuild.formatMessages(result.warnings, { kind: 'warning', color: false, terminalWidth: 120 });
    const warnings = result.warnings.map((warning, at) => ({ file: warning.location?.file, text: texts[at].trimEnd() }));
    write({ ...common, built, failed: [], inputs: graphOf(inputs), warnings });
  }
}

/** @param {import('esbuild').Metafile['inputs']} inputs */
function graphOf(inputs) {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { imports }]) => [
      name,
      imports.filter((item) => item.path !== '<runtime>').map(({ path, original, external }) => ({ path, original, external })),
    ]),
  );
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
