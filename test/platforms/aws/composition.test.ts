/** A service inside of what CDK users have around it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  App,
  type AppProps,
  Aspects,
  BootstraplessSynthesizer,
  CfnResource,
  CliCredentialsStackSynthesizer,
  DefaultStackSynthesizer,
  type IStackSynthesizer,
  aws_iam as iam,
  LegacyStackSynthesizer,
  NestedStack,
  Stack,
  type StackProps,
  Stage,
  aws_s3 as s3,
  aws_sqs as sqs,
  Tags,
} from 'aws-cdk-lib';
import { HttpApi as CdkHttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api';
import { CodePipeline, CodePipelineSource, ShellStep } from 'aws-cdk-lib/pipelines';
import type { Construct } from 'constructs';
import { describe, expect, test } from 'vitest';
import { Shop } from '../../../bin/shop/shop.js';
import { Bucket, HttpApi, Queue, ServerlessFunction, Service } from '../../../lib/index.js';
import { AwsFunction, AwsService } from '../../../lib/platforms/aws/index.js';
import { withoutBundling } from '../../../lib/testing/index.js';
import { cdkRules } from '../../engines/cloudformation.js';
import { entry, errorOf } from './template.js';

const newApp = (props: AppProps = {}) => withoutBundling(new App(props));

function templateOf(stack: Stack): any {
  const stage = Stage.of(stack)!;
  return JSON.parse(readFileSync(join(stage.synth().directory, stack.templateFile), 'utf8'));
}

const resourcesOf = (stack: Stack, type: string): any[] =>
  Object.values<any>(templateOf(stack).Resources).filter(({ Type }) => Type === type);

/** A service with every joint: calls in a circle, a queue, routes. Its functions are in nested stacks where asked for. */
class Joints extends Service {
  readonly first: ServerlessFunction;

  constructor(scope: Construct, id: string, nestedStacks = 0) {
    super(scope, id, { tuning: [AwsService.tune({ nestedStacks })] });
    const jobs = new Queue(this, 'Jobs');
    this.first = new ServerlessFunction(this, 'First', { entry, triggers: { Jobs: jobs.messages() } });
    const second = new ServerlessFunction(this, 'Second', { entry, links: { jobs, first: this.first } });
    this.first.addLink('second', second);
    new HttpApi(this, 'Api', { routes: { 'GET /': second } });
  }
}

describe('a function in a larger app', () => {
  test('uses its VPC, queue, bucket, table and API', () => {
    const stack = new Stack(newApp(), 'shop');
    const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2, restrictDefaultSecurityGroup: false });
    const queue = new sqs.Queue(stack, 'Queue');
    const bucket = new s3.Bucket(stack, 'Bucket');
    const table = new TableV2(stack, 'Table', { partitionKey: { name: 'id', type: AttributeType.STRING } });
    const api = new CdkHttpApi(stack, 'Theirs');
    const service = new Service(stack, 'Shop', { tuning: [AwsService.tune({ nestedStacks: 2 })] });
    const fn = new ServerlessFunction(service, 'Hello', {
      entry,
      tuning: [AwsFunction.tune({ vpc, vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS }, nestedStack: false })],
    });
    const { lambda } = AwsFunction.of(fn);
    table.grantReadData(lambda);
    bucket.grantRead(lambda);
    queue.grantSendMessages(lambda);
    lambda.addEventSource(new SqsEventSource(queue));
    api.addRoutes({ path: '/hello', integration: new HttpLambdaIntegration('Hello', lambda) });
    fn.addEnvironment('TABLE', table.tableName);
    expect(cdkRules(templateOf(stack))).toEqual([]);
    expect(resourcesOf(stack, 'AWS::Lambda::Function')[0].Properties.VpcConfig.SubnetIds).toHaveLength(2);
    expect(resourcesOf(stack, 'AWS::Lambda::EventSourceMapping')).toHaveLength(1);
  });

  test('has its Aspects, tags and permission boundary, in nested stacks too', () => {
    const app = newApp();
    const joints = new Joints(new Stack(app, 'shop'), 'Shop', 2);
    const seen: string[] = [];
    Aspects.of(app).add({ visit: (node) => void (CfnResource.isCfnResource(node) && seen.push(node.node.path)) });
    Tags.of(app).add('owner', 'tea');
    iam.PermissionsBoundary.of(app).apply(iam.ManagedPolicy.fromAwsManagedPolicyName('PowerUserAccess'));
    const stacks = app.node.findAll().filter((each): each is Stack => Stack.isStack(each));
    const roles = stacks.flatMap((stack) => resourcesOf(stack, 'AWS::IAM::Role'));
    const functions = stacks.flatMap((stack) => resourcesOf(stack, 'AWS::Lambda::Function'));
    expect(functions).toHaveLength(2);
    expect(roles.length).toBeGreaterThanOrEqual(2);
    for (const { Properties } of roles)
      expect(Properties.PermissionsBoundary['Fn::Join'][1]).toContain(':iam::aws:policy/PowerUserAccess');
    for (const { Properties } of [...roles, ...functions]) expect(Properties.Tags).toContainEqual({ Key: 'owner', Value: 'tea' });
    expect(seen).toContain(AwsFunction.of(joints.first).lambda.node.defaultChild!.node.path);
  });

  test('depends on what its construct depends on, and the other way round', () => {
    const stack = new Stack(newApp(), 'shop');
    const fn = new ServerlessFunction(stack, 'Hello', { entry });
    const before = new CfnResource(stack, 'Before', { type: 'AWS::SNS::Topic' });
    const after = new CfnResource(stack, 'After', { type: 'AWS::SNS::Topic' });
    fn.node.addDependency(before);
    after.node.addDependency(fn);
    const { Resources } = templateOf(stack);
    const [[id, lambda]] = Object.entries<any>(Resources).filter(([, { Type }]) => Type === 'AWS::Lambda::Function') as any;
    expect(lambda.DependsOn).toContain('Before');
    expect(Resources.After.DependsOn).toContain(id);
  });
});

