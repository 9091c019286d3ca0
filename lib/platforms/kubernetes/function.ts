import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { CodeReference } from '../../core/code.js';
import { conflicting, invalid } from '../../core/errors.js';
import type {
  CorsSpec,
  EventTriggerSpec,
  FunctionSpec,
  InstrumentationSpec,
  ObjectsTriggerSpec,
  QueueTriggerSpec,
  RetrySpec,
  ScheduleTriggerSpec,
  TopicTriggerSpec,
} from '../../core/model.js';
import type { Backend, BackendLink, FunctionBackend, Tuning } from '../../core/platform.js';
import {
  CORS_VARIABLE,
  eventPath,
  FUNCTION_VARIABLE,
  LATENCY_BOUNDS_VARIABLE,
  LINK_PREFIX,
  MEMORY_VARIABLE,
  METRICS_VARIABLE,
  SERVICE_VARIABLE,
  startPath,
  TIMEOUT_VARIABLE,
} from '../../runtime/wire.js';
import { Broker } from './broker.js';
import type { BucketResources } from './bucket.js';
import { checkPrebuilt, FunctionCode } from './code.js';
import { type ConcurrencyTuning, concurrencyOf } from './concurrency.js';
import { hostOf, knownNamespace, namespaceOf, sourceOf } from './context.js';
import { deadLettersOf } from './dead-letters.js';
import { createTrigger, type DeliveryTuning } from './delivery.js';
import { type Environment, environmentOf } from './environment.js';
import type { EventBusResources } from './event-bus.js';
import { eventFilter, topicFilter } from './filter.js';
import { KnativeService } from './knative-service.js';
import { LEAST_MEMORY_MIB, TIMEOUT_SECONDS } from './limits.js';
import { PATH_ANNOTATION } from './metadata.js';
import type { Settings } from './options.js';
import { QUEUE_MESSAGE, type QueueResources } from './queue.js';
import { createPingSource, TRIGGER_EXTENSION } from './schedule.js';
import { TOPIC_MESSAGE, type TopicResources } from './topic.js';

/** CloudEvents type of the inputs of functions that are started. */
export const FUNCTION_START = 'dev.faasten.function.start';

/** Settings of a function on Kubernetes. */
export interface KubernetesFunctionTuning extends ConcurrencyTuning {
  /** Image with `node`, instead of the platform's. */
  readonly image?: string;
  /** CPU that is reserved for one instance. @default - a share that grows with the memory: 1 at 2 GiB, 50m at least */
  readonly cpuRequest?: string;
  /** Most CPU of one instance. @default - none: what the node has to spare */
  readonly cpuLimit?: string;
  /** A ServiceAccount that exists, instead of an own one that may nothing. Its token is mounted. */
  readonly serviceAccountName?: string;
  /** Annotations of the revisions, as `autoscaling.knative.dev/window`. */
  readonly revisionAnnotations?: Readonly<Record<string, string>>;
  /** How deliveries of topics, schedules, buckets and starts that fail are repeated. @default - see `DeliveryTuning` */
  readonly delivery?: DeliveryTuning;
}

/** A function: a Knative Service, its code, and a Broker for events that come from no queue or topic. */
export class FunctionResources implements FunctionBackend {
  readonly service: KnativeService;
  readonly environment: Environment;
  readonly namespace: string | undefined;
  private readonly tuning: KubernetesFunctionTuning;
  /** Bounds of the histogram of durations beside its own, in milliseconds. */
  private readonly bounds = new Set<number>();
  private cors?: { api: string; value: string };
  private events?: Broker;
  private started = false;

