import { createHash, randomUUID } from 'node:crypto';
import { FaastenError } from '../../../../core/errors.js';
import type { FilterSpec } from '../../../../core/model.js';
import type { SendRequest } from '../../console/protocol.js';
import type { LocalFunctionModel, LocalModel } from '../../model.js';
import type { Clock } from '../clock.js';
import { subscriptionEdge, triggerEdge } from '../edges.js';
import type { Incoming } from '../history/events.js';
import type { Call, Done, FunctionRunner, Joined } from '../runner.js';
import { Sequence } from '../sequence.js';
import { type Change, keyOf, type Store } from '../store.js';
import type { EventsTask, Task } from '../worker/protocol.js';
import { checkBytes } from './bytes.js';
import { Consumer } from './consumer.js';
import { passes } from './filter.js';
import type { Entry, Letter } from './letter.js';
import { type Failure, Mailbox, type MailboxSettings } from './mailbox.js';

/** What comes with a message or event, from whoever sent it. */
export interface Sent {
  readonly body?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly group?: string;
  readonly deduplicationId?: string;
  readonly delaySeconds?: number;
  readonly traceId: string;
  readonly parentId?: string;
  readonly eventId?: string;
}

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

export interface DeliverySettings {
  readonly maxConcurrency: (fn: LocalFunctionModel) => number;
  /** Milliseconds from a failed delivery to the next one. */
  backoff(attempt: number): number;
  /** Keeps what came in, to be sent again. Gives its id. */
  record(event: Incoming): string;
}

/** Everything that waits: a mailbox for each queue and each function, and who takes from it. */
export class Deliveries {
  readonly queues = new Map<string, Mailbox>();
  /** For events of topics, schedules and buckets, and for starts. */
  readonly functions = new Map<string, Mailbox>();
  readonly subscriptions = new Map<string, Subscription[]>();
  readonly published = new Map<string, Published>();
  onPublish: (topicPath: string) => void = () => {};
  readonly consumers: Consumer[] = [];
  private readonly sequence = new Sequence();

  constructor(
    private readonly model: LocalModel,
    private readonly runners: ReadonlyMap<string, FunctionRunner>,
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly settings: DeliverySettings,
  ) {
    for (const [path, queue] of Object.entries(model.queues)) {
      const { maxAttempts, retentionSeconds, deadLetterRetentionSeconds, delaySeconds = 0 } = queue;
      this.queues.set(
        path,
        this.mailbox(keyOf('queue', path), {
          ...{ maxAttempts, deadLetters: true, delay: delaySeconds * 1000 },
          retention: retentionSeconds * 1000,
          deadLetterRetention: deadLetterRetentionSeconds * 1000,
        }),
      );
    }
    for (const path of Object.keys(model.topics)) {
      this.subscriptions.set(path, []);
      this.published.set(path, { count: 0 });
    }
    for (const [path, { subscriptions }] of Object.entries(model.queues)) {
      for (const [name, { topic, filter }] of Object.entries(subscriptions)) {
        this.subscribe(topic, { target: path, name, box: this.queues.get(path)!, edgeId: subscriptionEdge(path, name), filter });
      }
    }
    for (const [path, fn] of Object.entries(model.functions)) {
      const box = this.mailbox(keyOf('function', path), { ...fn.retry });
      this.functions.set(path, box);
      this.consume(box, fn, { batchSize: 1 });
      for (const [name, trigger] of Object.entries(fn.triggers)) {
        if (trigger.kind === 'queue') this.consume(this.queues.get(trigger.source!)!, fn, trigger, name);
        if (trigger.kind === 'topic') {
          this.subscribe(trigger.source!, { target: path, name, box, edgeId: triggerEdge(path, name), filter: trigger.filter });
        }
      }
    }
  }

  get boxes(): Mailbox[] {
    return [...this.queues.values(), ...this.functions.values()];
  }

  async load(): Promise<void> {
    for (const box of this.boxes) await box.load();
  }

  begin(): void {
    for (const box of this.boxes) box.begin();
  }

