import type { SignalName } from '../../../../core/model.js';
import type { InvocationSummary } from '../../console/protocol.js';

/** What one invocation adds to a signal. */
export interface Value {
  readonly value: number;
  /** Of signals that are a share of others. */
  readonly total?: number;
}

const one = (is: boolean): Value | undefined => (is ? { value: 1 } : undefined);
const share = (is: boolean): Value => ({ value: is ? 1 : 0, total: 1 });
const known = (value: number | undefined): Value | undefined => (value === undefined ? undefined : { value });

/** Signals that are counted of invocations; what waits and what is dead is looked at each minute. */
const OF_INVOCATIONS: { readonly [S in SignalName]?: (summary: InvocationSummary) => Value | undefined } = {
  'function.errors': (summary) => (summary.status === 'throttled' ? undefined : share(summary.status !== 'succeeded')),
  'function.throttles': ({ status }) => one(status === 'throttled'),
  'function.duration': ({ status, durationMs }) => (status === 'throttled' ? undefined : known(durationMs)),
  'function.memoryUsed': ({ memoryUsedMiB }) => known(memoryUsedMiB),
  'api.serverErrors': (summary) => share(answerOf(summary) >= 500),
  'api.latency': (summary) => known(latencyOf(summary)),
  'schedule.runs': () => ({ value: 1 }),
};

export function valueIn(signal: SignalName, summary: InvocationSummary): Value | undefined {
  return OF_INVOCATIONS[signal]?.(summary);
}

/** Status of the answer that the client got. */
export function answerOf({ status, httpStatus }: InvocationSummary): number {
  return status === 'throttled' ? 429 : status === 'timedOut' ? 504 : (httpStatus ?? 502);
}

/** Milliseconds from the request to its answer. */
export function latencyOf({ waitMs = 0, durationMs = 0, coldStartMs = 0 }: InvocationSummary): number {
  return waitMs + coldStartMs + durationMs;
}
