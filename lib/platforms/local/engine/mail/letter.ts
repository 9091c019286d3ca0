import type { ErrorSummary, Origin } from '../../console/protocol.js';

/** A message or event that waits for a function. */
export interface Letter {
  readonly id: string;
  readonly kind: 'queue' | 'topic' | 'schedule' | 'objects' | 'event' | 'call';
  /** Name of the function's trigger; messages of a queue get that of the one who takes them. */
  readonly trigger?: string;
  /** Text of a message; JSON of an event; undefined for a start without input. */
  readonly body?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  /** What the order is kept within. */
  readonly group?: string;
  readonly sentTimeMs: number;
  readonly traceId: string;
  /** The invocation that sent it. */
  readonly parentId?: string;
  readonly eventId?: string;
  readonly origin: Origin;
}

/** What is known of a letter while it waits; the letter itself stays in the store. */
export interface Entry {
  /** Its place in the order of sending. */
  readonly sequence: string;
  readonly id: string;
  readonly bytes: number;
  readonly group?: string;
  readonly sentTimeMs: number;
  /** When it may be delivered. */
  visibleTimeMs: number;
  /** Deliveries so far, the one that runs included. */
  attempts: number;
  lastError?: ErrorSummary;
  lastInvocationId?: string;
}

/** A letter whose deliveries all failed. */
export interface DeadLetter {
  readonly entry: Entry;
  readonly letter: Letter;
  readonly deathReason: string;
  readonly deathTimeMs: number;
}
