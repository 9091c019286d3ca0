import type { MeasuredRun } from '../../console/index.js';
import type { InvocationSummary } from '../../console/protocol.js';

/** Runs that figures are made of. */
const KEPT = 20_000;

/** The latest runs, for figures. */
export class Runs {
  /** All runs since then are here. */
  knownFromTimeMs = 0;
  private kept: MeasuredRun[] = [];

  get all(): readonly MeasuredRun[] {
    return this.kept;
  }

  add({ id, functionId, status, startTimeMs, waitMs, durationMs, coldStartMs, memoryUsedMiB }: InvocationSummary): void {
    // What counts, and no more: there are many.
    this.kept.push({ id, functionId, status, startTimeMs, waitMs, durationMs, coldStartMs, memoryUsedMiB });
    if (this.kept.length <= KEPT * 1.2) return;
    this.kept = this.kept.slice(-KEPT);
    this.knownFromTimeMs = this.kept.reduce((first, run) => Math.min(first, run.startTimeMs), Number.POSITIVE_INFINITY);
  }
}
