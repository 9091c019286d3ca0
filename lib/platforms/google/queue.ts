import type { PubsubSubscription } from '@cdktf/provider-google/lib/pubsub-subscription/index.js';
import { PubsubTopic, type PubsubTopicConfig } from '@cdktf/provider-google/lib/pubsub-topic/index.js';
import type { Construct } from 'constructs';
import { conflicting } from '../../core/errors.js';
import type { QueueSpec, SubscriptionSpec } from '../../core/model.js';
import type { QueueBackend } from '../../core/platform.js';
import type { StackContext } from './context.js';
import { DeadLetters, Delivery } from './delivery.js';
import { attributeFilter } from './filter.js';
import type { GoogleFunctionBackend } from './function.js';
import { labelsOf } from './labels.js';
import { NAME_LENGTH } from './limits.js';
import { googleName } from './names.js';
import { plainText } from './text.js';
import type { GoogleTopicBackend } from './topic.js';

/** Settings of `google_pubsub_topic`, which a queue's messages are sent to. */
export type GoogleQueueTuning = Partial<Omit<PubsubTopicConfig, 'name' | 'project'>>;

/**
 * A topic with the one subscription that makes it a queue. It is there from the beginning: what is sent before there is a consumer
 * waits in it, and a consumer that comes or goes loses nothing.
 */
export class GoogleQueueBackend implements QueueBackend {
  readonly resource: PubsubTopic;
  readonly name: string;
  /** `projects/…/topics/…`, without a reference to the resource: an environment variable of a function must not close a cycle. */
  readonly address: string;
  readonly deadLetters: DeadLetters;
  private readonly delivery: Delivery;
  private readonly subscriptions: Delivery[] = [];
  private consumer: GoogleFunctionBackend | undefined;
  private push: ((delivery: Delivery) => void) | undefined;

  constructor(
    scope: Construct,
    context: StackContext,
    private readonly spec: QueueSpec,
    tuning: GoogleQueueTuning,
  ) {
    const { path, maxAttempts, retentionSeconds, deadLetterRetentionSeconds } = spec;
    const labels = labelsOf(path, spec.tags);
    this.name = googleName(path, NAME_LENGTH.topic);
    this.address = `projects/${context.project}/topics/${this.name}`;
    this.resource = new PubsubTopic(scope, 'Resource', {
      labels,
      ...tuning,
      name: this.name,
      project: context.projectArgument,
    });
    this.deadLetters = new DeadLetters(scope, 'DeadLetters', context, {
      path,
      retentionSeconds: deadLetterRetentionSeconds,
      labels,
    });
    this.delivery = new Delivery(scope, 'Subscription', context, {
      path,
      topic: this.resource,
      deadLetters: this.deadLetters,
      maxAttempts,
      retentionSeconds,
      ordered: spec.fifo !== undefined,
      labels,
    });
  }

  get topic(): PubsubTopic {
    return this.resource;
  }

  get subscription(): PubsubSubscription {
    return this.delivery.subscription;
  }

  /** Names of all subscriptions that messages wait in: its own, and those of topics. */
  get subscriptionNames(): readonly string[] {
    return [this.delivery, ...this.subscriptions].map(({ subscriptionName }) => subscriptionName);
  }

  /** A subscription of a topic, whose messages go where this queue's own go, with the same attempts and dead letters. */
  subscribe(scope: Construct, context: StackContext, { filter }: SubscriptionSpec, topic: GoogleTopicBackend): void {
    const text = attributeFilter(scope.node.path, filter);
    const delivery = new Delivery(scope, 'Subscription', context, {
      path: scope.node.path,
      topic: topic.topic,
      deadLetters: this.deadLetters,
      maxAttempts: this.spec.maxAttempts,
      retentionSeconds: this.spec.retentionSeconds,
      filter: text && plainText(text),
      ordered: this.spec.fifo !== undefined,
      labels: labelsOf(this.spec.path, this.spec.tags),
    });
    this.subscriptions.push(delivery);
    this.push?.(delivery);
  }

  consume(fn: GoogleFunctionBackend, path: (settings: { attempts?: number }) => string): void {
    if (this.consumer) {
      throw conflicting(
        'queue',
        this.spec.path,
        `'${this.consumer.spec.path}' consumes it already, and on Google Cloud '${fn.spec.path}' would get a copy of each message ` +
          'instead of a share',
        'consume a queue by one function; for copies, use a Topic',
      );
    }
    this.consumer = fn;
    this.push = (delivery) => delivery.pushTo(fn, path);
    for (const delivery of [this.delivery, ...this.subscriptions]) this.push(delivery);
  }
}
