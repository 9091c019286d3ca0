import { Duration as CdkDuration, CfnResource, RemovalPolicy, Size, type Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { FileSystem as Efs } from 'aws-cdk-lib/aws-efs';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { EventBridgeDestination, SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue as SqsQueue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, test } from 'vitest';
import { Duration, HttpApi, Queue, Schedule, ServerlessFunction, Topic } from '../../../lib/index.js';
import { AwsFunction, type AwsFunctionTuning } from '../../../lib/platforms/aws/index.js';
import { synthesize } from '../../../lib/testing/index.js';
import { entry, errorOf, newStack, resourcesOf, short } from './template.js';

const PYTHON = { directory: __dirname, handler: 'app.main', runtime: 'python3.13' };
const LOGS = {
  Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  Effect: 'Allow',
  Resource: { 'Fn::GetAtt': ['FnLogs', 'Arn'] },
};

/** What a setting makes of a function: its own properties, what its role may do besides logging, and other resources. */
function tuned(settings: (stack: Stack) => AwsFunctionTuning, props: object = { entry }) {
  const stack = newStack();
  const given = settings(stack);
  const others = short(
    stack.node
      .findAll()
      .filter(CfnResource.isCfnResource)
      .map(({ logicalId }) => stack.resolve(logicalId)),
  );
  new ServerlessFunction(stack, 'Fn', { monitoring: false, ...(props as { entry: string }), tuning: [AwsFunction.tune(given)] });
  const resources = short(synthesize(stack) as { Resources: Record<string, any> }).Resources;
  const policies = Object.values(resources).flatMap(({ Type, Properties }) =>
    Type === 'AWS::IAM::Role' ? (Properties.Policies ?? []) : Type === 'AWS::IAM::Policy' ? [Properties] : [],
  );
  const statements = policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  expect(JSON.stringify(resources)).not.toContain('ManagedPolicyArns');
  expect(statements[0]).toEqual(LOGS);
  const added = Object.keys(resources).filter((id) => !others.includes(id) && !['Fn', 'FnLogs', 'FnRole'].includes(id));
  return {
    fn: resources.Fn.Properties,
    allowed: statements.slice(1),
    added: added.map((id) => resources[id].Type).sort(),
    resources,
  };
}

describe('settings that allow nothing more', () => {
  test.each<[string, (stack: Stack) => AwsFunctionTuning, object, object?]>([
    ['architecture', () => ({ architecture: lambda.Architecture.X86_64 }), { Architectures: ['x86_64'] }],
    ['functionName', () => ({ functionName: 'hello' }), { FunctionName: 'hello' }],
    ['description', () => ({ description: 'hello' }), { Description: 'hello' }],
    ['ephemeralStorageSize', () => ({ ephemeralStorageSize: Size.gibibytes(2) }), { EphemeralStorage: { Size: 2048 } }],
    ['reservedConcurrentExecutions', () => ({ reservedConcurrentExecutions: 3 }), { ReservedConcurrentExecutions: 3 }],
    ['runtime', () => ({ runtime: lambda.Runtime.NODEJS_22_X }), { Runtime: 'nodejs22.x' }],
    [
      'runtimeManagementMode',
      () => ({ runtimeManagementMode: lambda.RuntimeManagementMode.FUNCTION_UPDATE }),
      { RuntimeManagementConfig: { UpdateRuntimeOn: 'FunctionUpdate' } },
    ],
    [
      'loggingFormat and levels',
      () => ({
        loggingFormat: lambda.LoggingFormat.JSON,
        applicationLogLevelV2: lambda.ApplicationLogLevel.WARN,
        systemLogLevelV2: lambda.SystemLogLevel.WARN,
      }),
      { LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'WARN', SystemLogLevel: 'WARN', LogGroup: { Ref: 'FnLogs' } } },
    ],
    ['recursiveLoop', () => ({ recursiveLoop: lambda.RecursiveLoop.ALLOW }), { RecursiveLoop: 'Allow' }],
    [
      'tenancyConfig',
      () => ({ tenancyConfig: lambda.TenancyConfig.PER_TENANT }),
      { TenancyConfig: { TenantIsolationMode: 'PER_TENANT' } },
    ],
    [
      'layers',
      (stack) => ({ layers: [lambda.LayerVersion.fromLayerVersionArn(stack, 'Layer', 'arn:aws:lambda:eu-west-1:1:layer:a:1')] }),
      { Layers: ['arn:aws:lambda:eu-west-1:1:layer:a:1'] },
    ],
    // Lambda uses the key by a grant that is made with the permissions of who deploys.
    [
      'environmentEncryption',
      (stack) => ({ environmentEncryption: new Key(stack, 'Key') }),
      { KmsKeyArn: { 'Fn::GetAtt': ['Key', 'Arn'] } },
    ],
    [
      'codeSigningConfig',
      (stack) => ({
        codeSigningConfig: lambda.CodeSigningConfig.fromCodeSigningConfigArn(
          stack,
          'Signing',
          'arn:aws:lambda:eu-west-1:123456789012:code-signing-config:csc-1',
        ),
      }),
      { CodeSigningConfigArn: 'arn:aws:lambda:eu-west-1:123456789012:code-signing-config:csc-1' },
    ],
    ['currentVersionOptions', () => ({ currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN } }), {}],
    [
      'snapStart',
      () => ({ snapStart: lambda.SnapStartConf.ON_PUBLISHED_VERSIONS }),
      { SnapStart: { ApplyOn: 'PublishedVersions' } },
      { code: PYTHON },
    ],
    [
      'paramsAndSecrets',
      () => ({
        paramsAndSecrets: lambda.ParamsAndSecretsLayerVersion.fromVersionArn('arn:aws:lambda:eu-west-1:1:layer:params:1', {
          cacheSize: 5,
        }),
      }),
      {
        Layers: ['arn:aws:lambda:eu-west-1:1:layer:params:1'],
        Environment: { Variables: expect.objectContaining({ PARAMETERS_SECRETS_EXTENSION_CACHE_SIZE: '5' }) },
      },
    ],
  ])('%s', (_, settings, properties, props) => {
    const { fn, allowed } = tuned(settings, props);
    expect(fn).toMatchObject(properties);
    expect(allowed).toEqual([]);
  });
});

