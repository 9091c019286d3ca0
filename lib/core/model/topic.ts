import type { FifoSpec } from './queue.js';

export interface TopicSpec {
  readonly path: string;
  /** Undefined: messages come in any order. */
  readonly fifo?: FifoSpec;
  readonly tags: Readonly<Record<string, string>>;
}

export interface TopicTriggerSpec {
  readonly kind: 'topic';
  /** Attribute name to the values of which one must be there; all attributes must match. Empty: every message. */
  readonly filter: Readonly<Record<string, readonly string[]>>;
}
