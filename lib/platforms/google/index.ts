/**
 * Ways past the portable constructs, on Google Cloud: the provider's own resources, typed, and settings that only Google reads.
 */
import type { Cloudfunctions2Function } from '@cdktf/provider-google/lib/cloudfunctions2-function/index.js';
import type { PubsubSubscription } from '@cdktf/provider-google/lib/pubsub-subscription/index.js';
import type { PubsubTopic } from '@cdktf/provider-google/lib/pubsub-topic/index.js';
import type { ServiceAccount } from '@cdktf/provider-google/lib/service-account/index.js';
import type { StorageBucket } from '@cdktf/provider-google/lib/storage-bucket/index.js';
import type { TerraformResource } from 'cdktf';
import type { IConstruct } from 'constructs';
import type { HttpApi } from '../../api.js';
import type { Bucket } from '../../bucket.js';
import { type Attachment, viewOf } from '../../core/attachment.js';
import { elsewhere as notThere } from '../../core/errors.js';
import type { WatchingCost } from '../../core/monitoring/cost.js';
import type { Backend, TuningEntry } from '../../core/platform.js';
import type { ServerlessFunction } from '../../function.js';
import type { Existing } from '../../monitoring.js';
import type { Queue } from '../../queue.js';
import type { Topic } from '../../topic.js';
import type { GoogleApiBackend, GoogleApiTuning } from './api.js';
import type { GoogleBucketBackend, GoogleBucketTuning } from './bucket.js';
import type { GoogleFunctionBackend, GoogleFunctionTuning } from './function.js';
import type { ExistingChannel } from './monitoring/channel.js';
import { type WatchingPart, watchingCost } from './monitoring/cost.js';
import type { GoogleQueueBackend, GoogleQueueTuning } from './queue.js';
import type { GoogleTopicBackend, GoogleTopicTuning } from './topic.js';

export type { CostPart, WatchingCost } from '../../core/monitoring/cost.js';
export type { GoogleApiTuning } from './api.js';
export type { GoogleBucketTuning } from './bucket.js';
export type { GoogleFunctionTuning } from './function.js';
export type { ExistingChannel } from './monitoring/channel.js';
export type { WatchingPart } from './monitoring/cost.js';
export { type GoogleOptions, google } from './platform.js';
export type { GoogleQueueTuning } from './queue.js';
export type { GoogleTopicTuning } from './topic.js';

/** Alert channels that exist. */
export const GoogleAlertChannel = {
  /** A notification channel that somebody made: `existing: GoogleAlertChannel.from({ name: 'projects/…/notificationChannels/…' })`. */
  from: (channel: ExistingChannel): Existing<'channel'> => ({ platform: 'google', construct: 'channel', resource: channel }),
};

/** A `Service` on Google Cloud. */
export const GoogleService = {
  /**
   * What policies, metrics and dashboards for what is below a construct cost in a month at most, at the prices of
   * lib/platforms/google/monitoring/prices.ts. To be asked when all is declared.
   */
  watchingCost(scope: IConstruct): WatchingCost<WatchingPart> {
    return watchingCost(scope);
  },
} as const;

/** What a `ServerlessFunction` is on Google Cloud. */
export class GoogleFunction {
  /** @throws when the function is on another platform */
  static of(fn: ServerlessFunction<any>): GoogleFunction {
    return GoogleFunction.tryOf(fn) ?? elsewhere('function', fn, 'GoogleFunction');
  }
  /** Undefined when the function is on another platform: for portable services that look at Google only. */
  static tryOf(fn: ServerlessFunction<any>): GoogleFunction | undefined {
    return wrapped<GoogleFunctionBackend, GoogleFunction>(fn, 'function', (backend) => new GoogleFunction(backend));
  }
  /** Settings of `google_cloudfunctions2_function`, for `tuning` of a function or of a service's `defaults`. */
  static tune(settings: GoogleFunctionTuning): TuningEntry {
    return { platform: 'google', construct: 'function', settings };
  }

  readonly function: Cloudfunctions2Function;
  /** What the function runs as. */
  readonly serviceAccount: ServiceAccount;
  /** Address that IAM guards; the audience of identity tokens for it. Known without a reference to the function. */
  readonly url: string;

  private constructor(private readonly backend: GoogleFunctionBackend) {
    this.function = backend.function;
    this.serviceAccount = backend.serviceAccount;
    this.url = backend.url;
  }

  /** Keeps events of topics, schedules and buckets that failed. Undefined where there are none, or `retry.deadLetters` is false. */
  get deadLetters(): PubsubSubscription | undefined {
    return this.backend.deadLettersIfAny?.subscription;
  }
}

