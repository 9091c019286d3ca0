/** Metrics and timeline from what ran: pure functions, for the engine and for tests. */
import type {
  FunctionMetrics,
  InvocationStatus,
  InvocationSummary,
  MetricsPoint,
  Quantiles,
  Timeline,
  TimelineBar,
  TimelineLane,
  TimeWindow,
} from './protocol.js';

/** Most bars of a lane: more than a screen has pixels. */
const MAX_BARS = 2000;
/** Most parts of the memory in use. */
const MAX_PARTS = 300;

const FAILED: ReadonlySet<InvocationStatus> = new Set(['failed', 'timedOut', 'crashed', 'partial']);

export interface MeasuredFunction {
  readonly id: string;
  readonly memoryMiB: number;
}

/** What counts of an invocation. Without its id where it is not kept. */
export type MeasuredRun = Pick<
  InvocationSummary,
  'functionId' | 'status' | 'startTimeMs' | 'waitMs' | 'durationMs' | 'coldStartMs' | 'memoryUsedMiB'
> &
  Partial<Pick<InvocationSummary, 'id'>>;

/** A run that took resources: one that was throttled did not. */
interface Interval {
  readonly run: MeasuredRun;
  readonly startTimeMs: number;
  readonly endTimeMs: number;
}

/** Figures of every function over the runs that started in the window. `nowMs` is where runs that go on end so far. */
export function metricsOf(
  functions: readonly MeasuredFunction[],
  runs: readonly MeasuredRun[],
  window: TimeWindow,
  points: number,
  nowMs: number,
): FunctionMetrics[] {
  const started = runs.filter(({ startTimeMs }) => startTimeMs >= window.fromTimeMs && startTimeMs < window.toTimeMs);
  const byFunction = grouped(started);
  return functions.map(({ id, memoryMiB }) => {
    const own = byFunction.get(id) ?? [];
    const used = present(own.map(({ memoryUsedMiB }) => memoryUsedMiB));
    return {
      functionId: id,
      window,
      invocations: own.length,
      errors: own.filter(failed).length,
      timeouts: own.filter(({ status }) => status === 'timedOut').length,
      throttles: own.filter(({ status }) => status === 'throttled').length,
      coldStarts: present(own.map(({ coldStartMs }) => coldStartMs)).length,
      durationMs: quantilesOf(durationsOf(own)),
      coldStartMs: quantilesOf(present(own.map(({ coldStartMs }) => coldStartMs))),
      memoryMiB: { declared: memoryMiB, ...(used.length > 0 && { maxUsed: used.reduce((a, b) => Math.max(a, b)) }) },
      maxConcurrency: peakOf(intervalsOf(own, window, nowMs), () => 1),
      series: seriesOf(own, window, points),
    };
  });
}

/** What ran when, in the window, and what it took against what would have been kept for it. */
export function timelineOf(
  functions: readonly MeasuredFunction[],
  runs: readonly MeasuredRun[],
  window: TimeWindow,
  pixels: number,
  nowMs: number,
): Timeline {
  const memoryOf = new Map(functions.map(({ id, memoryMiB }) => [id, memoryMiB]));
  const intervals = intervalsOf(
    runs.filter(({ functionId }) => memoryOf.has(functionId)),
    window,
    nowMs,
  );
  const memory = ({ run }: Interval) => memoryOf.get(run.functionId)!;
  const levels = levelsOf(intervals, memory);
  const peakMemoryMiB = [...levels.map(({ level }) => level), ...functions.map(({ memoryMiB }) => memoryMiB)].reduce(
    (most, each) => Math.max(most, each),
    0,
  );
  const gapMs = (window.toTimeMs - window.fromTimeMs) / pixels;
  const byFunction = new Map<string, Interval[]>();
  for (const each of intervals) push(byFunction, each.run.functionId, each);
  return {
    window,
    lanes: functions.map(({ id, memoryMiB }): TimelineLane => {
      const own = byFunction.get(id) ?? [];
      return {
        functionId: id,
        memoryMiB,
        maxConcurrency: peakOf(own, () => 1),
        busyMs: own.reduce((sum, { startTimeMs, endTimeMs }) => sum + endTimeMs - startTimeMs, 0),
        bars: barsOf(own, gapMs),
      };
    }),
    used: {
      memoryMiBSeconds: intervals.reduce((sum, each) => sum + ((each.endTimeMs - each.startTimeMs) / 1000) * memory(each), 0),
    },
    alwaysOn: {
      peakMemoryMiB,
      peakConcurrency: peakOf(intervals, () => 1),
      memoryMiBSeconds: ((window.toTimeMs - window.fromTimeMs) / 1000) * peakMemoryMiB,
    },
    memoryMiB: peaksOf(levels, window, Math.min(MAX_PARTS, pixels)),
  };
}