describe('a VPC', () => {
  const vpcOf = (stack: Stack) => new ec2.Vpc(stack, 'Vpc', { maxAzs: 1, natGateways: 1 });
  const NETWORK = [
    'ec2:CreateNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:DeleteNetworkInterface',
    'ec2:AssignPrivateIpAddresses',
    'ec2:UnassignPrivateIpAddresses',
  ];

  test('lets Lambda, and not the code, use network interfaces', () => {
    const { fn, allowed, added } = tuned((stack) => ({ vpc: vpcOf(stack) }));
    expect(fn.VpcConfig).toEqual({
      SecurityGroupIds: [{ 'Fn::GetAtt': ['FnSecurityGroup', 'GroupId'] }],
      SubnetIds: [{ Ref: expect.stringMatching('VpcPrivateSubnet1Subnet') }],
    });
    expect(allowed).toEqual([
      { Action: NETWORK, Effect: 'Allow', Resource: '*' },
      {
        Action: NETWORK,
        Condition: {
          ArnLike: {
            'lambda:SourceFunctionArn': {
              'Fn::Join': [
                '',
                [
                  'arn:',
                  { Ref: 'AWS::Partition' },
                  ':lambda:',
                  { Ref: 'AWS::Region' },
                  ':',
                  { Ref: 'AWS::AccountId' },
                  ':function:*',
                ],
              ],
            },
          },
        },
        Effect: 'Deny',
        Resource: '*',
      },
    ]);
    expect(added).toEqual(['AWS::EC2::SecurityGroup']);
  });

  test('with subnets, security groups and IPv6 of the user', () => {
    const { fn, added } = tuned((stack) => {
      const vpc = vpcOf(stack);
      return {
        vpc,
        vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC },
        allowPublicSubnet: true,
        securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'Mine', 'sg-1')],
        ipv6AllowedForDualStack: true,
      };
    });
    expect(fn.VpcConfig).toEqual({
      Ipv6AllowedForDualStack: true,
      SecurityGroupIds: ['sg-1'],
      SubnetIds: [{ Ref: expect.stringMatching('VpcPublicSubnet1Subnet') }],
    });
    expect(added).toEqual([]);
  });

  test('whose security group lets nothing out', () => {
    const { resources } = tuned((stack) => ({ vpc: vpcOf(stack), allowAllOutbound: false, allowAllIpv6Outbound: false }));
    expect(resources.FnSecurityGroup.Properties.SecurityGroupEgress).toMatchObject([{ CidrIp: '255.255.255.255/32' }]);
  });

  test('with a file system, through its access point and nothing else', () => {
    const { fn, allowed } = tuned((stack) => {
      const vpc = vpcOf(stack);
      const point = new Efs(stack, 'Files', { vpc }).addAccessPoint('Point', {
        path: '/a',
        createAcl: { ownerGid: '1', ownerUid: '1', permissions: '750' },
      });
      return { vpc, filesystem: lambda.FileSystem.fromEfsAccessPoint(point, '/mnt/files') };
    });
    expect(fn.FileSystemConfigs).toEqual([{ Arn: expect.anything(), LocalMountPath: '/mnt/files' }]);
    const mounts = allowed.filter(({ Action }) => String(Action).startsWith('elasticfilesystem'));
    const files = { 'Fn::Join': ['', expect.arrayContaining([':file-system/', { Ref: 'Files' }])] };
    expect(mounts).toEqual([
      {
        Action: 'elasticfilesystem:ClientMount',
        Condition: { StringEquals: { 'elasticfilesystem:AccessPointArn': expect.anything() } },
        Effect: 'Allow',
        Resource: files,
      },
      { Action: 'elasticfilesystem:ClientWrite', Effect: 'Allow', Resource: files },
    ]);
  });
});

