import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, type CfnFunction, Function as LambdaFunction, Runtime, RuntimeFamily } from 'aws-cdk-lib/aws-lambda';
import { type ILogGroup, LogGroup } from 'aws-cdk-lib/aws-logs';
import { Annotations, Aws, Duration, Lazy, Stack, Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { CodeReference } from '../../core/code.js';
import { invalid } from '../../core/errors.js';
import type {
  FunctionSpec,
  ObjectsTriggerSpec,
  QueueTriggerSpec,
  ScheduleTriggerSpec,
  SecretSpec,
  TopicTriggerSpec,
} from '../../core/model.js';
import type { BackendLink, FunctionBackend, Tuning } from '../../core/platform.js';
import { FUNCTION_VARIABLE, LINK_PREFIX, objectsInput, SECRET_PREFIX, SOURCE_PREFIX, secretAddress } from '../../runtime/wire.js';
import { AsyncInvocation } from './async.js';
import { type BucketResources, triggerByObjects } from './bucket.js';
import { ENTRY_HANDLER, LateCode } from './code.js';
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
import { allow } from './permissions.js';
import { type QueueResources, triggerByQueue } from './queue.js';
import { triggerBySchedule } from './schedule.js';
import { tag } from './tags.js';
import { type TopicResources, triggerByTopic } from './topic.js';
import type { AwsFunctionTuning } from './tuning.js';

const NODE_RUNTIME = 'nodejs24.x';
const SOURCE_MAPS = '--enable-source-maps';

/** A Lambda function with a role and a log group of its own. */
export class LambdaBackend implements FunctionBackend {
  readonly resource: LambdaFunction;
  readonly role: Role;
  readonly logGroup: ILogGroup;
  /** All that the function may do: one inline policy, complete before the function exists. */
  readonly policy = new PolicyDocument();
  /** Functions that this one calls. */
  readonly calls = new Set<LambdaBackend>();
  private readonly sources = new Map<unknown, string>();
  private readonly bundled: boolean;
  private asyncInvocation: AsyncInvocation | undefined;
  private schedulerRole: Role | undefined;
  /** Fixed name, for a function that calls itself through others. */
  private name: string | undefined;

  constructor(
    readonly scope: Construct,
    readonly spec: FunctionSpec,
    code: CodeReference,
    tuning: Tuning,
  ) {
    checkFunction(spec);
    const { logGroup, runtime: tunedRuntime, ...tuned } = tuning.for<AwsFunctionTuning>('aws', 'function');
    this.bundled = spec.code.kind === 'entry';
    const architecture = tuned.architecture ?? Architecture.ARM_64;
    const { runtime, handler } = this.entryPoint(tunedRuntime);

    this.logGroup =
      logGroup ??
      new LogGroup(scope, 'Logs', {
        retention: logRetentionDays(spec.path, spec.logRetentionDays ?? DEFAULT_LOG_RETENTION_DAYS),
      });
    allow(this.policy, ['logs:CreateLogStream', 'logs:PutLogEvents'], this.logGroup.logGroupArn);
    // The network interfaces of a VPC; EC2 knows no narrower resource for a function's own.
    if (tuned.vpc) allow(this.policy, NETWORK_ACTIONS, '*');
    this.role = new Role(scope, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: { Function: this.policy },
    });

    this.resource = new LambdaFunction(scope, 'Resource', {
      description: spec.description,
      reservedConcurrentExecutions: spec.maxConcurrency,
      ...tuned,
      runtime,
      handler,
      architecture,
      code: new LateCode(scope, code, { nodeVersion: /\d+/.exec(runtime.name)?.[0] ?? '', architecture }),
      role: this.role,
      logGroup: this.logGroup,
      memorySize: spec.memoryMiB,
      timeout: Duration.seconds(spec.timeoutSeconds),
      environment: { [FUNCTION_VARIABLE]: spec.path },
    });
    if (this.bundled && !('NODE_OPTIONS' in spec.environment)) this.addEnvironment('NODE_OPTIONS', '');
    for (const [name, value] of Object.entries(spec.environment)) this.addEnvironment(name, value);
    for (const [name, secret] of Object.entries(spec.secrets)) this.addSecret(name, secret);
    tag('function', scope, spec.tags);
    scope.node.addValidation({ validate: () => this.tooMuchEnvironment() });
  }

  /** What events that nobody waits for need; made when it is first asked for. */
  async(): AsyncInvocation {
    this.asyncInvocation ??= new AsyncInvocation(this.scope, this.resource, this.policy, this.spec.retry);
    return this.asyncInvocation;
  }

  get deadLetters() {
    return this.asyncInvocation?.deadLetters;
  }

  addEnvironment(name: string, value: string): void {
    // Bundles come with source maps beside them; stack traces are those of the sources.
    const whole = this.bundled && name === 'NODE_OPTIONS' ? `${SOURCE_MAPS} ${value}`.trim() : value;
    this.resource.addEnvironment(name, whole);
  }

  link(name: string, link: BackendLink): void {
    const address = link.kind === 'function' ? this.linkFunction(link.target as LambdaBackend) : allowLink(this.policy, link);
    this.resource.addEnvironment(`${LINK_PREFIX}${name}`, address);
  }

  addSchedule(scope: Construct, name: string, trigger: ScheduleTriggerSpec): void {
    triggerBySchedule(scope, this, name, trigger);
  }

  addQueue(scope: Construct, name: string, trigger: QueueTriggerSpec, queue: QueueResources): void {
    checkQueueTrigger(this.spec.path, name, trigger);
    this.addSource(name, queue, queue.resource.queueArn, 'Lambda polls a queue once for each function');
    triggerByQueue(scope, this, trigger, queue);
  }

  addTopic(scope: Construct, name: string, trigger: TopicTriggerSpec, topic: TopicResources): void {
    checkTopicTrigger(this.spec.path, name, trigger);
    this.addSource(name, topic, topic.resource.topicArn, 'SNS keeps one subscription for each topic and function');
    triggerByTopic(scope, this, trigger, topic);
  }

  addObjects(scope: Construct, name: string, trigger: ObjectsTriggerSpec, bucket: BucketResources): void {
    const isFirst = !this.sources.has(bucket);
    if (isFirst) this.addSource(name, bucket, bucket.resource.bucketName);
    triggerByObjects(scope, this, trigger, bucket, isFirst ? undefined : objectsInput(name));
  }

  /** A role for EventBridge Scheduler, which may start this function and nothing else. */
  roleOfSchedules(): Role {
    if (!this.schedulerRole) {
      const { deadLetters } = this.async();
      const policy = new PolicyDocument();
      allow(policy, ['lambda:InvokeFunction'], this.resource.functionArn);
      if (deadLetters) allow(policy, ['sqs:SendMessage'], deadLetters.queueArn);
      const group = Stack.of(this.scope).formatArn({ service: 'scheduler', resource: 'schedule-group', resourceName: 'default' });
      this.schedulerRole = new Role(this.scope, 'SchedulerRole', {
        assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
          conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID, 'aws:SourceArn': group } },
        }),
        inlinePolicies: { Invoke: policy },
      });
    }
    return this.schedulerRole;
  }

  /** Warns once where a route leads to a function that may take longer than the gateway waits. */
  warnOfGatewayTimeout(): void {
    const { value } = LIMITS.apiTimeoutSeconds;
    if (this.spec.timeoutSeconds <= value) return;
    Annotations.of(this.scope).addWarningV2(
      'faasten:apiTimeout',
      `function '${this.spec.path}': its timeout is ${this.spec.timeoutSeconds} seconds, but an HTTP API answers for it after ${value}; ` +
        'give it a shorter timeout, or leave the work to a queue',
    );
  }

  private entryPoint(tuned: Runtime | undefined): { runtime: Runtime; handler: string } {
    const { code, path } = this.spec;
    if (code.kind === 'prebuilt') return { runtime: runtimeOf(code.runtime), handler: code.handler };
    const runtime = tuned ?? runtimeOf(NODE_RUNTIME);
    if (runtime.family !== RuntimeFamily.NODEJS)
      throw invalid(
        'function',
        path,
        `its entry is bundled for Node.js, but its runtime is ${runtime.name}`,
        'choose a nodejs runtime',
      );
    return { runtime, handler: ENTRY_HANDLER };
  }

  private addSecret(name: string, secret: SecretSpec): void {
    // The cloud adds a hyphen and six characters to every name: https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples.html
    const arn = Stack.of(this.scope).formatArn({ service: 'secretsmanager', resource: `secret:${secret.name}-??????` });
    allow(this.policy, ['secretsmanager:GetSecretValue'], arn);
    this.resource.addEnvironment(`${SECRET_PREFIX}${name}`, `secretsmanager:${secretAddress(secret)}`);
  }

  /** Tells the running function the trigger's name; `once` is the reason why one source cannot have a second trigger. */
  private addSource(name: string, source: unknown, address: string, once?: string): void {
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

  private linkFunction(target: LambdaBackend): string {
    this.calls.add(target);
    target.async();
    if (target.reaches(this)) {
      for (const member of [this, ...this.reachable()]) if (member.reaches(this)) member.fixName();
    }
    const arn = Lazy.string({ produce: () => target.arnFor(this) });
    allow(this.policy, ['lambda:InvokeFunction'], arn);
    return `lambda:${arn}`;
  }

  /**
   * CloudFormation refuses references in a circle. Functions that call each other therefore have fixed names, and address each
   * other by them; every other function is named by CloudFormation and referred to.
   */
  private arnFor(caller: LambdaBackend): string {
    if (this.name === undefined || !this.reaches(caller)) return this.resource.functionArn;
    return Stack.of(this.scope).formatArn({ service: 'lambda', resource: `function:${this.name}` });
  }

  private fixName(): void {
    if (this.name !== undefined) return;
    const cfn = this.resource.node.defaultChild as CfnFunction;
    const given = cfn.functionName;
    this.name = given !== undefined && !Token.isUnresolved(given) ? given : functionName(this.scope);
    cfn.functionName = this.name;
  }

  /** Whether `other` is called by this function, or by one that it calls. A function that calls itself reaches itself. */
  private reaches(other: LambdaBackend): boolean {
    return this.reachable().has(other);
  }

  private reachable(): Set<LambdaBackend> {
    const found = new Set<LambdaBackend>();
    const waiting = [...this.calls];
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      if (found.has(next)) continue;
      found.add(next);
      waiting.push(...next.calls);
    }
    return found;
  }

  private tooMuchEnvironment(): string[] {
    const { environment } = this.resource.node.defaultChild as CfnFunction;
    const { variables = {} } = (Stack.of(this.scope).resolve(environment) ?? {}) as { variables?: Record<string, unknown> };
    // Late values are counted as nothing: the real size is at least this.
    const bytes = Object.entries(variables).reduce(
      (sum, [name, value]) => sum + Buffer.byteLength(name) + (typeof value === 'string' ? Buffer.byteLength(value) : 0),
      0,
    );
    const { value, source } = LIMITS.environmentMaxBytes;
    return bytes <= value
      ? []
      : [
          `function '${this.spec.path}': its environment has ${bytes} bytes, and Lambda takes ${value} (${source}); ` +
            'move large values into a bucket or a secret',
        ];
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions */
const NETWORK_ACTIONS = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

const FAMILIES: readonly [RegExp, RuntimeFamily][] = [
  [/^nodejs/, RuntimeFamily.NODEJS],
  [/^python/, RuntimeFamily.PYTHON],
  [/^java/, RuntimeFamily.JAVA],
  [/^dotnet/, RuntimeFamily.DOTNET_CORE],
  [/^ruby/, RuntimeFamily.RUBY],
  [/^go/, RuntimeFamily.GO],
];

/** The CDK's own object of a runtime; a new one where this version of the CDK does not know it yet. */
function runtimeOf(name: string): Runtime {
  const known = Runtime.ALL.find((runtime) => runtime.name === name);
  return known ?? new Runtime(name, FAMILIES.find(([pattern]) => pattern.test(name))?.[1] ?? RuntimeFamily.OTHER);
}