  async send(queue: string, sent: Sent): Promise<string> {
    const box = this.queues.get(queue)!;
    const { fifo } = this.model.queues[queue]!;
    const origin = { kind: 'queue' as const, resourceId: queue, title: '1 message' };
    const letter: Letter = { ...this.letterOf('queue', queue, sent, fifo !== undefined), kind: 'queue', origin };
    await box.send(letter, {
      delay: sent.delaySeconds === undefined ? undefined : sent.delaySeconds * 1000,
      deduplicationId: fifo && (sent.deduplicationId ?? (fifo.contentBasedDeduplication ? hashOf(sent.body) : undefined)),
    });
    return letter.id;
  }

  /** Resolves when each subscription that lets the message through has it. */
  async publish(topic: string, sent: Sent): Promise<string> {
    const { fifo } = this.model.topics[topic]!;
    const base = this.letterOf('topic', topic, sent, fifo !== undefined);
    const once = fifo && (sent.deduplicationId ?? (fifo.contentBasedDeduplication ? hashOf(sent.body) : undefined));
    const changes: Change[] = [];
    const after: (() => void)[] = [];
    for (const subscription of this.subscriptions.get(topic)!) {
      const { target, name, box, edgeId, filter } = subscription;
      if (!passes(filter, sent.attributes)) {
        subscription.filtered++;
        continue;
      }
      const toQueue = this.queues.has(target);
      const letter: Letter = {
        ...base,
        ...(toQueue ? { kind: 'queue', id: randomUUID() } : { kind: 'topic', trigger: name }),
        origin: { kind: 'topic', resourceId: topic, edgeId, title: '1 message' },
        group:
          base.group === undefined || !this.keepsOrder(target)
            ? undefined
            : toQueue
              ? base.group
              : groupKey(topic, name, base.group),
      };
      const deduplicationId = once === undefined ? undefined : groupKey(topic, name, once);
      const prepared = box.prepare(letter, { deduplicationId });
      if (!prepared) continue;
      changes.push(...prepared.changes);
      after.push(prepared.sent, () => subscription.delivered++);
    }
    await this.store.commit(changes);
    for (const each of after) each();
    const published = this.published.get(topic)!;
    published.count++;
    published.lastTimeMs = base.sentTimeMs;
    this.onPublish(topic);
    return base.id;
  }

  /** An event of a function: of a schedule, a bucket, or a start. `more` is written with it, or neither. */
  async event(
    functionPath: string,
    event: Pick<Letter, 'kind' | 'trigger' | 'origin' | 'body' | 'traceId'> & Partial<Letter>,
    more: readonly Change[] = [],
  ): Promise<string> {
    checkBytes(functionPath, event.body);
    const letter: Letter = { id: randomUUID(), sentTimeMs: this.clock.now(), ...event };
    const prepared = this.functions.get(functionPath)!.prepare(letter)!;
    await this.store.commit([...prepared.changes, ...more]);
    prepared.sent();
    return letter.id;
  }

  /** Takes nothing more, and gives what is being delivered `grace` milliseconds to end. */
  async close(grace: number): Promise<void> {
    for (const box of this.boxes) box.close();
    const done = Promise.all(this.consumers.map((consumer) => consumer.close()));
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([
      done,
      new Promise((resolve) => {
        timer = setTimeout(resolve, grace);
      }),
    ]);
    clearTimeout(timer);
  }

  private subscribe(topic: string, subscription: Omit<Subscription, 'delivered' | 'filtered'>): void {
    this.subscriptions.get(topic)!.push({ ...subscription, delivered: 0, filtered: 0 });
  }

  /** Functions keep the order of each topic's groups; queues only where they are declared so. */
  private keepsOrder(target: string): boolean {
    return this.model.queues[target]?.fifo !== undefined || this.functions.has(target);
  }

  private letterOf(kind: 'queue' | 'topic', path: string, sent: Sent, fifo: boolean): Omit<Letter, 'kind' | 'origin'> {
    checkBytes(path, sent.body);
    const { body = '', attributes, group, delaySeconds, traceId, parentId } = sent;
    if (fifo && group === undefined) {
      throw new FaastenError('invalid-value', `'${path}' keeps the order by group, and the message has none; give it a group`);
    }
    const sentTimeMs = this.clock.now();
    const request = (): SendRequest =>
      kind === 'queue'
        ? { kind, queueId: path, body, attributes, group, delaySeconds }
        : { kind, topicId: path, body, attributes };
    const title = `message of ${body.length} bytes`;
    const eventId = sent.eventId ?? this.settings.record({ kind, resourceId: path, title, timeMs: sentTimeMs, traceId, request });
    return {
      ...{ id: randomUUID(), body, attributes, traceId, parentId, eventId, sentTimeMs },
      group: fifo ? group : undefined,
    };
  }

