import type { Checks } from '../../core/checks.js';
import type { DurationLike } from '../../core/duration.js';
import { shown } from '../../core/errors.js';
import type { StreamReadingSpec } from '../../core/model.js';
import type { TuningEntry } from '../../core/platform.js';

/** How a function reads a stream. Limits: https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html */
export interface AwsReadingOptions {
  /**
   * Most records in one invocation, up to 10,000.
   * @default 100
   */
  readonly batchSize?: number;
  /**
   * How long to wait, at most, for a batch to fill, up to 5 minutes.
   * @default - not at all
   */
  readonly window?: DurationLike;
  /**
   * Where the trigger begins when it is made: with what comes, or with the oldest record that is kept.
   * @default 'latest'
   */
  readonly from?: 'latest' | 'oldest';
  /**
   * Batches of one shard at the same time, up to 10; the order within a key stays.
   * @default 1
   */
  readonly parallel?: number;
  /**
   * Whether a batch that fails is halved, so that a record which always fails ends alone.
   * @default true
   */
  readonly bisect?: boolean;
  /**
   * Deliveries of one batch in all, up to 10,001; then it is given up, and the stream goes on.
   * @default - the function's `retry.maxAttempts`
   */
  readonly maxAttempts?: number;
  /**
   * Records that are older are left out; 1 minute to 7 days.
   * @default - as long as the stream keeps them
   */
  readonly maxAge?: DurationLike;
  /**
   * Length of tumbling windows, up to 15 minutes: what the handler returns for a batch is the `state` of the next one in the window.
   * @default - no windows
   */
  readonly tumblingWindow?: DurationLike;
  /**
   * Patterns of which a record must match one: `{ dynamodb: { NewImage: { status: { S: ['paid'] } } } }`, `{ data: { kind: ['order'] } }`.
   * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
   * @default - every record
   */
  readonly filters?: readonly object[];
  /** @default - none */
  readonly tuning?: readonly TuningEntry[];
}

/** What the options mean, checked. */
export function readingSpec(
  checks: Checks,
  options: Omit<AwsReadingOptions, 'from'> & { readonly from?: unknown },
): StreamReadingSpec {
  const { from = 'latest', filters = [], maxAttempts, maxAge, tumblingWindow, window } = options;
  if (!Array.isArray(filters) || filters.length > 5 || filters.some((each) => each === null || typeof each !== 'object')) {
    checks.fail(`filters is ${shown(filters)}`, 'give up to 5 patterns');
  }
  return {
    batchSize: checks.integer('batchSize', options.batchSize ?? 100, 1, 10_000),
    windowSeconds: window === undefined ? 0 : checks.seconds('window', window, 0, 300),
    from: positionOf(checks, from),
    parallel: checks.integer('parallel', options.parallel ?? 1, 1, 10),
    bisect: options.bisect ?? true,
    maxAttempts: maxAttempts === undefined ? undefined : checks.integer('maxAttempts', maxAttempts, 1, 10_001),
    maxAgeSeconds: maxAge === undefined ? undefined : checks.seconds('maxAge', maxAge, 60, 604_800),
    tumblingSeconds: tumblingWindow === undefined ? undefined : checks.seconds('tumblingWindow', tumblingWindow, 1, 900),
    filters,
  };
}

function positionOf(checks: Checks, from: unknown): StreamReadingSpec['from'] {
  if (from === 'latest' || from === 'oldest') return from;
  if (from instanceof Date && !Number.isNaN(from.getTime())) return { time: from.toISOString() };
  return checks.fail(`from is ${shown(from)}`, "give 'latest' or 'oldest', or for a data stream a Date");
}
