/**
 * An inspector without an engine: the tea shop with an hour behind it. For working on the console, and for its tests: same seed, same
 * hour. What is sent really changes what it shows.
 */
import { notFound } from '../../lib/platforms/local/console/errors.js';
import { metricsOf, timelineOf } from '../../lib/platforms/local/console/figures.js';
import type {
  ConnectRequest,
  EventQuery,
  Inspector,
  InvocationDetail,
  InvocationQuery,
  LiveEvent,
  LiveListener,
  LogEntry,
  LogQuery,
  MessageQuery,
  ObjectQuery,
  PastEvent,
  SavedEvent,
  SendRequest,
  SendResult,
  ServiceGraph,
  Span,
  TestConnection,
  TimeWindow,
  TokenRequest,
} from '../../lib/platforms/local/console/protocol.js';
import { FakeQueue } from './queue.js';
import { functions, id, nothing, order, samplesOf, shop } from './shop.js';
import { payload, random, type Story, Teller } from './story.js';

export class FakeInspector implements Inspector {
  /** Whatever was asked of it and changes something, for tests. */
  readonly asked: string[] = [];
  private readonly listeners = new Set<LiveListener>();
  private readonly service: ServiceGraph;
  private readonly runs: InvocationDetail[] = [];
  private readonly spans = new Map<string, Span[]>();
  private readonly past: PastEvent[] = [];
  private readonly saved = new Map<string, SavedEvent>();
  private readonly warm = new Set<string>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly next: () => number;
  private readonly queue = new FakeQueue((queue) => this.emit({ type: 'queue', queue }));
  private published = 0;

  constructor(private readonly settings: { empty?: boolean; nowMs?: number; seed?: number } = {}) {
    this.next = random(settings.seed ?? 7);
    this.service = settings.empty ? nothing : shop;
    if (!settings.empty) this.remember(settings.nowMs ?? Date.now());
  }

  /** The hour before: bursts with quiet between them, as services have. */
  private remember(nowMs: number): void {
    for (let agoMs = 3_500_000; agoMs > 20_000; agoMs -= 8_000 + this.next() * (agoMs % 900_000 < 300_000 ? 20_000 : 140_000))
      this.happen(this.story(nowMs - agoMs), false);
    if (this.queue.deadLetters === 0) this.queue.die(nowMs - 90_000, 'dead-trace');
    this.queue.delay(nowMs);
  }

  private story(atMs: number): Story & { request: SendRequest; title: string } {
    const pick = this.next();
    const [functionId, title, event] =
      pick < 0.4
        ? ([id.create, 'POST /orders', order] as const)
        : pick < 0.7
          ? ([id.list, 'GET /products', {}] as const)
          : pick < 0.9
            ? ([id.get, 'GET /orders/o-1', {}] as const)
            : ([id.upload, 'POST /products/teapot/photo', 'bytes'] as const);
    const story = new Teller(this.next, atMs, this.warm).tell(functionId, title, event, this.next() < 0.12);
    // Workers that were not used for a while are gone.
    if (this.next() < 0.25) this.warm.clear();
    const [method = '', path = ''] = title.split(' ');
    return { ...story, title, request: { kind: 'http', apiId: id.api, method, path, headers: {}, body: JSON.stringify(event) } };
  }

  private happen(story: Story & { request: SendRequest; title: string }, live: boolean): void {
    const startTimeMs = Math.min(...story.happenings.flatMap(({ span }) => (span ? [span.startTimeMs] : [])));
    const first = story.happenings.find(({ invocation }) => invocation)?.invocation;
    this.past.unshift({
      id: first?.eventId ?? `event-${story.traceId}`,
      timeMs: startTimeMs,
      kind: story.request.kind,
      resourceId: 'apiId' in story.request ? story.request.apiId : (first?.functionId ?? id.orders),
      title: story.title,
      traceId: story.traceId,
      request: story.request,
    });
    for (const happening of story.happenings) {
      const apply = () => {
        const { invocation, span, edge } = happening;
        if (invocation) {
          this.runs.push(invocation);
          if (invocation.functionId === id.notify) this.published++;
          this.emit({ type: 'invocation', invocation });
        }
        if (span) this.spans.set(story.traceId, [...(this.spans.get(story.traceId) ?? []), span]);
        if (edge) this.emit({ type: 'traffic', edgeId: edge.id, count: 1, failed: edge.failed ? 1 : 0, throttled: 0 });
      };
      if (live) this.later(happening.atMs, apply);
      else apply();
    }
    if (story.dead) {
      const endMs = Math.max(...story.happenings.map(({ atMs }) => atMs));
      const die = (timeMs: number) => {
        const run = this.runs.findLast(({ functionId, traceId }) => functionId === id.fulfil && traceId === story.traceId);
        this.queue.die(timeMs, story.traceId, run?.id);
      };
      if (live) this.later(endMs, () => die(Date.now()));
      else die(startTimeMs + endMs);
    }
  }

