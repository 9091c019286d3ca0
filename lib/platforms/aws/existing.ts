import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { CfnBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { CfnQueue, type IQueue } from 'aws-cdk-lib/aws-sqs';
import { Annotations } from 'aws-cdk-lib/core';
import { invalid } from '../../core/errors.js';
import type { FifoSpec } from '../../core/model.js';
import type { S3Backend } from './bucket.js';
import type { LambdaBackend } from './function.js';
import { type SqsBackend, VISIBILITY_SECONDS } from './queue.js';
import type { SnsBackend } from './topic.js';

/** A queue of the larger stack. Nothing of it is changed. */
export class ExistingQueue implements SqsBackend {
  readonly deadLetters = undefined;
  readonly fifo: FifoSpec | undefined;

  constructor(readonly resource: IQueue) {
    this.fifo = fifoOf(resource.fifo, this.cfn?.contentBasedDeduplication);
  }

  /** Lambda refuses to poll a queue that shows a message again before the function has timed out. */
  consumedBy(fn: LambdaBackend): void {
    const { cfn } = this;
    const visible = cfn && (cfn.visibilityTimeout ?? VISIBILITY_SECONDS);
    if (visible === undefined || visible >= fn.spec.timeoutSeconds || visible < 0) return;
    throw invalid(
      'function',
      fn.spec.path,
      `its timeout is ${fn.spec.timeoutSeconds} seconds, and the queue '${this.resource.node.path}' shows a message again after ${visible}`,
      `set visibilityTimeout of the queue to ${6 * fn.spec.timeoutSeconds} seconds, six times the timeout, as AWS recommends`,
    );
  }

  private get cfn(): CfnQueue | undefined {
    const child = this.resource.node.defaultChild;
    return child && CfnQueue.isCfnQueue(child) ? child : undefined;
  }
}

/** A topic of the larger stack. */
export class ExistingTopic implements SnsBackend {
  readonly fifo: FifoSpec | undefined;

  constructor(readonly resource: ITopic) {
    this.fifo = fifoOf(resource.fifo, resource.contentBasedDeduplication);
  }
}

/** A bucket of the larger stack. */
export class ExistingBucket implements S3Backend {
  constructor(readonly resource: IBucket) {}

  /**
   * A bucket that is declared in this app without notifications is told to send its events to EventBridge: one property of it. Of a
   * bucket that has notifications already, or is from elsewhere, nobody here can tell.
   */
  sendEvents(fn: LambdaBackend): void {
    const child = this.resource.node.defaultChild;
    const cfn = child && CfnBucket.isCfnBucket(child) ? child : undefined;
    const managed = this.resource.node.tryFindChild('Notifications') !== undefined;
    if (cfn && !managed && cfn.notificationConfiguration === undefined) {
      cfn.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
    } else if (!cfn || managed) {
      Annotations.of(fn.scope).addInfoV2(
        `faasten:bucketEvents:${this.resource.node.path}`,
        `function '${fn.spec.path}' gets events of the bucket '${this.resource.node.path}' only if that sends them to EventBridge ` +
          '(eventBridgeEnabled: true)',
      );
    }
  }
}

function fifoOf(fifo: boolean | undefined, contentBased: unknown): FifoSpec | undefined {
  return fifo ? { contentBasedDeduplication: contentBased === true } : undefined;
}
