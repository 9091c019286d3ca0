import type { IConstruct } from 'constructs';
import { type Attachment, attachmentOf } from './attachment.js';
import type {
  Access,
  AlarmSpec,
  ApiSpec,
  BucketSpec,
  ChannelSpec,
  EventBusSpec,
  FunctionSpec,
  QueueSpec,
  Severity,
  SloSpec,
  SubscriptionSpec,
  TopicSpec,
  TriggerSpec,
  WebSocketApiSpec,
} from './model.js';
import type { PermissionModel } from './permissions.js';
import { isLate, LATE_VALUE } from './tokens.js';
import type { HandlerKind } from './typing.js';

export interface FunctionModel extends FunctionSpec {
  /** How the function may be entered. */
  readonly kinds: readonly HandlerKind[];
  /** Triggers by name; `source` is the path of the queue, topic or bucket. */
  readonly triggers: Readonly<Record<string, TriggerSpec & { readonly source?: string }>>;
  readonly links: Readonly<Record<string, { readonly kind: string; readonly access: Access; readonly target: string }>>;
  /** The handlers that share it, where several do. */
  readonly members?: readonly {
    readonly name: string;
    readonly routes: readonly string[];
    /** Names that the handler knows links by, and the function. */
    readonly links: Readonly<Record<string, string>>;
    readonly secrets: readonly string[];
  }[];
  /** Routes that lead here, with the path of their API. */
  readonly routes: readonly { readonly api: string; readonly key: string }[];
  /** What all that makes the function able to do, in words. */
  readonly permissions: readonly PermissionModel[];
}
export interface ApiModel extends ApiSpec {
  readonly routes: readonly string[];
}
export interface WebSocketApiModel extends WebSocketApiSpec {
  readonly routes: readonly string[];
}

export interface AlarmModel extends AlarmSpec {
  /** Paths of the channels that are told. */
  readonly channels: readonly string[];
}
export interface SloModel extends SloSpec {
  /** Paths of the channels that are told. */
  readonly channels: Readonly<Record<Severity, readonly string[]>>;
}
export interface QueueModel extends QueueSpec {
  /** Topics whose messages the queue gets, by path, where there are some. */
  readonly subscriptions?: Readonly<Record<string, SubscriptionSpec & { readonly topic: string }>>;
}

/** Everything declared below a construct, as plain JSON. Paths are construct paths; lists are in the order of declaration. */
export interface ServiceModel {
  readonly path: string;
  /** Name of the platform, or null where nothing is declared. */
  readonly platform: string | null;
  readonly functions: readonly FunctionModel[];
  readonly apis: readonly ApiModel[];
  /** Where there are some. */
  readonly webSocketApis?: readonly WebSocketApiModel[];
  readonly queues: readonly QueueModel[];
  readonly topics: readonly TopicSpec[];
  readonly buckets: readonly BucketSpec[];
  readonly buses: readonly EventBusSpec[];
  /** Resources that somebody else declared and that are used here. */
  readonly existing: readonly { readonly type: string; readonly path: string }[];
  /** Those that the target has. */
  readonly alarms: readonly AlarmModel[];
  readonly slos: readonly SloModel[];
  readonly channels: readonly ChannelSpec[];
}

/**
 * The neutral model of a service, or of everything below any construct, as plain JSON: equal for every target but for
 * `platform`, the paths above the service, and alarms that a target lacks. Values that are known only after deployment read `(known after deployment)`.
 */
export function describe(scope: IConstruct): ServiceModel {
  const attachments = scope.node.findAll().flatMap((construct) => attachmentOf(construct) ?? []);
  const of = <T>(type: Attachment['type']): T[] =>
    attachments
      .filter((attachment) => attachment.type === type && !attachment.existing)
      .map((attachment) => plain(attachment.describe()) as T);
  const webSocketApis = of<WebSocketApiModel>('websocket');
  return {
    path: scope.node.path,
    platform: attachments[0]?.platform.name ?? null,
    functions: of<FunctionModel>('function'),
    apis: of<ApiModel>('api'),
    ...(webSocketApis.length > 0 && { webSocketApis }),
    queues: of<QueueModel>('queue'),
    topics: of<TopicSpec>('topic'),
    buckets: of<BucketSpec>('bucket'),
    buses: of<EventBusSpec>('bus'),
    existing: attachments
      .filter((attachment) => attachment.existing)
      .map((attachment) => plain(attachment.describe()) as { type: string; path: string }),
    alarms: of<AlarmModel>('alarm'),
    slos: of<SloModel>('slo'),
    channels: of<ChannelSpec>('channel'),
  };
}

/** A copy that is JSON and no more. Tokens carry counters of the process, so that they would differ from run to run. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, item) => (typeof item === 'string' && isLate(item) ? LATE_VALUE : item)));
}