  constructor(
    readonly scope: Construct,
    readonly spec: FunctionSpec,
    code: CodeReference,
    private readonly settings: Settings,
    tuning: Tuning,
  ) {
    this.tuning = tuning.for<KubernetesFunctionTuning>('kubernetes', 'function');
    this.namespace = namespaceOf(scope);
    checkLimits(spec);
    checkPrebuilt(spec, this.tuning.image !== undefined);
    const { path, tags, description, memoryMiB, timeoutSeconds } = spec;
    const { image, cpuRequest: request, cpuLimit: limit, serviceAccountName } = this.tuning;
    // Pods have it, too: Prometheus asks Knative's proxies there, which know no function.
    const revisionAnnotations = {
      ...(settings.monitoring?.requestMetrics && { [PATH_ANNOTATION]: path }),
      ...this.tuning.revisionAnnotations,
    };
    this.environment = environmentOf(spec);
    this.environment.set(FUNCTION_VARIABLE, path);
    this.environment.set(TIMEOUT_VARIABLE, String(timeoutSeconds * 1000));
    const files = new FunctionCode(scope, 'Code', spec, code, settings);
    this.service = new KnativeService(scope, {
      ...{ what: 'function', path, tags, description, memoryMiB, timeoutSeconds, serviceAccountName, revisionAnnotations },
      ...concurrencyOf(spec, this.tuning),
      image: image ?? settings.nodeImage,
      imagePullSecrets: settings.imagePullSecrets,
      arguments: files.arguments,
      cpu: { request, limit },
      environment: () => this.environment.list(),
      volumes: [files.volume],
      mounts: [files.mount],
    });
  }

  get resource(): ApiObject {
    return this.service.resource;
  }

  /** Host name inside the cluster, by which the ingress knows the function. */
  get host(): string {
    return hostOf(this.service.name, knownNamespace('function', this.spec.path, this.scope), this.settings);
  }

  addEnvironment(name: string, value: string): void {
    this.environment.set(name, value);
  }

  /** Has the function count its invocations; `spec` is known when the manifests are written. */
  reportToPrometheus(spec: () => InstrumentationSpec): void {
    this.environment.set(METRICS_VARIABLE, 'prometheus');
    this.environment.set(MEMORY_VARIABLE, String(this.spec.memoryMiB));
    this.environment.late(SERVICE_VARIABLE, () => spec().service);
    this.environment.late(LATENCY_BOUNDS_VARIABLE, () => {
      const bounds = new Set([...this.bounds, ...spec().thresholdsMillis]);
      return bounds.size > 0 ? [...bounds].sort((a, b) => a - b).join(',') : undefined;
    });
  }

  /** Whether it does, and the bounds of its histogram beside its own. */
  get counts(): { readonly boundsMillis: readonly number[] } | undefined {
    const variables = new Map(this.environment.list().map(({ name, value }) => [name, value]));
    if (!variables.has(METRICS_VARIABLE)) return undefined;
    return { boundsMillis: (variables.get(LATENCY_BOUNDS_VARIABLE) ?? '').split(',').filter(Boolean).map(Number) };
  }

  /** Has the function count how many invocations take no longer than that. */
  measure(millis: number): void {
    this.bounds.add(millis);
  }

  /** What browsers of other origins may do with the routes of an API that lead here. */
  addCors(api: string, cors: CorsSpec | undefined): void {
    const value = cors ? JSON.stringify(cors) : '';
    if (this.cors && this.cors.value !== value) {
      throw conflicting(
        'function',
        this.spec.path,
        `it answers routes of '${this.cors.api}' and of '${api}', whose cors differ`,
        'give both APIs the same cors, or each a function of its own: functions answer browsers themselves here',
      );
    }
    if (!this.cors && cors) this.environment.set(CORS_VARIABLE, value);
    this.cors = { api, value };
  }

  link(name: string, link: BackendLink): void {
    const variable = `${LINK_PREFIX}${name}`;
    const source = sourceOf(this.spec.path);
    switch (link.kind) {
      case 'queue':
        this.environment.set(variable, `broker:${(link.target as QueueResources).broker.url}#${QUEUE_MESSAGE},${source}`);
        break;
      case 'topic':
        this.environment.set(variable, `broker:${(link.target as TopicResources).broker.url}#${TOPIC_MESSAGE},${source}`);
        break;
      case 'bus':
        this.environment.set(variable, `brokerbus:${(link.target as EventBusResources).broker.url}`);
        break;
      case 'bucket':
        (link.target as BucketResources).link(this.scope, this.spec.path, name, this.environment);
        break;
      case 'function': {
        const target = link.target as FunctionResources;
        this.environment.set(variable, `http:http://${target.host}#${target.startUrl()}#${FUNCTION_START},${source}`);
        break;
      }
    }
  }

