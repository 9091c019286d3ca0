/** Calls of the console's own API. The only place that uses `fetch`; addresses have no host, so nothing leaves this origin. */
import type {
  AlarmFiring,
  AlarmState,
  BucketState,
  ConnectRequest,
  EventQuery,
  FunctionMetrics,
  InvocationDetail,
  InvocationQuery,
  InvocationSummary,
  LogEntry,
  LogQuery,
  MessageQuery,
  MovedMessages,
  ObjectQuery,
  ObjectSummary,
  Page,
  PastEvent,
  Payload,
  Problem,
  QueuedMessage,
  QueueState,
  SampleEvent,
  SavedEvent,
  ScheduleState,
  SendRequest,
  SendResult,
  ServiceGraph,
  SocketState,
  TestConnection,
  TestToken,
  Timeline,
  TimeWindow,
  TokenRequest,
  TopicState,
  Trace,
} from '../../../lib/platforms/local/console/protocol.js';

export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

const part = encodeURIComponent;

export const api = {
  graph: () => get<ServiceGraph>('graph'),
  invocations: (query: InvocationQuery) => get<Page<InvocationSummary>>('invocations', { ...query }),
  invocation: (id: string) => get<InvocationDetail>(`invocations/${part(id)}`),
  logs: (query: LogQuery) => get<LogEntry[]>('logs', { ...query }),
  trace: (id: string) => get<Trace>(`traces/${part(id)}`),
  queues: () => get<QueueState[]>('queues'),
  messages: (id: string, query: MessageQuery) => get<Page<QueuedMessage>>(`queues/${part(id)}/messages`, { ...query }),
  redrive: (id: string, messageId?: string) => post<MovedMessages>(`queues/${part(id)}/redrive`, { messageId }),
  purge: (id: string, which: 'dead' | 'waiting') => post<MovedMessages>(`queues/${part(id)}/purge`, { which }),
  topics: () => get<TopicState[]>('topics'),
  buckets: () => get<BucketState[]>('buckets'),
  objects: (id: string, query: ObjectQuery) => get<Page<ObjectSummary>>(`buckets/${part(id)}/objects`, { ...query }),
  object: (id: string, key: string) => get<Payload>(`buckets/${part(id)}/objects/${part(key)}`),
  schedules: () => get<ScheduleState[]>('schedules'),
  sockets: () => get<SocketState[]>('sockets'),
  testConnections: () => get<TestConnection[]>('connections'),
  connect: ({ socketId, ...request }: ConnectRequest) => post<TestConnection>(`sockets/${part(socketId)}/connections`, request),
  sendTo: (id: string, text: string) => post<void>(`connections/${part(id)}/messages`, { text }),
  disconnect: (id: string) => call<void>('DELETE', `connections/${part(id)}`),
  send: (request: SendRequest) => post<SendResult>('send', request),
  samples: (functionId: string) => get<SampleEvent[]>(`functions/${part(functionId)}/samples`),
  events: (query: EventQuery) => get<Page<PastEvent>>('events', { ...query }),
  replay: (id: string) => post<SendResult>(`events/${part(id)}/replay`, {}),
  savedEvents: () => get<SavedEvent[]>('saved-events'),
  saveEvent: (name: string, request: SendRequest) => post<SavedEvent>('saved-events', { name, request }),
  deleteSavedEvent: (id: string) => call<void>('DELETE', `saved-events/${part(id)}`),
  metrics: (window: TimeWindow, points: number) => get<FunctionMetrics[]>('metrics', { ...window, points }),
  timeline: (window: TimeWindow, pixels: number) => get<Timeline>('timeline', { ...window, pixels }),
  mintToken: (request: TokenRequest) => post<TestToken>('tokens', request),
  alarms: () => get<AlarmState[]>('alarms'),
  firings: () => get<AlarmFiring[]>('firings'),
};

function get<T>(path: string, query: Query = {}): Promise<T> {
  const fields = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, String(value)]],
  );
  return call<T>('GET', fields.length > 0 ? `${path}?${new URLSearchParams(fields)}` : path);
}

function post<T>(path: string, body: object): Promise<T> {
  return call<T>('POST', path, body);
}

async function call<T>(method: string, path: string, body?: object): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`/api/${path}`, {
      method,
      headers: { 'x-faasten-console': '1', ...(body && { 'content-type': 'application/json' }) },
      body: body && JSON.stringify(body),
    });
  } catch {
    throw new ApiError('offline', "The local platform does not answer. Start it again with 'npx faasten dev'.");
  }
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  let result: unknown;
  try {
    result = JSON.parse(text);
  } catch {
    throw new ApiError(
      'unreadable',
      `The answer to ${method} /api/${path} is no JSON. Reload the page; another program may have its port.`,
    );
  }
  if (response.ok) return result as T;
  const { code = 'unknown', message = response.statusText } = (result as Partial<Problem>).error ?? {};
  throw new ApiError(code, message);
}
