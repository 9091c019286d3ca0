import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration as CdkDuration, Stack } from 'aws-cdk-lib';
import { Schedule as ScalingSchedule } from 'aws-cdk-lib/aws-applicationautoscaling';
import { Alarm, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Function as LambdaFunction, SnapStartConf } from 'aws-cdk-lib/aws-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Bucket, Duration, HttpApi, Queue, Schedule, ServerlessFunction, Service, Topic } from '../../../lib/index.js';
import { AwsFunction } from '../../../lib/platforms/aws/index.js';
import { synthesize } from '../../../lib/testing/index.js';
import { entry, errorOf, newStack, resourcesOf, short, statementsOf, typesOf } from './template.js';

const versionOf = (stack: Stack) =>
  Object.entries<any>((synthesize(stack) as any).Resources).find(([, { Type }]) => Type === 'AWS::Lambda::Version')!;

/** Resources of a type, without the hash that ends a version's logical id. */
function only(stack: Stack, ...types: string[]): Record<string, any> {
  const text = JSON.stringify(synthesize(stack)).replace(/(CurrentVersion[0-9A-F]{8})[0-9a-f]{32}/g, '$1');
  const { Resources } = short(JSON.parse(text));
  return Object.fromEntries(Object.entries<any>(Resources).filter(([, { Type }]) => types.includes(Type)));
}

describe('warm instances', () => {
  test('are provisioned concurrency of an alias', () => {
    const stack = newStack();
    new ServerlessFunction(stack, 'Hello', { entry, warmInstances: 2 });
    expect(only(stack, 'AWS::Lambda::Version', 'AWS::Lambda::Alias')).toEqual({
      HelloCurrentVersion: {
        Type: 'AWS::Lambda::Version',
        Metadata: { 'aws:cdk:do-not-refactor': true },
        Properties: { FunctionName: { Ref: 'Hello' } },
      },
      HelloAlias: {
        Type: 'AWS::Lambda::Alias',
        Properties: {
          FunctionName: { Ref: 'Hello' },
          FunctionVersion: { 'Fn::GetAtt': ['HelloCurrentVersion', 'Version'] },
          Name: 'live',
          ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 2 },
        },
      },
    });
    expect(typesOf(stack)).toEqual([
      'AWS::IAM::Role',
      'AWS::Lambda::Alias',
      'AWS::Lambda::Function',
      'AWS::Lambda::Version',
      'AWS::Logs::LogGroup',
    ]);
  });

  test('are scaled by use and by the clock', () => {
    const stack = newStack();
    const morning = { schedule: ScalingSchedule.cron({ hour: '6', minute: '0' }), minCapacity: 10 };
    const warmScaling = { max: 20, utilization: 0.5, schedules: { Morning: morning } };
    new ServerlessFunction(stack, 'Hello', { entry, warmInstances: 2, tuning: [AwsFunction.tune({ warmScaling })] });
    const { HelloAliasAliasScalingTarget: target, ...rest } = only(
      stack,
      'AWS::ApplicationAutoScaling::ScalableTarget',
      'AWS::ApplicationAutoScaling::ScalingPolicy',
    );
    expect(target.Properties).toMatchObject({
      MinCapacity: 2,
      MaxCapacity: 20,
      ScalableDimension: 'lambda:function:ProvisionedConcurrency',
      ScheduledActions: [
        { ScheduledActionName: 'Morning', Schedule: 'cron(0 6 * * ? *)', ScalableTargetAction: { MinCapacity: 10 } },
      ],
    });
    expect(Object.values(rest)[0].Properties.TargetTrackingScalingPolicyConfiguration).toEqual({
      PredefinedMetricSpecification: { PredefinedMetricType: 'LambdaProvisionedConcurrencyUtilization' },
      TargetValue: 0.5,
    });
  });

  test.each([
    [{ warmInstances: 3, maxConcurrency: 2 }, 'warmInstances is 3, and maxConcurrency 2'],
    [{ tuning: [AwsFunction.tune({ warmScaling: { max: 4 }, alias: true })] }, 'warmScaling goes up to 4, from 0 warmInstances'],
    [
      { warmInstances: 5, tuning: [AwsFunction.tune({ warmScaling: { max: 4 } })] },
      'warmScaling goes up to 4, from 5 warmInstances',
    ],
    [{ warmInstances: 5, tuning: [AwsFunction.tune({ alias: false })] }, 'alias is false, and warmInstances needs one'],
  ])('cannot be %j', (props, message) => {
    expect(errorOf(() => new ServerlessFunction(newStack(), 'Hello', { entry, ...props })).message).toContain(message);
  });
});

