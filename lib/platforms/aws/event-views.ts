import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct, IConstruct } from 'constructs';
import { Bucket } from '../../bucket.js';
import { viewOf } from '../../core/attachment.js';
import { invalid, elsewhere as notThere } from '../../core/errors.js';
import { existing } from '../../core/existing.js';
import type { TuningEntry } from '../../core/platform.js';
import { Queue } from '../../queue.js';
import { Topic } from '../../topic.js';
import type { S3Backend } from './bucket.js';
import { ExistingBucket, ExistingQueue, ExistingTopic } from './existing.js';
import type { SqsBackend } from './queue.js';
import type { SnsBackend } from './topic.js';
import type {
  AwsBucketTuning,
  AwsMessagesTuning,
  AwsObjectsTuning,
  AwsQueueTuning,
  AwsScheduleTuning,
  AwsSubscriptionTuning,
  AwsTopicTuning,
} from './tuning.js';

/** What a `Queue` is on AWS. */
export class AwsQueue {
  /** @throws when the queue is on another platform */
  static of(queue: Queue<any, boolean>): AwsQueue {
    return AwsQueue.tryOf(queue) ?? elsewhere('queue', queue, 'AwsQueue');
  }
  /** Undefined when the queue is on another platform. */
  static tryOf(queue: Queue<any, boolean>): AwsQueue | undefined {
    return viewOf(queue, 'queue', 'aws', (backend: SqsBackend) => new AwsQueue(backend.resource, backend.deadLetters));
  }
  /**
   * A queue of the larger stack, for links and triggers. Its settings, dead letters and alarms are its owner's business.
   * @throws when it keeps order: see `fromFifo`
   */
  static from<T = any>(scope: Construct, id: string, queue: IQueue): Queue<T> {
    if (queue.fifo) throw invalid('queue', queue.node.path, 'it is a FIFO queue', 'use AwsQueue.fromFifo(...)');
    return new Queue<T>(scope, id, given(new ExistingQueue(queue)));
  }
  /**
   * A FIFO queue of the larger stack, for links and triggers.
   * @throws when it keeps no order: see `from`
   */
  static fromFifo<T = any>(scope: Construct, id: string, queue: IQueue): Queue<T, true> {
    if (!queue.fifo) throw invalid('queue', queue.node.path, 'it is no FIFO queue', 'use AwsQueue.from(...)');
    return new Queue<T, true>(scope, id, given(new ExistingQueue(queue)));
  }
  /** Settings of `sqs.Queue`, for `tuning` of a queue or a service. */
  static tune(settings: AwsQueueTuning): TuningEntry {
    return { platform: 'aws', construct: 'queue', settings };
  }
  /** Settings of the event source mapping, for `tuning` of `queue.messages()`. */
  static tuneMessages(settings: AwsMessagesTuning): TuningEntry {
    return { platform: 'aws', construct: 'messages', settings };
  }

  private constructor(
    readonly queue: IQueue,
    /** Undefined of a queue that was declared elsewhere. */
    readonly deadLetters: IQueue | undefined,
  ) {}
}

/** What a `Topic` is on AWS. */
export class AwsTopic {
  /** @throws when the topic is on another platform */
  static of(topic: Topic<any, boolean>): AwsTopic {
    return AwsTopic.tryOf(topic) ?? elsewhere('topic', topic, 'AwsTopic');
  }
  /** Undefined when the topic is on another platform. */
  static tryOf(topic: Topic<any, boolean>): AwsTopic | undefined {
    return viewOf(topic, 'topic', 'aws', (backend: SnsBackend) => new AwsTopic(backend.resource));
  }
  /**
   * A topic of the larger stack, for links and triggers.
   * @throws when it keeps order: see `fromFifo`
   */
  static from<T = any>(scope: Construct, id: string, topic: ITopic): Topic<T> {
    if (topic.fifo) throw invalid('topic', topic.node.path, 'it is a FIFO topic', 'use AwsTopic.fromFifo(...)');
    return new Topic<T>(scope, id, given(new ExistingTopic(topic)));
  }
  /**
   * A FIFO topic of the larger stack, for links and subscriptions of queues.
   * @throws when it keeps no order: see `from`
   */
  static fromFifo<T = any>(scope: Construct, id: string, topic: ITopic): Topic<T, true> {
    if (!topic.fifo) throw invalid('topic', topic.node.path, 'it is no FIFO topic', 'use AwsTopic.from(...)');
    return new Topic<T, true>(scope, id, given(new ExistingTopic(topic)));
  }
  /** Settings of `sns.Topic`, for `tuning` of a topic or a service. */
  static tune(settings: AwsTopicTuning): TuningEntry {
    return { platform: 'aws', construct: 'topic', settings };
  }
  /** Settings of a subscription, for `tuning` of `topic.messages()` and `queue.subscribe()`. */
  static tuneSubscription(settings: AwsSubscriptionTuning): TuningEntry {
    return { platform: 'aws', construct: 'subscription', settings };
  }

  private constructor(readonly topic: ITopic) {}
}

/** What a `Bucket` is on AWS. */
export class AwsBucket {
  /** @throws when the bucket is on another platform */
  static of(bucket: Bucket): AwsBucket {
    return AwsBucket.tryOf(bucket) ?? elsewhere('bucket', bucket, 'AwsBucket');
  }
  /** Undefined when the bucket is on another platform. */
  static tryOf(bucket: Bucket): AwsBucket | undefined {
    return viewOf(bucket, 'bucket', 'aws', (backend: S3Backend) => new AwsBucket(backend.resource));
  }
  /** A bucket of the larger stack, for links and triggers. It must send its events to EventBridge where it has triggers. */
  static from(scope: Construct, id: string, bucket: IBucket): Bucket {
    return new Bucket(scope, id, given(new ExistingBucket(bucket)));
  }
  /** Settings of `s3.Bucket`, for `tuning` of a bucket or a service. */
  static tune(settings: AwsBucketTuning): TuningEntry {
    return { platform: 'aws', construct: 'bucket', settings };
  }
  /** Settings of the EventBridge rule, for `tuning` of `bucket.objects()`. */
  static tuneObjects(settings: AwsObjectsTuning): TuningEntry {
    return { platform: 'aws', construct: 'objects', settings };
  }

  private constructor(readonly bucket: IBucket) {}
}

/** What schedules are on AWS. */
export class AwsSchedule {
  /** Settings of EventBridge Scheduler, for `tuning` of a `Schedule`. */
  static tune(settings: AwsScheduleTuning): TuningEntry {
    return { platform: 'aws', construct: 'schedule', settings };
  }

  private constructor() {}
}

/** Props that stand for a resource which exists. */
function given(backend: SqsBackend | SnsBackend | S3Backend): any {
  return existing({ platform: 'aws', backend, fifo: 'fifo' in backend ? backend.fifo : undefined });
}

function elsewhere(what: string, construct: IConstruct, view: string): never {
  throw notThere('aws', what, construct.node.path, view);
}
