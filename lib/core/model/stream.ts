/** How a function reads records in their order: the changes of a table, or a data stream. */
export interface StreamReadingSpec {
  /** Most records in one invocation. */
  readonly batchSize: number;
  /** How long to wait for a batch to fill. */
  readonly windowSeconds: number;
  /** Where a new trigger begins: with what comes, with the oldest that is kept, or with that of a time (ISO 8601). */
  readonly from: 'latest' | 'oldest' | { readonly time: string };
  /** Batches of one shard at the same time, each with records of other keys. */
  readonly parallel: number;
  /** Whether a batch that fails is halved until the record that fails is alone. */
  readonly bisect: boolean;
  /** Deliveries of one batch in all. Undefined: as many as the function's `retry` says. */
  readonly maxAttempts?: number;
  /** Records that are older are left out. */
  readonly maxAgeSeconds?: number;
  /** Length of the windows that a handler carries a state through. */
  readonly tumblingSeconds?: number;
  /** Patterns in the target's own language, of which one must match. */
  readonly filters: readonly object[];
}

export interface ChangesTriggerSpec extends StreamReadingSpec {
  readonly kind: 'changes';
}

export interface StreamTriggerSpec extends StreamReadingSpec {
  readonly kind: 'stream';
}