describe('stages and pipelines', () => {
  const europe = { account: '123456789012', region: 'eu-west-1' };

  test('each stage has the same resources under the same ids', () => {
    const app = newApp();
    const made = ['Test', 'Production'].map((id) => {
      const stack = new Stack(new Stage(app, id, { env: europe }), 'shop');
      new Joints(stack, 'Shop', 2);
      return stack;
    });
    app.synth();
    const [test, production] = made.map((stack) => Object.keys(templateOf(stack).Resources));
    expect(test).toEqual(production);
    // Fixed names do differ: both stages may be in one account.
    const names = made.flatMap((stack) =>
      stack.node
        .findAll()
        .filter((each): each is Stack => Stack.isStack(each))
        .flatMap((each) => resourcesOf(each, 'AWS::Lambda::Function')),
    );
    expect(new Set(names.map(({ Properties }) => Properties.FunctionName)).size).toBe(4);
  });

  test('CDK Pipelines deploys a stage, with the code of its functions as assets', () => {
    const app = newApp();
    const pipelineStack = new Stack(app, 'pipeline', { env: europe });
    const pipeline = new CodePipeline(pipelineStack, 'Pipeline', {
      synth: new ShellStep('Synth', {
        input: CodePipelineSource.s3(s3.Bucket.fromBucketName(pipelineStack, 'Source', 'sources'), 'shop.zip'),
        commands: ['npx cdk synth'],
      }),
    });
    const stage = new Stage(app, 'Production', { env: europe });
    new Joints(new Stack(stage, 'shop'), 'Shop', 1);
    pipeline.addStage(stage);
    const stages = resourcesOf(pipelineStack, 'AWS::CodePipeline::Pipeline')[0].Properties.Stages;
    expect(stages.map(({ Name }: any) => Name)).toEqual(['Source', 'Build', 'UpdatePipeline', 'Assets', 'Production']);
    // The placeholder that all functions share here, and the nested stack's template.
    expect(stages[3].Actions).toHaveLength(2);
  });
});