/** By nearest rank, so that every figure is one that was measured. */
export function quantilesOf(values: readonly number[]): Quantiles | undefined {
  if (values.length === 0) return undefined;
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

function seriesOf(runs: readonly MeasuredRun[], window: TimeWindow, points: number): MetricsPoint[] {
  const partMs = (window.toTimeMs - window.fromTimeMs) / points;
  const parts: MeasuredRun[][] = Array.from({ length: points }, () => []);
  for (const run of runs) parts[Math.min(points - 1, Math.floor((run.startTimeMs - window.fromTimeMs) / partMs))]!.push(run);
  return parts.map((own, index) => {
    const p95DurationMs = quantilesOf(durationsOf(own))?.p95;
    return {
      timeMs: window.fromTimeMs + index * partMs,
      invocations: own.length,
      errors: own.filter(failed).length,
      ...(p95DurationMs !== undefined && { p95DurationMs }),
    };
  });
}

/**
 * When workers were busy with runs, within the window, by start. A cold start is part of it; the time before, in which a run waited for
 * a worker that others kept busy, is not.
 */
function intervalsOf(runs: readonly MeasuredRun[], window: TimeWindow, nowMs: number): Interval[] {
  return runs
    .filter(({ status }) => status !== 'throttled')
    .map((run) => {
      const { startTimeMs, waitMs = 0, durationMs, coldStartMs = 0 } = run;
      const begin = startTimeMs + waitMs;
      const end = durationMs === undefined ? nowMs : begin + coldStartMs + durationMs;
      return { run, startTimeMs: Math.max(window.fromTimeMs, begin), endTimeMs: Math.min(window.toTimeMs, end) };
    })
    .filter(({ startTimeMs, endTimeMs }) => endTimeMs > startTimeMs)
    .sort((a, b) => a.startTimeMs - b.startTimeMs);
}

/** Most weight at one moment. What ends when another starts does not overlap it. */
function peakOf(intervals: readonly Interval[], weight: (interval: Interval) => number): number {
  return levelsOf(intervals, weight).reduce((peak, { level }) => Math.max(peak, level), 0);
}

/** The most weight in each of equal parts of the window. */
function peaksOf(levels: readonly Level[], { fromTimeMs, toTimeMs }: TimeWindow, parts: number): number[] {
  const peaks = new Array<number>(parts).fill(0);
  const partMs = (toTimeMs - fromTimeMs) / parts;
  for (const [index, { timeMs, level }] of levels.entries()) {
    const untilMs = levels[index + 1]?.timeMs ?? timeMs;
    const last = Math.min(parts, Math.ceil((untilMs - fromTimeMs) / partMs));
    for (let part = Math.floor((timeMs - fromTimeMs) / partMs); part < last; part++) peaks[part] = Math.max(peaks[part]!, level);
  }
  return peaks;
}

/** How much weight there is from a time on. */
interface Level {
  readonly timeMs: number;
  readonly level: number;
}

function levelsOf(intervals: readonly Interval[], weight: (interval: Interval) => number): Level[] {
  const steps = intervals.flatMap((each) => [
    { timeMs: each.startTimeMs, change: weight(each) },
    { timeMs: each.endTimeMs, change: -weight(each) },
  ]);
  steps.sort((a, b) => a.timeMs - b.timeMs || a.change - b.change);
  let level = 0;
  return steps.map(({ timeMs, change }) => {
    level += change;
    return { timeMs, level };
  });
}

/** Intervals of one lane as bars; those closer than `gapMs` become one. The latest ones stay when there are too many. */
function barsOf(intervals: readonly Interval[], gapMs: number): TimelineBar[] {
  const bars: TimelineBar[] = [];
  for (const { run, startTimeMs, endTimeMs } of intervals) {
    const errors = failed(run) ? 1 : 0;
    const coldStart = run.coldStartMs !== undefined;
    const last = bars.at(-1);
    if (last !== undefined && startTimeMs - last.endTimeMs < gapMs)
      bars[bars.length - 1] = {
        startTimeMs: last.startTimeMs,
        endTimeMs: Math.max(last.endTimeMs, endTimeMs),
        invocations: last.invocations + 1,
        errors: last.errors + errors,
        coldStart: last.coldStart || coldStart,
      };
    else bars.push({ startTimeMs, endTimeMs, invocations: 1, errors, invocationId: run.id, coldStart });
  }
  return bars.slice(-MAX_BARS);
}

const failed = ({ status }: MeasuredRun): boolean => FAILED.has(status);

function durationsOf(runs: readonly MeasuredRun[]): number[] {
  return present(runs.filter(({ status }) => status !== 'throttled').map(({ durationMs }) => durationMs));
}

function present(values: readonly (number | undefined)[]): number[] {
  return values.filter((value) => value !== undefined);
}

function grouped(runs: readonly MeasuredRun[]): Map<string, MeasuredRun[]> {
  const groups = new Map<string, MeasuredRun[]>();
  for (const run of runs) push(groups, run.functionId, run);
  return groups;
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const values = map.get(key);
  if (values) values.push(value);
  else map.set(key, [value]);
}
