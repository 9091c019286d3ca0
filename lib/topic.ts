import { Construct } from 'constructs';
import { attach, attachExisting } from './core/attachment.js';
import { requireFeatures } from './core/capabilities.js';
import { Checks, frozen } from './core/checks.js';
import { existingOf } from './core/existing.js';
import { checkedFilter } from './core/filter.js';
import { makeLinkable } from './core/link.js';
import type { FilterSpec, TopicSpec } from './core/model.js';
import { Tuning, type TuningEntry } from './core/platform.js';
import { platformOf } from './core/scope.js';
import { Trigger } from './core/trigger.js';
import type { Linkable } from './core/typing.js';
import { type FifoArguments, type FifoProps, fifoSpec } from './queue.js';
import { surroundingsOf } from './service.js';

export interface TopicProps extends FifoProps {
  /** @default - those of the service */
  readonly tags?: Readonly<Record<string, string>>;
  /** @default - none */
  readonly tuning?: readonly TuningEntry[];
}

export interface TopicTriggerOptions {
  /**
   * Only messages whose attributes meet, for every key here, one of its conditions: a value, `{ prefix: 'a' }`, `{ not: ['b'] }` or
   * `{ exists: true }`.
   * @default - every message
   */
  readonly filter?: FilterSpec;
  /** @default - none */
  readonly tuning?: readonly TuningEntry[];
}

type TopicLink<T, F extends boolean> = { kind: 'topic'; access: 'publish'; fifo: F; accepts: (message: T) => void };

/**
 * Messages that go to every subscriber. `T` is the type of a message; it is checked against the handlers that publish. With
 * `fifo: true` the order within a group is kept, and handlers ask for a `FifoTopicClient`.
 */
export class Topic<T = any, F extends boolean = false> extends Construct implements Linkable<TopicLink<T, F>> {
  declare readonly '~link'?: TopicLink<T, F>;

  constructor(scope: Construct, id: string, ...[props = {}]: FifoArguments<TopicProps, F>) {
    super(scope, id);
    const path = this.node.path;
    const platform = platformOf(this);
    const around = surroundingsOf(this);
    const checks = new Checks('topic', path, platform);
    const existing = existingOf(props);
    if (existing) {
      attachExisting(this, 'topic', platform, existing);
      makeLinkable(this, { kind: 'topic', access: 'publish', construct: this });
      return;
    }
    const fifo = fifoSpec(checks, props);
    const spec: TopicSpec = frozen({ path, fifo, tags: checks.tags({ ...around.tags, ...props.tags }) });
    checks.own('', spec);
    requireFeatures(platform, path, [
      ...(fifo ? ['topic.fifo' as const] : []),
      ...(fifo?.contentBasedDeduplication ? ['queue.contentBasedDeduplication' as const] : []),
    ]);
    const backend = platform.createTopic(this, spec, new Tuning([...around.tuning, ...(props.tuning ?? [])]));
    attach(this, { type: 'topic', platform, backend, describe: () => spec });
    makeLinkable(this, { kind: 'topic', access: 'publish', construct: this });
  }

  /** A trigger that runs a function, with a `topic()` handler, for each message of this topic. */
  messages(options: TopicTriggerOptions = {}): Trigger<'topic'> {
    const checks = new Checks('trigger of topic', this.node.path, platformOf(this));
    return new Trigger(frozen({ kind: 'topic', filter: checkedFilter(checks, options.filter) }), this, options.tuning);
  }
}