describe('references between stacks', () => {
  const stackIn = (app: App, id: string, props: StackProps = {}) => new Stack(app, id, props);

  test('links, triggers and routes reach across stacks of one environment', () => {
    const app = newApp();
    const data = stackIn(app, 'data');
    const jobs = new Queue(data, 'Jobs');
    const compute = stackIn(app, 'compute');
    const fn = new ServerlessFunction(compute, 'Work', { entry, links: { jobs }, triggers: { Jobs: jobs.messages() } });
    const front = stackIn(app, 'front');
    new HttpApi(front, 'Api', { routes: { 'GET /': fn } });
    app.synth();
    expect(compute.dependencies).toEqual([data]);
    expect(front.dependencies).toEqual([compute]);
    for (const stack of [data, compute, front]) expect(cdkRules(templateOf(stack))).toEqual([]);
  });

  test('functions in nested stacks of one stack are reached from another', () => {
    const app = newApp();
    const joints = new Joints(stackIn(app, 'compute'), 'Shop', 2);
    const front = stackIn(app, 'front');
    new HttpApi(front, 'Api', { routes: { 'GET /': joints.first } });
    new ServerlessFunction(front, 'Caller', { entry, links: { first: joints.first } });
    app.synth();
    expect(front.dependencies.map(({ node }) => node.path)).toEqual(['compute']);
    expect(cdkRules(templateOf(front))).toEqual([]);
  });

  test.each([
    ['region', { account: '123456789012', region: 'us-east-1' }],
    ['account', { account: '210987654321', region: 'eu-west-1' }],
  ])('into another %s they are refused at the line that makes them', (property, env) => {
    const app = newApp();
    const jobs = new Queue(stackIn(app, 'data', { env }), 'Jobs');
    const photos = new Bucket(stackIn(app, 'photos', { env }), 'Photos');
    const here = stackIn(app, 'compute', { env: { account: '123456789012', region: 'eu-west-1' } });
    const fn = new ServerlessFunction(here, 'Work', { entry });
    const api = new HttpApi(stackIn(app, 'front', { env }), 'Api');
    for (const run of [
      () => fn.addLink('jobs', jobs),
      () => fn.addTrigger('Jobs', jobs.messages()),
      () => fn.addLink('photos', photos.readOnly()),
      () => api.addRoute('GET /', fn),
    ]) {
      const error = errorOf(run);
      expect(error.code).toBe('places-apart');
      expect(error.message).toMatch(
        new RegExp(`cannot work with .*: they are in the ${property}s .*; put both into one, or reach`),
      );
    }
  });

  test('an environment that is known late may be the same', () => {
    const app = newApp();
    const jobs = new Queue(stackIn(app, 'data'), 'Jobs');
    const here = stackIn(app, 'compute', { env: { region: 'eu-west-1' } });
    expect(() => new ServerlessFunction(here, 'Work', { entry, links: { jobs } })).not.toThrow();
  });
});

describe('names and settings of stacks', () => {
  test('two services of one class live in one stack', () => {
    const stack = new Stack(newApp(), 'shop');
    new Shop(stack, 'Tea');
    new Shop(stack, 'Coffee');
    const counts = (start: string) => Object.keys(templateOf(stack).Resources).filter((id) => id.startsWith(start)).length;
    expect(counts('Tea')).toBe(counts('Coffee'));
    expect(counts('Tea')).toBeGreaterThan(50);
    expect(cdkRules(templateOf(stack))).toEqual([]);
  });

  test.each<[string, StackProps]>([
    ['agnostic', {}],
    ['concrete', { env: { account: '123456789012', region: 'eu-west-1' }, stackName: 'tea-shop' }],
    ['half', { env: { region: 'eu-west-1' } }],
  ])('an environment may be %s', (_, props) => {
    const stack = new Stack(newApp(), 'shop', props);
    new Joints(stack, 'Shop');
    expect(cdkRules(templateOf(stack))).toEqual([]);
    const [{ Properties }] = resourcesOf(stack, 'AWS::Lambda::Function');
    expect(Properties.FunctionName).toMatch(
      props.stackName ? /^tea-shop-shop-first-[0-9a-f]{8}$/ : /^shop-shop-first-[0-9a-f]{8}$/,
    );
  });

  test('a service may be in a nested stack, whose name is known late', () => {
    const nested = new NestedStack(new Stack(newApp(), 'shop'), 'Inner');
    new Joints(nested, 'Shop', 2);
    expect(cdkRules(templateOf(nested))).toEqual([]);
    expect(nested.node.tryFindChild('Shop')!.node.children.filter((each) => Stack.isStack(each)).length).toBeGreaterThan(0);
  });

  test('termination protection is the stack’s', () => {
    const app = newApp();
    new Joints(new Stack(app, 'shop', { terminationProtection: true }), 'Shop', 1);
    expect(app.synth().getStackByName('shop').terminationProtection).toBe(true);
  });

  /** Those that are switches; the others name things. */
  const OFF = Object.fromEntries(
    Object.entries(CURRENTLY_RECOMMENDED_FLAGS).flatMap(([flag, value]) => (value === true ? [[flag, false]] : [])),
  );
  test.each<[string, Record<string, unknown>]>([
    ['on', CURRENTLY_RECOMMENDED_FLAGS],
    ['off', OFF],
  ])('all feature flags may be %s', (_, context) => {
    for (const nestedStacks of [0, 2]) {
      const stack = new Stack(newApp({ context }), 'shop');
      new Shop(stack, 'Shop');
      new Joints(stack, 'Joints', nestedStacks);
      expect(cdkRules(templateOf(stack))).toEqual([]);
    }
  });

  test.each<[string, () => IStackSynthesizer]>([
    ['DefaultStackSynthesizer with a qualifier', () => new DefaultStackSynthesizer({ qualifier: 'tea' })],
    ['CliCredentialsStackSynthesizer', () => new CliCredentialsStackSynthesizer()],
    ['LegacyStackSynthesizer', () => new LegacyStackSynthesizer()],
  ])('%s deploys code and nested stacks', (_, synthesizer) => {
    const stack = new Stack(newApp(), 'shop', { synthesizer: synthesizer() });
    new Joints(stack, 'Shop', 1);
    // The old synthesizer makes three parameters for each asset, and uses two.
    expect(cdkRules(templateOf(stack)).filter(({ rule, path }) => !(rule === 'W2001' && path.includes('ArtifactHash')))).toEqual(
      [],
    );
    expect(resourcesOf(stack, 'AWS::CloudFormation::Stack')).toHaveLength(1);
  });

  test('BootstraplessSynthesizer is refused, with the function and what to do', () => {
    const stack = new Stack(newApp(), 'shop', { synthesizer: new BootstraplessSynthesizer() });
    new ServerlessFunction(stack, 'Hello', { entry });
    expect(() => templateOf(stack)).toThrow(
      /function 'shop\/Hello': its stack takes no code: .*; give the stack a synthesizer that takes file assets, such as DefaultStackSynthesizer/s,
    );
  });
});

