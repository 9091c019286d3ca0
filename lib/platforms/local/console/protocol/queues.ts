/** Queues: what waits, what is being worked on, what is dead. */
import type { ErrorSummary, PageRequest, Payload } from './common.js';

/** A user's queue, or the hidden one in which the events of a function wait (topics, schedules, objects, calls that do not wait). */
export interface QueueState {
  /** Path of the queue; of hidden ones, path of the function. */
  readonly id: string;
  readonly kind: 'queue' | 'function';
  readonly label: string;
  /** Messages that could be delivered now. */
  readonly ready: number;
  /** Messages that were sent or returned with a delay. */
  readonly delayed: number;
  /** Messages a function is working on. */
  readonly inFlight: number;
  /** Age of the oldest message that is not dead. Absent when there is none. */
  readonly oldestAgeMs?: number;
  readonly deadLetters: number;
  readonly maxAttempts: number;
  readonly fifo: boolean;
  /** Grows with every change: events are merged, and a queue may look as before though its messages are others. */
  readonly revision: number;
}

export type MessageState = 'ready' | 'delayed' | 'inFlight' | 'dead';

export interface QueuedMessage {
  readonly id: string;
  readonly state: MessageState;
  readonly body: Payload;
  readonly attributes: Readonly<Record<string, string>>;
  /** FIFO group. */
  readonly group?: string;
  readonly sentTimeMs: number;
  /** Deliveries so far. */
  readonly attempts: number;
  /** Of a delayed message: when it becomes ready. Of one in flight: when it is delivered again if nobody answers. */
  readonly visibleTimeMs?: number;
  readonly traceId?: string;
  /** Of its last failed delivery. */
  readonly lastError?: ErrorSummary;
  readonly lastInvocationId?: string;
  /** Of a dead message: why and when it died (`failed 5 of 5 deliveries`, `older than 4 days`). */
  readonly deathReason?: string;
  readonly deathTimeMs?: number;
}

export interface MessageQuery extends PageRequest {
  /** Without it, all that are not dead. */
  readonly state?: MessageState;
}

/** What became of a redrive or purge. */
export interface MovedMessages {
  readonly count: number;
}
