import { type CfnRole, Effect, type PolicyDocument, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { type FileSystem, InvokeMode, Runtime } from 'aws-cdk-lib/aws-lambda';
import { ArnFormat, Lazy, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { invalid } from '../../core/errors.js';
import type { FunctionSpec } from '../../core/model.js';
import { checkImageTakesEvents, isImage } from './image.js';
import { allow } from './permissions.js';
import type { AwsFunctionTuning, OwnedByFunction } from './tuning.js';

/** What to do instead of tuning what faasten sets itself. */
const INSTEAD: Readonly<Record<OwnedByFunction, string>> = {
  code: 'give the function an entry, code, image or build',
  handler: 'give it as code.handler; an entry has its own',
  role: 'every function has a role of its own: grant what is missing to AwsFunction.of(fn).role, or let iam.Role.customizeRoles() replace it',
  memorySize: 'set memoryMiB of the function',
  timeout: 'set timeout of the function',
  environment: 'set environment of the function',
  logRetention: 'set logRetention of the function',
  logRetentionRole: 'set logRetention of the function, which needs no role',
  logRetentionRetryOptions: 'set logRetention of the function, which calls nothing',
  logRemovalPolicy: 'give a logGroup of your own',
  deadLetterQueue: 'leave it to retry.deadLetters of the function, or set onFailure, which also tells the reason',
  deadLetterQueueEnabled: 'set retry.deadLetters of the function',
  deadLetterTopic: 'set onFailure to the topic, which also tells the reason',
  retryAttempts: 'set retry.maxAttempts of the function',
  durableConfig: 'durable functions take handlers of their own: make one with lambda.Function',
  architectures: 'set architecture',
};

const STREAMS = 'https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html';

/** Whether a function's URL sends answers as they are made. */
export function streams({ functionUrl }: Partial<AwsFunctionTuning>): boolean {
  return functionUrl?.invokeMode === InvokeMode.RESPONSE_STREAM;
}

/** Whether the function takes what is no request: events and calls. */
export function checkTakesEvents(spec: FunctionSpec, settings: Partial<AwsFunctionTuning>): void {
  if (isImage(spec)) checkImageTakesEvents(spec, settings.webAdapter);
  else if (spec.code.kind === 'entry' && streams(settings)) {
    throw invalid(
      'function',
      spec.path,
      `its URL streams, so that it answers requests only (${STREAMS})`,
      'give events and calls to another function, or leave invokeMode out',
    );
  }
}

const SNAP_START = 'https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html';

/** Says what of the settings cannot be, or not together. CDK checks the rest itself. */
export function checkSettings(spec: FunctionSpec, settings: Partial<AwsFunctionTuning>, runtime: Runtime): void {
  const fail = (wrong: string, advice: string): never => {
    throw invalid('function', spec.path, wrong, advice);
  };
  for (const [name, advice] of Object.entries(INSTEAD)) {
    if ((settings as Record<string, unknown>)[name] !== undefined)
      fail(`AwsFunction.tune() has ${name}, which faasten sets itself`, advice);
  }
  const { snapStart, profiling, profilingGroup, tenancyConfig } = settings;
  if (snapStart && runtime !== Runtime.FROM_IMAGE && !runtime.supportsSnapStart)
    fail(
      `snapStart is set, and Lambda does not have it for ${runtime.name} (${SNAP_START})`,
      'keep instances warm with warmInstances',
    );
  if (snapStart && spec.warmInstances > 0)
    fail(`snapStart and warmInstances are set, and Lambda takes one of them (${SNAP_START})`, 'leave one out');
  if ((profiling || profilingGroup) && !runtime.supportsCodeGuruProfiling)
    fail(`profiling is set, and CodeGuru does not profile ${runtime.name}`, 'leave it out, or trace with tracing');
  if (tenancyConfig && spec.warmInstances > 0)
    fail('tenancyConfig and warmInstances are set, and Lambda keeps no instances warm for tenants', 'leave one out');
}

/**
 * Every `*` that a function's own settings have, as AWS knows no narrower resource for these actions. The CDK adds two of
 * X-Ray's with `tracing`; the role of a rollout, which is CodeDeploy's, has one more.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions,
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
 */
const NETWORK_ACTIONS = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Lambda-Insights-Troubleshooting.html */
const INSIGHTS_LOGS = '/aws/lambda-insights';
const INSIGHTS_POLICY = 'CloudWatchLambdaInsightsExecutionRolePolicy';

/** Least privilege for what a function's own settings need. To be called before the role is made. */
export function allowSettings(scope: Construct, policy: PolicyDocument, settings: Partial<AwsFunctionTuning>): void {
  const stack = Stack.of(scope);
  if (settings.vpc) {
    allow(policy, NETWORK_ACTIONS, '*');
    // Lambda itself needs them, the code does not: https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
    const functions = stack.formatArn({
      service: 'lambda',
      resource: 'function',
      resourceName: '*',
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    policy.addStatements(
      new PolicyStatement({
        effect: Effect.DENY,
        actions: NETWORK_ACTIONS,
        resources: ['*'],
        conditions: { ArnLike: { 'lambda:SourceFunctionArn': functions } },
      }),
    );
  }
  if (settings.insightsVersion) {
    const logs = stack.formatArn({
      service: 'logs',
      resource: 'log-group',
      resourceName: INSIGHTS_LOGS,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    allow(policy, ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'], logs, `${logs}:*`);
  }
  if (settings.filesystem) policy.addStatements(...narrowed(settings.filesystem));
}

/** Takes away the managed policy that the CDK adds for Lambda Insights: it allows creating any log group. */
export function withoutInsightsPolicy(role: Role): void {
  const cfn = role.node.defaultChild as CfnRole;
  const given = cfn.managedPolicyArns;
  cfn.managedPolicyArns = Lazy.list(
    {
      produce: () =>
        (Stack.of(role).resolve(given) as unknown[] | undefined)?.filter(
          (arn) => !JSON.stringify(arn).includes(INSIGHTS_POLICY),
        ) as string[] | undefined,
    },
    { omitEmpty: true },
  );
}

/** The file system as it is mounted, without what the CDK would allow for it: see {@link narrowed}. */
export function mounted(filesystem: FileSystem): FileSystem {
  return { config: { ...filesystem.config, policies: undefined } } as FileSystem;
}

/** The CDK lets a function mount by `*`. Mounting and writing have the same resource: the file system, through the access point. */
function narrowed({ config: { policies = [] } }: FileSystem): PolicyStatement[] {
  const wide = ({ resources }: PolicyStatement) => resources.length === 1 && resources[0] === '*';
  const resources = policies.filter((statement) => !wide(statement)).flatMap((statement) => statement.resources);
  return policies.map((statement) => (wide(statement) && resources.length > 0 ? statement.copy({ resources }) : statement));
}
