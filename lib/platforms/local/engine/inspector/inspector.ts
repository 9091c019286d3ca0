import { FaastenError } from '../../../../core/errors.js';
import { metricsOf, notFound, timelineOf } from '../../console/index.js';
import type {
  AlarmFiring,
  AlarmState,
  BucketState,
  ConnectRequest,
  EventQuery,
  FunctionMetrics,
  Inspector,
  InvocationDetail,
  InvocationQuery,
  InvocationSummary,
  LiveListener,
  LogEntry,
  LogQuery,
  MessageQuery,
  MovedMessages,
  ObjectQuery,
  ObjectSummary,
  Page,
  PastEvent,
  Payload,
  QueuedMessage,
  QueueState,
  SampleEvent,
  SavedEvent,
  ScheduleState,
  SendRequest,
  SendResult,
  ServiceGraph,
  SocketState,
  Span,
  TestConnection,
  TestToken,
  Timeline,
  TimeWindow,
  TokenRequest,
  TopicState,
  Trace,
} from '../../console/protocol.js';
import type { Engine } from '../engine.js';
import { payloadOf } from '../history/payload.js';
import type { Mailbox } from '../mail/mailbox.js';
import type { Bucket } from '../objects/bucket.js';
import { authorizerNamed } from './authorizers.js';
import { graphOf } from './graph.js';
import { pageOf } from './page.js';
import { samplesOf } from './samples.js';
import { Sender } from './sender.js';
import {
  bucketState,
  deadMessage,
  deadSpans,
  queueState,
  scheduleState,
  socketState,
  topicState,
  waitingMessage,
} from './states.js';
import { TestConnections } from './test-connections.js';

/** What the console sees of an engine, and may do to it. */
export class LocalInspector implements Inspector {
  private readonly sender: Sender;
  private readonly tries: TestConnections;

  constructor(private readonly engine: Engine) {
    this.sender = new Sender(engine);
    this.tries = new TestConnections(engine);
  }

  private get parts() {
    return this.engine.parts;
  }

  graph(): ServiceGraph {
    return graphOf(this.engine.model, this.engine.graphFacts());
  }

  invocations(query: InvocationQuery): Page<InvocationSummary> {
    return pageOf(this.parts.history.list(query), ({ id }) => id, query);
  }

  invocation(id: string): InvocationDetail {
    return this.parts.history.detail(id) ?? missing('invocation', id);
  }

  async trace(traceId: string): Promise<Trace> {
    const trace = this.parts.history.trace(traceId) ?? missing('trace', traceId);
    const { queues, functions } = this.parts.deliveries;
    const dead: Span[] = [];
    for (const id of new Set(trace.spans.map(({ resourceId }) => resourceId))) {
      const box = queues.get(id) ?? functions.get(id);
      if (box && box.dead.count > 0) dead.push(...deadSpans(id, traceId, await box.dead.list()));
    }
    return { ...trace, spans: [...trace.spans, ...dead] };
  }

  logs(query: LogQuery): LogEntry[] {
    return this.parts.history.logs(query);
  }

  queues(): QueueState[] {
    const { deliveries, model, now } = this.parts;
    return [
      ...[...deliveries.queues].map(([id, box]) => queueState(box, id, 'queue', model.queues[id]!.fifo !== undefined, now())),
      ...[...deliveries.functions].map(([id, box]) => queueState(box, id, 'function', false, now())),
    ];
  }

  async messages(queueId: string, query: MessageQuery): Promise<Page<QueuedMessage>> {
    const box = this.box(queueId);
    const { redaction } = this.parts.history;
    const shown = (page: Page<QueuedMessage>) => redaction?.value(page) ?? page;
    if (query.state === 'dead') return shown(pageOf((await box.dead.list()).map(deadMessage), ({ id }) => id, query));
    const found = box.waiting().filter(({ state }) => query.state === undefined || state === query.state);
    const page = pageOf(found, ({ entry }) => entry.id, query);
    const items = page.items.flatMap(({ entry, state }) => {
      const letter = box.letterOf(entry);
      return letter ? [waitingMessage(entry, state, letter)] : [];
    });
    return shown({ ...page, items });
  }

  async redrive(queueId: string, messageId?: string): Promise<MovedMessages> {
    const count = await this.box(queueId).redrive(messageId);
    if (messageId !== undefined && count === 0) throw notFound('dead message', messageId);
    return { count };
  }

  async purge(queueId: string, which: 'dead' | 'waiting'): Promise<MovedMessages> {
    return { count: await this.box(queueId).purge(which) };
  }

  topics(): TopicState[] {
    const { topics } = this.parts;
    return [...topics.subscriptions].map(([id, list]) => topicState(id, topics.published.get(id)!, list));
  }

  buckets(): BucketState[] {
    return [...this.parts.buckets.all].map(([id, bucket]) => bucketState(id, bucket));
  }

