/** What happens, as signals: the stream keeps them fresh, and a lost or slow stream makes them be asked for again. */
import { batch, computed, signal } from '@preact/signals';
import type {
  AlarmState,
  BucketState,
  InvocationSummary,
  LogLine,
  QueueState,
  ScheduleState,
  ServiceGraph,
  SocketState,
  StreamEvent,
  TestConnection,
  TopicState,
  TrafficEvent,
} from '../../../lib/platforms/local/console/protocol.js';
import { type ApiError, api } from './api.js';

/** Invocations kept on the page; older ones are asked for by page. */
const KEPT_INVOCATIONS = 400;

export const connection = signal<'connecting' | 'live' | 'lost'>('connecting');
export const graph = signal<ServiceGraph | undefined>(undefined);
export const graphError = signal<ApiError | undefined>(undefined);
/** The latest first. */
export const recent = signal<readonly InvocationSummary[]>([]);
export const queues = signal<readonly QueueState[] | undefined>(undefined);
export const topics = signal<readonly TopicState[] | undefined>(undefined);
export const buckets = signal<readonly BucketState[] | undefined>(undefined);
export const schedules = signal<readonly ScheduleState[] | undefined>(undefined);
export const sockets = signal<readonly SocketState[] | undefined>(undefined);
/** Connections that consoles opened, the oldest first. */
export const testConnections = signal<readonly TestConnection[]>([]);
export const alarms = signal<readonly AlarmState[]>([]);
/** Raised when everything shown should be asked for again. */
export const generation = signal(0);
/** Invocations and log lines that the stream left out: more than a page can show. */
export const missed = signal({ count: 0, timeMs: 0 });
/** Function id to why its code could not be loaded. */
export const problems = signal<ReadonlyMap<string, string>>(new Map());

export const deadLetters = computed(() => (queues.value ?? []).reduce((sum, queue) => sum + queue.deadLetters, 0));
export const alarmsOn = computed(() => alarms.value.filter(({ state }) => state === 'alarm').length);

const trafficListeners = new Set<(event: TrafficEvent) => void>();
const logListeners = new Set<(invocationId: string, line: LogLine) => void>();

export function onTraffic(listener: (event: TrafficEvent) => void): () => void {
  trafficListeners.add(listener);
  return () => trafficListeners.delete(listener);
}

export function onLog(listener: (invocationId: string, line: LogLine) => void): () => void {
  logListeners.add(listener);
  return () => logListeners.delete(listener);
}

let source: EventSource | undefined;
let runId: string | undefined;

/** Opens the stream while the page is seen: a browser has six connections to a server, and hidden tabs would take them all. */
export function startLive(): void {
  const follow = () => (document.hidden ? close() : open());
  document.addEventListener('visibilitychange', follow);
  follow();
}

function open(): void {
  if (source) return;
  source = new EventSource('/api/stream');
  source.onmessage = ({ data }) => batch(() => (JSON.parse(data) as StreamEvent[]).forEach(take));
  source.onerror = () => {
    connection.value = 'lost';
    // Asking says why, where the stream only fails.
    if (graph.value === undefined) void refresh();
    // The browser tries again by itself unless the server refused.
    if (source?.readyState !== EventSource.CLOSED) return;
    close();
    setTimeout(() => !document.hidden && open(), 2000);
  };
}

function close(): void {
  source?.close();
  source = undefined;
}

/** Asks for everything that the stream only changes. */
export async function refresh(): Promise<void> {
  generation.value++;
  try {
    const [service, page, ...states] = await Promise.all([
      api.graph(),
      api.invocations({ limit: 100 }),
      api.queues(),
      api.topics(),
      api.buckets(),
      api.schedules(),
      api.alarms(),
      api.sockets(),
      api.testConnections(),
    ]);
    batch(() => {
      graph.value = service;
      graphError.value = undefined;
      recent.value = page.items;
      [queues.value, topics.value, buckets.value, schedules.value, alarms.value, sockets.value, testConnections.value] = states;
      problems.value = new Map(
        service.nodes.flatMap((node) => (node.kind === 'function' && node.problem ? [[node.id, node.problem]] : [])),
      );
    });
  } catch (error) {
    graphError.value = error as ApiError;
  }
}

const REFRESH_MS = 2000;
let willRefresh = false;

/** Not for every flush of a service that is faster than this page. */
function refreshSoon(): void {
  if (willRefresh) return;
  willRefresh = true;
  setTimeout(() => {
    willRefresh = false;
    void refresh();
  }, REFRESH_MS);
}

/** Queues again: ages grow without events. For views that show them. */
export function followQueues(): () => void {
  const ask = async () => {
    if (document.hidden) return;
    try {
      queues.value = await api.queues();
    } catch {
      // The stream says when the platform is gone.
    }
  };
  const timer = setInterval(ask, 3000);
  return () => clearInterval(timer);
}

function take(event: StreamEvent): void {
  switch (event.type) {
    case 'hello':
      if (runId !== undefined && runId !== event.runId) recent.value = [];
      runId = event.runId;
      connection.value = 'live';
      void refresh();
      return;
    case 'dropped':
      missed.value = { count: missed.value.count + event.count, timeMs: Date.now() };
      refreshSoon();
      return;
    case 'graph':
      if (event.revision !== graph.value?.revision) void refresh();
      return;
    case 'invocation':
      recent.value = withInvocation(recent.value, event.invocation);
      return;
    case 'log':
      for (const listener of logListeners) listener(event.invocationId, event.line);
      return;
    case 'traffic':
      for (const listener of trafficListeners) listener(event);
      return;
    case 'queue':
      queues.value = replaced(queues.value, event.queue);
      return;
    case 'topic':
      topics.value = replaced(topics.value, event.topic);
      return;
    case 'bucket':
      buckets.value = replaced(buckets.value, event.bucket);
      return;
    case 'schedule':
      schedules.value = replaced(schedules.value, event.schedule);
      return;
    case 'socket':
      sockets.value = replaced(sockets.value, event.socket);
      return;
    case 'connection':
      testConnections.value = replaced(testConnections.value, event.connection) ?? [];
      return;
    case 'alarm':
      alarms.value = replaced(alarms.value, event.alarm) ?? [];
      return;
    case 'reload': {
      const next = new Map(problems.value);
      if (event.problem) next.set(event.functionId, event.problem);
      else next.delete(event.functionId);
      problems.value = next;
    }
  }
}

function withInvocation(list: readonly InvocationSummary[], one: InvocationSummary): InvocationSummary[] {
  const index = list.findIndex(({ id }) => id === one.id);
  if (index >= 0) return list.with(index, one);
  // Nearly always the latest; a late one goes where it belongs.
  const at = list.findIndex(({ startTimeMs }) => startTimeMs <= one.startTimeMs);
  return list.toSpliced(at < 0 ? list.length : at, 0, one).slice(0, KEPT_INVOCATIONS);
}

function replaced<T extends { readonly id: string }>(list: readonly T[] | undefined, one: T): readonly T[] | undefined {
  if (list === undefined) return undefined;
  const index = list.findIndex(({ id }) => id === one.id);
  return index < 0 ? [...list, one] : list.with(index, one);
}
