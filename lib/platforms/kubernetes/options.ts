import { FaastenError, shown } from '../../core/errors.js';

/** A resource that takes CloudEvents by POST: a Service of Kubernetes or Knative, a Broker, a Channel; or any URL. */
export type EventSink =
  | {
      readonly ref: {
        readonly apiVersion: string;
        readonly kind: string;
        readonly name: string;
        /** @default - the namespace of the chart */
        readonly namespace?: string;
      };
      readonly uri?: never;
    }
  | { readonly uri: string; readonly ref?: never };

/** What the platform needs to know of a cluster. Every default is what the components' own installation guides make. */
export interface KubernetesOptions {
  /**
   * Image that functions run in; it must have `node` (24, as bundles are made for it) on its PATH. Best with a digest,
   * `docker.io/library/node:24-slim@sha256:…`: a tag lets Knative resolve it anew with each revision.
   * @default 'docker.io/library/node:24-slim'
   */
  readonly nodeImage?: string;
  /**
   * Names of Secrets with credentials for the registry of `nodeImage`.
   * @default - none
   */
  readonly imagePullSecrets?: readonly string[];
  /**
   * Processors of the nodes that functions run on. Matters for packages with machine code only (`bundling: { nativeModules }`).
   * @default 'amd64'
   */
  readonly architecture?: 'amd64' | 'arm64';
  /**
   * The Gateway that APIs are reached through. Its listener must allow routes of the chart's namespace.
   * @default { name: 'public', namespace: 'gateway' }
   */
  readonly gateway?: {
    readonly name: string;
    /** @default - the namespace of the chart */
    readonly namespace?: string;
    /** Listener of the Gateway. @default - all that allow it */
    readonly sectionName?: string;
  };
  /**
   * Host name of every API, unless `KubernetesApi.tune({ hostnames })` says otherwise. `api.url` needs one.
   * @default - the APIs answer for every host of the Gateway's listener
   */
  readonly hostname?: string;
  /**
   * The Service of Knative's ingress for requests from inside the cluster, which Gateways forward to.
   * @default { name: 'kourier-internal', namespace: 'kourier-system', port: 80 }
   */
  readonly ingress?: {
    readonly name: string;
    readonly namespace: string;
    /** @default 80 */
    readonly port?: number;
    /**
     * Whether to write the ReferenceGrant in the ingress's namespace that lets HTTPRoutes of the chart's namespace forward to it. Say
     * `false` where only administrators write there, and have them grant it once.
     * @default true
     */
    readonly grant?: boolean;
  };
  readonly broker?: {
    /**
     * Class of the Brokers: `MTChannelBasedBroker`, `Kafka`, `KafkaNamespaced`, `RabbitMQBroker`. How durable queues and topics
     * are is up to it.
     * @default - the cluster's default class, whose ingress is taken to be that of MTChannelBasedBroker
     */
    readonly class?: string;
    /** `spec.config` of the Brokers. @default - the cluster's default for the class */
    readonly config?: {
      readonly apiVersion: string;
      readonly kind: string;
      readonly name: string;
      readonly namespace?: string;
    };
    /**
     * URL that Brokers take events at, with `{namespace}` and `{name}`.
     * @default - that of the class; needed for a class that is not named above
     */
    readonly ingress?: string;
  };
  /**
   * Where events go that failed for the last time: a Kafka sink, a Broker with a Trigger of yours, a service that stores them.
   * @default - a small function per chart that writes each one to its log, as a line of JSON
   */
  readonly deadLetters?: EventSink;
  readonly objectStore?: {
    /**
     * CephObjectStore that sends notifications.
     * @default { name: 'my-store', namespace: 'rook-ceph' }
     */
    readonly store?: { readonly name: string; readonly namespace: string };
    /**
     * Storage classes of buckets, by what becomes of the objects when the bucket is removed; their reclaim policies must be
     * `Retain` and `Delete`.
     * @default { retain: 'rook-ceph-retain-bucket', delete: 'rook-ceph-delete-bucket' }
     */
    readonly storageClasses?: { readonly retain: string; readonly delete: string };
    /**
     * URL of the store's S3 API, as functions and holders of signed URLs reach it: `https://s3.example.com`.
     * @default - the Service of the store inside the cluster, over HTTP: signed URLs then only work inside the cluster
     */
    readonly endpoint?: string;
  };
  /**
   * Objects for the Prometheus operator and Grafana's sidecar; `false` for a cluster without them.
   * @default - on, without labels
   */
  readonly monitoring?:
    | false
    | {
        /**
         * Labels of PodMonitors, PrometheusRules and AlertmanagerConfigs, which the cluster's Prometheus selects them by, as in
         * `{ release: 'kube-prometheus-stack' }`.
         * @default - none
         */
        readonly labels?: Readonly<Record<string, string>>;
        /**
         * Labels of the ConfigMaps with dashboards.
         * @default { grafana_dashboard: '1' }, which the sidecar of Grafana's chart looks for
         */
        readonly dashboardLabels?: Readonly<Record<string, string>>;
        /**
         * How often functions are asked for their metrics. At most 30s, as what they counted is recorded each minute.
         * @default '15s'
         */
        readonly scrapeInterval?: `${number}s`;
        /**
         * Whether Prometheus may ask the proxies that Knative puts before instances, which count the requests that they turn away: the
         * alarm `throttles` needs it. The cluster has `request-metrics-protocol: prometheus` in the ConfigMap `config-observability` of
         * knative-serving; metrics have the names of Knative 1.23.
         * @default false, as Knative's own default is `none`
         */
        readonly requestMetrics?: boolean;
      };
  /**
   * Domain of the cluster's services.
   * @default 'cluster.local'
   */
  readonly clusterDomain?: string;
}

