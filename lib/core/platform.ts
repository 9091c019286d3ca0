import type { Construct, IConstruct } from 'constructs';
import type { Capabilities } from './capabilities.js';
import type { CodeReference } from './code.js';
import type {
  Access,
  ApiSpec,
  BucketSpec,
  ChangesTriggerSpec,
  EventBusSpec,
  EventTriggerSpec,
  FunctionSpec,
  ObjectsTriggerSpec,
  QueueSpec,
  QueueTriggerSpec,
  RouteSpec,
  ScheduleTriggerSpec,
  StreamTriggerSpec,
  SubscriptionSpec,
  TopicSpec,
  TopicTriggerSpec,
  WebSocketApiSpec,
  WebSocketRouteSpec,
} from './model.js';
import type { MonitoringPlatform } from './monitoring/port.js';
import type { Grant } from './permissions.js';

/**
 * The port: what a target implements. Constructs reduce their props to specs, check them, and hand them to the platform of
 * their scope, which creates its own resources *as children of the portable construct*, at once.
 *
 * Backends are opaque to the core: it hands a platform only backends that the same platform made.
 */
export interface Platform {
  /** `aws`, `google`, `kubernetes`, or another one's own name. */
  readonly name: string;
  readonly capabilities: Capabilities;
  /**
   * How tokens of the platform's own framework look inside strings; tokens of any other framework are refused.
   * Without it, none are accepted.
   */
  readonly framework?: Framework;

  /**
   * What the framework synthesizes of one unit (a Stack, a TerraformStack, a Chart), as plain JSON: the template, the
   * configuration, the list of manifests. For `faasten/testing` and listings; deployments never pass through it.
   */
  template(unit: IConstruct): object;

  /**
   * Where a function is to be that is created in `scope`: `scope` itself, or a construct below it, which becomes the function's parent.
   * A pure function of its arguments, so that nothing moves because of a neighbour.
   * @default - in `scope`
   */
  placeFunction?(scope: Construct, id: string, tuning: Tuning): Construct;
  /**
   * Why two constructs of this platform cannot work with each other because of where they are, and what to do; undefined where they can.
   * @default - they can
   */
  separates?(one: IConstruct, other: IConstruct): string | undefined;
  createFunction(scope: Construct, spec: FunctionSpec, code: CodeReference, tuning: Tuning): FunctionBackend;
  createApi(scope: Construct, spec: ApiSpec, tuning: Tuning): ApiBackend;
  /** Needed only where `websocket.api` is supported. */
  createWebSocketApi?(scope: Construct, spec: WebSocketApiSpec, tuning: Tuning): WebSocketApiBackend;
  createQueue(scope: Construct, spec: QueueSpec, tuning: Tuning): QueueBackend;
  createTopic(scope: Construct, spec: TopicSpec, tuning: Tuning): TopicBackend;
  createBucket(scope: Construct, spec: BucketSpec, tuning: Tuning): BucketBackend;
  /** An event bus. Where `trigger.event` is refused, it is not needed. */
  createEventBus?(scope: Construct, spec: EventBusSpec, tuning: Tuning): EventBusBackend;
  /** Has a queue get the messages of a topic. Where `queue.subscribe` is refused, it is not needed. */
  subscribe?(scope: Construct, spec: SubscriptionSpec, queue: QueueBackend, topic: TopicBackend, tuning: Tuning): void;

  /** How the target watches; without it, all rows of `monitoring` in `capabilities` are refused. */
  readonly monitoring?: MonitoringPlatform;
}

export type Framework = 'aws-cdk-lib' | 'cdktf' | 'cdk8s';

export interface Backend {
  /** The main resource; becomes the portable construct's `node.defaultChild`. */
  readonly resource: IConstruct;
}

