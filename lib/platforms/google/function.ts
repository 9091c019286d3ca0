import {
  Cloudfunctions2Function,
  type Cloudfunctions2FunctionConfig,
  type Cloudfunctions2FunctionServiceConfigSecretEnvironmentVariables,
} from '@cdktf/provider-google/lib/cloudfunctions2-function/index.js';
import { PubsubTopic } from '@cdktf/provider-google/lib/pubsub-topic/index.js';
import { ServiceAccount } from '@cdktf/provider-google/lib/service-account/index.js';
import { type ITerraformDependable, Lazy, type TerraformResource } from 'cdktf';
import { Construct } from 'constructs';
import type { CodeReference } from '../../core/code.js';
import { conflicting } from '../../core/errors.js';
import type {
  EventTriggerSpec,
  FunctionSpec,
  InstrumentationSpec,
  ObjectsTriggerSpec,
  QueueTriggerSpec,
  ScheduleTriggerSpec,
  TopicTriggerSpec,
} from '../../core/model.js';
import type {
  BackendLink,
  BucketBackend,
  EventBusBackend,
  FunctionBackend,
  QueueBackend,
  TopicBackend,
} from '../../core/platform.js';
import {
  CORS_VARIABLE,
  eventPath,
  FUNCTION_VARIABLE,
  LINK_PREFIX,
  MEMORY_VARIABLE,
  METRICS_VARIABLE,
  SECRET_PREFIX,
  SERVICE_VARIABLE,
  startPath,
  TIMEOUT_VARIABLE,
  TRACE_PROJECT_VARIABLE,
} from '../../runtime/wire.js';
import type { GoogleBucketBackend } from './bucket.js';
import { type OwnCode, Source } from './code.js';
import type { StackContext } from './context.js';
import { DeadLetters, Delivery, type DeliveryProps } from './delivery.js';
import { Grants, invoker } from './grants.js';
import { labelsOf } from './labels.js';
import { ACK_SECONDS, DEAD_LETTER_SECONDS, EVENT_SECONDS, MEMORY_MIB, NAME_LENGTH, TIMEOUT_SECONDS, within } from './limits.js';
import { googleName } from './names.js';
import type { GoogleQueueBackend } from './queue.js';
import { secretReference } from './secrets.js';
import { plainText } from './text.js';
import type { GoogleTopicBackend } from './topic.js';
import { addEventTrigger, addObjectsTrigger, addScheduleTrigger, addTopicTrigger } from './triggers.js';

/** Links that `capabilities` lets through. */
type GoogleLink = Exclude<BackendLink, { kind: 'websocket' }>;

/**
 * Settings of `google_cloudfunctions2_function`. Those of `buildConfig` and `serviceConfig` are added to the ones that faasten makes;
 * of two tunings with the same block, the later one's counts.
 */
export type GoogleFunctionTuning = Partial<Omit<Cloudfunctions2FunctionConfig, 'name' | 'location' | 'project' | 'eventTrigger'>>;

/** Time that a function gets to start, beside the time that it works, before Pub/Sub takes an event for lost. */
const START_SECONDS = 30;

export class GoogleFunctionBackend implements FunctionBackend {
  readonly resource: Cloudfunctions2Function;
  readonly serviceAccount: ServiceAccount;
  readonly name: string;
  readonly labels: Record<string, string> | undefined;

  private readonly grants: Grants;
  private readonly environment: Record<string, string>;
  private reachable = false;
  private cors: { readonly api: string; readonly setting: string | undefined } | undefined;
  /** Made with the first event that needs them. */
  deadLettersIfAny: DeadLetters | undefined;
  /** Names of the subscriptions that runs come through, by the schedule's name. */
  private readonly runs = new Map<string, string>();
  private start: { readonly topic: PubsubTopic; readonly name: string } | undefined;

