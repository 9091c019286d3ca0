import type { SignalName, SubjectKind } from '../../../../core/model.js';
import type { InvocationSummary, Origin } from '../../console/protocol.js';
import { isRouteEdge } from '../edges.js';

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
  'websocket.serverErrors': ({ status }) => share(status !== 'succeeded'),
  'websocket.latency': (summary) => known(latencyOf(summary)),
  'schedule.runs': () => ({ value: 1 }),
};

export function valueIn(signal: SignalName, summary: InvocationSummary): Value | undefined {
  return OF_INVOCATIONS[signal]?.(summary);
}

/** What an invocation counts for beside its function. Whom an authorizer lets in is not asked by a route. */
export function sourceKind({ kind, edgeId }: Origin): SubjectKind | undefined {
  if (kind === 'http') return 'api';
  if (kind === 'schedule') return kind;
  return kind === 'other' && isRouteEdge(edgeId) ? 'websocket' : undefined;
}

/** Status of the answer that the client got. */
export function answerOf({ status, httpStatus }: InvocationSummary): number {
  return status === 'throttled' ? 429 : status === 'timedOut' ? 504 : (httpStatus ?? 502);
}

/** Milliseconds from the request to its answer. */
export function latencyOf({ waitMs = 0, durationMs = 0, coldStartMs = 0 }: InvocationSummary): number {
  return waitMs + coldStartMs + durationMs;
}