  objects(bucketId: string, { prefix = '', limit, cursor }: ObjectQuery): Page<ObjectSummary> {
    const bucket = this.bucket(bucketId);
    const most = Math.min(limit ?? 50, 200);
    const { items, after } = bucket.list(prefix, cursor, most);
    return {
      items: items.map(({ key, bytes, updated }) => ({
        key,
        sizeBytes: bytes,
        modifiedTimeMs: updated.getTime(),
        contentType: bucket.contentType(key),
      })),
      nextCursor: after,
    };
  }

  async object(bucketId: string, key: string): Promise<Payload> {
    const found = (await this.bucket(bucketId).get(key)) ?? missing('object', key);
    const content = payloadOf(found.bytes, found.contentType);
    return this.parts.history.redaction?.value(content) ?? content;
  }

  schedules(): ScheduleState[] {
    const { schedules, history } = this.parts;
    return [...schedules.all.values()].map((schedule) => {
      const { id, functionPath } = schedule;
      let last: string | undefined;
      for (const summary of history.list({ functionId: functionPath })) {
        if (summary.origin.resourceId !== id) continue;
        last = summary.id;
        break;
      }
      return scheduleState(schedule, (count) => schedules.next(id, count), last);
    });
  }

  sockets(): SocketState[] {
    return [...this.engine.sockets.values()].map(socketState);
  }

  testConnections(): TestConnection[] {
    return this.tries.all;
  }

  connect(request: ConnectRequest): Promise<TestConnection> {
    return this.tries.connect(request);
  }

  sendTo(connectionId: string, text: string): void {
    this.tries.send(connectionId, text);
  }

  disconnect(connectionId: string): void {
    this.tries.close(connectionId);
  }

  async send(request: SendRequest): Promise<SendResult> {
    const result = await this.sender.send(request);
    return this.parts.history.redaction?.value(result) ?? result;
  }

  samples(functionId: string): SampleEvent[] {
    if (!Object.hasOwn(this.engine.model.functions, functionId)) throw notFound('function', functionId);
    return samplesOf(this.engine.model, functionId);
  }

  events(query: EventQuery): Page<PastEvent> {
    const page = pageOf(this.parts.events.list(query), ({ id }) => id, query);
    return this.parts.history.redaction?.value(page) ?? page;
  }

  async replay(eventId: string): Promise<SendResult> {
    const { request } = this.parts.events.get(eventId) ?? missing('event', eventId);
    if (!request) throw new FaastenError('conflict', `the event '${eventId}' was too large to keep; send it again by hand`);
    return this.send(request.kind === 'http' ? { ...request, eventId } : request);
  }

  savedEvents(): Promise<SavedEvent[]> {
    return this.parts.events.saved();
  }

  saveEvent({ name, request }: { readonly name: string; readonly request: SendRequest }): Promise<SavedEvent> {
    return this.parts.events.save(name, request, this.parts.now());
  }

  async deleteSavedEvent(id: string): Promise<void> {
    if (!(await this.parts.events.deleteSaved(id))) throw notFound('saved event', id);
  }

  metrics(window: TimeWindow, points: number): FunctionMetrics[] {
    return metricsOf(this.measured, this.parts.history.runs.all, this.known(window), points, this.parts.now());
  }

  timeline(window: TimeWindow, pixels: number): Timeline {
    return timelineOf(this.measured, this.parts.history.runs.all, this.known(window), pixels, this.parts.now());
  }

  async mintToken({ authorizerId, audience, claims, ...minting }: TokenRequest): Promise<TestToken> {
    const authorizer = authorizerNamed(this.engine.model, authorizerId) ?? missing('authorizer', authorizerId);
    if (authorizer.kind !== 'jwt')
      throw new FaastenError('unsupported', `'${authorizerId}' asks a function, which decides by itself what it lets in`);
    const { token, expiryTimeMs } = await this.parts.issuer.mint(authorizer, this.parts.now(), {
      ...minting,
      claims: { ...(audience !== undefined && { aud: audience }), ...claims },
    });
    return { token, expiryTimeMs, header: { name: 'authorization', value: `Bearer ${token}` } };
  }

  alarms(): readonly AlarmState[] {
    return this.parts.monitoring.alarms.states;
  }

  firings(): readonly AlarmFiring[] {
    return this.parts.monitoring.alarms.firings;
  }

  subscribe(listener: LiveListener): () => void {
    return this.parts.history.subscribe(listener);
  }

  /** The part of a window of which all runs are known: figures of the rest would be too small. */
  private known({ fromTimeMs, toTimeMs }: TimeWindow): TimeWindow {
    const { knownFromTimeMs } = this.parts.history.runs;
    return { fromTimeMs: Math.max(fromTimeMs, Math.min(knownFromTimeMs, toTimeMs - 1)), toTimeMs };
  }

  private get measured() {
    return Object.values(this.engine.model.functions).map(({ path, memoryMiB }) => ({ id: path, memoryMiB }));
  }

  private box(id: string): Mailbox {
    const { queues, functions } = this.parts.deliveries;
    return queues.get(id) ?? functions.get(id) ?? missing('queue', id);
  }

  private bucket(id: string): Bucket {
    return this.parts.buckets.all.get(id) ?? missing('bucket', id);
  }
}

function missing(what: string, id: string): never {
  throw notFound(what, id);
}