  constructor(
    private readonly scope: Construct,
    readonly context: StackContext,
    readonly spec: FunctionSpec,
    code: CodeReference | OwnCode,
    { buildConfig, serviceConfig, dependsOn, ...tuning }: GoogleFunctionTuning,
  ) {
    const { path } = spec;
    const project = context.projectArgument;
    this.name = googleName(path, NAME_LENGTH.function);
    this.labels = labelsOf(path, spec.tags);
    within('function', path, 'memoryMiB', spec.memoryMiB, ' MiB', MEMORY_MIB);
    within('function', path, 'timeout', spec.timeoutSeconds, ' s', TIMEOUT_SECONDS);
    const source = new Source(scope, 'Source', this.name, context.build.bucket, code);
    this.serviceAccount = new ServiceAccount(scope, 'ServiceAccount', {
      accountId: googleName(path, NAME_LENGTH.serviceAccount),
      displayName: path,
      project,
    });
    this.grants = new Grants(scope, 'Grants', this.serviceAccount, context);
    this.environment = {
      // Google's framework parses JSON before it calls the function, and shows stack traces of what it cannot read unless told so.
      NODE_ENV: 'production',
      ...(spec.code.kind === 'entry' ? { NODE_OPTIONS: '--enable-source-maps' } : {}),
      ...serviceConfig?.environmentVariables,
      ...plainTexts(spec.environment),
      [FUNCTION_VARIABLE]: path,
      [TIMEOUT_VARIABLE]: String(spec.timeoutSeconds * 1000),
      [TRACE_PROJECT_VARIABLE]: context.project,
    };
    const secrets = this.secrets();
    this.resource = new Cloudfunctions2Function(scope, 'Resource', {
      description: spec.description && plainText(spec.description),
      labels: this.labels,
      ...tuning,
      name: this.name,
      location: context.region,
      project,
      buildConfig: {
        runtime: source.runtime,
        entryPoint: source.entryPoint,
        serviceAccount: context.build.serviceAccount,
        dockerRepository: context.build.repository,
        source: { storageSource: { bucket: source.object.bucket, object: source.object.name } },
        environmentVariables: source.buildEnvironment,
        ...buildConfig,
      },
      serviceConfig: {
        serviceAccountEmail: this.serviceAccount.email,
        availableMemory: `${spec.memoryMiB}Mi`,
        timeoutSeconds: spec.timeoutSeconds,
        minInstanceCount: spec.warmInstances,
        maxInstanceCount: this.instances(serviceConfig?.maxInstanceRequestConcurrency ?? 1),
        maxInstanceRequestConcurrency: 1,
        ingressSettings: Lazy.stringValue({ produce: () => (this.reachable ? 'ALLOW_ALL' : 'ALLOW_INTERNAL_ONLY') }),
        allTrafficOnLatestRevision: true,
        ...serviceConfig,
        secretEnvironmentVariables: secrets.variables,
        environmentVariables: this.environment,
      },
      // Rights that the first build and the first start need: Terraform sees no reference to them.
      dependsOn: [...context.build.ready, ...secrets.ready, ...(dependsOn ?? [])],
    });
  }

  get function(): Cloudfunctions2Function {
    return this.resource;
  }

  /** Address of the Cloud Run service, once it is there. For what is made after the function. */
  get uri(): string {
    return this.resource.serviceConfig.uri;
  }

  /**
   * The same service's address by its name, which needs no reference to the function: two functions may call each other.
   * https://cloud.google.com/run/docs/triggering/https-request#deterministic
   */
  get url(): string {
    return this.urlFrom(this.context);
  }

  /** The same, without a reference to the function's stack: the project's number is that of the stack which asks. */
  urlFrom({ projectNumber }: StackContext): string {
    return `https://${this.name}-${projectNumber}.${this.context.region}.run.app`;
  }

  /** Dead letters of events that have no queue of their own. */
  get deadLetters(): DeadLetters {
    this.deadLettersIfAny ??= new DeadLetters(this.scope, 'DeadLetters', this.context, {
      path: this.spec.path,
      retentionSeconds: this.spec.retry.deadLetters ? DEAD_LETTER_SECONDS : undefined,
      labels: this.labels,
    });
    return this.deadLettersIfAny;
  }

  addEnvironment(name: string, value: string): void {
    this.environment[name] = plainText(value);
  }

  link(name: string, link: BackendLink): void {
    this.environment[`${LINK_PREFIX}${name}`] = this.linkAddress(link as GoogleLink);
  }

  /** Lets the function read a secret whenever it runs. */
  readSecret(name: string): void {
    this.grants.secret(name);
  }

  /** Has the function write a line of JSON for each invocation. */
  report(spec: () => InstrumentationSpec): void {
    this.environment[METRICS_VARIABLE] = 'json';
    this.environment[MEMORY_VARIABLE] = String(this.spec.memoryMiB);
    // Left out where there is none.
    this.environment[SERVICE_VARIABLE] = Lazy.stringValue({ produce: () => spec().service && plainText(spec().service!) });
  }

  /** Whether it does. */
  get reports(): boolean {
    return METRICS_VARIABLE in this.environment;
  }

  /** Name of the subscription that the runs of a schedule come through. */
  scheduleSubscription(name: string): string {
    return this.runs.get(name)!;
  }

  addSchedule(scope: Construct, name: string, trigger: ScheduleTriggerSpec): void {
    this.runs.set(name, addScheduleTrigger(scope, name, trigger, this).subscriptionName);
  }

  addQueue(_scope: Construct, name: string, _trigger: QueueTriggerSpec, queue: QueueBackend): void {
    (queue as GoogleQueueBackend).consume(this, (settings) => eventPath('queue', name, settings));
  }

  addTopic(scope: Construct, name: string, trigger: TopicTriggerSpec, topic: TopicBackend): void {
    addTopicTrigger(scope, name, trigger, topic as GoogleTopicBackend, this);
  }

