/** The tea shop's queue: what waits in it and what is dead. */
import { notFound } from '../../lib/platforms/local/console/errors.js';
import type { MessageQuery, QueuedMessage, QueueState } from '../../lib/platforms/local/console/protocol.js';
import { id, order } from './shop.js';
import { payload } from './story.js';

export class FakeQueue {
  private waiting: QueuedMessage[] = [];
  private dead: QueuedMessage[] = [];
  private revision = 0;

  constructor(private readonly changed: (queue: QueueState) => void) {}

  get deadLetters(): number {
    return this.dead.length;
  }

  /** A message that is delivered in a minute. */
  delay(nowMs: number): void {
    this.waiting.push(this.message('waiting-1', nowMs - 4000, { state: 'delayed', visibleTimeMs: nowMs + 56_000 }));
  }

  die(timeMs: number, traceId: string, lastInvocationId?: string): void {
    this.dead.unshift(
      this.message(`order-${this.dead.length + 1}`, timeMs - 4000, {
        state: 'dead',
        attempts: 5,
        traceId,
        lastInvocationId,
        lastError: { name: 'PaymentDeclined', message: 'the card <b>4111</b> was refused <script>alert(1)</script>' },
        deathReason: 'failed 5 of 5 deliveries',
        deathTimeMs: timeMs,
      }),
    );
    this.queueChanged();
  }

  queues(): QueueState[] {
    const count = (state: QueuedMessage['state']) => this.waiting.filter((message) => message.state === state).length;
    const common = { maxAttempts: 5, fifo: false, revision: this.revision };
    return [
      {
        id: id.orders,
        kind: 'queue',
        label: 'Orders',
        ready: count('ready'),
        delayed: count('delayed'),
        inFlight: count('inFlight'),
        ...(this.waiting.length > 0 && { oldestAgeMs: Date.now() - this.waiting[0]!.sentTimeMs }),
        deadLetters: this.dead.length,
        ...common,
      },
      {
        id: id.notify,
        kind: 'function',
        label: 'Notify',
        ready: 0,
        delayed: 0,
        inFlight: 0,
        deadLetters: 0,
        ...common,
        maxAttempts: 3,
      },
    ];
  }

  messages(queueId: string, { state, limit = 50 }: MessageQuery) {
    if (queueId !== id.orders) return { items: [] };
    return { items: (state === 'dead' ? this.dead : this.waiting).slice(0, limit) };
  }

  redrive(messageId?: string) {
    const moved = this.dead.filter((message) => messageId === undefined || message.id === messageId);
    if (messageId !== undefined && moved.length === 0) throw notFound('message', messageId);
    this.dead = this.dead.filter((message) => !moved.includes(message));
    this.waiting.push(...moved.map((message) => this.message(message.id, message.sentTimeMs, { traceId: message.traceId })));
    this.queueChanged();
    return { count: moved.length };
  }

  purge(which: 'dead' | 'waiting') {
    const { length } = which === 'dead' ? this.dead : this.waiting;
    if (which === 'dead') this.dead = [];
    else this.waiting = [];
    this.queueChanged();
    return { count: length };
  }

  private message(messageId: string, sentTimeMs: number, more: Partial<QueuedMessage>): QueuedMessage {
    return {
      id: messageId,
      state: 'ready',
      body: payload({ ...order, id: messageId, totalCents: 3490 }),
      attributes: { source: 'web' },
      sentTimeMs,
      attempts: 0,
      ...more,
    };
  }

  private queueChanged(): void {
    this.revision++;
    for (const queue of this.queues()) this.changed(queue);
  }
}
