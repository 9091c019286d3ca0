import { randomUUID } from 'node:crypto';
import type { LocalFunctionModel, LocalModel } from '../../model.js';
import type { Clock } from '../clock.js';
import type { Incoming } from '../history/events.js';
import type { FunctionRunner } from '../runner.js';
import { Sequence } from '../sequence.js';
import { type Change, keyOf, type Store } from '../store.js';
import { checkBytes } from './bytes.js';
import { callOf, failuresOf } from './calls.js';
import { Consumer } from './consumer.js';
import type { Letter } from './letter.js';
import { Mailbox, type MailboxSettings } from './mailbox.js';
import { type Posting, post } from './posting.js';
import { deduplicationOf, letterOf, type Receiver, type Sent } from './sent.js';

export interface DeliverySettings {
  readonly maxConcurrency: (fn: LocalFunctionModel) => number;
  /** Milliseconds from a failed delivery to the next one. */
  backoff(attempt: number): number;
  /** Keeps what came in, to be sent again. Gives its id. */
  record(event: Incoming): string;
}

/** What makes a letter of an event of a function: of a schedule, a bucket, or a start. */
export type FunctionEvent = Pick<Letter, 'kind' | 'trigger' | 'origin' | 'body' | 'traceId'> & Partial<Letter>;

/** Everything that waits: a mailbox for each queue and each function, and who takes from it. */
export class Deliveries {
  readonly queues = new Map<string, Mailbox>();
  /** For events of topics, schedules and buckets, and for starts. */
  readonly functions = new Map<string, Mailbox>();
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
    for (const [path, fn] of Object.entries(model.functions)) {
      const box = this.mailbox(keyOf('function', path), { ...fn.retry });
      this.functions.set(path, box);
      this.consume(box, fn, { batchSize: 1 });
      for (const [name, trigger] of Object.entries(fn.triggers)) {
        if (trigger.kind === 'queue') this.consume(this.queues.get(trigger.source!)!, fn, trigger, name);
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
    const receiver: Receiver = { kind: 'queue', path: queue, fifo: this.model.queues[queue]!.fifo };
    const origin = { kind: 'queue' as const, resourceId: queue, title: '1 message' };
    const letter: Letter = { ...letterOf(receiver, sent, this.clock.now(), this.settings.record), kind: 'queue', origin };
    const { delaySeconds } = sent;
    await this.queues.get(queue)!.send(letter, {
      delay: delaySeconds === undefined ? undefined : delaySeconds * 1000,
      deduplicationId: deduplicationOf(receiver, sent),
    });
    return letter.id;
  }

  /** An event of a function: of a schedule, or a start. `more` is written with it, or neither. */
  async event(functionPath: string, event: FunctionEvent, more: readonly Change[] = []): Promise<void> {
    await post(this.store, [this.prepare(functionPath, event)], more);
  }

  /** Has an event of a function ready to be posted. */
  prepare(functionPath: string, event: FunctionEvent): Posting {
    checkBytes(functionPath, event.body);
    return this.functions.get(functionPath)!.prepare({ id: randomUUID(), sentTimeMs: this.clock.now(), ...event })!;
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