export interface FunctionBackend extends Backend {
  addEnvironment(name: string, value: string): void;
  /** Least privilege for `access` on the target, and the environment by which the runtime finds it. */
  link(name: string, link: BackendLink): void;
  /**
   * One method per kind of trigger. `scope` is an empty construct of the trigger's own, `name` the trigger's key in
   * `triggers`. Each trigger is a resource next to the function, never a property of it.
   */
  addSchedule(scope: Construct, name: string, trigger: ScheduleTriggerSpec, tuning: Tuning): void;
  addQueue(scope: Construct, name: string, trigger: QueueTriggerSpec, queue: QueueBackend, tuning: Tuning): void;
  addTopic(scope: Construct, name: string, trigger: TopicTriggerSpec, topic: TopicBackend, tuning: Tuning): void;
  addObjects(scope: Construct, name: string, trigger: ObjectsTriggerSpec, bucket: BucketBackend, tuning: Tuning): void;
  /** Where the feature of that kind is refused, none of these is needed. */
  addChanges?(scope: Construct, name: string, trigger: ChangesTriggerSpec, table: Backend, tuning: Tuning): void;
  addStream?(scope: Construct, name: string, trigger: StreamTriggerSpec, stream: Backend, tuning: Tuning): void;
  addEvent?(scope: Construct, name: string, trigger: EventTriggerSpec, bus: EventBusBackend, tuning: Tuning): void;
  /** What the function is allowed, in the platform's own terms, for listings; where the platform can tell. */
  permissions?(): readonly Grant[];
}

export interface ApiBackend extends Backend {
  /** Base URL, a late value of the framework; no slash at the end. */
  readonly url: string;
  /** `scope` is an empty construct of the route's own; `authorizer` is there where the route's is a function. */
  addRoute(scope: Construct, route: RouteSpec, fn: FunctionBackend, authorizer?: FunctionBackend): void;
}

export interface WebSocketApiBackend extends Backend {
  /** Where clients connect, a late value of the framework. */
  readonly url: string;
  /** `scope` is an empty construct of the route's own; `authorizer` is there where the route's is a function. */
  addRoute(scope: Construct, route: WebSocketRouteSpec, fn: FunctionBackend, authorizer?: FunctionBackend): void;
}

export type QueueBackend = Backend;
export type TopicBackend = Backend;
export type BucketBackend = Backend;
export type EventBusBackend = Backend;

export type BackendLink =
  | { readonly kind: 'queue'; readonly access: 'send'; readonly target: QueueBackend }
  | { readonly kind: 'topic'; readonly access: 'publish'; readonly target: TopicBackend }
  | { readonly kind: 'bus'; readonly access: 'publish'; readonly target: EventBusBackend }
  | { readonly kind: 'bucket'; readonly access: 'read' | 'write' | 'readWrite'; readonly target: BucketBackend }
  | { readonly kind: 'function'; readonly access: 'invoke'; readonly target: FunctionBackend }
  | { readonly kind: 'websocket'; readonly access: 'push'; readonly target: WebSocketApiBackend };

/** Links that every target has. The others are refused by `capabilities` before a platform sees them. */
export type PlainLink = Exclude<BackendLink, { kind: 'bus' | 'websocket' }>;

export type LinkKind = BackendLink['kind'];
export type LinkAccess = Access;

/**
 * Settings for one target only, made by that target's `tune()`: `tuning: [AwsFunction.tune({ ... })]`. Targets read their own
 * and ignore the others'.
 */
export interface TuningEntry {
  readonly platform: string;
  readonly construct:
    | 'service'
    | 'function'
    | 'api'
    | 'websocket'
    | 'queue'
    | 'topic'
    | 'bucket'
    | 'channel'
    | 'alarm'
    | 'dashboard'
    | 'schedule'
    | 'messages'
    | 'subscription'
    | 'objects'
    | 'bus'
    | 'events'
    | 'stream';
  readonly settings: object;
}

/** All tuning entries that apply to one construct: the service's first, then its own, which win. */
export class Tuning {
  constructor(private readonly entries: readonly TuningEntry[]) {}

  /** The settings for one kind of construct on one platform, merged key by key, later entries first in rank. */
  for<T extends object>(platform: string, construct: TuningEntry['construct']): Partial<T> {
    const own = this.entries.filter((entry) => entry.platform === platform && entry.construct === construct);
    return Object.assign({}, ...own.map((entry) => entry.settings));
  }
}
