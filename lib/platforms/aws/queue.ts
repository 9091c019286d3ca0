import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { type CfnQueue, type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Duration, Lazy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { FifoSpec, QueueSpec, QueueTriggerSpec } from '../../core/model.js';
import type { QueueBackend, Tuning } from '../../core/platform.js';
import type { LambdaBackend } from './function.js';
import { LIMITS } from './limits.js';
import { allow, allowKey } from './permissions.js';
import { requireSameRegion, warnOfOtherAccount } from './place.js';
import { tag } from './tags.js';
import type { AwsMessagesTuning, AwsQueueTuning } from './tuning.js';

/** What SQS itself takes where nobody says otherwise; for a queue without a consumer. */
export const VISIBILITY_SECONDS = 30;

const POLL = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

/** A queue as triggers and links see it: one of ours, or one that exists. */
export interface SqsBackend extends QueueBackend {
  readonly resource: IQueue;
  /** Undefined where it is not known. */
  readonly deadLetters?: IQueue;
  readonly fifo: FifoSpec | undefined;
  consumedBy(fn: LambdaBackend, windowSeconds: number): void;
}

/** An SQS queue and its dead-letter queue. */
export class QueueResources implements SqsBackend {
  readonly resource: Queue;
  readonly deadLetters: IQueue;
  readonly fifo: FifoSpec | undefined;
  private visibilitySeconds = VISIBILITY_SECONDS;

  constructor(scope: Construct, spec: QueueSpec, tuning: Tuning) {
    const tuned = tuning.for<AwsQueueTuning>('aws', 'queue');
    const { encryptionMasterKey, dataKeyReuse, removalPolicy } = tuned;
    const encryption = tuned.encryption ?? (encryptionMasterKey ? QueueEncryption.KMS : QueueEncryption.SQS_MANAGED);
    const fifo = spec.fifo ? true : undefined;
    this.fifo = spec.fifo;
    this.deadLetters = new Queue(scope, 'DeadLetters', {
      fifo,
      encryption,
      encryptionMasterKey,
      dataKeyReuse,
      removalPolicy,
      enforceSSL: true,
      retentionPeriod: Duration.seconds(spec.deadLetterRetentionSeconds),
    });
    this.resource = new Queue(scope, 'Resource', {
      enforceSSL: true,
      ...tuned,
      encryption,
      fifo,
      contentBasedDeduplication: spec.fifo?.contentBasedDeduplication || undefined,
      ...(spec.delaySeconds !== undefined && { deliveryDelay: Duration.seconds(spec.delaySeconds) }),
      retentionPeriod: Duration.seconds(spec.retentionSeconds),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: spec.maxAttempts },
    });
    const cfn = this.resource.node.defaultChild as CfnQueue;
    cfn.visibilityTimeout = Lazy.number({ produce: () => this.visibilitySeconds });
    tag('queue', scope, spec.tags);
  }

  /** A message stays invisible while its consumer may still be at it, so that no other one gets it as well. */
  consumedBy({ spec }: LambdaBackend, windowSeconds: number): void {
    const needed = LIMITS.sqsVisibilityFactor.value * spec.timeoutSeconds + windowSeconds;
    this.visibilitySeconds = Math.max(this.visibilitySeconds, needed);
  }
}

/** Lambda polls the queue and gives batches to the function. */
export function triggerByQueue(
  scope: Construct,
  fn: LambdaBackend,
  trigger: QueueTriggerSpec,
  name: string,
  queue: SqsBackend,
  tuning: Tuning,
): void {
  const { batchSize, windowSeconds, maxConcurrency } = trigger;
  requireSameRegion(fn, `triggers.${name}`, 'queue', queue.resource, 'Lambda polls queues of its own region only');
  warnOfOtherAccount(fn, 'queue', queue.resource, POLL.join(', '));
  queue.consumedBy(fn, windowSeconds);
  allow(fn.policy, POLL, queue.resource.queueArn);
  allowKey(fn.policy, queue.resource.encryptionMasterKey, ['kms:Decrypt']);
  new CfnEventSourceMapping(scope, 'Resource', {
    ...tuning.for<AwsMessagesTuning>('aws', 'messages'),
    functionName: fn.target.functionName,
    eventSourceArn: queue.resource.queueArn,
    batchSize,
    maximumBatchingWindowInSeconds: windowSeconds === 0 ? undefined : windowSeconds,
    scalingConfig: maxConcurrency === undefined ? undefined : { maximumConcurrency: maxConcurrency },
    functionResponseTypes: ['ReportBatchItemFailures'],
  });
}
