/** What ran, why, and what came of it. */
import type { ErrorSummary, PageRequest, Payload } from './common.js';

/**
 * `partial`: a batch of which some messages failed. `throttled`: refused because of the concurrency limit. `crashed`: the worker
 * ended (memory, `process.exit`).
 */
export type InvocationStatus = 'running' | 'succeeded' | 'partial' | 'failed' | 'timedOut' | 'throttled' | 'crashed';

/** What made a function run. */
export interface Origin {
  readonly kind: 'http' | 'queue' | 'topic' | 'schedule' | 'objects' | 'call' | 'other';
  /** The API, queue, topic, bucket, schedule or calling function. Absent for a call from the console or the CLI. */
  readonly resourceId?: string;
  /** The edge of the graph it came over. */
  readonly edgeId?: string;
  /** In a few words: `POST /orders`, `3 messages`, `raw/teapot.jpg created`. */
  readonly title: string;
}

export interface InvocationSummary {
  readonly id: string;
  readonly functionId: string;
  /** 32 hex digits, as in W3C trace context. The same across functions, queues and topics. */
  readonly traceId: string;
  /** The invocation that sent what made this one run, directly or through a queue or topic. */
  readonly parentId?: string;
  readonly origin: Origin;
  readonly status: InvocationStatus;
  /** Number of this delivery, 1 for the first; of a batch, the highest. */
  readonly attempt: number;
  /** When it was asked for: it may wait then, start cold, and run. */
  readonly startTimeMs: number;
  /** How long it waited while all workers, or the machine, were busy. Absent when it did not. */
  readonly waitMs?: number;
  /** Billed time: how long the handler ran. Absent while it runs. */
  readonly durationMs?: number;
  /** Start of the worker and load of the code, before the handler ran. Present on a cold start only. */
  readonly coldStartMs?: number;
  readonly memoryUsedMiB?: number;
  /** Of an HTTP invocation: status of the response. */
  readonly httpStatus?: number;
  readonly error?: ErrorSummary;
  /** The event that made it run: {@link PastEvent}. */
  readonly eventId?: string;
  /** Nothing more is known of it: of a function that runs very often, a share is kept, and all that failed. */
  readonly isKept?: false;
}

export interface LogLine {
  readonly timeMs: number;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  /** Fields the handler gave beside the message. Absent for plain output of `console` and `process.stdout`. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** A line, and which run logged it. */
export interface LogEntry extends LogLine {
  readonly invocationId: string;
  readonly functionId: string;
  readonly traceId: string;
}

export interface LogQuery {
  readonly functionId?: string;
  readonly traceId?: string;
  /** That severe, or more. */
  readonly level?: LogLine['level'];
  /** Text in the message or a field; case does not matter. */
  readonly text?: string;
  /** @default 50; the most is 200 */
  readonly limit?: number;
}

export interface InvocationDetail extends InvocationSummary {
  /** Of an HTTP invocation: the request without its body. Credentials are `[hidden]`. */
  readonly request?: { readonly method: string; readonly url: string; readonly headers: Readonly<Record<string, string>> };
  /** What the handler got. */
  readonly event?: Payload;
  /** What it gave back: body of the response, result of a call. */
  readonly result?: Payload;
  /** The oldest first. */
  readonly logs: readonly LogLine[];
  /** Lines that were not kept. */
  readonly logsDropped: number;
}

export interface InvocationQuery extends PageRequest {
  readonly functionId?: string;
  /** Any of them. */
  readonly status?: readonly InvocationStatus[];
  readonly traceId?: string;
  /** Text in the origin's title, the error, a log line or an id; case does not matter. */
  readonly text?: string;
  /** Started at or after. */
  readonly fromTimeMs?: number;
  /** Started before. */
  readonly toTimeMs?: number;
}

export interface Trace {
  readonly id: string;
  readonly startTimeMs: number;
  /** In order of start, parents before children. At most 500. */
  readonly spans: readonly Span[];
  /** Whether spans are missing: dropped, or more than 500. */
  readonly truncated: boolean;
}

export interface Span {
  readonly id: string;
  readonly parentId?: string;
  /**
   * `request`: an HTTP request as the API saw it. `invocation`: a run of a function. `wait`: a message or event between being
   * sent, or given back, and being delivered. `send`: a use of a link (a message sent, an object read, a function called). `dead`: a
   * message or event that was given up and lies with the dead letters now.
   */
  readonly kind: 'request' | 'invocation' | 'wait' | 'send' | 'dead';
  /** The API, function, queue, topic or bucket. */
  readonly resourceId: string;
  /** `POST /orders`, `Fulfil`, `waited in Orders`, `put orders/17.json`. */
  readonly name: string;
  readonly startTimeMs: number;
  /** Absent while it lasts. */
  readonly durationMs?: number;
  /** Of an `invocation`: the part of its beginning in which its worker started. */
  readonly coldStartMs?: number;
  readonly status: 'running' | 'ok' | 'error';
  /** Of an `invocation`. */
  readonly invocationId?: string;
  /** Of an `invocation` or a `wait`: number of the delivery. */
  readonly attempt?: number;
  readonly error?: ErrorSummary;
}
