import type { FifoSpec } from './queue.js';

export interface TopicSpec {
  readonly path: string;
  /** Undefined: messages come in any order. */
  readonly fifo?: FifoSpec;
  readonly tags: Readonly<Record<string, string>>;
}

/** One condition for an attribute of a message. All but `exists: false` want the attribute to be there. */
export type FilterValue =
  /** Exactly this. */
  | string
  /** Starts with this. */
  | { readonly prefix: string }
  /** None of these. */
  | { readonly not: readonly string[] }
  /** Is there, whatever its value is; or is not. */
  | { readonly exists: boolean };

/** Attribute name to conditions of which one must hold; all attributes must match. Empty: every message. */
export type FilterSpec = Readonly<Record<string, readonly FilterValue[]>>;

export interface TopicTriggerSpec {
  readonly kind: 'topic';
  readonly filter: FilterSpec;
}

/** A queue that gets the messages of a topic. */
export interface SubscriptionSpec {
  readonly filter: FilterSpec;
}
