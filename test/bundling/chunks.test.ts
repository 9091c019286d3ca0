import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';

const { chunks } = createRequire(__filename)('../../dist/bundling/chunks.js') as {
  chunks<T>(entries: readonly T[]): Generator<readonly T[], void, number>;
};

/** Sizes of the runs that `count` functions are cut into, where each one's output has `bytes`. */
function sizes(count: number, bytes: number): number[] {
  const entries = Array.from({ length: count }, (_, index) => index);
  const runs = chunks(entries);
  const seen: number[] = [];
  const all: number[] = [];
  for (let run = runs.next(0); !run.done; run = runs.next(run.value.length * bytes)) {
    seen.push(run.value.length);
    all.push(...run.value);
  }
  expect(all).toEqual(entries);
  return seen;
}

describe('runs of esbuild', () => {
  it('are cut so that the output of one stays near 50 MB', () => {
    expect(sizes(1, 1_000_000)).toEqual([1]);
    expect(sizes(12, 1_000_000)).toEqual([12]);
    expect(sizes(100, 1_000_000)).toEqual([12, 44, 44]);
    expect(sizes(100, 10_000_000)).toEqual([12, ...Array(16).fill(5), 4, 4]);
    expect(sizes(20, 100_000_000)).toEqual([12, ...Array(8).fill(1)]);
  });

  it('hold many small functions, and go on in small steps where nothing could be built', () => {
    expect(sizes(1000, 1000)).toEqual([12, 198, 198, 198, 197, 197]);
    expect(sizes(30, 0)).toEqual([12, 9, 9]);
  });
});
