import { readTraceparent, type Trace } from '../../../runtime/trace.js';
import { traceId as newTraceId } from './ids.js';

/** Traces that are not sampled and are known as such. */
const KEPT = 10_000;

/** What is known of where an invocation stands in a trace. */
export interface Cause {
  readonly traceId?: string;
  /** The invocation that caused it. */
  readonly parentId?: string;
  /** The header, of a request from outside. */
  readonly traceparent?: string;
}

/**
 * Places invocations in their traces. An invocation's span has its id, so that messages which name their sender name its span as well.
 */
export class Traces {
  private readonly unsampled = new Set<string>();

  of(invocationId: string, { traceId: known, parentId, traceparent }: Cause): Trace {
    const given = traceparent === undefined ? undefined : readTraceparent(traceparent);
    const traceId = given?.traceId ?? known ?? newTraceId();
    if (given?.sampled === false) this.leaveOut(traceId);
    const sampled = this.isSampled(traceId);
    const spanId = spanIdOf(invocationId);
    return {
      traceId,
      spanId,
      sampled,
      parentId: given?.parentId ?? (parentId === undefined ? undefined : spanIdOf(parentId)),
      traceparent: `00-${traceId}-${spanId}-0${sampled ? 1 : 0}`,
    };
  }

  isSampled(traceId: string): boolean {
    return this.unsampled.size === 0 || !this.unsampled.has(traceId);
  }

  private leaveOut(traceId: string): void {
    this.unsampled.add(traceId);
    if (this.unsampled.size > KEPT) this.unsampled.delete(this.unsampled.values().next().value!);
  }
}

/** Half of a UUID, which is random enough for one trace. */
export function spanIdOf(invocationId: string): string {
  return invocationId.slice(0, 8) + invocationId.slice(9, 13) + invocationId.slice(14, 18);
}