  addEvent(scope: Construct, name: string, trigger: EventTriggerSpec, bus: EventBusBackend): void {
    addEventTrigger(scope, name, trigger, bus as GoogleTopicBackend, this);
  }

  addObjects(scope: Construct, name: string, trigger: ObjectsTriggerSpec, bucket: BucketBackend): void {
    addObjectsTrigger(scope, name, trigger, bucket as GoogleBucketBackend, this);
  }

  /** How an event that has no queue of its own reaches this function. */
  deliver(
    scope: Construct,
    topic: PubsubTopic,
    path: (settings: { attempts?: number }) => string,
    which: Pick<DeliveryProps, 'filter' | 'ordered'> = {},
  ): Delivery {
    const delivery = new Delivery(scope, 'Subscription', this.context, {
      path: scope.node.path,
      topic,
      deadLetters: this.deadLetters,
      maxAttempts: this.spec.retry.maxAttempts,
      retentionSeconds: EVENT_SECONDS,
      ...which,
      labels: this.labels,
    });
    delivery.pushTo(this, path);
    return delivery;
  }

  /** Lets Pub/Sub call this function. */
  allowDeliveries(account: ServiceAccount): TerraformResource {
    const id = `Deliveries-${account.accountIdInput}`;
    return (this.scope.node.tryFindChild(id) as TerraformResource | undefined) ?? invoker(this.scope, id, this, account);
  }

  ackDeadlineSeconds(path: string): number {
    within('trigger', path, `timeout of '${this.spec.path}'`, this.spec.timeoutSeconds, ' s', { ...ACK_SECONDS, min: 1 });
    return Math.min(this.spec.timeoutSeconds + START_SECONDS, ACK_SECONDS.max);
  }

  /** Notes that an API leads here: API Gateway comes from the internet, so that only IAM can keep others out. */
  serve(api: string, cors: string | undefined): void {
    if (this.cors && this.cors.setting !== cors) {
      throw conflicting(
        'function',
        this.spec.path,
        `the HTTP APIs '${this.cors.api}' and '${api}' have different CORS settings, and on Google Cloud the function answers browsers itself`,
        'give both the same cors, or each a function of its own',
      );
    }
    this.cors = { api, setting: cors };
    this.reachable = true;
    if (cors !== undefined) this.environment[CORS_VARIABLE] = cors;
  }

  private linkAddress(link: GoogleLink): string {
    switch (link.kind) {
      case 'queue':
      case 'topic': {
        const target = link.target as GoogleQueueBackend | GoogleTopicBackend;
        this.grants.publish(target);
        return `pubsub:${target.address}`;
      }
      case 'bus': {
        const target = link.target as GoogleTopicBackend;
        this.grants.publish(target);
        return `pubsubbus:${target.address}`;
      }
      case 'bucket': {
        const target = link.target as GoogleBucketBackend;
        this.grants.bucket(target, link.access);
        this.grants.signAsItself();
        return `gcs:${target.name}`;
      }
      case 'function': {
        const target = link.target as GoogleFunctionBackend;
        const start = target.startable();
        this.grants.invoke(target);
        this.grants.publish(start);
        return `cloudfunction:${target.urlFrom(this.context)}#projects/${target.context.project}/topics/${start.name}`;
      }
    }
  }

  /** Lets other functions call this one, and start it without waiting. They come from outside the network, too. */
  private startable(): { readonly topic: PubsubTopic; readonly name: string } {
    this.reachable = true;
    if (!this.start) {
      const scope = new Construct(this.scope, 'Start');
      const name = googleName(scope.node.path, NAME_LENGTH.topic);
      const topic = new PubsubTopic(scope, 'Topic', { name, project: this.context.projectArgument, labels: this.labels });
      this.start = { topic, name };
      this.deliver(scope, topic, startPath);
    }
    return this.start;
  }

  private secrets() {
    const ready: ITerraformDependable[] = [];
    const variables: Cloudfunctions2FunctionServiceConfigSecretEnvironmentVariables[] = [];
    for (const [name, secret] of Object.entries(this.spec.secrets)) {
      const { address, variable } = secretReference(this.spec.path, name, secret);
      ready.push(this.grants.secret(secret.name));
      variables.push({ ...variable, projectId: this.context.project });
      this.environment[`${SECRET_PREFIX}${name}`] = address;
    }
    return { ready, variables: variables.length > 0 ? variables : undefined };
  }

  /** Instances that together answer `maxConcurrency` requests. */
  private instances(requestsEach: number): number | undefined {
    const { maxConcurrency, path } = this.spec;
    if (maxConcurrency === undefined) return undefined;
    if (requestsEach > maxConcurrency) {
      throw conflicting(
        'function',
        path,
        `maxConcurrency is ${maxConcurrency}, and one instance is tuned to answer ${requestsEach} requests at a time`,
        'raise the one or lower the other',
      );
    }
    return Math.floor(maxConcurrency / requestsEach);
  }
}

function plainTexts(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, plainText(text)]));
}
