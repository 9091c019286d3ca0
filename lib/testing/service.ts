import type { Construct } from 'constructs';
import { checkedBuild } from '../core/build.js';
import { describe } from '../core/describe.js';
import type { DurationLike } from '../core/duration.js';
import { FaastenError } from '../core/errors.js';
import { pathNamed } from '../core/lookup.js';
import type { InvocationSummary, LogLine, QueueState, RunningLocal, VirtualClock } from '../platforms/local/index.js';
import { Faults, millisecondsOf } from './faults.js';
import { type Alarm, alarmOf, type DeadLetter, deadLetterOf, listed, type WaitingMessage, waitingOf } from './inspection.js';
import type { ConnectOptions, MessageOptions, RequestOptions, ServiceOptions, TokenOptions } from './options.js';
import { TestSocket } from './socket.js';

/**
 * A service that runs in this process, with a clock that stands still. Functions, queues, topics, buckets and APIs are named by their
 * construct path, or by as much of its end as says which: `Orders` for `Shop/Orders`.
 */
export class RunningService {
  /** What goes wrong on purpose. */
  readonly faults: Faults;
  private stopped = false;
  /** Time passes in one step after the other, though nobody waits for the first. */
  private passing: Promise<void> = Promise.resolve();

  /** @internal */
  constructor(
    private readonly local: RunningLocal,
    private readonly clock: VirtualClock,
    private readonly model: ReturnType<typeof describe>,
    faults: Faults,
  ) {
    this.faults = faults;
  }

  /** @throws when it was stopped */
  private get running(): RunningLocal {
    if (!this.stopped) return this.local;
    throw new FaastenError('stopped', 'the service was stopped; start one for each test, or stop it after the last');
  }

  /** What time it is for schedules, delays and retries. A handler's own `Date.now()` is the machine's. */
  get now(): Date {
    return new Date(this.clock.now());
  }

  /** Base URL of each API, by construct path; no slash at the end. */
  get urls(): Readonly<Record<string, string>> {
    return this.running.urls;
  }

  /**
   * Sends a request, and gives the answer: `request('POST /orders', { json: { product: 'tea' } })`.
   * @param line method and path, with query
   */
  request(line: string, { headers = {}, body, json, api }: RequestOptions = {}): Promise<Response> {
    const [, method, path] = /^([A-Z]+) (\/.*)$/.exec(line) ?? [];
    if (!method || !path) {
      throw new FaastenError('invalid-value', `the request is '${line}'; write method and path, as in GET /orders/17?full=1`);
    }
    const content = json === undefined ? body : JSON.stringify(json);
    return fetch(this.apiOf(api) + path, {
      method,
      headers: { ...(json !== undefined && { 'content-type': 'application/json' }), ...headers },
      body: content as RequestInit['body'],
      redirect: 'manual',
    });
  }

  /** Sends a message to a queue. Text is sent as it is, anything else as JSON. */
  async send(queue: string, message: unknown, { attributes, group }: MessageOptions = {}): Promise<void> {
    const queueId = this.path('queue', queue);
    await this.running.inspector.send({ kind: 'queue', queueId, body: textOf(message), attributes, group });
  }

  /** Publishes a message to a topic. Text is published as it is, anything else as JSON. */
  async publish(topic: string, message: unknown, { attributes }: MessageOptions = {}): Promise<void> {
    const topicId = this.path('topic', topic);
    await this.running.inspector.send({ kind: 'topic', topicId, body: textOf(message), attributes });
  }

  /** Publishes an event to an event bus. */
  async publishEvent(
    bus: string,
    type: string,
    data: object,
    { source = 'test' }: { readonly source?: string } = {},
  ): Promise<void> {
    const resourceId = this.path('bus', bus);
    await this.running.inspector.send({ kind: 'bus', busId: resourceId, type, source, data: JSON.stringify(data) });
  }

  /**
   * A token that `Authorizer.jwt` lets in, by the service's clock: `request('GET /orders', { headers: { authorization: … } })`.
   * @returns the value of the header, `Bearer …`
   */
  async token({ authorizer, lifetime, ...request }: TokenOptions = {}): Promise<string> {
    const { nodes } = await this.running.inspector.graph();
    const known = nodes.flatMap((node) => (node.kind === 'api' ? node.authorizers : [])).filter(({ mintsTokens }) => mintsTokens);
    const { authorizerFor } = require('../platforms/local/index.js') as typeof import('../platforms/local/index.js');
    const authorizerId = authorizerFor(
      known.map(({ id }) => id),
      authorizer,
    );
    const lifetimeSeconds = lifetime && millisecondsOf('lifetime', lifetime) / 1000;
    return (await this.running.inspector.mintToken!({ authorizerId, ...request, lifetimeSeconds })).header.value;
  }

