import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { IResource } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { invalid } from '../../core/errors.js';
import type { StreamReadingSpec } from '../../core/model.js';
import type { Backend, Tuning } from '../../core/platform.js';
import type { LambdaBackend } from './function.js';
import { allow, allowKey } from './permissions.js';
import { requireSameRegion, warnOfOtherAccount } from './place.js';
import type { AwsRecordsTuning } from './tuning-events.js';

/** A table or data stream whose records Lambda reads. */
export interface StreamSource extends Backend {
  readonly resource: IResource;
  /** `DynamoDB table`, as errors call it. */
  readonly what: string;
  readonly streamArn: string;
  readonly key?: IKey;
  /** What reading takes: actions, and on what. */
  readonly rights: readonly { readonly actions: readonly string[]; readonly on: string }[];
}

const POSITIONS = { latest: 'LATEST', oldest: 'TRIM_HORIZON' } as const;

/** Lambda reads the shards of a stream; what it gives up is noted in the function's dead letters, by its place in the stream. */
export function triggerByStream(
  scope: Construct,
  fn: LambdaBackend,
  name: string,
  trigger: StreamReadingSpec,
  source: StreamSource,
  tuning: Tuning,
): void {
  const { what, resource, streamArn, key, rights } = source;
  checkReading(fn, name, trigger);
  requireSameRegion(fn, `triggers.${name}`, what, resource, 'Lambda reads streams of its own region only');
  warnOfOtherAccount(fn, what, resource, rights.flatMap(({ actions }) => actions).join(', '));
  for (const { actions, on } of rights) allow(fn.policy, actions, on);
  allowKey(fn.policy, key, ['kms:Decrypt']);
  const { from, tumblingSeconds, filters } = trigger;
  const { retries, deadLetters } = fn.async();
  new CfnEventSourceMapping(scope, 'Resource', {
    destinationConfig: deadLetters && { onFailure: { destination: deadLetters.queueArn } },
    ...tuning.for<AwsRecordsTuning>('aws', 'stream'),
    functionName: fn.target.functionName,
    eventSourceArn: streamArn,
    startingPosition: typeof from === 'string' ? POSITIONS[from] : 'AT_TIMESTAMP',
    startingPositionTimestamp: typeof from === 'string' ? undefined : Date.parse(from.time) / 1000,
    batchSize: trigger.batchSize,
    maximumBatchingWindowInSeconds: trigger.windowSeconds || undefined,
    parallelizationFactor: trigger.parallel === 1 ? undefined : trigger.parallel,
    bisectBatchOnFunctionError: trigger.bisect,
    maximumRetryAttempts: trigger.maxAttempts === undefined ? retries : trigger.maxAttempts - 1,
    maximumRecordAgeInSeconds: trigger.maxAgeSeconds,
    tumblingWindowInSeconds: tumblingSeconds,
    filterCriteria: filters.length > 0 ? { filters: filters.map((filter) => ({ pattern: JSON.stringify(filter) })) } : undefined,
    functionResponseTypes: ['ReportBatchItemFailures'],
  });
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html, read on 2026-11-25. */
function checkReading(fn: LambdaBackend, name: string, { windowSeconds, parallel, tumblingSeconds }: StreamReadingSpec): void {
  const fail = (wrong: string, advice: string): never => {
    throw invalid('function', fn.spec.path, `triggers.${name} has ${wrong}`, advice);
  };
  if (tumblingSeconds !== undefined && parallel > 1) {
    fail(
      `a tumbling window and ${parallel} batches of a shard at once, and a state is carried through one`,
      'leave one of the two out',
    );
  }
  if (tumblingSeconds !== undefined && windowSeconds > tumblingSeconds) {
    fail(`a window of ${windowSeconds} seconds in a tumbling window of ${tumblingSeconds}`, 'give a shorter window');
  }
}