/** Options with everything decided. */
export interface Settings {
  readonly nodeImage: string;
  readonly imagePullSecrets: readonly string[];
  readonly architecture: 'amd64' | 'arm64';
  readonly gateway: { readonly name: string; readonly namespace?: string; readonly sectionName?: string };
  readonly hostname?: string;
  readonly ingress: { readonly name: string; readonly namespace: string; readonly port: number; readonly grant: boolean };
  readonly broker: NonNullable<KubernetesOptions['broker']> & { readonly ingress: string };
  readonly deadLetters?: EventSink;
  readonly store: { readonly name: string; readonly namespace: string };
  readonly storageClasses: { readonly retain: string; readonly delete: string };
  readonly endpoint?: string;
  readonly clusterDomain: string;
  /** Undefined where there is none. */
  readonly monitoring?: MonitoringSettings;
}

export interface MonitoringSettings {
  readonly labels: Readonly<Record<string, string>>;
  readonly dashboardLabels: Readonly<Record<string, string>>;
  readonly scrapeInterval: string;
  readonly requestMetrics: boolean;
}

export const NODE_IMAGE = 'docker.io/library/node:24-slim';

/**
 * https://knative.dev/docs/eventing/brokers/broker-types/ (each class's own documentation names its ingress)
 */
const BROKER_INGRESSES: Readonly<Record<string, string>> = {
  MTChannelBasedBroker: 'http://broker-ingress.knative-eventing.svc.{domain}/{namespace}/{name}',
  Kafka: 'http://kafka-broker-ingress.knative-eventing.svc.{domain}/{namespace}/{name}',
  KafkaNamespaced: 'http://kafka-broker-ingress.{namespace}.svc.{domain}/{namespace}/{name}',
  RabbitMQBroker: 'http://{name}-broker-ingress.{namespace}.svc.{domain}',
};

/** @throws FaastenError when an option cannot be used */
export function settingsOf(options: KubernetesOptions): Settings {
  const { broker, objectStore, hostname } = options;
  const clusterDomain = options.clusterDomain ?? 'cluster.local';
  const ingress = broker?.ingress ?? BROKER_INGRESSES[broker?.class ?? 'MTChannelBasedBroker'];
  if (!ingress) {
    throw bad(
      'broker.class',
      broker?.class,
      `give broker.ingress too, the URL its Brokers take events at; it is known for ${Object.keys(BROKER_INGRESSES).join(', ')}`,
    );
  }
  if (!/^https?:\/\/[^#]+$/.test(ingress) || !ingress.includes('{name}')) {
    throw bad(
      'broker.ingress',
      ingress,
      "give a URL with {namespace} and {name}, as in 'http://ingress.example/{namespace}/{name}'",
    );
  }
  if (hostname !== undefined && !/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(hostname)) {
    throw bad('hostname', hostname, "give a host name without scheme, port and wildcard, as in 'shop.example.com'");
  }
  if (objectStore?.endpoint !== undefined && !/^https?:\/\/[^/?#]+$/.test(objectStore.endpoint)) {
    throw bad(
      'objectStore.endpoint',
      objectStore.endpoint,
      "give scheme and host without a path, as in 'https://s3.example.com'",
    );
  }
  return {
    nodeImage: options.nodeImage ?? NODE_IMAGE,
    imagePullSecrets: options.imagePullSecrets ?? [],
    architecture: options.architecture ?? 'amd64',
    gateway: options.gateway ?? { name: 'public', namespace: 'gateway' },
    hostname,
    ingress: { name: 'kourier-internal', namespace: 'kourier-system', ...options.ingress, ...ingressDefaults(options.ingress) },
    broker: { ...broker, ingress: ingress.replaceAll('{domain}', clusterDomain) },
    deadLetters: options.deadLetters,
    store: objectStore?.store ?? { name: 'my-store', namespace: 'rook-ceph' },
    storageClasses: objectStore?.storageClasses ?? { retain: 'rook-ceph-retain-bucket', delete: 'rook-ceph-delete-bucket' },
    endpoint: objectStore?.endpoint,
    clusterDomain,
    monitoring: monitoringOf(options.monitoring),
  };
}

function monitoringOf(monitoring: KubernetesOptions['monitoring'] = {}): MonitoringSettings | undefined {
  if (monitoring === false) return undefined;
  const {
    labels = {},
    dashboardLabels = { grafana_dashboard: '1' },
    scrapeInterval = '15s',
    requestMetrics = false,
  } = monitoring;
  const seconds = Number(/^(\d+)s$/.exec(scrapeInterval)?.[1]);
  if (!(seconds >= 1 && seconds <= 30)) throw bad('monitoring.scrapeInterval', scrapeInterval, "give 1s to 30s, as in '15s'");
  return { labels, dashboardLabels, scrapeInterval, requestMetrics };
}

function ingressDefaults(ingress: KubernetesOptions['ingress']): { port: number; grant: boolean } {
  return { port: ingress?.port ?? 80, grant: ingress?.grant ?? true };
}

function bad(option: string, value: unknown, advice: string): FaastenError {
  return new FaastenError('invalid-value', `kubernetes(): ${option} is ${shown(value)}; ${advice}`);
}