  /**
   * Connects a client to a WebSocket API: `connect('Sockets', { query: 'name=ann' })`.
   * @throws an Error with the `status` of the answer when it is not let in
   */
  connect(api: string, { query = '', headers = {} }: ConnectOptions = {}): Promise<TestSocket> {
    const paths = (this.model.webSocketApis ?? []).map(({ path }) => path);
    const url = this.urls[pathNamed('WebSocket API', api, paths)]!;
    return TestSocket.connect(`${url}/${query && `?${query}`}`, headers);
  }

  /** Stores an object. Whoever listens for it is told. */
  async put(bucket: string, key: string, content: string, contentType?: string): Promise<void> {
    const bucketId = this.path('bucket', bucket);
    await this.running.inspector.send({ kind: 'objects', bucketId, key, type: 'created', body: content, contentType });
  }

  /** Deletes an object. */
  async delete(bucket: string, key: string): Promise<void> {
    await this.running.inspector.send({ kind: 'objects', bucketId: this.path('bucket', bucket), key, type: 'deleted' });
  }

  /**
   * Calls a function, and gives what it returns.
   * @throws an Error with what a caller is told; its cause is what happened
   */
  async call(fn: string, input?: unknown): Promise<unknown> {
    const task = { kind: 'call' as const, body: JSON.stringify(input) };
    const origin = { kind: 'call' as const, title: 'called by a test' };
    const { result, error } = await this.running.invoke(this.path('function', fn), { task, origin });
    if (result?.of === 'call' && result.error === undefined)
      return result.body === undefined ? undefined : JSON.parse(result.body);
    throw new Error(result?.of === 'call' ? result.error : error?.message, { cause: error });
  }

  /** Starts a function without waiting for it: with its retries, and its dead letters. */
  async start(fn: string, input?: unknown): Promise<void> {
    await this.running.start(this.path('function', fn), JSON.stringify(input));
  }

  /** Runs a schedule now, whenever it is due: `Report/Nightly`, its function and the name of the trigger. */
  async runSchedule(name: string): Promise<void> {
    const paths = this.model.functions.flatMap(({ path, triggers }) =>
      Object.entries(triggers).flatMap(([trigger, { kind }]) => (kind === 'schedule' ? [`${path}/${trigger}`] : [])),
    );
    await this.running.inspector.send({ kind: 'schedule', scheduleId: pathNamed('schedule', name, paths) });
  }

  /** Waits until nothing runs any more, and nothing is left that could run without time passing. */
  async settle(): Promise<void> {
    await this.running.settled();
  }

  /** Lets time pass: schedules run when they are due, messages come when their delay is over, in the order of time. Settles. */
  advance(duration: DurationLike): Promise<void> {
    const milliseconds = millisecondsOf('advance', duration);
    const pass = async () => {
      await this.clock.goTo(this.clock.now() + milliseconds, () => this.running.settled());
      await this.settle();
    };
    const passed = this.passing.then(pass);
    this.passing = passed.catch(() => {});
    return passed;
  }

  /** How many messages wait, are worked on, are dead: of a queue, or of a function's own line of events. */
  async queue(name: string): Promise<QueueState> {
    const id = this.line(name);
    return (await this.running.inspector.queues()).find((queue) => queue.id === id)!;
  }

  /** What waits in a queue, or is being worked on: messages with a delay too. The oldest first. */
  async messages(name: string): Promise<WaitingMessage[]> {
    const id = this.line(name);
    return (await listed((page) => this.running.inspector.messages(id, page))).map(waitingOf);
  }

  /** The dead letters of a queue, or of a function that takes events of topics, schedules, buckets or starts. The latest first. */
  async deadLetters(name: string): Promise<DeadLetter[]> {
    const id = this.line(name);
    const found = await listed((page) => this.running.inspector.messages(id, { ...page, state: 'dead' }));
    return found.map(deadLetterOf);
  }

  /** Makes all dead letters ready again. Gives how many there were. */
  async redrive(name: string): Promise<number> {
    return (await this.running.inspector.redrive(this.line(name))).count;
  }

  /** Keys of a bucket's objects, in their order. */
  async objects(bucket: string, prefix = ''): Promise<string[]> {
    const id = this.path('bucket', bucket);
    return (await listed((page) => this.running.inspector.objects(id, { ...page, prefix }))).map(({ key }) => key);
  }