test('everything leads to the alias', () => {
  const stack = newStack();
  const queue = new Queue(stack, 'Jobs');
  const topic = new Topic(stack, 'News');
  const bucket = new Bucket(stack, 'Files');
  const fn = new ServerlessFunction(stack, 'Work', {
    entry,
    tuning: [AwsFunction.tune({ alias: true })],
    triggers: {
      Jobs: queue.messages(),
      News: topic.messages(),
      Files: bucket.objects(),
      Nightly: Schedule.rate(Duration.hours(1)),
    },
  });
  new HttpApi(stack, 'Api', { routes: { 'GET /': fn } });
  new ServerlessFunction(stack, 'Caller', { entry, links: { work: fn } });
  const alias = { Ref: 'WorkAlias' };
  const resources = resourcesOf(stack);
  const of = (type: string) => Object.values(resources).filter(({ Type }) => Type === type);
  expect(of('AWS::Lambda::EventSourceMapping')[0]!.Properties.FunctionName).toEqual(alias);
  expect(of('AWS::SNS::Subscription')[0]!.Properties.Endpoint).toEqual(alias);
  expect(of('AWS::Events::Rule')[0]!.Properties.Targets[0].Arn).toEqual(alias);
  expect(of('AWS::Scheduler::Schedule')[0]!.Properties.Target.Arn).toEqual(alias);
  expect(of('AWS::ApiGatewayV2::Integration')[0]!.Properties.IntegrationUri).toEqual(alias);
  expect(of('AWS::Lambda::Permission').map(({ Properties }) => Properties.FunctionName)).toEqual([alias, alias, alias]);
  expect(of('AWS::Lambda::EventInvokeConfig')[0]).toMatchObject({ Properties: { Qualifier: 'live' }, DependsOn: ['WorkAlias'] });
  expect(statementsOf(stack, 'CallerRole').at(-1)).toEqual({ Action: 'lambda:InvokeFunction', Effect: 'Allow', Resource: alias });
  expect(resources.Caller!.Properties.Environment.Variables.FAASTEN_LINK_work).toEqual({ 'Fn::Join': ['', ['lambda:', alias]] });
  // Nothing but the version, the alias and what configures it knows the function itself.
  const references = JSON.stringify(resources).split('{"Fn::GetAtt":["Work","Arn"]}').length - 1;
  expect(references).toBe(0);
});

test('functions that call each other address their aliases by fixed names', () => {
  const stack = newStack();
  const tuning = [AwsFunction.tune({ alias: true })];
  const a = new ServerlessFunction(stack, 'A', { entry, tuning });
  const b = new ServerlessFunction(stack, 'B', { entry, tuning, links: { a } });
  a.addLink('b', b);
  const address = JSON.stringify(resourcesOf(stack).A!.Properties.Environment.Variables.FAASTEN_LINK_b);
  expect(address).toContain(':function:shop-b-');
  expect(address).toContain(':live"');
});

describe('a version', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'versions-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const published = (code: string, settings: Partial<ConstructorParameters<typeof ServerlessFunction>[2]> = {}): string => {
    const file = join(folder, 'hello.mjs');
    writeFileSync(file, code);
    const stack = new Stack(new App({ outdir: join(folder, 'out') }), 'shop');
    new ServerlessFunction(stack, 'Hello', { entry: file, warmInstances: 1, ...(settings as object) });
    return Object.entries<any>((stack.node.root as App).synth().getStackByName('shop').template.Resources).find(
      ([, { Type }]) => Type === 'AWS::Lambda::Version',
    )![0];
  };
  const code = "import { http } from 'faasten/runtime'; export default http(() => new Response('one'));";

  test('is new when the code or a setting that it locks is new, and only then', () => {
    const first = published(code);
    expect(first).toMatch(/^HelloCurrentVersion[0-9A-F]{8}[0-9a-f]{32}$/);
    expect(published(code)).toBe(first);
    expect(published(code.replace('one', 'two'))).not.toBe(first);
    expect(published(code, { environment: { A: 'b' } })).not.toBe(first);
    expect(published(code, { memoryMiB: 512 })).not.toBe(first);
    // Lambda refuses a new version where nothing of it is new.
    expect(published(code, { tags: { team: 'tea' } })).toBe(first);
    expect(published(code, { maxConcurrency: 5 })).toBe(first);
  });

  test('is the same in every run with placeholder code, and follows links that are added later', () => {
    const make = (later: boolean) => {
      const stack = newStack();
      const queue = new Queue(stack, 'Jobs');
      const fn = new ServerlessFunction(stack, 'Hello', { entry, warmInstances: 1 });
      if (later) fn.addLink('jobs', queue);
      return versionOf(stack)[0];
    };
    expect(make(false)).toBe(make(false));
    expect(make(true)).not.toBe(make(false));
  });
});

