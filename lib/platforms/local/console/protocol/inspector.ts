import type { MaybePromise, Page, Payload } from './common.js';
import type { ServiceGraph } from './graph.js';
import type { InvocationDetail, InvocationQuery, InvocationSummary, LogEntry, LogQuery, Trace } from './invocations.js';
import type { LiveListener } from './live.js';
import type { FunctionMetrics, Timeline, TimeWindow } from './metrics.js';
import type { MessageQuery, MovedMessages, QueuedMessage, QueueState } from './queues.js';
import type { AlarmFiring, AlarmState, BucketState, ObjectQuery, ObjectSummary, ScheduleState, TopicState } from './resources.js';
import type { EventQuery, PastEvent, SampleEvent, SavedEvent, SendRequest, SendResult, TestToken, TokenRequest } from './send.js';
import type { ConnectRequest, SocketState, TestConnection } from './sockets.js';

/**
 * What the console sees of a running service and may do to it. The engine implements it; its methods may be called at any time
 * between start and stop, by several consoles at once. Rules for engines are in `protocol.ts`.
 */
export interface Inspector {
  graph(): MaybePromise<ServiceGraph>;

  /** The latest first. */
  invocations(query: InvocationQuery): MaybePromise<Page<InvocationSummary>>;
  invocation(id: string): MaybePromise<InvocationDetail>;
  trace(traceId: string): MaybePromise<Trace>;
  /** The latest lines of the invocations that are kept, the latest first. */
  logs(query: LogQuery): MaybePromise<readonly LogEntry[]>;

  queues(): MaybePromise<readonly QueueState[]>;
  /** The oldest first; dead ones the latest first. */
  messages(queueId: string, query: MessageQuery): MaybePromise<Page<QueuedMessage>>;
  /** Makes a dead message ready again with no attempts counted; without `messageId` all of them. */
  redrive(queueId: string, messageId?: string): MaybePromise<MovedMessages>;
  /** Drops messages for good: the dead ones, or those that wait. Those in flight stay. */
  purge(queueId: string, which: 'dead' | 'waiting'): MaybePromise<MovedMessages>;

  topics(): MaybePromise<readonly TopicState[]>;

  buckets(): MaybePromise<readonly BucketState[]>;
  /** By key. */
  objects(bucketId: string, query: ObjectQuery): MaybePromise<Page<ObjectSummary>>;
  object(bucketId: string, key: string): MaybePromise<Payload>;

  schedules(): MaybePromise<readonly ScheduleState[]>;

  sockets(): MaybePromise<readonly SocketState[]>;
  /** Connections that consoles opened, the oldest first. */
  testConnections(): MaybePromise<readonly TestConnection[]>;
  /** Opens one, as a client does: past the authorizer and `$connect`. Throws `conflict`, with the reason, when it is not let in. */
  connect(request: ConnectRequest): Promise<TestConnection>;
  sendTo(connectionId: string, text: string): MaybePromise<void>;
  /** Ends a test connection, or forgets one that has ended. */
  disconnect(connectionId: string): MaybePromise<void>;

  /** Sends an event as one from outside; see {@link SendRequest}. A schedule runs now, its next runs stay as they are. */
  send(request: SendRequest): Promise<SendResult>;
  /** What a user may start from: by trigger, route and call of the function, with the function's schema where there is one. */
  samples(functionId: string): MaybePromise<readonly SampleEvent[]>;

  /** The latest first. */
  events(query: EventQuery): MaybePromise<Page<PastEvent>>;
  /** Sends a past event again, with an id and a trace of its own. */
  replay(eventId: string): Promise<SendResult>;

  /** By name. They survive restarts. */
  savedEvents(): MaybePromise<readonly SavedEvent[]>;
  /** A name that is there is replaced. */
  saveEvent(event: { readonly name: string; readonly request: SendRequest }): MaybePromise<SavedEvent>;
  deleteSavedEvent(id: string): MaybePromise<void>;

  /** Every function, also those that did not run. `points` is the length of each series. */
  metrics(window: TimeWindow, points: number): MaybePromise<readonly FunctionMetrics[]>;
  /** `pixels` is the resolution: bars closer than `window / pixels` may be merged. */
  timeline(window: TimeWindow, pixels: number): MaybePromise<Timeline>;

  /** Absent where no authorizer can mint. */
  mintToken?(request: TokenRequest): MaybePromise<TestToken>;
  /** Absent where the service has no alarms. */
  alarms?(): MaybePromise<readonly AlarmState[]>;
  /** When alarms were on since the process started, the oldest first; the latest 1,000. Absent where the service has no alarms. */
  firings?(): MaybePromise<readonly AlarmFiring[]>;

  /** Calls `listener` for everything that happens until the returned function is called. The listener never throws. */
  subscribe(listener: LiveListener): () => void;
}
