/** Figures per function, and the timeline: what ran when. */

export interface TimeWindow {
  readonly fromTimeMs: number;
  readonly toTimeMs: number;
}

export interface Quantiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export interface FunctionMetrics {
  readonly functionId: string;
  /** Shorter than what was asked for when older runs are not known any more. */
  readonly window: TimeWindow;
  readonly invocations: number;
  /** Failed, timed out or crashed; a partly failed batch counts as one. */
  readonly errors: number;
  readonly timeouts: number;
  readonly throttles: number;
  readonly coldStarts: number;
  /** Absent when nothing ended in the window. */
  readonly durationMs?: Quantiles;
  /** Absent when nothing started cold. */
  readonly coldStartMs?: Quantiles;
  readonly memoryMiB: { readonly declared: number; readonly maxUsed?: number };
  /** Invocations at the same time, at most. */
  readonly maxConcurrency: number;
  /** The window in equal parts, oldest first. */
  readonly series: readonly MetricsPoint[];
}

export interface MetricsPoint {
  readonly timeMs: number;
  readonly invocations: number;
  readonly errors: number;
  readonly p95DurationMs?: number;
}

export interface Timeline {
  /** Shorter than what was asked for when older runs are not known any more. */
  readonly window: TimeWindow;
  /** Only functions that exist now; those that never ran have no bars. */
  readonly lanes: readonly TimelineLane[];
  readonly used: Reservation;
  /**
   * What an always-on app would have kept for the same work: enough for the busiest moment of the window, all of the time. Where
   * nothing ran, enough for the largest function once.
   */
  readonly alwaysOn: Reservation & {
    /** Memory of all that ran at the same time, at most. */
    readonly peakMemoryMiB: number;
    /** Invocations at the same time, at most. */
    readonly peakConcurrency: number;
  };
  /** Most memory in use at a time, in MiB, in each of equal parts of the window. */
  readonly memoryMiB: readonly number[];
}

export interface Reservation {
  /** Memory times time. */
  readonly memoryMiBSeconds: number;
}

export interface TimelineLane {
  readonly functionId: string;
  readonly memoryMiB: number;
  /** Invocations at the same time, at most. */
  readonly maxConcurrency: number;
  /** Sum over invocations. */
  readonly busyMs: number;
  /** In order; those closer than a pixel of the console are merged. At most 2000. */
  readonly bars: readonly TimelineBar[];
}

export interface TimelineBar {
  readonly startTimeMs: number;
  readonly endTimeMs: number;
  readonly invocations: number;
  readonly errors: number;
  /** When the bar is of a single one. */
  readonly invocationId?: string;
  readonly coldStart: boolean;
}
