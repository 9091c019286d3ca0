/** Order by group: of the messages of one group, none is delivered before the one sent before it is done. */
export interface FifoSpec {
  /** Whether messages of equal content within five minutes are one message. Without it, only those of one deduplication id are. */
  readonly contentBasedDeduplication: boolean;
}

export interface QueueSpec {
  readonly path: string;
  /** Undefined: messages come in any order. */
  readonly fifo?: FifoSpec;
  /** How long a message is hidden before its first delivery; undefined is not at all. */
  readonly delaySeconds?: number;
  /** Deliveries of one message in all before it is dead. */
  readonly maxAttempts: number;
  /** How long a message waits for a consumer. */
  readonly retentionSeconds: number;
  /** How long a dead message is kept. */
  readonly deadLetterRetentionSeconds: number;
  readonly tags: Readonly<Record<string, string>>;
}

export interface QueueTriggerSpec {
  readonly kind: 'queue';
  /** Most messages in one invocation. */
  readonly batchSize: number;
  /** How long to wait for a batch to fill. */
  readonly windowSeconds: number;
  /** Most invocations of this trigger at the same time. */
  readonly maxConcurrency?: number;
}