  /** Text of an object; undefined where there is none. */
  async object(bucket: string, key: string): Promise<string | undefined> {
    const id = this.path('bucket', bucket);
    if (!(await this.objects(bucket, key)).includes(key)) return undefined;
    const { text, encoding, truncated } = await this.running.inspector.object(id, key);
    if (truncated)
      throw new FaastenError('invalid-value', `the object '${key}' is too large to be shown; read it through a function`);
    return encoding === 'base64' ? Buffer.from(text, 'base64').toString('latin1') : text;
  }

  /** What ran, the oldest first; of one function, or of all. */
  async invocations(fn?: string): Promise<InvocationSummary[]> {
    const functionId = fn === undefined ? undefined : this.path('function', fn);
    return (await listed((page) => this.running.inspector.invocations({ ...page, functionId }))).reverse();
  }

  /** What functions logged, the oldest first; one function, or all. */
  async logs(fn?: string): Promise<LogLine[]> {
    const lines: LogLine[] = [];
    for (const { id } of await this.invocations(fn)) lines.push(...(await this.running.inspector.invocation(id)).logs);
    return lines;
  }

  /**
   * When alarms were on since the start, the oldest first; one that is on has no `to`. They are judged as in the cloud, at the end of
   * each minute of the virtual clock: `advance(Duration.minutes(1))` after each minute's traffic.
   */
  async alarms(): Promise<Alarm[]> {
    const { inspector } = this.running;
    const names = new Map((await inspector.alarms!()).map(({ id, label, resourceId = '' }) => [id, { label, resourceId }]));
    return (await inspector.firings!()).map((firing) => alarmOf(firing, names.get(firing.id)!));
  }

  /** Ends it, and removes all that it has stored. Once is enough, and twice does no harm. */
  async stop(): Promise<void> {
    if (this.stopped) return;
    this.stopped = true;
    await this.local.close();
  }

  private path(kind: keyof typeof PLURALS, name: string): string {
    return pathNamed(
      kind,
      name,
      this.model[PLURALS[kind]].map(({ path }) => path),
    );
  }

  /** Messages wait in queues; other events in a line of each function. */
  private line(name: string): string {
    const paths = [...this.model.queues, ...this.model.functions].map(({ path }) => path);
    return pathNamed('queue or function', name, paths);
  }

  private apiOf(given?: string): string {
    const paths = this.model.apis.map(({ path }) => path);
    if (given !== undefined) return this.urls[this.path('api', given)]!;
    if (paths.length === 1) return this.urls[paths[0]!]!;
    const which = paths.length === 0 ? 'has no HttpApi' : `has several, ${paths.join(', ')}: say which with api`;
    throw new FaastenError('name-ambiguous', `the service ${which}`);
  }
}

/**
 * Starts a service in this process: its functions run in workers, in what they are bundled to, as with `faasten dev`. Time stands
 * still. Any number may run at once; nothing of one is seen by another, and nothing stays behind.
 *
 * @param build creates the service
 */
export async function startService(
  build: (scope: Construct) => unknown,
  { startTime = '2026-01-01T00:00:00Z', secrets = {}, environment = {} }: ServiceOptions = {},
): Promise<RunningService> {
  // Only here: tests of stacks need none of it.
  const { LocalApp, startLocal, VirtualClock } =
    require('../platforms/local/index.js') as typeof import('../platforms/local/index.js');
  const time = new Date(startTime);
  if (Number.isNaN(time.getTime()))
    throw new FaastenError('invalid-value', `startTime is '${startTime}'; give a Date, or 2026-01-31T12:00:00Z`);
  const app = new LocalApp();
  await checkedBuild('startService got', build)(app as never);
  const clock = new VirtualClock(time);
  const model = describe(app);
  const faults = new Faults(model.functions);
  const running = await startLocal(app, {
    clock,
    secrets,
    environment,
    faults,
    port: 0,
    metricsPort: 0,
    envFile: false,
    dataDirectory: false,
    watch: false,
    telemetry: false,
  });
  return new RunningService(running, clock, model, faults);
}

/** Where `describe()` lists what has a name. */
const PLURALS = {
  function: 'functions',
  queue: 'queues',
  topic: 'topics',
  bucket: 'buckets',
  api: 'apis',
  bus: 'buses',
} as const;

const textOf = (message: unknown): string => (typeof message === 'string' ? message : (JSON.stringify(message) ?? 'null'));
