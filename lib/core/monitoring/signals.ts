import type { SignalName, SignalUnit, SubjectKind } from '../model.js';

export interface Signal {
  readonly of: SubjectKind;
  /** `counter`: events. `gauge`: a level at a time. `distribution`: a value of each event. */
  readonly kind: 'counter' | 'gauge' | 'distribution';
  readonly unit: SignalUnit;
  readonly what: string;
  /** The counter that `percent` is a share of. */
  readonly total?: SignalName;
  /** Field of the report that functions write for each invocation; see lib/runtime/report.ts. Without it, only targets know it. */
  readonly field?: string;
}

/** The table of signals. Targets say in their own words where each comes from; what they lack, functions report themselves. */
export const SIGNALS: { readonly [S in SignalName]: Signal } = {
  'function.invocations': {
    of: 'function',
    kind: 'counter',
    unit: 'count',
    what: 'invocations that ended, well or not',
    field: 'invocations',
  },
  'function.errors': {
    of: 'function',
    kind: 'counter',
    unit: 'count',
    what: 'invocations that failed: the handler threw, answered 500 or more, failed a message, or ran out of time',
    total: 'function.invocations',
    field: 'errors',
  },
  'function.timeouts': {
    of: 'function',
    kind: 'counter',
    unit: 'count',
    what: 'invocations that used up their time',
    total: 'function.invocations',
    field: 'timeouts',
  },
  'function.throttles': {
    of: 'function',
    kind: 'counter',
    unit: 'count',
    what: 'invocations that were turned away because too many ran already',
  },
  'function.duration': {
    of: 'function',
    kind: 'distribution',
    unit: 'milliseconds',
    what: 'time from the event until the answer',
    field: 'durationMs',
  },
  'function.coldStarts': {
    of: 'function',
    kind: 'counter',
    unit: 'count',
    what: 'invocations that were the first of their instance',
    total: 'function.invocations',
    field: 'coldStarts',
  },
  'function.initDuration': {
    of: 'function',
    kind: 'distribution',
    unit: 'milliseconds',
    what: 'time from the start of the process until the code was loaded, of cold starts',
    field: 'initMs',
  },
  'function.memoryUsed': {
    of: 'function',
    kind: 'distribution',
    unit: 'MiB',
    what: 'resident memory of the process after an invocation',
    field: 'memoryUsedMiB',
  },
  'function.deadLetters': {
    of: 'function',
    kind: 'gauge',
    unit: 'count',
    what: 'events of the function that failed for the last time and are kept',
  },
  'api.requests': { of: 'api', kind: 'counter', unit: 'count', what: 'requests' },
  'api.clientErrors': {
    of: 'api',
    kind: 'counter',
    unit: 'count',
    what: 'requests answered 400 to 499',
    total: 'api.requests',
  },
  'api.serverErrors': {
    of: 'api',
    kind: 'counter',
    unit: 'count',
    what: 'requests answered 500 or more',
    total: 'api.requests',
  },
  'api.latency': { of: 'api', kind: 'distribution', unit: 'milliseconds', what: 'time from request to answer' },
  'websocket.connects': { of: 'websocket', kind: 'counter', unit: 'count', what: 'connections that clients asked for' },
  'websocket.messages': {
    of: 'websocket',
    kind: 'counter',
    unit: 'count',
    what: 'messages from and to clients',
  },
  'websocket.requests': {
    of: 'websocket',
    kind: 'counter',
    unit: 'count',
    what: 'connections that were asked for, and messages from clients',
  },
  'websocket.clientErrors': {
    of: 'websocket',
    kind: 'counter',
    unit: 'count',
    what: 'connections and messages that were refused before a function had them',
    total: 'websocket.requests',
  },
  'websocket.serverErrors': {
    of: 'websocket',
    kind: 'counter',
    unit: 'count',
    what: 'connections and messages that a function failed or did not get',
    total: 'websocket.requests',
  },
  'websocket.latency': {
    of: 'websocket',
    kind: 'distribution',
    unit: 'milliseconds',
    what: 'time that functions took for a connection or a message',
  },
  'queue.depth': { of: 'queue', kind: 'gauge', unit: 'count', what: 'messages that wait or are being worked on' },
  'queue.messageAge': { of: 'queue', kind: 'gauge', unit: 'seconds', what: 'age of the oldest message' },
  'queue.deadLetters': { of: 'queue', kind: 'gauge', unit: 'count', what: 'messages that failed for the last time and are kept' },
  'schedule.runs': { of: 'schedule', kind: 'counter', unit: 'count', what: 'runs that reached the function' },
};
