/**
 * Turns what esbuild wrote for one function into the files of an artifact. Plain JavaScript: runs in the bundling process.
 */
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { createHash } = require('node:crypto');
const { labelOf, relabel, rewriteMap, REQUIRE_HEADER, REQUIRE_SHIM } = require('./normalise.js');

const sha256 = (/** @type {string | Buffer} */ data) => createHash('sha256').update(data).digest('hex');

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

  let code = fs.readFileSync(file, 'utf8');
  /** @type {{ line: number, column: number, by: number }[]} */
  let shifts = [];
  const labels = new Map(
    Object.keys(output.inputs)
      .map((name) => /** @type {[string, string]} */ ([name, labelOf(pass.root, name)]))
      .filter(([name, label]) => name !== label),
  );
  if (labels.size > 0) ({ code, shifts } = relabel(code, labels));
  const header = code.includes(REQUIRE_SHIM) && !/\brequire\s*=/.test(pass.esbuild.banner?.js ?? '') ? REQUIRE_HEADER : '';
  const footer = pass.sourceMap ? `//# sourceMappingURL=${pass.outfile}.map\n` : '';
  const changed = header !== '' || labels.size > 0;
  const text = Buffer.from(header + code + footer);
  if (changed) fs.writeFileSync(file, text);
  else if (footer) fs.appendFileSync(file, footer);
  files.push({ name: pass.outfile, bytes: text.length, hash: sha256(text), hashed: true });

  if (pass.sourceMap) {
    const rename = (/** @type {string} */ source) =>
      source.startsWith('faasten:') ? source : labelOf(pass.root, path.relative(pass.root, path.resolve(directory, source)));
    const map = Buffer.from(rewriteMap(fs.readFileSync(`${file}.map`, 'utf8'), rename, header ? 1 : 0, shifts));
    fs.writeFileSync(`${file}.map`, map);
    files.push({ name: `${pass.outfile}.map`, bytes: map.length, hash: sha256(map), hashed: false });
  }

  // Files that the code refers to lie in the common output folder under a name with their content's hash.
  for (const { path: name, external } of output.imports) {
    if (external || !outputs[name]) continue;
    const source = path.resolve(pass.root, name);
    const data = fs.readFileSync(source);
    fs.writeFileSync(path.join(directory, path.basename(source)), data);
    files.push({ name: path.basename(source), bytes: data.length, hash: sha256(data), hashed: true });
  }
  return { id: entry.id, files, weights };
}

module.exports = { finishEntry };
