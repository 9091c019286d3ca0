export interface QueueSpec {
  readonly path: string;
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