describe('settings that allow exactly what they need', () => {
  test('tracing', () => {
    const { fn, allowed } = tuned(() => ({ tracing: lambda.Tracing.ACTIVE }));
    expect(fn.TracingConfig).toEqual({ Mode: 'Active' });
    expect(allowed).toEqual([{ Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], Effect: 'Allow', Resource: '*' }]);
  });

  test('insightsVersion writes to its own log group, without the managed policy', () => {
    const { fn, allowed } = tuned(() => ({
      insightsVersion: lambda.LambdaInsightsVersion.fromInsightVersionArn(
        'arn:aws:lambda:eu-west-1:580247275435:layer:LambdaInsightsExtension-Arm64:2',
      ),
    }));
    expect(fn.Layers).toHaveLength(1);
    const group = ['arn:', { Ref: 'AWS::Partition' }, ':logs:', { Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' }];
    expect(allowed).toEqual([
      {
        Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
        Effect: 'Allow',
        Resource: [
          { 'Fn::Join': ['', [...group, ':log-group:/aws/lambda-insights']] },
          { 'Fn::Join': ['', [...group, ':log-group:/aws/lambda-insights:*']] },
        ],
      },
    ]);
  });

  test('insightsVersion leaves managed policies of the user alone', () => {
    const stack = newStack();
    const insightsVersion = lambda.LambdaInsightsVersion.fromInsightVersionArn('arn:aws:lambda:eu-west-1:1:layer:a:2');
    const fn = new ServerlessFunction(stack, 'Fn', { entry, tuning: [AwsFunction.tune({ insightsVersion })] });
    AwsFunction.of(fn).lambda.role!.addManagedPolicy(
      ManagedPolicy.fromManagedPolicyArn(stack, 'Read', 'arn:aws:iam::aws:policy/ReadOnlyAccess'),
    );
    expect(resourcesOf(stack).FnRole!.Properties.ManagedPolicyArns).toEqual(['arn:aws:iam::aws:policy/ReadOnlyAccess']);
  });

  test('adotInstrumentation', () => {
    const { fn, allowed } = tuned(() => ({
      adotInstrumentation: {
        layerVersion: lambda.AdotLayerVersion.fromJavaScriptSdkLayerVersion(lambda.AdotLambdaLayerJavaScriptSdkVersion.LATEST),
        execWrapper: lambda.AdotLambdaExecWrapper.REGULAR_HANDLER,
      },
    }));
    expect(fn).toMatchObject({
      TracingConfig: { Mode: 'Active' },
      Environment: { Variables: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/otel-handler' } },
    });
    expect(allowed).toEqual([{ Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], Effect: 'Allow', Resource: '*' }]);
  });

  test('profiling, of runtimes that CodeGuru knows', () => {
    const { allowed, added } = tuned(() => ({ profiling: true }), { code: { ...PYTHON, runtime: 'python3.9' } });
    expect(added).toEqual(['AWS::CodeGuruProfiler::ProfilingGroup', 'AWS::IAM::Policy']);
    expect(allowed).toEqual([
      {
        Action: ['codeguru-profiler:ConfigureAgent', 'codeguru-profiler:PostAgentProfile'],
        Effect: 'Allow',
        Resource: { 'Fn::GetAtt': ['FnProfilingGroup', 'Arn'] },
      },
    ]);
  });

  test('initialPolicy', () => {
    const statement = () =>
      new PolicyStatement({ actions: ['dynamodb:GetItem'], resources: ['arn:aws:dynamodb:eu-west-1:1:table/t'] });
    expect(tuned(() => ({ initialPolicy: [statement()] })).allowed).toEqual([
      { Action: 'dynamodb:GetItem', Effect: 'Allow', Resource: 'arn:aws:dynamodb:eu-west-1:1:table/t' },
    ]);
  });

  test('events, which lead to the alias where there is one', () => {
    const source = (stack: Stack) => new SqsEventSource(new SqsQueue(stack, 'Mine'));
    const find = ({ resources }: ReturnType<typeof tuned>) =>
      Object.values(resources).find(({ Type }) => Type === 'AWS::Lambda::EventSourceMapping');
    expect(find(tuned((stack) => ({ events: [source(stack)] }))).Properties.FunctionName).toEqual({ Ref: 'Fn' });
    expect(JSON.stringify(find(tuned((stack) => ({ events: [source(stack)], alias: true }))).Properties.FunctionName)).toContain(
      'FnAlias',
    );
  });
});

describe('events that nobody waits for', () => {
  const send = (Resource: object) => ({ Action: 'sqs:SendMessage', Effect: 'Allow', Resource });

  test('have an age, and destinations for what became of them', () => {
    const stack = newStack();
    const done = new Queue(stack, 'Done');
    const failed = new Topic(stack, 'Failed');
    const tuning = [AwsFunction.tune({ maxEventAge: CdkDuration.hours(1), onSuccess: done, onFailure: failed })];
    new ServerlessFunction(stack, 'Fn', { entry, retry: { maxAttempts: 2, deadLetters: false }, tuning });
    const { FnAsyncInvocation, FnRole } = resourcesOf(stack);
    expect(FnAsyncInvocation!.Properties).toEqual({
      DestinationConfig: {
        OnFailure: { Destination: { Ref: 'Failed' } },
        OnSuccess: { Destination: { 'Fn::GetAtt': ['Done', 'Arn'] } },
      },
      FunctionName: { Ref: 'Fn' },
      MaximumEventAgeInSeconds: 3600,
      MaximumRetryAttempts: 1,
      Qualifier: '$LATEST',
    });
    expect(FnRole!.Properties.Policies[0].PolicyDocument.Statement.slice(1)).toEqual([
      { Action: 'sns:Publish', Effect: 'Allow', Resource: { Ref: 'Failed' } },
      send({ 'Fn::GetAtt': ['Done', 'Arn'] }),
    ]);
  });

  test('whose failures go elsewhere still have dead letters, for what never reached the function', () => {
    const stack = newStack();
    const onFailure = new SqsDestination(new SqsQueue(stack, 'Mine'));
    const triggers = { Hourly: Schedule.rate(Duration.hours(1)) };
    new ServerlessFunction(stack, 'Fn', { entry, triggers, tuning: [AwsFunction.tune({ onFailure })] });
    const { FnAsyncInvocation, FnTriggersHourly } = resourcesOf(stack);
    expect(FnAsyncInvocation!.Properties.DestinationConfig).toEqual({
      OnFailure: { Destination: { 'Fn::GetAtt': ['Mine', 'Arn'] } },
    });
    expect(FnTriggersHourly!.Properties.Target.DeadLetterConfig).toEqual({ Arn: { 'Fn::GetAtt': ['FnDeadLetters', 'Arn'] } });
  });

  test('may go to a bus, and to a function, even to one that links back', () => {
    const { fn, allowed } = tuned((stack) => ({ onSuccess: new EventBridgeDestination(new EventBus(stack, 'Bus')) }));
    expect(fn).toBeDefined();
    expect(allowed).toContainEqual({ Action: 'events:PutEvents', Effect: 'Allow', Resource: { 'Fn::GetAtt': ['Bus', 'Arn'] } });

    const stack = newStack();
    const after = new ServerlessFunction(stack, 'After', { entry });
    const work = new ServerlessFunction(stack, 'Work', { entry, tuning: [AwsFunction.tune({ onSuccess: after })] });
    after.addLink('work', work);
    expect(JSON.stringify(resourcesOf(stack).WorkAsyncInvocation!.Properties.DestinationConfig.OnSuccess)).toContain(
      ':function:shop-after-',
    );
  });

  test.each<[string, AwsFunctionTuning, string]>([
    ['an age', { maxEventAge: CdkDuration.hours(7) }, 'maxEventAge is 25200 seconds, and Lambda takes 60 to 21600'],
    [
      'a destination',
      { onSuccess: new ServerlessFunction(newStack(), 'Other', { entry }).node.scope as never },
      "onSuccess is 'shop', to which Lambda cannot send",
    ],
  ])('cannot have %s', (_, settings, message) => {
    expect(
      errorOf(() => new ServerlessFunction(newStack(), 'Fn', { entry, tuning: [AwsFunction.tune(settings)] })).message,
    ).toContain(message);
  });
});

describe('settings that are refused', () => {
  test.each<[string, object, object, string]>([
    [
      'snapStart',
      { snapStart: lambda.SnapStartConf.ON_PUBLISHED_VERSIONS },
      { entry },
      'snapStart is set, and Lambda does not have it for nodejs24.x',
    ],
    [
      'snapStart with warmInstances',
      { snapStart: lambda.SnapStartConf.ON_PUBLISHED_VERSIONS },
      { code: PYTHON, warmInstances: 1 },
      'snapStart and warmInstances are set',
    ],
    ['profiling', { profiling: true }, { entry }, 'profiling is set, and CodeGuru does not profile nodejs24.x'],
    [
      'tenancyConfig with warmInstances',
      { tenancyConfig: lambda.TenancyConfig.PER_TENANT },
      { entry, warmInstances: 1 },
      'tenancyConfig and warmInstances are set',
    ],
    [
      'role',
      { role: {} },
      { entry },
      'AwsFunction.tune() has role, which faasten sets itself; every function has a role of its own',
    ],
    [
      'timeout',
      { timeout: CdkDuration.seconds(1) },
      { entry },
      'AwsFunction.tune() has timeout, which faasten sets itself; set timeout of the function',
    ],
    ['deadLetterQueue', { deadLetterQueue: {} }, { entry }, 'AwsFunction.tune() has deadLetterQueue, which faasten sets itself'],
    ['durableConfig', { durableConfig: {} }, { entry }, 'AwsFunction.tune() has durableConfig, which faasten sets itself'],
  ])('%s', (_, settings, props, message) => {
    const tuning = [AwsFunction.tune(settings as AwsFunctionTuning)];
    expect(
      errorOf(() => new ServerlessFunction(newStack(), 'Fn', { ...(props as { entry: string }), tuning })).message,
    ).toContain(message);
  });

  test('by the types, too', () => {
    // @ts-expect-error the function has a role of its own
    AwsFunction.tune({ role: undefined as unknown as object });
    // @ts-expect-error set memoryMiB
    AwsFunction.tune({ memorySize: 128 });
    // @ts-expect-error set retry.maxAttempts
    AwsFunction.tune({ retryAttempts: 1 });
  });

  test('what leads to a function that isolates tenants: its callers must name one', () => {
    const stack = newStack();
    const tuning = [AwsFunction.tune({ tenancyConfig: lambda.TenancyConfig.PER_TENANT })];
    const fn = new ServerlessFunction(stack, 'Fn', { entry, tuning });
    const message =
      "function 'shop/Fn': it isolates tenants, so that each invocation must name one, which triggers, routes and links do not";
    expect(errorOf(() => new HttpApi(stack, 'Api', { routes: { 'GET /': fn } })).message).toContain(message);
    expect(errorOf(() => fn.addTrigger('Hourly', Schedule.rate(Duration.hours(1)))).message).toContain(message);
  });
});