test('construct ids, on which logical ids depend: what `cdk import` and `cdk refactor` go by', () => {
  const stack = new Stack(newApp(), 'shop');
  new Joints(stack, 'Shop');
  const ids = stack.node
    .findAll()
    .filter(CfnResource.isCfnResource)
    .filter(({ cfnResourceType }) => !cfnResourceType.startsWith('AWS::CloudWatch::')) // monitoring has tests of its own
    .map((resource) => `${resource.node.path} ${stack.resolve(resource.logicalId)}`);
  expect(ids).toMatchInlineSnapshot(`
    [
      "shop/Shop/Jobs/DeadLetters/Resource ShopJobsDeadLetters4168D55D",
      "shop/Shop/Jobs/DeadLetters/Policy/Resource ShopJobsDeadLettersPolicy2B3CED28",
      "shop/Shop/Jobs/Resource/Resource ShopJobs740C445B",
      "shop/Shop/Jobs/Resource/Policy/Resource ShopJobsPolicyE319DC9E",
      "shop/Shop/First/Logs/Resource ShopFirstLogsC0D07CBE",
      "shop/Shop/First/Role/Resource ShopFirstRoleE5B5010B",
      "shop/Shop/First/Resource/Resource ShopFirst8CFB651F",
      "shop/Shop/First/Triggers/Jobs/Resource ShopFirstTriggersJobs83B14996",
      "shop/Shop/First/DeadLetters/Resource ShopFirstDeadLetters595F9F16",
      "shop/Shop/First/DeadLetters/Policy/Resource ShopFirstDeadLettersPolicy16248978",
      "shop/Shop/First/AsyncInvocation ShopFirstAsyncInvocation68109A6B",
      "shop/Shop/Second/Logs/Resource ShopSecondLogs661E35B4",
      "shop/Shop/Second/Role/Resource ShopSecondRoleD91A20A7",
      "shop/Shop/Second/Resource/Resource ShopSecond5AB210E4",
      "shop/Shop/Second/DeadLetters/Resource ShopSecondDeadLetters687DFEF4",
      "shop/Shop/Second/DeadLetters/Policy/Resource ShopSecondDeadLettersPolicy66716163",
      "shop/Shop/Second/AsyncInvocation ShopSecondAsyncInvocation02CCFF53",
      "shop/Shop/Api/Resource/Resource ShopApiD86F6552",
      "shop/Shop/Api/Resource/DefaultStage/Resource ShopApiDefaultStage5DBA044F",
      "shop/Shop/Api/AccessLogs/Resource ShopApiAccessLogs27C2DAD5",
      "shop/Shop/Api/Integrations/Second/Resource ShopApiIntegrationsSecondFCB7B966",
      "shop/Shop/Api/Integrations/Second/Permission ShopApiIntegrationsSecondPermission8C1C28A9",
      "shop/Shop/Api/GET/Resource ShopApiGET922C84B3",
    ]
  `);
});