describe('a rollout', () => {
  const canary = { canary: { percent: 10, bake: Duration.minutes(5) } };

  test('moves the alias with CodeDeploy, and back when the new version fails', () => {
    const stack = newStack();
    new ServerlessFunction(stack, 'Hello', { entry, rollout: canary, monitoring: false });
    const version = { 'Fn::GetAtt': ['HelloCurrentVersion', 'Version'] };
    const dimensions = [
      { Name: 'ExecutedVersion', Value: version },
      { Name: 'FunctionName', Value: { Ref: 'Hello' } },
      { Name: 'Resource', Value: { 'Fn::Join': ['', [{ Ref: 'Hello' }, ':live']] } },
    ];
    const stat = (Id: string, MetricName: string) => ({
      Id,
      MetricStat: { Metric: { Dimensions: dimensions, MetricName, Namespace: 'AWS/Lambda' }, Period: 60, Stat: 'Sum' },
      ReturnData: false,
    });
    expect(
      only(
        stack,
        'AWS::CodeDeploy::Application',
        'AWS::CodeDeploy::DeploymentGroup',
        'AWS::CloudWatch::Alarm',
        'AWS::Lambda::Alias',
      ),
    ).toEqual({
      HelloAlias: {
        Type: 'AWS::Lambda::Alias',
        Properties: { FunctionName: { Ref: 'Hello' }, FunctionVersion: version, Name: 'live' },
        UpdatePolicy: {
          CodeDeployLambdaAliasUpdate: {
            ApplicationName: { Ref: 'FaastenRollouts' },
            DeploymentGroupName: { Ref: 'HelloRollout' },
          },
        },
      },
      FaastenRollouts: { Type: 'AWS::CodeDeploy::Application', Properties: { ComputePlatform: 'Lambda' } },
      HelloRolloutErrors: {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: {
          AlarmDescription: 'The new version fails: at least 1 % of its invocations in one minute, and 2 of them',
          ComparisonOperator: 'GreaterThanOrEqualToThreshold',
          EvaluationPeriods: 1,
          Metrics: [
            {
              Expression: 'IF(errors >= 2, 100 * errors / invocations, 0)',
              Id: 'expr_1',
              Label: 'Errors of the new version (%)',
              ReturnData: true,
            },
            stat('errors', 'Errors'),
            stat('invocations', 'Invocations'),
          ],
          Threshold: 1,
          TreatMissingData: 'notBreaching',
        },
      },
      HelloRollout: {
        Type: 'AWS::CodeDeploy::DeploymentGroup',
        Properties: {
          AlarmConfiguration: { Alarms: [{ Name: { Ref: 'HelloRolloutErrors' } }], Enabled: true },
          ApplicationName: { Ref: 'FaastenRollouts' },
          AutoRollbackConfiguration: {
            Enabled: true,
            Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM', 'DEPLOYMENT_STOP_ON_REQUEST'],
          },
          DeploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
          DeploymentStyle: { DeploymentOption: 'WITH_TRAFFIC_CONTROL', DeploymentType: 'BLUE_GREEN' },
          ServiceRoleArn: { 'Fn::GetAtt': ['HelloRolloutRole', 'Arn'] },
        },
      },
    });
    expect(statementsOf(stack, 'HelloRolloutRole')).toEqual([
      {
        Action: ['lambda:GetAlias', 'lambda:UpdateAlias', 'lambda:GetProvisionedConcurrencyConfig'],
        Effect: 'Allow',
        Resource: [{ 'Fn::GetAtt': ['Hello', 'Arn'] }, { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['Hello', 'Arn'] }, ':live']] }],
      },
      { Action: 'cloudwatch:DescribeAlarms', Effect: 'Allow', Resource: '*' },
    ]);
  });

  test('of a service holds for all its functions, with one application and steps of its own', () => {
    const stack = newStack();
    const service = new Service(stack, 'Shop', {
      defaults: { rollout: { linear: { percent: 25, every: Duration.minutes(4) } } },
    });
    new ServerlessFunction(service, 'A', { entry });
    new ServerlessFunction(service, 'B', { entry, rollout: { linear: { percent: 10, every: Duration.minutes(1) } } });
    const made = only(
      stack,
      'AWS::CodeDeploy::Application',
      'AWS::CodeDeploy::DeploymentGroup',
      'AWS::CodeDeploy::DeploymentConfig',
    );
    expect(Object.keys(made).sort()).toEqual(['FaastenRollouts', 'ShopARollout', 'ShopARolloutTraffic', 'ShopBRollout']);
    expect(made.ShopARolloutTraffic.Properties).toEqual({
      ComputePlatform: 'Lambda',
      TrafficRoutingConfig: { Type: 'TimeBasedLinear', TimeBasedLinear: { LinearInterval: 4, LinearPercentage: 25 } },
    });
    expect(made.ShopARollout.Properties.DeploymentConfigName).toEqual({ Ref: 'ShopARolloutTraffic' });
    expect(made.ShopBRollout.Properties.DeploymentConfigName).toBe('CodeDeployDefault.LambdaLinear10PercentEvery1Minute');
  });

  test('also watches alarms of the user and asks functions of the user', () => {
    const stack = newStack();
    const metric = new Metric({ namespace: 'Shop', metricName: 'Orders', period: CdkDuration.minutes(1) });
    const alarm = (id: string) => new Alarm(stack, id, { metric, threshold: 1, evaluationPeriods: 1 });
    const check = new ServerlessFunction(stack, 'Check', { entry });
    const fn = new ServerlessFunction(stack, 'Hello', {
      entry,
      rollout: canary,
      tuning: [AwsFunction.tune({ rollout: { alarms: [alarm('One')], beforeTraffic: AwsFunction.of(check).lambda } })],
    });
    const rollout = AwsFunction.of(fn).rollout!;
    rollout.addAlarm(alarm('Two'));
    expect(rollout.alarms.map(({ node }) => node.id)).toEqual(['Errors', 'One', 'Resource', 'Two']);
    const { HelloRollout, HelloAlias } = only(stack, 'AWS::CodeDeploy::DeploymentGroup', 'AWS::Lambda::Alias');
    expect(HelloRollout.Properties.AlarmConfiguration.Alarms).toEqual([
      { Name: { Ref: 'HelloRolloutErrors' } },
      { Name: { Ref: 'One' } },
      { Name: { Ref: 'HelloAlarmserrors' } },
      { Name: { Ref: 'Two' } },
    ]);
    expect(HelloAlias.UpdatePolicy.CodeDeployLambdaAliasUpdate.BeforeAllowTrafficHook).toEqual({ Ref: 'Check' });
    const { HelloRolloutRoleDefaultPolicy } = only(stack, 'AWS::IAM::Policy');
    expect(HelloRolloutRoleDefaultPolicy.Properties.PolicyDocument.Statement).toEqual([
      { Action: 'lambda:InvokeFunction', Effect: 'Allow', Resource: { 'Fn::GetAtt': ['Check', 'Arn'] } },
    ]);
    expect(HelloAlias.DependsOn).toEqual(['HelloRolloutRoleDefaultPolicy']);
  });

  test.each<[any, string]>([
    [{}, 'rollout is neither canary nor linear, or both'],
    [{ ...canary, linear: canary.canary }, 'rollout is neither canary nor linear, or both'],
    [{ canary: { percent: 100, bake: Duration.minutes(1) } }, 'rollout.canary.percent is 100; give a whole number from 1 to 99'],
    [
      { canary: { percent: 10, bake: Duration.seconds(90) } },
      'rollout.canary.bake is 90 seconds, and CodeDeploy counts in minutes',
    ],
    [{ canary: { percent: 10, bake: Duration.days(3) } }, 'rollout takes 4320 minutes, and CodeDeploy at most 2880'],
    [{ linear: { percent: 1, every: Duration.minutes(30) } }, 'rollout takes 2970 minutes, and CodeDeploy at most 2880'],
  ])('cannot be %j', (rollout, message) => {
    expect(errorOf(() => new ServerlessFunction(newStack(), 'Hello', { entry, rollout })).message).toContain(message);
  });
});

