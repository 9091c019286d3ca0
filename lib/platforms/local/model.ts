import type {
  Access,
  AlarmSpec,
  ApiSpec,
  BucketSpec,
  EventBusSpec,
  FunctionAuthorizerSpec,
  FunctionSpec,
  InstrumentationSpec,
  JwtAuthorizerSpec,
  QueueSpec,
  Severity,
  SloSpec,
  SubscriptionSpec,
  ThrottleSpec,
  TopicSpec,
  TriggerSpec,
  WebSocketApiSpec,
} from '../../core/model.js';

/** What a service is on this machine: plain JSON, keyed by construct path. All that the engine knows of it beside the code. */
export interface LocalModel {
  readonly functions: Readonly<Record<string, LocalFunctionModel>>;
  readonly apis: Readonly<Record<string, LocalApiModel>>;
  readonly queues: Readonly<Record<string, LocalQueueModel>>;
  readonly topics: Readonly<Record<string, TopicSpec>>;
  readonly buckets: Readonly<Record<string, BucketSpec>>;
  readonly buses: Readonly<Record<string, EventBusSpec>>;
  readonly websockets: Readonly<Record<string, LocalWebSocketModel>>;
  readonly alarms: readonly LocalAlarmModel[];
  readonly objectives: readonly LocalObjectiveModel[];
}

export interface LocalAlarmModel extends AlarmSpec {
  /** Paths of its channels. */
  readonly tells: readonly string[];
}

export interface LocalObjectiveModel extends SloSpec {
  /** Paths of its channels. */
  readonly tells: Readonly<Record<Severity, readonly string[]>>;
  /** Functions, or the API, whose events count. */
  readonly counts: readonly string[];
}

export interface LocalQueueModel extends QueueSpec {
  /** Topics whose messages the queue gets, by id. */
  readonly subscriptions: Readonly<Record<string, SubscriptionSpec & { readonly topic: string }>>;
}

export interface LocalFunctionModel extends FunctionSpec {
  /** By the name the handler asks for. `target` is a construct path. */
  readonly links: Readonly<Record<string, LocalLink>>;
  /** By name. `source` is the path of the queue, topic, bucket or event bus. */
  readonly triggers: Readonly<Record<string, LocalTrigger>>;
  /** How its invocations are reported; not at all without it. */
  readonly reports?: InstrumentationSpec;
}

export interface LocalLink {
  readonly kind: 'queue' | 'topic' | 'bucket' | 'bus' | 'function' | 'websocket';
  readonly access: Access;
  readonly target: string;
}

export type LocalTrigger = TriggerSpec & { readonly source?: string };

export interface LocalApiModel extends ApiSpec {
  /** By route key. */
  readonly routes: Readonly<Record<string, LocalRoute>>;
}

export interface LocalRoute {
  /** Path of the function that answers. */
  readonly function: string;
  readonly authorizer?: LocalAuthorizer;
  /** Of which a token must have one. */
  readonly scopes?: readonly string[];
  readonly throttle?: ThrottleSpec;
}

export interface LocalWebSocketModel extends WebSocketApiSpec {
  /** By route key. */
  readonly routes: Readonly<Record<string, LocalWebSocketRoute>>;
  /** Of `$connect`. */
  readonly authorizer?: LocalAuthorizer;
}

export interface LocalWebSocketRoute {
  /** Path of the function that takes what comes. */
  readonly function: string;
  /** Whether the sender gets what the handler returns. */
  readonly replies: boolean;
}

/** `function` is the path of the one that decides. */
export type LocalAuthorizer = JwtAuthorizerSpec | (FunctionAuthorizerSpec & { readonly function: string });

const URL_TOKEN = /\{faasten\.url:([^}]*)\}/g;

/** Stands for the base URL of an API until the engine has a port for it. */
export function urlToken(apiPath: string): string {
  return `{faasten.url:${apiPath}}`;
}

/** Puts URLs in place of {@link urlToken}s. */
export function withUrls(text: string, urls: ReadonlyMap<string, string>): string {
  return text.replace(URL_TOKEN, (token, path: string) => urls.get(path) ?? token);
}
