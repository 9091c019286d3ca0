import type { MeasuredRun } from '../../console/index.js';
import type { InvocationStatus, InvocationSummary } from '../../console/protocol.js';

/** Runs that figures are made of. */
const KEPT = 20_000;

/** Numbers of one run, in the order of `add()`; NaN is none. */
const NUMBERS = 5;

/** The latest runs, for figures. In columns: objects that live for a while, and are many, keep the garbage collector busy. */
export class Runs {
  private readonly ids: (string | undefined)[] = [];
  private readonly functionIds: string[] = [];
  private readonly statuses: InvocationStatus[] = [];
  private readonly numbers: Float64Array;
  private count = 0;
  private leftOutUntilMs = 0;

  constructor(private readonly most = KEPT) {
    this.numbers = new Float64Array(most * NUMBERS);
  }

  /** All runs since then are here. */
  get knownFromTimeMs(): number {
    if (this.count <= this.most) return this.leftOutUntilMs;
    const first = this.all.reduce((earliest, run) => Math.min(earliest, run.startTimeMs), Number.POSITIVE_INFINITY);
    return Math.max(this.leftOutUntilMs, first);
  }

  /** Some are missing among those so far. */
  leaveOut(): void {
    this.leftOutUntilMs = this.all.reduce((latest, run) => Math.max(latest, run.startTimeMs + 1), 0);
  }

  /** The oldest first. */
  get all(): readonly MeasuredRun[] {
    const first = Math.max(0, this.count - this.most);
    return Array.from({ length: this.count - first }, (_, index) => this.runAt((first + index) % this.most));
  }

  /** @param isKept whether more than this is known of it */
  add(summary: InvocationSummary, isKept: boolean): void {
    const at = this.count++ % this.most;
    this.ids[at] = isKept ? summary.id : undefined;
    this.functionIds[at] = summary.functionId;
    this.statuses[at] = summary.status;
    const from = at * NUMBERS;
    this.numbers[from] = summary.startTimeMs;
    this.numbers[from + 1] = summary.waitMs ?? Number.NaN;
    this.numbers[from + 2] = summary.durationMs ?? Number.NaN;
    this.numbers[from + 3] = summary.coldStartMs ?? Number.NaN;
    this.numbers[from + 4] = summary.memoryUsedMiB ?? Number.NaN;
  }

  private runAt(at: number): MeasuredRun {
    const number = (index: number) => {
      const value = this.numbers[at * NUMBERS + index]!;
      return Number.isNaN(value) ? undefined : value;
    };
    return {
      id: this.ids[at],
      functionId: this.functionIds[at]!,
      status: this.statuses[at]!,
      startTimeMs: number(0)!,
      waitMs: number(1),
      durationMs: number(2),
      coldStartMs: number(3),
      memoryUsedMiB: number(4),
    };
  }
}