test('a rollout goes back from the share and number of errors that it is told', () => {
  const rollout = { canary: { percent: 10, bake: Duration.minutes(5) } };
  const make = (settings: object) => {
    const stack = newStack();
    new ServerlessFunction(stack, 'Hello', { entry, rollout, tuning: [AwsFunction.tune({ rollout: settings })] });
    return stack;
  };
  const { Metrics, Threshold } = only(make({ errorPercent: 5, minErrors: 10 }), 'AWS::CloudWatch::Alarm').HelloRolloutErrors
    .Properties;
  expect([Metrics[0].Expression, Threshold]).toEqual(['IF(errors >= 10, 100 * errors / invocations, 0)', 5]);
  expect(errorOf(() => make({ errorPercent: 0 })).message).toContain('rollout.errorPercent is 0; give more than 0');
  expect(errorOf(() => make({ minErrors: 0.5 })).message).toContain('rollout.minErrors is 0.5; give a whole number');
});

test('snap start publishes versions, where the runtime has it', () => {
  const stack = newStack();
  const tuning = [AwsFunction.tune({ snapStart: SnapStartConf.ON_PUBLISHED_VERSIONS })];
  const code = { directory: __dirname, handler: 'app.main', runtime: 'python3.13' };
  const fn = new ServerlessFunction(stack, 'Hello', { code, tuning });
  expect(resourcesOf(stack).Hello!.Properties.SnapStart).toEqual({ ApplyOn: 'PublishedVersions' });
  expect(AwsFunction.of(fn).alias!.aliasName).toBe('live');
  expect(AwsFunction.of(fn).lambda).toBeInstanceOf(LambdaFunction);
});
