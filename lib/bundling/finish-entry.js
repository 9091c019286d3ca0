/**
 * Turns what esbuild wrote for one function into the files of an artifact. Plain JavaScript: runs in the bundling process.
 */
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { createHash } = require('node:crypto');
const { hasPaths, labelOf, needsRequire, relabel, REQUIRE_HEADER } = require('./normalise.js');
const { rewriteMap } = require('./source-map.js');

const sha256 = (/** @type {Buffer} */ data) => createHash('sha256').update(data).digest('hex');

/**
 * @param {import('./job.js').Pass} pass
 * @param {import('./job.js').EntryJob} entry
 * @param {import('esbuild').Metafile['outputs']} outputs
 * @returns {import('./job.js').EntryResult}
 */
function finishEntry(pass, entry, outputs) {
  const directory = path.join(pass.outdir, String(entry.id));
  const file = path.join(directory, pass.outfile);
  const output = outputs[path.relative(pass.root, file).replaceAll('\\', '/')];
  if (!output) throw new Error(`esbuild made no output for ${entry.label}`);
  const weights = Object.fromEntries(Object.entries(output.inputs).map(([name, { bytesInOutput }]) => [name, bytesInOutput]));
  const files = [];
  const add = (/** @type {string} */ name, /** @type {Buffer} */ data, hashed = true) =>
    files.push({ name, bytes: data.length, hash: sha256(data), hashed });

  const labels = new Map(
    Object.keys(output.inputs)
      .map((name) => /** @type {[string, string]} */ ([name, stableName(pass.root, name)]))
      .filter(([name, label]) => name !== label),
  );
  const made = fs.readFileSync(file);
  const header = needsRequire(made) && !/\brequire\s*=/.test(pass.esbuild.banner?.js ?? '') ? REQUIRE_HEADER : '';
  const { code, shifts } = hasPaths(made) ? relabel(made.toString('utf8'), labels) : { code: made, shifts: [] };
  const final = header || shifts.length > 0 ? Buffer.concat([Buffer.from(header), Buffer.from(code)]) : made;
  if (final !== made) fs.writeFileSync(file, final);
  add(pass.outfile, final);

  if (pass.sourceMap) {
    const rename = (/** @type {string} */ source) => sourceName(pass, directory, source);
    const map = rewriteMap(fs.readFileSync(`${file}.map`), rename, header ? 1 : 0, shifts);
    fs.writeFileSync(`${file}.map`, map);
    add(`${pass.outfile}.map`, map, false);
  }

  // Files that the code refers to lie in the common output folder under a name with their content's hash.
  for (const { path: name, external } of output.imports) {
    if (external || !outputs[name]) continue;
    const source = path.resolve(pass.root, name);
    const data = fs.readFileSync(source);
    fs.writeFileSync(path.join(directory, path.basename(source)), data);
    add(path.basename(source), data);
  }
  return { id: entry.id, files, weights };
}

/** @type {Map<string, string>} */
const sourceNames = new Map();

/**
 * Stable name of a source in a source map, where it is relative to the output. All functions of a pass are equally deep.
 * @param {import('./job.js').Pass} pass
 * @param {string} directory
 * @param {string} source
 */
function sourceName(pass, directory, source) {
  if (source.startsWith('faasten:')) return stableName(pass.root, source);
  const key = `${pass.outdir}\0${source}`;
  const name = sourceNames.get(key) ?? stableName(pass.root, path.relative(pass.root, path.resolve(directory, source)));
  sourceNames.set(key, name);
  return name;
}

/** A virtual entry's label has part of a key, to be unique in its run; it must not be in the output. */
const stableName = (/** @type {string} */ root, /** @type {string} */ input) =>
  input.startsWith('faasten:') ? input.replace(/#[0-9a-f]+$/, '') : labelOf(root, input);

module.exports = { finishEntry };