  private mailbox(id: string, settings: Omit<MailboxSettings, 'backoff'>): Mailbox {
    const { backoff } = this.settings;
    return new Mailbox(id, { ...settings, backoff }, this.store, this.clock, this.sequence);
  }

  private consume(
    box: Mailbox,
    fn: LocalFunctionModel,
    { batchSize, windowSeconds = 0, maxConcurrency }: { batchSize: number; windowSeconds?: number; maxConcurrency?: number },
    trigger?: string,
  ): void {
    const settings = {
      ...{ batchSize, window: windowSeconds * 1000 },
      maxConcurrency: Math.min(maxConcurrency ?? Number.POSITIVE_INFINITY, this.settings.maxConcurrency(fn)),
    };
    const consumer = new Consumer(box, settings, this.clock, async (letters) => {
      const done = await this.runners.get(fn.path)!.run(callOf(fn.path, letters, trigger));
      return failuresOf(letters, done);
    });
    this.consumers.push(consumer);
    const before = box.onReady;
    box.onReady = () => {
      before();
      consumer.poke();
    };
  }
}

type Delivered = readonly { readonly entry: Entry; readonly letter: Letter }[];

/** The invocation for letters that are delivered together. */
function callOf(functionPath: string, letters: Delivered, queueTrigger: string | undefined): Call {
  const { letter } = letters[0]!;
  const { traceId, parentId, eventId, sentTimeMs } = letter;
  const trigger = queueTrigger ?? letter.trigger;
  const title = letters.length === 1 ? letter.origin.title : `${letters.length} messages`;
  const edgeId = trigger === undefined ? letter.origin.edgeId : triggerEdge(functionPath, trigger);
  return {
    task: taskOf(letters, trigger),
    origin: { ...letter.origin, edgeId, title },
    attempt: Math.max(...letters.map(({ entry }) => entry.attempts)),
    ...{ traceId, parentId, eventId, sentTimeMs },
    joined: joinedBy(letters.map(({ letter: each }) => each)),
  };
}

/** The traces of a batch beside that of its first message. */
function joinedBy([first, ...others]: readonly Letter[]): readonly Joined[] | undefined {
  const traces = new Map(others.map(({ traceId, parentId }) => [traceId, { traceId, parentId }]));
  traces.delete(first!.traceId);
  return traces.size > 0 ? [...traces.values()] : undefined;
}

function taskOf(letters: Delivered, trigger: string | undefined): Task {
  const { kind, body } = letters[0]!.letter;
  if (kind === 'call') return { kind, body };
  return { kind, trigger, items: letters.map(itemOf) } satisfies EventsTask;
}

/** As `Item` of the runtime. */
function itemOf({ entry, letter }: Delivered[number]): object {
  const { id, kind, body = '', attributes = {}, group, sentTimeMs } = letter;
  const attempt = entry.attempts;
  if (kind === 'queue' || kind === 'topic') {
    return {
      id,
      text: body,
      attributes,
      time: new Date(sentTimeMs),
      attempt,
      ...(group !== undefined && { group: groupName(letter) }),
    };
  }
  const event = JSON.parse(body);
  // As EventBridge sends it, under the trigger's name; see lib/runtime/wire.ts.
  if (kind === 'event') return { faasten: 'event', name: letter.trigger, event, attempt };
  return { ...event, id, time: new Date(event.time), attempt };
}

/** Groups of two topics, or triggers, are not one. None of the three has a line break. */
function groupKey(topic: string, trigger: string, group: string): string {
  return [topic, trigger, group].join('\n');
}

/** As the sender gave it. */
function groupName({ kind, group }: Letter): string {
  return kind === 'topic' ? group!.split('\n')[2]! : group!;
}

function failuresOf(letters: Delivered, { result, error, summary }: Done): Failure[] {
  const failed = (entry: Entry): Failure => ({ entry, error, invocationId: summary.id });
  if (result?.of === 'events') return result.failed.map((index) => failed(letters[index]!.entry));
  return summary.status === 'succeeded' ? [] : letters.map(({ entry }) => failed(entry));
}

function hashOf(body = ''): string {
  return createHash('sha256').update(body).digest('hex');
}
