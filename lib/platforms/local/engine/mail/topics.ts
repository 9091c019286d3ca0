import { randomUUID } from 'node:crypto';
import type { FilterSpec } from '../../../../core/model.js';
import type { LocalModel } from '../../model.js';
import type { Clock } from '../clock.js';
import { subscriptionEdge, triggerEdge } from '../edges.js';
import type { Incoming } from '../history/events.js';
import type { Store } from '../store.js';
import { passes } from './filter.js';
import type { Letter } from './letter.js';
import type { Mailbox } from './mailbox.js';
import { type Posting, post } from './posting.js';
import { deduplicationOf, groupKey, letterOf, type Receiver, type Sent } from './sent.js';

/** Where the messages of a topic go, and how often they went there. */
export interface Subscription {
  /** A function or a queue. */
  readonly target: string;
  /** Name of the function's trigger, id of the queue's subscription. */
  readonly name: string;
  readonly box: Mailbox;
  readonly edgeId: string;
  readonly filter: FilterSpec;
  delivered: number;
  filtered: number;
}

/** Messages of a topic since the process started. */
export interface Published {
  count: number;
  lastTimeMs?: number;
}

/** Topics: a message is written to each mailbox whose subscription lets it through, in one step. */
export class Topics {
  readonly subscriptions = new Map<string, Subscription[]>();
  readonly published = new Map<string, Published>();
  onPublish: (topicPath: string) => void = () => {};

  constructor(
    private readonly model: LocalModel,
    boxes: { readonly queues: ReadonlyMap<string, Mailbox>; readonly functions: ReadonlyMap<string, Mailbox> },
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly record: (event: Incoming) => string,
  ) {
    for (const path of Object.keys(model.topics)) {
      this.subscriptions.set(path, []);
      this.published.set(path, { count: 0 });
    }
    for (const [target, { subscriptions }] of Object.entries(model.queues)) {
      const box = boxes.queues.get(target)!;
      for (const [name, { topic, filter }] of Object.entries(subscriptions))
        this.subscribe(topic, { target, name, box, edgeId: subscriptionEdge(target, name), filter });
    }
    for (const [target, { triggers }] of Object.entries(model.functions)) {
      const box = boxes.functions.get(target)!;
      for (const [name, trigger] of Object.entries(triggers)) {
        if (trigger.kind !== 'topic') continue;
        this.subscribe(trigger.source!, { target, name, box, edgeId: triggerEdge(target, name), filter: trigger.filter });
      }
    }
  }

  /** Resolves when each subscription that lets the message through has it. */
  async publish(topic: string, sent: Sent): Promise<string> {
    const receiver: Receiver = { kind: 'topic', path: topic, fifo: this.model.topics[topic]!.fifo };
    const base = letterOf(receiver, sent, this.clock.now(), this.record);
    const once = deduplicationOf(receiver, sent);
    const postings: Posting[] = [];
    const reached: Subscription[] = [];
    for (const subscription of this.subscriptions.get(topic)!) {
      if (!passes(subscription.filter, sent.attributes)) {
        subscription.filtered++;
        continue;
      }
      const deduplicationId = once === undefined ? undefined : groupKey(topic, subscription.name, once);
      const posting = subscription.box.prepare(this.copyFor(subscription, topic, base), { deduplicationId });
      if (!posting) continue;
      postings.push(posting);
      reached.push(subscription);
    }
    await post(this.store, postings);
    for (const subscription of reached) subscription.delivered++;
    const published = this.published.get(topic)!;
    published.count++;
    published.lastTimeMs = base.sentTimeMs;
    this.onPublish(topic);
    return base.id;
  }

  private subscribe(topic: string, subscription: Omit<Subscription, 'delivered' | 'filtered'>): void {
    this.subscriptions.get(topic)!.push({ ...subscription, delivered: 0, filtered: 0 });
  }

  /** Functions keep the order of each topic's groups; queues only where they are declared so. */
  private copyFor({ target, name, edgeId }: Subscription, topic: string, base: Omit<Letter, 'kind' | 'origin'>): Letter {
    const origin = { kind: 'topic' as const, resourceId: topic, edgeId, title: '1 message' };
    const { group } = base;
    const queue = this.model.queues[target];
    if (queue) return { ...base, kind: 'queue', id: randomUUID(), origin, group: queue.fifo && group };
    return {
      ...base,
      kind: 'topic',
      trigger: name,
      origin,
      group: group === undefined ? undefined : groupKey(topic, name, group),
    };
  }
}
