import type { Construct } from 'constructs';
import { conflicting } from '../../core/errors.js';
import type { QueueSpec, SubscriptionSpec } from '../../core/model.js';
import type { QueueBackend, Tuning } from '../../core/platform.js';
import { Broker } from './broker.js';
import { deadLettersOf } from './dead-letters.js';
import { createTrigger, type DeliveryTuning } from './delivery.js';
import { topicFilter } from './filter.js';
import type { Settings } from './options.js';
import type { TopicResources } from './topic.js';

/** How long one Broker may take to accept an event of another one. */
const POST_SECONDS = 10;

/** CloudEvents type of messages that links send. */
export const QUEUE_MESSAGE = 'dev.faasten.queue.message';

/** Settings of a queue on Kubernetes. */
export interface KubernetesQueueTuning {
  /** How deliveries that fail are repeated. @default - see `DeliveryTuning` */
  readonly delivery?: DeliveryTuning;
}

/** A queue: a Broker of its own, with one Trigger. */
export class QueueResources implements QueueBackend {
  readonly broker: Broker;
  readonly delivery: DeliveryTuning | undefined;
  /** The function that gets the messages, and its trigger. */
  consumer?: { readonly path: string; readonly trigger: string };

  constructor(
    scope: Construct,
    readonly spec: QueueSpec,
    private readonly settings: Settings,
    tuning: Tuning,
  ) {
    this.broker = new Broker(scope, 'Resource', { what: 'queue', path: spec.path, tags: spec.tags }, settings);
    this.delivery = tuning.for<KubernetesQueueTuning>('kubernetes', 'queue').delivery;
  }

  get resource() {
    return this.broker.resource;
  }

  /** Has the Broker of a topic post its events to the one of this queue, which then delivers them with its own attempts. */
  subscribe(scope: Construct, { filter }: SubscriptionSpec, topic: TopicResources): void {
    const { path, tags, maxAttempts } = this.spec;
    createTrigger(scope, 'Resource', {
      ...{ what: 'queue', path, tags },
      broker: topic.broker,
      filter: topicFilter({ filter }),
      subscriber: { ref: this.broker.reference },
      delivery: {
        attempts: maxAttempts,
        deadLetters: deadLettersOf(scope, this.settings),
        timeoutSeconds: POST_SECONDS,
        tuning: this.delivery,
      },
    });
  }

  /** A Broker gives each event to every Trigger, so that a second one would not share the messages but get them again. */
  consumedBy(path: string, trigger: string): void {
    if (this.consumer !== undefined) {
      throw conflicting(
        'queue',
        this.spec.path,
        `its messages go to '${this.consumer.path}' already and cannot be shared with '${path}'`,
        'let one function consume a queue, or use a Topic, which gives every message to each of its functions',
      );
    }
    this.consumer = { path, trigger };
  }
}