/** What an `HttpApi` is on Google Cloud: resources of the google-beta provider, whose bindings need not be installed. */
export class GoogleApi {
  /** @throws when the API is on another platform */
  static of(api: HttpApi): GoogleApi {
    return GoogleApi.tryOf(api) ?? elsewhere('HTTP API', api, 'GoogleApi');
  }
  /** Undefined when the API is on another platform. */
  static tryOf(api: HttpApi): GoogleApi | undefined {
    return wrapped<GoogleApiBackend, GoogleApi>(
      api,
      'api',
      ({ resource, api: made, config, serviceAccount }) => new GoogleApi(resource, made, config, serviceAccount),
    );
  }
  /** For `tuning` of an API or a service. */
  static tune(settings: GoogleApiTuning): TuningEntry {
    return { platform: 'google', construct: 'api', settings };
  }

  private constructor(
    /** `google_api_gateway_gateway` */
    readonly gateway: TerraformResource,
    /** `google_api_gateway_api` */
    readonly api: TerraformResource,
    /** `google_api_gateway_api_config` */
    readonly config: TerraformResource,
    /** What the gateway calls functions as. */
    readonly serviceAccount: ServiceAccount,
  ) {}
}

/** What a `Queue` is on Google Cloud. */
export class GoogleQueue {
  /** @throws when the queue is on another platform */
  static of(queue: Queue<any, boolean>): GoogleQueue {
    return GoogleQueue.tryOf(queue) ?? elsewhere('queue', queue, 'GoogleQueue');
  }
  /** Undefined when the queue is on another platform. */
  static tryOf(queue: Queue<any, boolean>): GoogleQueue | undefined {
    return wrapped<GoogleQueueBackend, GoogleQueue>(
      queue,
      'queue',
      ({ topic, subscription, deadLetters }) => new GoogleQueue(topic, subscription, deadLetters.subscription!),
    );
  }
  /** Settings of the queue's `google_pubsub_topic`, for `tuning` of a queue or a service. */
  static tune(settings: GoogleQueueTuning): TuningEntry {
    return { platform: 'google', construct: 'queue', settings };
  }

  private constructor(
    readonly topic: PubsubTopic,
    /** Holds the messages, and pushes them to the consumer. */
    readonly subscription: PubsubSubscription,
    /** Keeps dead messages. */
    readonly deadLetters: PubsubSubscription,
  ) {}
}

/** What a `Topic` is on Google Cloud. */
export class GoogleTopic {
  /** @throws when the topic is on another platform */
  static of(topic: Topic<any, boolean>): GoogleTopic {
    return GoogleTopic.tryOf(topic) ?? elsewhere('topic', topic, 'GoogleTopic');
  }
  /** Undefined when the topic is on another platform. */
  static tryOf(topic: Topic<any, boolean>): GoogleTopic | undefined {
    return wrapped<GoogleTopicBackend, GoogleTopic>(topic, 'topic', (backend) => new GoogleTopic(backend.topic));
  }
  /** Settings of `google_pubsub_topic`, for `tuning` of a topic or a service. */
  static tune(settings: GoogleTopicTuning): TuningEntry {
    return { platform: 'google', construct: 'topic', settings };
  }

  private constructor(readonly topic: PubsubTopic) {}
}

/** What a `Bucket` is on Google Cloud. */
export class GoogleBucket {
  /** @throws when the bucket is on another platform */
  static of(bucket: Bucket): GoogleBucket {
    return GoogleBucket.tryOf(bucket) ?? elsewhere('bucket', bucket, 'GoogleBucket');
  }
  /** Undefined when the bucket is on another platform. */
  static tryOf(bucket: Bucket): GoogleBucket | undefined {
    return wrapped<GoogleBucketBackend, GoogleBucket>(bucket, 'bucket', (backend) => new GoogleBucket(backend.bucket));
  }
  /** Settings of `google_storage_bucket`, for `tuning` of a bucket or a service. */
  static tune(settings: GoogleBucketTuning): TuningEntry {
    return { platform: 'google', construct: 'bucket', settings };
  }

  private constructor(readonly bucket: StorageBucket) {}
}

function wrapped<B extends Backend, T>(construct: IConstruct, type: Attachment['type'], wrap: (backend: B) => T): T | undefined {
  return viewOf(construct, type, 'google', wrap);
}

function elsewhere(what: string, construct: IConstruct, view: string): never {
  throw notThere('google', what, construct.node.path, view);
}
