/** What happens in the tea shop when a request comes: invocations, spans and traffic, with times and failures from a seed. */
import type { ErrorSummary, InvocationDetail, LogLine, Payload, Span } from '../../lib/platforms/local/console/protocol.js';
import { edgeId, functions, id } from './shop.js';

export interface Happening {
  /** After the request came. */
  readonly atMs: number;
  readonly invocation?: InvocationDetail;
  readonly span?: Span;
  readonly edge?: { readonly id: string; readonly failed: boolean };
}

export interface Story {
  readonly traceId: string;
  readonly happenings: readonly Happening[];
  /** Of the first function. */
  readonly durationMs: number;
  readonly error?: ErrorSummary;
  /** Whether the message of the order ended as a dead letter. */
  readonly dead: boolean;
}

/** mulberry32: small, and the same everywhere. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export const payload = (value: unknown): Payload => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return { contentType: 'application/json', text, encoding: 'utf8', sizeBytes: Buffer.byteLength(text), truncated: false };
};

const DECLINED: ErrorSummary = {
  name: 'PaymentDeclined',
  message: 'the card <b>4111</b> was refused <script>alert(1)</script>',
  stack: 'PaymentDeclined: the card was refused\n    at charge (handlers/charge.ts:14:11)\n    at handlers/fulfil.ts:22:5',
};

/** Writes what a request to `functionId` leads to. */
export class Teller {
  private readonly out: Happening[] = [];
  private readonly warm: Set<string>;
  readonly traceId: string;

  constructor(
    private readonly next: () => number,
    private readonly startTimeMs: number,
    warm: Set<string>,
  ) {
    this.warm = warm;
    this.traceId = Array.from({ length: 4 }, () =>
      Math.floor(next() * 2 ** 32)
        .toString(16)
        .padStart(8, '0'),
    ).join('');
  }

  tell(functionId: string, title: string, event: unknown, fails: boolean): Story {
    const first = this.run({ functionId, atMs: 1, from: id.api, kind: 'http', title, event, status: 200 });
    this.span({
      id: `${first.id}-request`,
      kind: 'request',
      resourceId: id.api,
      name: title,
      atMs: 0,
      durationMs: first.endMs + 1,
    });
    let dead = false;
    if (functionId === id.create) dead = this.order(first, fails);
    if (functionId === id.upload) {
      this.send(first, id.photos, 'put raw/teapot.jpg');
      this.run({
        functionId: id.thumbnail,
        atMs: first.endMs + 20,
        from: id.photos,
        kind: 'objects',
        title: 'raw/teapot.jpg created',
        event: { key: 'raw/teapot.jpg' },
        parent: first.id,
        slow: 8,
      });
    }
    return { traceId: this.traceId, happenings: this.out, durationMs: first.endMs, dead };
  }