  private later(afterMs: number, what: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      what();
    }, afterMs);
    this.timers.add(timer);
  }

  /** Requests now and then, until `stop`: for working on the console. */
  play(): void {
    const again = () => {
      this.happen(this.story(Date.now()), true);
      this.later(300 + this.next() * 2500, again);
    };
    again();
  }

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }

  /** Something happened: for tests. */
  emit(event: LiveEvent): void {
    for (const listener of this.listeners) listener(event);
  }

  graph() {
    return this.service;
  }

  invocations({ limit = 50, cursor, functionId, status, traceId, text, fromTimeMs, toTimeMs }: InvocationQuery) {
    const wanted = text?.toLowerCase();
    const found = this.runs
      .filter(
        (run) =>
          (functionId === undefined || run.functionId === functionId) &&
          (status === undefined || status.includes(run.status)) &&
          (traceId === undefined || run.traceId === traceId) &&
          (fromTimeMs === undefined || run.startTimeMs >= fromTimeMs) &&
          (toTimeMs === undefined || run.startTimeMs < toTimeMs) &&
          (wanted === undefined || JSON.stringify([run.origin.title, run.error, run.logs]).toLowerCase().includes(wanted)),
      )
      .sort((a, b) => b.startTimeMs - a.startTimeMs);
    const from = Number(cursor ?? 0);
    const items = found
      .slice(from, from + limit)
      .map(({ event: _, result: __, logs: ___, logsDropped: ____, ...summary }) => summary);
    return { items, ...(from + limit < found.length && { nextCursor: String(from + limit) }) };
  }

  invocation(invocationId: string) {
    const found = this.runs.find((run) => run.id === invocationId);
    if (found === undefined) throw notFound('invocation', invocationId);
    return found;
  }

  trace(traceId: string) {
    const spans = [...(this.spans.get(traceId) ?? [])].sort((a, b) => a.startTimeMs - b.startTimeMs);
    return { id: traceId, startTimeMs: spans[0]?.startTimeMs ?? 0, spans, truncated: false };
  }

  logs({ limit = 50, functionId, traceId, level = 'debug', text = '' }: LogQuery): LogEntry[] {
    const order = ['debug', 'info', 'warn', 'error'];
    return this.runs
      .filter((run) => (!functionId || run.functionId === functionId) && (!traceId || run.traceId === traceId))
      .flatMap((run) =>
        run.logs.map((line) => ({ ...line, invocationId: run.id, functionId: run.functionId, traceId: run.traceId })),
      )
      .filter((line) => order.indexOf(line.level) >= order.indexOf(level) && JSON.stringify(line).toLowerCase().includes(text))
      .sort((a, b) => b.timeMs - a.timeMs)
      .slice(0, limit);
  }

  queues() {
    return this.settings.empty ? [] : this.queue.queues();
  }

  messages(queueId: string, query: MessageQuery) {
    return this.queue.messages(queueId, query);
  }

  redrive(queueId: string, messageId?: string) {
    this.asked.push(`redrive ${queueId} ${messageId ?? 'all'}`);
    return this.queue.redrive(messageId);
  }

  purge(queueId: string, which: 'dead' | 'waiting') {
    this.asked.push(`purge ${queueId} ${which}`);
    return this.queue.purge(which);
  }

  topics() {
    if (this.settings.empty) return [];
    const subscription = { functionId: id.notify, trigger: 'Settled', filter: { status: ['paid', 'refused'] }, filteredCount: 4 };
    return [
      {
        id: id.events,
        label: 'OrderEvents',
        publishedCount: this.published + 4,
        subscriptions: [{ ...subscription, deliveredCount: this.published }],
      },
    ];
  }

  buckets() {
    if (this.settings.empty) return [];
    return [
      { id: id.data, label: 'Data', folder: '.faasten/buckets/Data', objectCount: 3, sizeBytes: 1240 },
      { id: id.photos, label: 'Photos', folder: '.faasten/buckets/Photos', objectCount: 0, sizeBytes: 0 },
    ];
  }

  objects(bucketId: string, { prefix = '' }: ObjectQuery) {
    const keys = bucketId === id.data ? ['orders/o-1.json', 'orders/o-2.json', 'reports/2026-11-25.json'] : [];
    const modifiedTimeMs = Date.now() - 120_000;
    return {
      items: keys
        .filter((key) => key.startsWith(prefix))
        .map((key) => ({ key, sizeBytes: 410, modifiedTimeMs, contentType: 'application/json' })),
    };
  }

  object(_bucketId: string, key: string) {
    return payload({ key, ...order });
  }

  schedules() {
    if (this.settings.empty) return [];
    const today = new Date().setUTCHours(2, 0, 0, 0);
    const next = today > Date.now() ? today : today + 86_400_000;
    return [
      {
        id: id.nightly,
        functionId: id.report,
        label: 'Nightly',
        expression: '0 3 * * *',
        timeZone: 'Europe/Berlin',
        nextRunTimesMs: [next, next + 86_400_000, next + 2 * 86_400_000],
        lastRunTimeMs: next - 86_400_000,
      },
    ];
  }

  async send(request: SendRequest): Promise<SendResult> {
    this.asked.push(`send ${JSON.stringify(request)}`);
    const teller = new Teller(this.next, Date.now(), this.warm);
    const [story, title] = this.told(teller, request);
    this.happen({ ...story, request, title }, true);
    if (request.kind !== 'http' && request.kind !== 'call') return { traceId: story.traceId };
    const status = request.kind === 'http' ? { status: 202, headers: { 'content-type': 'application/json' } } : {};
    return {
      traceId: story.traceId,
      response: { ...status, body: payload({ id: 'o-1', status: 'accepted' }), durationMs: story.durationMs },
    };
  }

  private told(teller: Teller, request: SendRequest): [Story, string] {
    switch (request.kind) {
      case 'http': {
        const title = `${request.method} ${request.path}`;
        const functionId = title === 'POST /orders' ? id.create : id.list;
        return [teller.tell(functionId, title, request.body ?? {}, false), title];
      }
      case 'call':
        return [teller.single(request.functionId, 'call', undefined, 'a direct call', request.input), 'a direct call'];
      case 'schedule':
        return [teller.single(id.report, 'schedule', id.nightly, 'a run of Nightly', {}), 'a run of Nightly'];
      case 'topic':
        return [teller.single(id.notify, 'topic', id.events, 'a message', request.body), 'a message'];
      case 'objects':
        return [
          teller.single(id.thumbnail, 'objects', id.photos, `${request.key} ${request.type}`, {}),
          `${request.key} ${request.type}`,
        ];
      default:
        return [teller.single(id.fulfil, 'queue', id.orders, '1 message', 'body' in request ? request.body : ''), 'a message'];
    }
  }

  samples(functionId: string) {
    return samplesOf(functionId);
  }

  events({ limit = 50, resourceId, kind }: EventQuery) {
    const found = this.past.filter(
      (event) => (resourceId === undefined || event.resourceId === resourceId) && (kind === undefined || event.kind === kind),
    );
    return { items: found.slice(0, limit) };
  }

  async replay(eventId: string) {
    this.asked.push(`replay ${eventId}`);
    const event = this.past.find((each) => each.id === eventId);
    if (event?.request === undefined) throw notFound('event', eventId);
    return this.send(event.request);
  }

  savedEvents() {
    return [...this.saved.values()].sort((a, b) => a.name.localeCompare(b.name));
  }

  saveEvent({ name, request }: { name: string; request: SendRequest }) {
    this.asked.push(`save ${name}`);
    const event = { id: `saved-${name}`, name, request, savedTimeMs: Date.now() };
    this.saved.set(event.id, event);
    return event;
  }

  deleteSavedEvent(eventId: string) {
    this.asked.push(`delete ${eventId}`);
    if (!this.saved.delete(eventId)) throw notFound('saved event', eventId);
  }

  sockets() {
    return [];
  }

  testConnections() {
    return [];
  }

  async connect({ socketId }: ConnectRequest): Promise<TestConnection> {
    throw notFound('WebSocket API', socketId);
  }

  sendTo(connectionId: string) {
    throw notFound('test connection', connectionId);
  }

  disconnect(connectionId: string) {
    throw notFound('test connection', connectionId);
  }

  private get measured() {
    return this.settings.empty ? [] : functions.flatMap((node) => (node.kind === 'function' ? [node] : []));
  }

  metrics(window: TimeWindow, points: number) {
    return metricsOf(this.measured, this.runs, window, points, Date.now());
  }

  timeline(window: TimeWindow, pixels: number) {
    return timelineOf(this.measured, this.runs, window, pixels, Date.now());
  }

  mintToken({ subject = '', scopes = [] }: TokenRequest) {
    this.asked.push(`mint ${subject} ${scopes.join()}`);
    const token = `test.${subject}`;
    return { token, header: { name: 'authorization', value: `Bearer ${token}` }, expiryTimeMs: Date.now() + 3_600_000 };
  }

  subscribe(listener: LiveListener) {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }
}
