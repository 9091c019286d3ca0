import { Construct } from 'constructs';
import { attach, attachExisting, attachmentOf } from './core/attachment.js';
import { featuresOfFilter, requireFeatures } from './core/capabilities.js';
import { Checks, frozen } from './core/checks.js';
import type { QueueModel } from './core/describe.js';
import type { DurationLike } from './core/duration.js';
import { conflicting, shown } from './core/errors.js';
import { existingOf } from './core/existing.js';
import { checkedFilter } from './core/filter.js';
import { makeLinkable } from './core/link.js';
import type { FifoSpec, FilterSpec, QueueSpec, SubscriptionSpec, TopicSpec } from './core/model.js';
import { requireTogether } from './core/partner.js';
import { Tuning, type TuningEntry } from './core/platform.js';
import { platformOf } from './core/scope.js';
import { Trigger } from './core/trigger.js';
import type { Linkable } from './core/typing.js';
import type { MonitoringOptions, QueueAlarms } from './monitoring.js';
import { surroundingsOf } from './service.js';
import type { Topic } from './topic.js';
import { Watch } from './watch/construct.js';

/** Order, which a queue or topic keeps or does not. `F` is what `fifo` says, as a type. */
export interface FifoProps<F extends boolean = boolean> {
  /**
   * Keeps the order of messages of one group: `send(message, { group })`. A message waits until the one before it in its group is
   * done or dead; groups do not wait for each other.
   * @default false
   */
  readonly fifo?: F;
  /**
   * Of messages with equal content that are sent within five minutes, takes the first only. Needs `fifo`. Without it, messages
   * are told apart by the `deduplicationId` they are sent with.
   * @default false
   */
  readonly contentBasedDeduplication?: F extends false ? false : boolean;
}

/** Props of a construct that may keep order: with `true` as its type parameter, `fifo` must be given. */
export type FifoArguments<P extends FifoProps, F extends boolean> = [F] extends [true]
  ? [props: P & FifoProps<F> & { readonly fifo: F }]
  : [props?: P & FifoProps<F>];

export interface QueueProps extends FifoProps {
  /**
   * Deliveries of one message in all; after the last failed one it moves to the dead-letter queue. 1 is no retry.
   * @default 5
   */
  readonly maxAttempts?: number;
  /**
   * How long a message waits for a consumer, from 1 minute to 14 days.
   * @default Duration.days(4)
   */
  readonly retention?: DurationLike;
  /**
   * How long a dead message is kept, from 1 minute to 14 days.
   * @default Duration.days(14)
   */
  readonly deadLetterRetention?: DurationLike;
  /**
   * How long every message is hidden before its first delivery, up to 15 minutes.
   * @default - not at all
   */
  readonly delay?: DurationLike;
  /** @default - those of the service */
  readonly tags?: Readonly<Record<string, string>>;
  /**
   * How the queue is watched; `false` for not at all.
   * @default - as the service around it says
   */
  readonly monitoring?: MonitoringOptions<QueueAlarms> | false;
  /** @default - none */
  readonly tuning?: readonly TuningEntry[];
}

export interface SubscriptionOptions {
  /**
   * Only messages whose attributes meet, for every key here, one of its conditions, as in `topic.messages()`.
   * @default - every message
   */
  readonly filter?: FilterSpec;
  /** @default - none */
  readonly tuning?: readonly TuningEntry[];
}

export interface QueueTriggerOptions {
  /**
   * Most messages in one invocation. On a target that delivers one at a time (see the support table) it is always one.
   * @default 1
   */
  readonly batchSize?: number;
  /**
   * How long to wait, at most, for a batch to fill. A target that delivers one at a time does not wait.
   * @default - not at all
   */
  readonly window?: DurationLike;
  /**
   * Most invocations of this trigger at the same time.
   * @default - the function's own limit
   */
  readonly maxConcurrency?: number;
  /** @default - none */
  readonly tuning?: readonly TuningEntry[];
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-delay-queues.html */
const LONGEST_DELAY = 900;

/** 14 days: the longest of SQS (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html). */
const LONGEST_RETENTION = 14 * 86_400;

type QueueLink<T, F extends boolean> = { kind: 'queue'; access: 'send'; fifo: F; accepts: (message: T) => void };

/**
 * Messages that wait for one consumer each, and are delivered at least once. A message that keeps failing ends in the queue's
 * own dead-letter queue. `T` is the type of a message; it is checked against the handlers that send. With `fifo: true` the order
 * within a group is kept: `new Queue<Order, true>(this, 'Orders', { fifo: true })`, and handlers ask for a `FifoQueueClient`.
 */
export class Queue<T = any, F extends boolean = false> extends Construct implements Linkable<QueueLink<T, F>> {
  declare readonly '~link'?: QueueLink<T, F>;
  private readonly fifo: boolean;
  private readonly subscriptions: Record<string, SubscriptionSpec & { topic: string }> = {};

