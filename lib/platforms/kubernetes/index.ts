/** What a cdk8s Chart is to faasten, past what is portable: options of the cluster, tuning, and the manifests behind constructs. */
import type { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { type Attachment, viewOf } from '../../core/attachment.js';
import { invalid } from '../../core/errors.js';
import type { WatchingCost } from '../../core/monitoring/cost.js';
import type { Backend, TuningEntry } from '../../core/platform.js';
import type { Existing } from '../../monitoring.js';
import type { ApiResources, KubernetesApiTuning } from './api.js';
import type { BucketResources, KubernetesBucketTuning } from './bucket.js';
import type { FunctionResources, KubernetesFunctionTuning } from './function.js';
import type { ExistingChannel } from './monitoring/channel.js';
import { type WatchingOptions, type WatchingPart, watchingCost } from './monitoring/cost.js';
import type { KubernetesQueueTuning, QueueResources } from './queue.js';
import type { TopicResources } from './topic.js';

export type { CostPart, WatchingCost } from '../../core/monitoring/cost.js';
export type { KubernetesApiTuning } from './api.js';
export type { KubernetesBucketTuning } from './bucket.js';
export type { ConcurrencyTuning } from './concurrency.js';
export type { DeliveryTuning } from './delivery.js';
export type { KubernetesFunctionTuning } from './function.js';
export type { ExistingChannel } from './monitoring/channel.js';
export type { WatchingOptions, WatchingPart } from './monitoring/cost.js';
export type { EventSink, KubernetesOptions } from './options.js';
export { kubernetes } from './platform.js';
export type { KubernetesQueueTuning } from './queue.js';

/** Alert channels that exist. */
export const KubernetesAlertChannel = {
  /** Alerts get these labels, which routes of the cluster's Alertmanager look for: `existing: KubernetesAlertChannel.from({ labels })`. */
  from: (channel: ExistingChannel): Existing<'channel'> => ({ platform: 'kubernetes', construct: 'channel', resource: channel }),
};

type Type = Exclude<TuningEntry['construct'], 'service'>;

function tuning<T extends object>(construct: Type) {
  return (settings: T): TuningEntry => ({ platform: 'kubernetes', construct, settings });
}

function finders<B extends Backend, V>(type: Attachment['type'], view: (backend: B) => V) {
  const tryOf = (construct: IConstruct): V | undefined => viewOf(construct, type, 'kubernetes', view);
  const of = (construct: IConstruct): V => {
    const found = tryOf(construct);
    if (found) return found;
    throw invalid(
      type,
      construct.node.path,
      `is no ${type} on the kubernetes platform`,
      'use tryOf where it may be on another one',
    );
  };
  return { of, tryOf };
}

/** A `Service` on Kubernetes. */
export const KubernetesService = {
  /**
   * How many series, samples and rules watch what is below a construct, and what a managed Prometheus takes for that in a month, at the
   * prices of lib/platforms/kubernetes/monitoring/prices.ts. To be asked when all is declared.
   */
  watchingCost(scope: IConstruct, options?: WatchingOptions): WatchingCost<WatchingPart> {
    return watchingCost(scope, options);
  },
} as const;

/** What a `ServerlessFunction` is made of. */
export interface KubernetesFunctionResources {
  /** The Knative Service. */
  readonly service: ApiObject;
  /** Undefined where the function was tuned to use another one. */
  readonly serviceAccount?: ApiObject;
  /** Name of the Service, and of its host inside the cluster. */
  readonly name: string;
}

export const KubernetesFunction = {
  ...finders(
    'function',
    ({ service }: FunctionResources): KubernetesFunctionResources => ({
      service: service.resource,
      serviceAccount: service.serviceAccount,
      name: service.name,
    }),
  ),
  /** Settings that only Kubernetes reads. */
  tune: tuning<KubernetesFunctionTuning>('function'),
};

/** What an `HttpApi` is made of. */
export interface KubernetesApiResources {
  readonly httpRoutes: readonly ApiObject[];
  readonly referenceGrant?: ApiObject;
}

export const KubernetesApi = {
  ...finders(
    'api',
    ({ httpRoutes, grant }: ApiResources): KubernetesApiResources => ({
      httpRoutes: [...httpRoutes],
      referenceGrant: grant,
    }),
  ),
  /** Settings that only Kubernetes reads. */
  tune: tuning<KubernetesApiTuning>('api'),
};

export const KubernetesQueue = {
  ...finders('queue', ({ resource }: QueueResources): { readonly broker: ApiObject } => ({ broker: resource })),
  /** Settings that only Kubernetes reads. */
  tune: tuning<KubernetesQueueTuning>('queue'),
};

export const KubernetesTopic = finders('topic', ({ resource }: TopicResources): { readonly broker: ApiObject } => ({
  broker: resource,
}));

export const KubernetesBucket = {
  ...finders('bucket', ({ resource }: BucketResources): { readonly claim: ApiObject } => ({ claim: resource })),
  /** Settings that only Kubernetes reads. */
  tune: tuning<KubernetesBucketTuning>('bucket'),
};
