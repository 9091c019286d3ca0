import { describe, expect, test } from 'vitest';
import { type MeasuredRun, metricsOf, quantilesOf, timelineOf } from '../../../../lib/platforms/local/console/figures.js';

const functions = [
  { id: 'Small', memoryMiB: 128 },
  { id: 'Large', memoryMiB: 1024 },
];
const window = { fromTimeMs: 0, toTimeMs: 10_000 };

let last = 0;
function run(
  functionId: string,
  startTimeMs: number,
  durationMs: number | undefined,
  more: Partial<MeasuredRun> = {},
): MeasuredRun {
  return { id: `i${++last}`, functionId, startTimeMs, durationMs, status: 'succeeded', ...more };
}

test('the smallest timeline, whole', () => {
  expect(timelineOf([functions[0]!], [{ ...run('Small', 1000, 2000), id: 'one' }], window, 10, 10_000)).toEqual({
    window,
    lanes: [
      {
        functionId: 'Small',
        memoryMiB: 128,
        maxConcurrency: 1,
        busyMs: 2000,
        bars: [{ startTimeMs: 1000, endTimeMs: 3000, invocations: 1, errors: 0, invocationId: 'one', coldStart: false }],
      },
    ],
    used: { memoryMiBSeconds: 256 },
    alwaysOn: { peakMemoryMiB: 128, peakConcurrency: 1, memoryMiBSeconds: 1280 },
    memoryMiB: [0, 128, 128, 0, 0, 0, 0, 0, 0, 0],
  });
});

test('an hour of a shop, by hand', () => {
  // One worker of 128 MiB answers three requests that came at once, after a cold start of 200 ms; then one of 1 GiB makes a picture,
  // while the first has another request.
  const hour = { fromTimeMs: 0, toTimeMs: 3_600_000 };
  const runs = [
    run('Small', 60_000, 100, { coldStartMs: 200 }),
    run('Small', 60_000, 100, { waitMs: 300 }),
    run('Small', 60_000, 100, { waitMs: 400 }),
    run('Large', 120_000, 2000, { coldStartMs: 500 }),
    run('Small', 121_000, 50),
  ];
  const { used, alwaysOn, lanes, memoryMiB } = timelineOf(functions, runs, hour, 60, hour.toTimeMs);
  // 0.2 + 0.1 + 0.1 + 0.1 s, one after the other, and 0.05 s: 0.55 s × 128 MiB. 2.5 s × 1024 MiB.
  expect(lanes.map(({ functionId, busyMs, maxConcurrency }) => [functionId, busyMs, maxConcurrency])).toEqual([
    ['Small', 550, 1],
    ['Large', 2500, 1],
  ]);
  expect(used.memoryMiBSeconds).toBeCloseTo(0.55 * 128 + 2.5 * 1024, 6);
  // Both at once in the third minute, and room for both is kept for 3,600 s.
  expect(alwaysOn).toEqual({ peakMemoryMiB: 1152, peakConcurrency: 2, memoryMiBSeconds: 3600 * 1152 });
  expect(memoryMiB.slice(0, 4)).toEqual([0, 128, 1152, 0]);
  expect(alwaysOn.memoryMiBSeconds / used.memoryMiBSeconds).toBeCloseTo(1576.6, 1);
});

describe('an always-on app', () => {
  const reserved = (...runs: MeasuredRun[]) => timelineOf(functions, runs, window, 100, 10_000).alwaysOn;

  test('is as large as all that ran at one moment', () => {
    expect(reserved(run('Small', 0, 100), run('Small', 50, 100), run('Large', 90, 5))).toMatchObject({
      peakMemoryMiB: 128 + 128 + 1024,
      peakConcurrency: 3,
    });
  });
  test('but not the sum of what ran one after the other', () => {
    expect(reserved(run('Large', 0, 100), run('Large', 100, 100))).toMatchObject({ peakMemoryMiB: 1024, peakConcurrency: 1 });
  });
  test('and never smaller than the largest function, even when nothing ran', () => {
    expect(reserved()).toEqual({ peakMemoryMiB: 1024, peakConcurrency: 0, memoryMiBSeconds: 10_240 });
    expect(reserved(run('Small', 0, 100))).toMatchObject({ peakMemoryMiB: 1024, peakConcurrency: 1 });
  });
});

test('what crosses the edges of the window counts by its part in it; cold starts count, throttled runs do not', () => {
  const { used } = timelineOf(
    [functions[0]!],
    [
      run('Small', -1000, 2000),
      run('Small', 9500, undefined, { status: 'running' }),
      run('Small', 5000, 500, { coldStartMs: 500 }),
      run('Small', 6000, 1000, { status: 'throttled' }),
      run('Elsewhere', 6000, 1000),
    ],
    window,
    100,
    20_000,
  );
  expect(used.memoryMiBSeconds).toBe((1 + 0.5 + 1) * 128);
});

test('bars closer than a pixel are one, and the window is never drawn with more than 2000', () => {
  const near = timelineOf(
    [functions[0]!],
    [run('Small', 0, 10), run('Small', 50, 10, { status: 'failed' })],
    window,
    100,
    10_000,
  );
  expect(near.lanes[0]!.bars).toEqual([{ startTimeMs: 0, endTimeMs: 60, invocations: 2, errors: 1, coldStart: false }]);
  const many = Array.from({ length: 5000 }, (_, index) => run('Small', index * 2, 0.5));
  const { bars } = timelineOf([functions[0]!], many, window, 10_000, 10_000).lanes[0]!;
  expect(bars.length).toBe(2000);
  expect(bars.at(-1)!.startTimeMs).toBe(9998);
});

test('metrics of a window', () => {
  const runs = [
    ...Array.from({ length: 98 }, (_, index) => run('Small', index * 10, index + 1)),
    run('Small', 9000, 500, { status: 'timedOut', coldStartMs: 40, memoryUsedMiB: 90 }),
    run('Small', 9001, undefined, { status: 'running' }),
    run('Small', 9002, 0, { status: 'throttled' }),
    run('Small', 10_000, 7, { status: 'failed' }),
  ];
  const [small, large] = metricsOf(functions, runs, window, 2, 10_000);
  expect(small).toMatchObject({
    invocations: 101,
    errors: 1,
    timeouts: 1,
    throttles: 1,
    coldStarts: 1,
    durationMs: { p50: 50, p95: 95, p99: 500, max: 500 },
    coldStartMs: { p50: 40, p95: 40, p99: 40, max: 40 },
    memoryMiB: { declared: 128, maxUsed: 90 },
  });
  expect(small!.series.map(({ invocations, errors }) => [invocations, errors])).toEqual([
    [98, 0],
    [3, 1],
  ]);
  expect(large).toMatchObject({ invocations: 0, maxConcurrency: 0, durationMs: undefined, memoryMiB: { declared: 1024 } });
});

test('quantiles are values that were measured', () => {
  expect(quantilesOf([])).toBeUndefined();
  expect(quantilesOf([3, 1, 2])).toEqual({ p50: 2, p95: 3, p99: 3, max: 3 });
});
