import type {
  Access,
  ApiSpec,
  BucketSpec,
  FunctionSpec,
  QueueSpec,
  SubscriptionSpec,
  TopicSpec,
  TriggerSpec,
} from '../../core/model.js';

/** What a service is on this machine: plain JSON, keyed by construct path. All that the engine knows of it beside the code. */
export interface LocalModel {
  readonly functions: Readonly<Record<string, LocalFunctionModel>>;
  readonly apis: Readonly<Record<string, LocalApiModel>>;
  readonly queues: Readonly<Record<string, LocalQueueModel>>;
  readonly topics: Readonly<Record<string, TopicSpec>>;
  readonly buckets: Readonly<Record<string, BucketSpec>>;
}

export interface LocalQueueModel extends QueueSpec {
  /** Topics whose messages the queue gets, by id. */
  readonly subscriptions: Readonly<Record<string, SubscriptionSpec & { readonly topic: string }>>;
}

export interface LocalFunctionModel extends FunctionSpec {
  /** By the name the handler asks for. `target` is a construct path. */
  readonly links: Readonly<Record<string, LocalLink>>;
  /** By name. `source` is the path of the queue, topic or bucket. */
  readonly triggers: Readonly<Record<string, LocalTrigger>>;
}

export interface LocalLink {
  readonly kind: 'queue' | 'topic' | 'bucket' | 'bus' | 'function';
  readonly access: Access;
  readonly target: string;
}

export type LocalTrigger = TriggerSpec & { readonly source?: string };

export interface LocalApiModel extends ApiSpec {
  /** Route key to the path of the function that answers. */
  readonly routes: Readonly<Record<string, string>>;
}

const URL_TOKEN = /\{faasten\.url:([^}]*)\}/g;

/** Stands for the base URL of an API until the engine has a port for it. */
export function urlToken(apiPath: string): string {
  return `{faasten.url:${apiPath}}`;
}

/** Puts URLs in place of {@link urlToken}s. */
export function withUrls(text: string, urls: ReadonlyMap<string, string>): string {
  return text.replace(URL_TOKEN, (token, path: string) => urls.get(path) ?? token);
}
