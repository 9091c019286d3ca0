/**
 * Makes esbuild's output independent of where it was made. Plain JavaScript: it runs in the bundling process, also when the
 * rest of the library runs from TypeScript sources.
 */
'use strict';

const fs = require('node:fs');
const path = require('node:path');

/** What esbuild writes where a CommonJS module inside an ES module asks for a module at run time, minified or not. */
const REQUIRE_SHIM = /typeof require ?(?:<"u"|!== "undefined") ?\? ?require ?: ?typeof Proxy/;
/**
 * The `require` that esbuild's shim looks for. Only added where the shim is: there esbuild treats `require` as taken and renames
 * the user's own, so that the two cannot clash.
 */
const REQUIRE_HEADER =
  'import{createRequire as __faastenCreateRequire}from"node:module";const require=__faastenCreateRequire(import.meta.url);\n';
/**
 * Where esbuild writes a file's path into code: the name of a CommonJS or lazy module's wrapper, and the comment before a module
 * when white space is kept. Files inside the project need no change; this finds those outside of it, and virtual modules.
 */
const PATH_IN_CODE = /(["'])((?:\.\.\/|[A-Za-z]:[\\/])[^"'\n]*)\1\(|\/\/ ((?:\.\.\/|[A-Za-z]:[\\/]|faasten:)[^\n]*)\n/g;

/**
 * A stable name for a file: relative to the root, or, outside of it (a linked package, a store shared between projects),
 * relative to its own package.
 * @param {string} root
 * @param {string} input path as in the metafile, relative to the root
 */
function labelOf(root, input) {
  const slashed = input.replaceAll('\\', '/');
  if (!slashed.startsWith('../') && !path.isAbsolute(input)) return slashed;
  const at = slashed.lastIndexOf('/node_modules/');
  if (at >= 0) return slashed.slice(at + 1);
  const absolute = path.resolve(root, input);
  for (let folder = path.dirname(absolute); ; folder = path.dirname(folder)) {
    const rest = path.relative(folder, absolute).replaceAll('\\', '/');
    try {
      const { name } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
      if (name) return `${name}/${rest}`;
    } catch {}
    if (folder === path.dirname(folder)) return `outside/${path.basename(absolute)}`;
  }
}

/**
 * Whether {@link relabel} may find something. Looks for plain bytes first, which is many times faster.
 * @param {Buffer} code
 */
const hasPaths = (code) =>
  (code.includes('../') || code.includes('// faasten:') || process.platform === 'win32') &&
  code.toString('latin1').search(PATH_IN_CODE) >= 0;

/** @param {Buffer} code */
const needsRequire = (code) => code.includes('typeof require') && REQUIRE_SHIM.test(code.toString('latin1'));

/**
 * Replaces the paths that esbuild puts into code (names of CommonJS wrappers, comments) by stable ones.
 * @param {string} code
 * @param {ReadonlyMap<string, string>} labels path as esbuild writes it, to label
 * @returns {{ code: string, shifts: import('./source-map.js').Shift[] }} what moved, for the source map
 */
function relabel(code, labels) {
  /** @type {import('./source-map.js').Shift[]} */
  const shifts = [];
  let result = '';
  let done = 0;
  let line = 0;
  let lineStart = 0;
  for (const match of code.matchAll(PATH_IN_CODE)) {
    const from = match[2] ?? match[3];
    const text = labels.get(from);
    if (text === undefined) continue;
    const start = match.index + match[0].indexOf(from);
    const end = start + from.length;
    for (let next = code.indexOf('\n', lineStart); next >= 0 && next < start; next = code.indexOf('\n', lineStart)) {
      line++;
      lineStart = next + 1;
    }
    shifts.push({ line, column: end - lineStart, by: text.length - from.length });
    result += code.slice(done, start) + text;
    done = end;
  }
  return { code: result + code.slice(done), shifts };
}

module.exports = { hasPaths, labelOf, needsRequire, relabel, REQUIRE_HEADER };