  constructor(scope: Construct, id: string, ...[props = {}]: FifoArguments<QueueProps, F>) {
    super(scope, id);
    const path = this.node.path;
    const platform = platformOf(this);
    const checks = new Checks('queue', path, platform);
    const around = surroundingsOf(this);
    const existing = existingOf(props);
    if (existing) {
      this.fifo = existing.fifo !== undefined;
      attachExisting(this, 'queue', platform, existing, () => this.described());
      makeLinkable(this, { kind: 'queue', access: 'send', construct: this });
      return;
    }
    const retention = (property: 'retention' | 'deadLetterRetention', days: number) => {
      const value = props[property];
      return value === undefined ? days * 86_400 : checks.seconds(property, value, 60, LONGEST_RETENTION);
    };
    this.fifo = props.fifo ?? false;
    const spec: QueueSpec = frozen({
      path,
      fifo: fifoSpec(checks, props),
      delaySeconds: props.delay === undefined ? undefined : checks.seconds('delay', props.delay, 0, LONGEST_DELAY) || undefined,
      maxAttempts: checks.integer('maxAttempts', props.maxAttempts ?? 5, 1, 1000),
      retentionSeconds: retention('retention', 4),
      deadLetterRetentionSeconds: retention('deadLetterRetention', 14),
      tags: checks.tags({ ...around.tags, ...props.tags }),
    });
    checks.own('', spec);
    requireFeatures(platform, path, [
      'queue.deadLetters',
      ...(props.retention === undefined ? [] : ['queue.retention' as const]),
      ...(spec.fifo ? ['queue.fifo' as const] : []),
      ...(spec.fifo?.contentBasedDeduplication ? ['queue.contentBasedDeduplication' as const] : []),
      ...(spec.delaySeconds === undefined ? [] : ['queue.delay' as const]),
    ]);
    const backend = platform.createQueue(this, spec, new Tuning([...around.tuning, ...(props.tuning ?? [])]));
    attach(this, { type: 'queue', platform, backend, describe: () => ({ ...spec, ...this.described() }) });
    makeLinkable(this, { kind: 'queue', access: 'send', construct: this });
    new Watch(this, platform, { kind: 'queue', path, spec, backend }, around.services, props);
  }

  private described(): Pick<QueueModel, 'subscriptions'> {
    return Object.keys(this.subscriptions).length > 0 ? { subscriptions: this.subscriptions } : {};
  }

  /** A trigger that runs a function, with a `queue()` handler, for the messages of this queue. */
  messages(options: QueueTriggerOptions = {}): Trigger<'queue'> {
    const checks = new Checks('trigger of queue', this.node.path, platformOf(this));
    return new Trigger(
      frozen({
        kind: 'queue',
        batchSize: checks.integer('batchSize', options.batchSize ?? 1, 1, 10_000),
        windowSeconds: options.window === undefined ? 0 : checks.seconds('window', options.window, 0, 300),
        maxConcurrency:
          options.maxConcurrency === undefined ? undefined : checks.integer('maxConcurrency', options.maxConcurrency, 1),
      }),
      this,
      options.tuning,
    );
  }

  /**
   * Has this queue get the messages of a topic as they were published, with their attributes. `id` becomes part of construct ids.
   * A topic whose messages several queues get does the same work for each of them at its own pace.
   */
  subscribe(id: string, topic: Topic<T, boolean>, options: SubscriptionOptions = {}): void {
    const { platform, backend } = attachmentOf(this)!;
    const checks: Checks = new Checks('queue', this.node.path, platform);
    checks.key('subscribe()', id);
    const spec: SubscriptionSpec = frozen({ filter: checkedFilter(checks, options.filter) });
    checks.own(`subscribe('${id}')`, spec);
    requireFeatures(platform, this.node.path, ['queue.subscribe', ...featuresOfFilter(spec.filter)]);
    const source = attachmentOf(topic);
    if (source?.type !== 'topic') checks.fail(`subscribe('${id}') got ${shown(topic)}`, 'give a Topic');
    requireTogether(platform, this, `subscribe('${id}'), the topic`, topic, source);
    if (this.fifo && !(source.describe() as TopicSpec).fifo) {
      checks.fail(
        `subscribe('${id}') got the topic '${topic.node.path}', which keeps no order, and this queue does`,
        'set fifo: true on the topic, or leave it out of the queue',
      );
    }
    const subscriptions =
      (this.node.tryFindChild('Subscriptions') as Construct | undefined) ?? new Construct(this, 'Subscriptions');
    if (subscriptions.node.tryFindChild(id)) {
      throw conflicting('queue', this.node.path, `subscribe('${id}') was called before`, 'choose another id');
    }
    this.subscriptions[id] = { ...spec, topic: topic.node.path };
    platform.subscribe?.(new Construct(subscriptions, id), spec, backend, source.backend, new Tuning(options.tuning ?? []));
  }
}

/** What the props of a queue or topic say about order. */
export function fifoSpec(checks: Checks, { fifo, contentBasedDeduplication }: FifoProps): FifoSpec | undefined {
  if (fifo) return { contentBasedDeduplication: contentBasedDeduplication ?? false };
  if (contentBasedDeduplication) checks.fail('contentBasedDeduplication is set without fifo', 'set fifo: true, or leave it out');
  return undefined;
}