  addSchedule(scope: Construct, name: string, trigger: ScheduleTriggerSpec): void {
    const { path, tags } = this.spec;
    const broker = this.eventBroker();
    if (trigger.enabled === false) return;
    createPingSource(scope, 'Resource', trigger, { path, tags, name, broker });
    const filter = { filter: { attributes: { [TRIGGER_EXTENSION]: name } } };
    this.deliver(scope, 'Trigger', broker, eventPath('schedule', name), this.spec.retry, filter);
  }

  addQueue(scope: Construct, name: string, _trigger: QueueTriggerSpec, backend: Backend): void {
    const queue = backend as QueueResources;
    queue.consumedBy(this.spec.path, name);
    const retry = { maxAttempts: queue.spec.maxAttempts, deadLetters: true };
    this.deliver(scope, 'Resource', queue.broker, eventPath('queue', name), retry, undefined, queue.delivery);
  }

  addTopic(scope: Construct, name: string, trigger: TopicTriggerSpec, backend: Backend): void {
    const { broker } = backend as TopicResources;
    this.deliver(scope, 'Resource', broker, eventPath('topic', name), this.spec.retry, topicFilter(trigger));
  }

  addObjects(scope: Construct, name: string, trigger: ObjectsTriggerSpec, backend: Backend): void {
    const { path, tags } = this.spec;
    const broker = (backend as BucketResources).notify(scope, name, trigger, { path, tags });
    this.deliver(scope, 'Resource', broker, eventPath('objects', name), this.spec.retry);
  }

  addEvent(scope: Construct, name: string, trigger: EventTriggerSpec, backend: Backend): void {
    const { broker } = backend as EventBusResources;
    this.deliver(scope, 'Resource', broker, eventPath('event', name), this.spec.retry, eventFilter(trigger));
  }

  /** URL of a Broker whose events of type `FUNCTION_START` start the function. */
  private startUrl(): string {
    const broker = this.eventBroker();
    if (!this.started) {
      const filter = { filter: { attributes: { type: FUNCTION_START } } };
      this.deliver(this.scope, 'Start', broker, startPath(), this.spec.retry, filter);
    }
    this.started = true;
    return broker.url;
  }

  /** For schedules and starts, which have no Broker yet. */
  private eventBroker(): Broker {
    const { path, tags } = this.spec;
    this.events ??= new Broker(this.scope, 'Events', { what: 'function', path, tags }, this.settings);
    return this.events;
  }

  private deliver(
    scope: Construct,
    id: string,
    broker: Broker,
    uri: string,
    retry: RetrySpec,
    filter?: object,
    tuning: DeliveryTuning | undefined = this.tuning.delivery,
  ): void {
    const { path, tags, timeoutSeconds } = this.spec;
    createTrigger(scope, id, {
      ...{ path, tags, broker, filter },
      subscriber: {
        ref: {
          apiVersion: 'serving.knative.dev/v1',
          kind: 'Service',
          name: this.service.name,
          ...(this.namespace && { namespace: this.namespace }),
        },
        uri,
      },
      delivery: {
        attempts: retry.maxAttempts,
        deadLetters: retry.deadLetters ? deadLettersOf(this.scope, this.settings, this) : undefined,
        timeoutSeconds,
        tuning,
      },
    });
  }
}

function checkLimits({ path, timeoutSeconds, memoryMiB }: FunctionSpec): void {
  if (timeoutSeconds > TIMEOUT_SECONDS) {
    throw invalid(
      'function',
      path,
      `timeout is ${timeoutSeconds} seconds, more than the ${TIMEOUT_SECONDS} that Knative allows one request`,
      'do the work in smaller steps, as messages of a Queue',
    );
  }
  if (memoryMiB < LEAST_MEMORY_MIB) {
    throw invalid(
      'function',
      path,
      `memoryMiB is ${memoryMiB}`,
      `give ${LEAST_MEMORY_MIB} or more, which Node.js needs to start`,
    );
  }
}
