/**
 * Rewrites source maps without parsing their mappings, which are most of them. Plain JavaScript: runs in the bundling process.
 *
 * @typedef {{ line: number, column: number, by: number }} Shift what moved: everything at or after a column of a line
 */
'use strict';

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const MAPPINGS = '"mappings": "';

/**
 * @param {Buffer} map as esbuild writes it: `mappings` after `sources` and `sourcesContent`
 * @param {(source: string) => string} rename
 * @param {number} headerLines lines that were put before the code
 * @param {readonly Shift[]} shifts
 */
function rewriteMap(map, rename, headerLines, shifts) {
  // Inside a JSON string the quotes would be escaped.
  const start = map.indexOf(MAPPINGS) + MAPPINGS.length;
  const end = map.indexOf('"', start);
  if (start < MAPPINGS.length || end < 0) throw new Error('esbuild wrote a source map in an unknown form');
  const head = JSON.parse(`${map.toString('utf8', 0, start)}"}`);
  // The text of a virtual entry names the handler by its absolute path.
  const isVirtual = (/** @type {number} */ index) => head.sources[index].startsWith('faasten:');
  head.sourcesContent &&= head.sourcesContent.map((/** @type {string} */ text, /** @type {number} */ index) =>
    isVirtual(index) ? null : text,
  );
  head.sources = head.sources.map(rename);
  const text = `${JSON.stringify(head).slice(0, -2)}${';'.repeat(headerLines)}`;
  const mappings = map.subarray(start, end);
  const moved = shifts.length > 0 ? Buffer.from(shiftMappings(mappings.toString('latin1'), shifts)) : mappings;
  return Buffer.concat([Buffer.from(text), moved, map.subarray(end)]);
}

/**
 * Moves mappings to the right by what was inserted. Columns are relative to each other, so that one number changes per insertion.
 * @param {string} mappings
 * @param {readonly Shift[]} shifts
 */
function shiftMappings(mappings, shifts) {
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

module.exports = { rewriteMap, shiftMappings };
