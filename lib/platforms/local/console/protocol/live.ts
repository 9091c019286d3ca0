/** What the engine tells as it happens. Events may be merged or dropped on the way: whatever counts can also be asked for. */
import type { InvocationSummary, LogLine } from './invocations.js';
import type { QueueState } from './queues.js';
import type { AlarmState, BucketState, ScheduleState, TopicState } from './resources.js';
import type { SocketState, TestConnection } from './sockets.js';

/** Requests, messages or events passed an edge of the graph. */
export interface TrafficEvent {
  readonly type: 'traffic';
  readonly edgeId: string;
  /** All of them, those that failed or were refused among them. */
  readonly count: number;
  readonly failed: number;
  /** Refused because of a limit: of the API, or of the function's concurrency. */
  readonly throttled: number;
}

export type LiveEvent =
  /** The service was loaded again: fetch the graph. */
  | { readonly type: 'graph'; readonly revision: number }
  /** One started, ended or changed; the whole summary each time. */
  | { readonly type: 'invocation'; readonly invocation: InvocationSummary }
  | { readonly type: 'log'; readonly invocationId: string; readonly line: LogLine }
  | TrafficEvent
  /** At most a few times a second each. */
  | { readonly type: 'queue'; readonly queue: QueueState }
  | { readonly type: 'topic'; readonly topic: TopicState }
  | { readonly type: 'bucket'; readonly bucket: BucketState }
  | { readonly type: 'schedule'; readonly schedule: ScheduleState }
  | { readonly type: 'socket'; readonly socket: SocketState }
  | { readonly type: 'connection'; readonly connection: TestConnection }
  | { readonly type: 'alarm'; readonly alarm: AlarmState }
  /** A function's code was loaded again, or could not be. */
  | { readonly type: 'reload'; readonly functionId: string; readonly durationMs: number; readonly problem?: string };

export type LiveListener = (event: LiveEvent) => void;

/** What the server adds to the stream. */
export type StreamEvent =
  | LiveEvent
  /** First of a stream. Another `runId` than before: the process was started anew. */
  | { readonly type: 'hello'; readonly runId: string }
  /** The reader was too slow, and events were dropped: fetch what is shown. */
  | { readonly type: 'dropped'; readonly count: number };
