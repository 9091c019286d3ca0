import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  type Alias,
  Architecture,
  type Code,
  FunctionUrl,
  FunctionUrlAuthType,
  Function as LambdaFunction,
  type Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { type ILogGroup, LogGroup } from 'aws-cdk-lib/aws-logs';
import type { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Annotations, Duration, Lazy, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { CodeReference } from '../../core/code.js';
import { invalid } from '../../core/errors.js';
import type {
  ChangesTriggerSpec,
  EventTriggerSpec,
  FunctionSpec,
  ObjectsTriggerSpec,
  QueueTriggerSpec,
  ScheduleTriggerSpec,
  SecretSpec,
  StreamTriggerSpec,
  TopicTriggerSpec,
} from '../../core/model.js';
import type { Grant } from '../../core/permissions.js';
import type { BackendLink, FunctionBackend, Tuning } from '../../core/platform.js';
import { FUNCTION_VARIABLE, LINK_PREFIX, objectsInput, SECRET_PREFIX, SOURCE_PREFIX, secretAddress } from '../../runtime/wire.js';
import { AsyncInvocation } from './async.js';
import { type S3Backend, triggerByObjects } from './bucket.js';
import { Caller } from './callers.js';
import { LateCode } from './code.js';
import { tooMuchEnvironment } from './environment.js';
import { type EventBusResources, triggerByEvent } from './event-bus.js';
import type { ExistingFunctionBackend } from './existing-function.js';
import { ImageCode, imageEnvironment, isImage } from './image.js';
import {
  checkFunction,
  checkQueueTrigger,
  checkTopicTrigger,
  DEFAULT_LOG_RETENTION_DAYS,
  LIMITS,
  logRetentionDays,
} from './limits.js';
import { allowLink } from './links.js';
import { functionName } from './names.js';
import { isNested, targetInside } from './nested-stacks.js';
import { allow } from './permissions.js';
import { warnOfOtherAccount } from './place.js';
import { type SqsBackend, triggerByQueue } from './queue.js';
import { grantsOf } from './role-grants.js';
import { Rollout } from './rollout.js';
import { entryPoint } from './runtimes.js';
import { triggerBySchedule } from './schedule.js';
import { allowSettings, checkSettings, checkTakesEvents, mounted, streams, withoutInsightsPolicy } from './settings.js';
import { type StreamSource, triggerByStream } from './stream.js';
import { tag } from './tags.js';
import { type InvocationTarget, needsAlias, publishVersions, targetOf } from './target.js';
import { type SnsBackend, triggerByTopic } from './topic.js';
import type { AwsFunctionTuning, AwsServiceTuning } from './tuning.js';

/** What a function may call: one of ours, or one that exists. */
type CalledBackend = LambdaBackend | ExistingFunctionBackend;

const SOURCE_MAPS = '--enable-source-maps';

/** A Lambda function with a role and a log group of its own. */
export class LambdaBackend implements FunctionBackend {
  readonly resource: LambdaFunction;
  readonly role: Role;
  readonly logGroup: ILogGroup;
  /** All that the function may do: one inline policy, complete before the function exists. */
  readonly policy = new PolicyDocument();
  private readonly invoked: InvocationTarget;
  /** What moves the alias, where it is not moved at once. */
  readonly rollout: Rollout | undefined;
  /** An address of the function's own, without an API. */
  readonly url: FunctionUrl | undefined;
  private readonly caller: Caller;
  private readonly sources = new Map<unknown, string>();
  private readonly bundled: boolean;
  /** Known before the deployment, so that other stacks need no reference for it. */
  private readonly fixedName: string | undefined;
  /** Whether what it reports becomes metrics of its own. */
  readonly hasMetrics: boolean;
  /** By trigger. */
  readonly schedules = new Map<string, CfnSchedule>();
  private readonly settings: Partial<AwsFunctionTuning>;
  private asyncInvocation: AsyncInvocation | undefined;

  constructor(
    readonly scope: Construct,
    readonly spec: FunctionSpec,
    code: CodeReference,
    tuning: Tuning,
  ) {
    checkFunction(spec);
    this.settings = tuning.for<AwsFunctionTuning>('aws', 'function');
    this.hasMetrics = tuning.for<AwsServiceTuning>('aws', 'service').functionMetrics !== false;
    const { settings } = this;
    const { logGroup, filesystem, events = [], ...tuned } = propsOf(settings);
    if (needsAlias(spec, settings)) publishVersions(scope);
    this.bundled = spec.code.kind === 'entry';
    const architecture = tuned.architecture ?? Architecture.ARM_64;
    const { runtime, handler } = entryPoint(spec, settings.runtime);
    checkSettings(spec, settings, runtime);

    this.logGroup =
      logGroup ??
      new LogGroup(scope, 'Logs', {
        retention: logRetentionDays(spec.path, spec.logRetentionDays ?? DEFAULT_LOG_RETENTION_DAYS),
      });
    allow(this.policy, ['logs:CreateLogStream', 'logs:PutLogEvents'], this.logGroup.logGroupArn);
    allowSettings(scope, this.policy, settings);
    this.role = new Role(scope, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: { Function: this.policy },
    });

    this.fixedName = tuned.functionName ?? (isNested(scope) ? functionName(scope) : undefined);
    this.resource = new LambdaFunction(scope, 'Resource', {
      description: spec.description,
      reservedConcurrentExecutions: spec.maxConcurrency,
      ...tuned,
      functionName: this.fixedName,
      filesystem: filesystem && mounted(filesystem),
      runtime,
      handler,
      architecture,
      code: this.code(code, runtime, architecture),
      role: this.role,
      logGroup: this.logGroup,
      memorySize: spec.memoryMiB,
      timeout: Duration.seconds(spec.timeoutSeconds),
      environment: {
        [FUNCTION_VARIABLE]: spec.path,
        ...(isImage(spec) ? imageEnvironment(settings.webAdapter, streams(settings)) : {}),
      },
    });
    const invoked = targetOf(scope, this.resource, spec, settings);
    this.invoked = isNested(scope) ? targetInside(scope, this.fixedName!, invoked) : invoked;
    const { alias } = this.invoked;
    if (spec.rollout) this.rollout = new Rollout(scope, this.resource, alias!, spec.rollout, settings.rollout ?? {});
    if (settings.functionUrl)
      this.url = new FunctionUrl(scope, 'Url', { function: alias ?? this.resource, ...settings.functionUrl });
    for (const event of events) (alias ?? this.resource).addEventSource(event);
    if (settings.insightsVersion) withoutInsightsPolicy(this.role);
    this.caller = new Caller(scope, this.resource, this.invoked);
    if (this.bundled && !('NODE_OPTIONS' in spec.environment)) this.addEnvironment('NODE_OPTIONS', '');
    for (const [name, value] of Object.entries(spec.environment)) this.addEnvironment(name, value);
    for (const [name, secret] of Object.entries(spec.secrets)) this.addSecret(name, secret);
    tag('function', scope, spec.tags);
    if (settings.onSuccess || settings.onFailure || settings.maxEventAge) this.async();
    scope.node.addValidation({ validate: () => tooMuchEnvironment(spec.path, this.resource) });
  }

  /** What events that nobody waits for need; made when it is first asked for. */
  async(): AsyncInvocation {
    checkTakesEvents(this.spec, this.settings);
    this.asyncInvocation ??= new AsyncInvocation(this, this.settings);
    return this.asyncInvocation;
  }

  /**
   * What triggers, routes, links and permissions lead to; never to `resource` itself.
   * @throws where nothing can lead to the function
   */
  get target(): InvocationTarget {
    if (this.settings.tenancyConfig) {
      // https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation.html
      throw invalid(
        'function',
        this.spec.path,
        'it isolates tenants, so that each invocation must name one, which triggers, routes and links do not',
        'invoke it with the AWS SDK, allowed by AwsFunction.of(fn).lambda.grantInvoke(), or leave tenancyConfig out',
      );
    }
    return this.invoked;
  }

  /** The alias that everything leads to, where versions are published. */
  get alias(): Alias | undefined {
    return this.invoked.alias;
  }

  /** What CloudWatch knows the function by: as everything leads to the alias where there is one, that is what is watched. */
  get dimensions(): Record<string, string> {
    const FunctionName = this.fixedName ?? this.resource.functionName;
    return this.alias ? { FunctionName, Resource: `${FunctionName}:${this.alias.aliasName}` } : { FunctionName };
  }

  get deadLetters() {
    return this.asyncInvocation?.deadLetters;
  }

  permissions(): Grant[] {
    const open = this.url?.authType === FunctionUrlAuthType.NONE;
    const address: Grant = {
      principal: 'anyone',
      effect: 'allow',
      actions: ['lambda:InvokeFunctionUrl'],
      resources: [this.spec.path],
    };
    return [...grantsOf(this.role), ...(open ? [address] : [])];
  }

  addEnvironment(name: string, value: string): void {
    // Bundles come with source maps beside them; stack traces are those of the sources.
    const whole = this.bundled && name === 'NODE_OPTIONS' ? `${SOURCE_MAPS} ${value}`.trim() : value;
    this.resource.addEnvironment(name, whole);
  }

  link(name: string, link: BackendLink): void {
    const address =
      link.kind === 'function' ? `lambda:${this.mayCall(link.target as CalledBackend)}` : allowLink(this.policy, link);
    this.resource.addEnvironment(`${LINK_PREFIX}${name}`, address);
  }

  addSchedule(scope: Construct, name: string, trigger: ScheduleTriggerSpec, tuning: Tuning): void {
    this.schedules.set(name, triggerBySchedule(scope, this, name, trigger, tuning));
  }

  addQueue(scope: Construct, name: string, trigger: QueueTriggerSpec, queue: SqsBackend, tuning: Tuning): void {
    checkQueueTrigger(this.spec.path, name, trigger, queue.fifo !== undefined);
    this.addSource(name, queue, queue.resource.queueArn, 'Lambda polls a queue once for each function');
    triggerByQueue(scope, this, trigger, name, queue, tuning);
  }

  addTopic(scope: Construct, name: string, trigger: TopicTriggerSpec, topic: SnsBackend, tuning: Tuning): void {
    checkTopicTrigger(this.spec.path, name, trigger, topic.fifo !== undefined);
    this.addSource(name, topic, topic.resource.topicArn, 'SNS keeps one subscription for each topic and function');
    triggerByTopic(scope, this, trigger, topic, tuning);
  }

  addObjects(scope: Construct, name: string, trigger: ObjectsTriggerSpec, bucket: S3Backend, tuning: Tuning): void {
    const isFirst = !this.sources.has(bucket);
    if (isFirst) this.addSource(name, bucket, bucket.resource.bucketName);
    triggerByObjects(scope, this, trigger, name, bucket, isFirst ? undefined : objectsInput(name), tuning);
  }

  addChanges(scope: Construct, name: string, trigger: ChangesTriggerSpec, table: StreamSource, tuning: Tuning): void {
    this.addStream(scope, name, trigger, table, tuning);
  }

  addStream(
    scope: Construct,
    name: string,
    trigger: ChangesTriggerSpec | StreamTriggerSpec,
    source: StreamSource,
    tuning: Tuning,
  ): void {
    this.addSource(name, source, source.streamArn, 'Lambda reads a stream once for each function');
    triggerByStream(scope, this, name, trigger, source, tuning);
  }

  addEvent(scope: Construct, name: string, trigger: EventTriggerSpec, bus: EventBusResources, tuning: Tuning): void {
    triggerByEvent(scope, this, name, trigger, bus, tuning);
  }

  /** Warns once where a route leads to a function that may take longer than the gateway waits. */
  warnOfGatewayTimeout(value: number = LIMITS.apiTimeoutSeconds.value): void {
    // Not of the default, which is a second too long for REST APIs.
    if (this.spec.timeoutSeconds <= LIMITS.apiTimeoutSeconds.value) return;
    Annotations.of(this.scope).addWarningV2(
      'faasten:apiTimeout',
      `function '${this.spec.path}': its timeout is ${this.spec.timeoutSeconds} seconds, but its API answers for it after ${value}; ` +
        'give it a shorter timeout, or leave the work to a queue',
    );
  }

  private code(reference: CodeReference, runtime: Runtime, architecture: Architecture): Code {
    const { scope, spec } = this;
    const { webAdapter } = this.settings;
    if (spec.code.kind === 'image') return ImageCode.referTo(scope, spec.path, spec.code);
    if (spec.code.kind === 'build') return ImageCode.build(scope, spec.path, spec.code, reference, architecture, webAdapter);
    return new LateCode(scope, reference, {
      nodeVersion: /\d+/.exec(runtime.name)?.[0] ?? '',
      architecture,
      streams: streams(this.settings),
    });
  }

  private addSecret(name: string, secret: SecretSpec): void {
    // The cloud adds a hyphen and six characters to every name: https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples.html
    const arn = Stack.of(this.scope).formatArn({ service: 'secretsmanager', resource: `secret:${secret.name}-??????` });
    allow(this.policy, ['secretsmanager:GetSecretValue'], arn);
    this.resource.addEnvironment(`${SECRET_PREFIX}${name}`, `secretsmanager:${secretAddress(secret)}`);
  }

  /** Allows calls, and gives the address of what is called. */
  mayCall(target: CalledBackend): string {
    const arn = 'existing' in target ? this.arnOf(target) : this.arnOfOurs(target);
    allow(this.policy, ['lambda:InvokeFunction'], arn);
    return arn;
  }

  private arnOf({ resource }: ExistingFunctionBackend): string {
    warnOfOtherAccount(this, 'function', resource, 'lambda:InvokeFunction');
    return resource.functionArn;
  }

  private arnOfOurs(target: LambdaBackend): string {
    target.async();
    this.caller.addCall(target.caller);
    return Lazy.string({ produce: () => target.caller.arnFor(this.caller) });
  }

  /** Tells the running function the trigger's name; `once` is the reason why one source cannot have a second trigger. */
  private addSource(name: string, source: unknown, address: string, once?: string): void {
    checkTakesEvents(this.spec, this.settings);
    const other = this.sources.get(source);
    if (other !== undefined && once !== undefined) {
      throw invalid(
        'function',
        this.spec.path,
        `triggers.${other} and triggers.${name} have the same source, and ${once}`,
        'make one trigger of them, or give the second one to another function',
      );
    }
    this.sources.set(source, name);
    this.resource.addEnvironment(`${SOURCE_PREFIX}${name}`, address);
  }
}

/** The settings that are props of `lambda.Function`; the others are read where they belong. */
function propsOf({
  runtime,
  alias,
  warmScaling,
  rollout,
  onSuccess,
  onFailure,
  maxEventAge,
  webAdapter,
  nestedStack,
  functionUrl,
  ...props
}: Partial<AwsFunctionTuning>) {
  return props;
}
