/** A stack that holds every capability of functions on AWS, before the judges. */
import { join } from 'node:path';
import { App, Duration as CdkDuration, Stack } from 'aws-cdk-lib';
import { Schedule as ScalingSchedule } from 'aws-cdk-lib/aws-applicationautoscaling';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { FileSystem as Efs } from 'aws-cdk-lib/aws-efs';
import { Key } from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { beforeAll, describe, expect, test } from 'vitest';
import { Duration, HttpApi, Queue, Schedule, Secret, ServerlessFunction, Service, Topic } from '../../../lib/index.js';
import { AwsFunction } from '../../../lib/platforms/aws/index.js';
import { synthesize, withoutBundling } from '../../../lib/testing/index.js';
import { available, cdkNag, cdkRules, cfnLint } from '../../engines/cloudformation.js';
import { missing } from '../../engines/engine.js';
import { entry } from './template.js';

function everything(): Stack {
  const stack = new Stack(withoutBundling(new App()), 'all');
  const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 });
  const point = new Efs(stack, 'Files', { vpc, encrypted: true }).addAccessPoint('Point', {
    path: '/files',
    createAcl: { ownerGid: '1000', ownerUid: '1000', permissions: '750' },
  });
  const service = new Service(stack, 'Service', { root: __dirname });
  const jobs = new Queue(service, 'Jobs');
  const done = new Topic(service, 'Done');
  const hook = new ServerlessFunction(service, 'Hook', { entry });
  const settled = new ServerlessFunction(service, 'Settled', {
    entry,
    warmInstances: 2,
    maxConcurrency: 20,
    rollout: { canary: { percent: 20, bake: Duration.minutes(7) } },
    secrets: { KEY: Secret.fromName('all/key') },
    links: { jobs, done },
    triggers: { Jobs: jobs.messages(), Hourly: Schedule.rate(Duration.hours(1)) },
    tuning: [
      AwsFunction.tune({
        warmScaling: {
          max: 10,
          utilization: 0.6,
          schedules: { Morning: { schedule: ScalingSchedule.cron({ hour: '6', minute: '0' }), minCapacity: 5 } },
        },
        rollout: { beforeTraffic: AwsFunction.of(hook).lambda },
        onSuccess: done,
        maxEventAge: CdkDuration.hours(2),
        tracing: lambda.Tracing.ACTIVE,
        loggingFormat: lambda.LoggingFormat.JSON,
        applicationLogLevelV2: lambda.ApplicationLogLevel.INFO,
        runtimeManagementMode: lambda.RuntimeManagementMode.FUNCTION_UPDATE,
        recursiveLoop: lambda.RecursiveLoop.TERMINATE,
        insightsVersion: lambda.LambdaInsightsVersion.VERSION_1_0_498_0,
        environmentEncryption: new Key(stack, 'Key', { enableKeyRotation: true }),
      }),
    ],
  });
  new ServerlessFunction(service, 'Linear', {
    entry,
    rollout: { linear: { percent: 10, every: Duration.minutes(1) } },
    tuning: [
      AwsFunction.tune({
        vpc,
        filesystem: lambda.FileSystem.fromEfsAccessPoint(point, '/mnt/files'),
        architecture: lambda.Architecture.X86_64,
      }),
    ],
  });
  new ServerlessFunction(service, 'Streaming', {
    entry,
    tuning: [AwsFunction.tune({ functionUrl: { invokeMode: lambda.InvokeMode.RESPONSE_STREAM } })],
  });
  new ServerlessFunction(service, 'Snapped', {
    code: { directory: __dirname, handler: 'app.main', runtime: 'python3.13' },
    tuning: [AwsFunction.tune({ snapStart: lambda.SnapStartConf.ON_PUBLISHED_VERSIONS })],
  });
  const image = new ServerlessFunction(service, 'Image', { image: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/app:1' });
  new ServerlessFunction(service, 'Built', {
    build: { context: join(__dirname, 'handlers/image') },
    links: { settled },
    tuning: [AwsFunction.tune({ webAdapter: { eventsPath: '/events' } })],
  });
  new HttpApi(service, 'Api', { routes: { 'GET /': settled, 'GET /image': image } });
  return stack;
}

let stack: Stack;
let template: { readonly Resources: Record<string, any> };
beforeAll(() => {
  stack = everything();
  template = synthesize(stack) as typeof template;
});

test('it holds every resource that a function may have', () => {
  const types = new Set(Object.values(template.Resources).map(({ Type }) => Type));
  expect([...types].filter((type) => /Lambda|CodeDeploy|Scaling|CloudWatch::Alarm/.test(type)).sort()).toEqual([
    'AWS::ApplicationAutoScaling::ScalableTarget',
    'AWS::ApplicationAutoScaling::ScalingPolicy',
    'AWS::CloudWatch::Alarm',
    'AWS::CodeDeploy::Application',
    'AWS::CodeDeploy::DeploymentConfig',
    'AWS::CodeDeploy::DeploymentGroup',
    'AWS::Lambda::Alias',
    'AWS::Lambda::EventInvokeConfig',
    'AWS::Lambda::EventSourceMapping',
    'AWS::Lambda::Function',
    'AWS::Lambda::Permission',
    'AWS::Lambda::Url',
    'AWS::Lambda::Version',
  ]);
});

test('no role has a managed policy, and only what AWS forces is allowed on everything', () => {
  const resources = Object.values(template.Resources);
  const roles = resources.filter(({ Type }) => Type === 'AWS::IAM::Role');
  const managed = roles.flatMap(({ Properties }) => Properties.ManagedPolicyArns ?? []);
  expect(managed).toEqual([]);
  const policies = resources.flatMap(({ Type, Properties }) =>
    Type === 'AWS::IAM::Role' ? (Properties.Policies ?? []) : Type === 'AWS::IAM::Policy' ? [Properties] : [],
  );
  const wild = policies
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .filter(({ Effect, Resource }) => Effect === 'Allow' && [Resource].flat().includes('*'))
    .flatMap(({ Action }) => Action);
  expect([...new Set(wild)].sort()).toEqual([
    'cloudwatch:DescribeAlarms',
    'ec2:AssignPrivateIpAddresses',
    'ec2:CreateNetworkInterface',
    'ec2:DeleteNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:UnassignPrivateIpAddresses',
    'xray:PutTelemetryRecords',
    'xray:PutTraceSegments',
  ]);
});

describe('judged by others', () => {
  test('the CDK’s own rules find nothing', () => {
    expect(cdkRules(template)).toEqual([]);
  });

  test.skipIf(missing('cfn-lint', available()))('cfn-lint finds nothing but a DependsOn that the CDK always writes', () => {
    expect(cfnLint(template).filter(({ rule }) => rule !== 'W3005')).toEqual([]);
  });

  /** What AWS has no narrower form for, or the rules take for missing although it is there. */
  const FORCED: Record<string, string> = {
    'AwsSolutions-IAM5[Resource::*]': 'network interfaces, X-Ray and DescribeAlarms, as listed above',
    'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:/aws/lambda-insights:*]':
      'the streams of the one log group of Lambda Insights',
    'Serverless-LambdaStarPermissions': 'the same as the first',
    'AwsSolutions-SQS3': 'the rule knows redrive policies only; these queues are failure destinations of functions',
    'Serverless-SQSRedrivePolicy': 'dead-letter queues, which have no dead letters of their own',
    'Serverless-LambdaDLQ': 'functions which are invoked asynchronously have a failure destination, which says more than a DLQ',
    'Serverless-LambdaEventSourceMappingDestination': 'mappings of SQS cannot have one; the queue has its own dead-letter queue',
  };
  /** What the owner of an app decides. */
  const DECIDED = [
    'AwsSolutions-APIG4',
    'Serverless-APIGWDefaultThrottling',
    'Serverless-LambdaTracing',
    // Of the function whose code was built for an older runtime.
    'AwsSolutions-L1',
    'Serverless-LambdaLatestVersion',
  ];

  test('cdk-nag finds nothing but what AWS forces and what the owner decides', () => {
    const found = cdkNag(stack).filter(({ resource }) => resource.startsWith('all/Service/'));
    expect([...new Set(found.map(({ rule }) => rule))].sort()).toEqual([...Object.keys(FORCED), ...DECIDED].sort());
  });
});
