/**
 * How many functions go into one esbuild run. Plain JavaScript: runs in the bundling process.
 *
 * esbuild links every entry of a run at the same time, each with its own copy of the module graph, and keeps all outputs until
 * the last one is done: about 6 bytes of memory per byte of output over 120 MB of its own (measured with zod and hono: 100
 * functions in one run, 102 MB with source maps, 640 MB; 1,000 functions, 3.6 GB). Time per function hardly depends on it.
 */
'use strict';

/** Outputs of one run, source maps included: keeps the process near 500 MB. */
const RUN_BYTES = 50_000_000;
/** The first run, whose sizes are not known yet. */
const FIRST_RUN = 12;
const LARGEST_RUN = 200;

/**
 * Splits the entries into runs. `next(bytes)` takes the size of the outputs of the run before.
 * @template T
 * @param {readonly T[]} entries
 * @returns {Generator<readonly T[], void, number>}
 */
function* chunks(entries) {
  let size = FIRST_RUN;
  for (let start = 0; start < entries.length; ) {
    const run = entries.slice(start, start + size);
    const bytes = yield run;
    start += run.length;
    if (bytes > 0) size = Math.max(1, Math.min(LARGEST_RUN, Math.floor((RUN_BYTES * run.length) / bytes)));
    // Two runs of equal size beat a full one and a small one.
    const rest = entries.length - start;
    if (rest > 0) size = Math.ceil(rest / Math.ceil(rest / size));
  }
}

module.exports = { chunks };
