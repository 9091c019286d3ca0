/**
 * Makes esbuild's output independent of where it was made. Plain JavaScript: it runs in the bundling process, also when the
 * rest of the library runs from TypeScript sources.
 */
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** What esbuild writes where a CommonJS module inside an ES module asks for a module at run time. */
const REQUIRE_SHIM = 'typeof require';
/**
 * The `require` that esbuild's shim looks for. Only added where the shim is: there esbuild treats `require` as taken and renames
 * the user's own, so that the two cannot clash.
 */
const REQUIRE_HEADER =
  'import{createRequire as __faastenCreateRequire}from"node:module";const require=__faastenCreateRequire(import.meta.url);\n';

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
 * Replaces the paths that esbuild puts into code (names of CommonJS wrappers, comments) by stable ones.
 * @param {string} code
 * @param {ReadonlyMap<string, string>} labels path as esbuild writes it, to label
 * @returns {{ code: string, shifts: { line: number, column: number, by: number }[] }} what moved, for the source map
 */
function relabel(code, labels) {
  /** @type {{ start: number, end: number, text: string }[]} */
  const edits = [];
  for (const [from, to] of labels) {
    for (const [before, after] of [
      ['"', '"('],
      ["'", "'("],
      ['// ', '\n'],
    ]) {
      const needle = before + from + after;
      for (let at = code.indexOf(needle); at >= 0; at = code.indexOf(needle, at + 1)) {
        edits.push({ start: at + before.length, end: at + before.length + from.length, text: to });
      }
    }
  }
  edits.sort((a, b) => a.start - b.start);
  const shifts = [];
  let result = '';
  let done = 0;
  let line = 0;
  let lineStart = 0;
  for (const { start, end, text } of edits) {
    for (let next = code.indexOf('\n', lineStart); next >= 0 && next < start; next = code.indexOf('\n', lineStart)) {
      line++;
      lineStart = next + 1;
    }
    shifts.push({ line, column: end - lineStart, by: text.length - (end - start) });
    result += code.slice(done, start) + text;
    done = end;
  }
  return { code: result + code.slice(done), shifts };
}

/**
 * Moves mappings of a source map to the right by what {@link relabel} inserted. Columns are relative to each other, so that one
 * number changes per insertion.
 * @param {string} mappings
 * @param {readonly { line: number, column: number, by: number }[]} shifts
 */
function shiftMappings(mappings, shifts) {
  if (shifts.length === 0) return mappings;
  const lines = mappings.split(';');
  for (const line of new Set(shifts.map((shift) => shift.line))) {
    const segments = (lines[line] ?? '').split(',');
    const here = shifts.filter((shift) => shift.line === line);
    let column = 0;
    let next = 0;
    for (let index = 0; index < segments.length && next < here.length; index++) {
      const segment = segments[index];
      if (segment === '') continue;
      const [delta, length] = readVlq(segment);
      column += delta;
      let by = 0;
      while (next < here.length && column >= here[next].column) by += here[next++].by;
      if (by !== 0) segments[index] = writeVlq(delta + by) + segment.slice(length);
    }
    lines[line] = segments.join(',');
  }
  return lines.join(';');
}

/** @param {string} text @returns {[value: number, length: number]} */
function readVlq(text) {
  let value = 0;
  let shift = 0;
  let length = 0;
  for (;;) {
    const digit = DIGITS.indexOf(text[length++]);
    value += (digit & 31) << shift;
    if ((digit & 32) === 0) break;
    shift += 5;
  }
  return [value & 1 ? -(value >> 1) : value >> 1, length];
}

/** @param {number} value */
function writeVlq(value) {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  let text = '';
  do {
    const digit = rest & 31;
    rest >>>= 5;
    text += DIGITS[rest > 0 ? digit | 32 : digit];
  } while (rest > 0);
  return text;
}

/**
 * Rewrites a source map without parsing its mappings, which are most of it.
 * @param {string} map as esbuild writes it: `sources`, then `mappings`
 * @param {(source: string) => string} rename
 * @param {number} headerLines lines that were put before the code
 * @param {readonly { line: number, column: number, by: number }[]} shifts
 */
function rewriteMap(map, rename, headerLines, shifts) {
  const sourcesAt = map.indexOf('"sources": [');
  const mappingsAt = map.indexOf('"mappings": "', sourcesAt);
  const sourcesEnd = map.indexOf(']', sourcesAt) < 0 ? -1 : endOfArray(map, map.indexOf('[', sourcesAt));
  if (sourcesAt < 0 || mappingsAt < 0 || sourcesEnd < 0) throw new Error('esbuild wrote a source map in an unknown form');
  const start = map.indexOf('[', sourcesAt);
  const sources = JSON.parse(map.slice(start, sourcesEnd)).map(rename);
  const mappingsStart = mappingsAt + '"mappings": "'.length;
  const mappingsEnd = map.indexOf('"', mappingsStart);
  const mappings = ';'.repeat(headerLines) + shiftMappings(map.slice(mappingsStart, mappingsEnd), shifts);
  return map.slice(0, start) + JSON.stringify(sources) + map.slice(sourcesEnd, mappingsStart) + mappings + map.slice(mappingsEnd);
}

/** Index after the `]` that closes a JSON array of strings. @param {string} text @param {number} start */
function endOfArray(text, start) {
  let inString = false;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === ']') return at + 1;
  }
  return -1;
}

module.exports = { labelOf, relabel, shiftMappings, rewriteMap, REQUIRE_SHIM, REQUIRE_HEADER };