  /** An order goes through the queue; a refused one fails a few times. */
  order(first: { id: string; endMs: number }, fails: boolean): boolean {
    this.send(first, id.orders, 'send to orders');
    const attempts = fails ? 3 : 1;
    let atMs = first.endMs + 12;
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const failed = fails;
      this.span({
        id: `${first.id}-wait-${attempt}`,
        parent: first.id,
        kind: 'wait',
        resourceId: id.orders,
        name: 'waited in Orders',
        atMs: atMs - 12,
        durationMs: 12,
        attempt,
      });
      const fulfil = this.run({
        functionId: id.fulfil,
        atMs,
        from: id.orders,
        kind: 'queue',
        title: '1 message',
        event: { messages: [{ id: 'm-1' }] },
        parent: `${first.id}-wait-${attempt}`,
        attempt,
        error: failed ? DECLINED : undefined,
        slow: 2,
      });
      const charge = this.run({
        functionId: id.charge,
        atMs: atMs + 3,
        from: id.fulfil,
        kind: 'call',
        title: 'call from Fulfil',
        event: { order: 'o-1', amountCents: 3490 },
        parent: fulfil.id,
        error: failed ? DECLINED : undefined,
      });
      if (!failed) {
        this.send(fulfil, id.events, 'publish to events', charge.endMs);
        this.run({
          functionId: id.notify,
          atMs: Math.max(fulfil.endMs, charge.endMs) + 8,
          from: id.events,
          kind: 'topic',
          title: 'message of 96 bytes',
          event: { status: 'paid' },
          parent: fulfil.id,
        });
      }
      atMs = fulfil.endMs + 400 * attempt;
    }
    return fails;
  }

  /** A run without a request: schedules, direct calls, messages from the console. */
  single(
    functionId: string,
    kind: 'schedule' | 'call' | 'queue' | 'topic' | 'objects',
    from: string | undefined,
    title: string,
    event: unknown,
  ): Story {
    const first = this.run({ functionId, atMs: 2, from, kind, title, event, slow: kind === 'schedule' ? 20 : 1 });
    return { traceId: this.traceId, happenings: this.out, durationMs: first.endMs, dead: false };
  }

  private run(run: {
    functionId: string;
    atMs: number;
    from?: string;
    kind: InvocationDetail['origin']['kind'];
    title: string;
    event: unknown;
    parent?: string;
    attempt?: number;
    status?: number;
    error?: ErrorSummary;
    slow?: number;
  }): { id: string; endMs: number } {
    const memory = functions.find((each) => each.id === run.functionId)!;
    const coldStartMs = this.warm.has(run.functionId) ? undefined : Math.round(45 + this.next() * 40);
    this.warm.add(run.functionId);
    const beginsMs = run.atMs + (coldStartMs ?? 0);
    const durationMs = Math.round((4 + this.next() * 22) * (run.slow ?? 1) * 10) / 10;
    const invocationId = `${this.traceId.slice(0, 8)}-${this.out.length}`;
    const at = (ms: number) => this.startTimeMs + ms;
    const logs: LogLine[] = [
      {
        timeMs: at(beginsMs + 1),
        level: 'info',
        message: `${run.title} accepted`,
        fields: { id: 'o-1', customer: 'ada@example.com' },
      },
      ...(run.error
        ? [{ timeMs: at(beginsMs + durationMs), level: 'error' as const, message: `${run.error.name}: ${run.error.message}` }]
        : []),
    ];
    const edge = run.from ? edgeId(run.from, run.functionId) : undefined;
    const invocation: InvocationDetail = {
      id: invocationId,
      functionId: run.functionId,
      traceId: this.traceId,
      parentId: run.parent?.replace(/-wait-\d+$/, ''),
      origin: { kind: run.kind, resourceId: run.from, edgeId: edge, title: run.title },
      status: run.error ? 'failed' : 'succeeded',
      attempt: run.attempt ?? 1,
      startTimeMs: at(run.atMs),
      durationMs,
      coldStartMs,
      memoryUsedMiB: Math.round((memory.kind === 'function' ? memory.memoryMiB : 128) * (0.2 + this.next() * 0.3)),
      httpStatus: run.status,
      error: run.error,
      eventId: run.parent === undefined ? `event-${invocationId}` : undefined,
      event: payload(run.event),
      result: run.error ? undefined : payload({ id: 'o-1', status: 'accepted' }),
      logs,
      logsDropped: 0,
    };
    this.out.push({
      atMs: beginsMs + durationMs,
      invocation,
      ...(edge && { edge: { id: edge, failed: run.error !== undefined } }),
    });
    this.span({
      id: invocationId,
      parent: run.parent ?? (run.kind === 'http' ? `${invocationId}-request` : undefined),
      kind: 'invocation',
      resourceId: run.functionId,
      name: memory.label,
      atMs: run.atMs,
      durationMs: (coldStartMs ?? 0) + durationMs,
      coldStartMs,
      invocationId,
      attempt: run.attempt,
      error: run.error,
    });
    return { id: invocationId, endMs: beginsMs + durationMs };
  }

  private send(from: { id: string; endMs: number }, resourceId: string, name: string, atMs = from.endMs - 3): void {
    const functionId = this.out.find(({ invocation }) => invocation?.id === from.id)?.invocation?.functionId ?? '';
    this.span({ id: `${from.id}-send-${resourceId}`, parent: from.id, kind: 'send', resourceId, name, atMs, durationMs: 2 });
    const edge = edgeId(functionId, resourceId);
    if (edge) this.out.push({ atMs, edge: { id: edge, failed: false } });
  }

  private span(span: Omit<Span, 'startTimeMs' | 'status' | 'parentId'> & { atMs: number; parent?: string }): void {
    const { atMs, parent, ...own } = span;
    this.out.push({
      atMs: atMs + (span.durationMs ?? 0),
      span: { ...own, parentId: parent, startTimeMs: this.startTimeMs + atMs, status: span.error ? 'error' : 'ok' },
    });
  }
}
