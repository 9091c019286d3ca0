import { App, Stack, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api';
import { beforeAll, describe, expect, test } from 'vitest';
import { Shop } from '../../../bin/shop/shop.js';
import { ServerlessFunction, Service } from '../../../lib/index.js';
import { AwsApi, AwsBucket } from '../../../lib/platforms/aws/index.js';
import { synthesize, withoutBundling } from '../../../lib/testing/index.js';
import { available, cdkNag, cdkRules, cfnLint } from '../../engines/cloudformation.js';
import { missing } from '../../engines/engine.js';
import { entry, newStack } from './template.js';

function shop(): Stack {
  const stack = newStack();
  new Shop(stack, 'Shop');
  return stack;
}

test('what the shop becomes', () => {
  const types = Object.values<any>((synthesize(shop()) as any).Resources).map(({ Type }) => Type);
  const counts = Object.fromEntries(
    [...new Set(types)].sort().map((type) => [type, types.filter((each) => each === type).length]),
  );
  expect(counts).toEqual({
    'AWS::ApiGatewayV2::Api': 1,
    'AWS::ApiGatewayV2::Integration': 5, // one for each function that answers routes
    'AWS::ApiGatewayV2::Route': 5,
    'AWS::ApiGatewayV2::Stage': 1, // $default
    'AWS::CloudWatch::Alarm': 49,
    'AWS::CloudWatch::Dashboard': 1,
    'AWS::Events::Rule': 1, // objects of Photos, for Thumbnail
    'AWS::IAM::Role': 11, // one for each function, one for the schedule
    'AWS::Lambda::EventInvokeConfig': 4, // Charge, Notify, NightlyReport, Thumbnail: nobody waits for them
    'AWS::Lambda::EventSourceMapping': 1, // Orders, for Fulfil
    'AWS::Lambda::Function': 10,
    'AWS::Lambda::Permission': 7, // the five of the API, the topic, the rule
    'AWS::Logs::LogGroup': 11, // one for each function, the API's access log
    'AWS::S3::Bucket': 2,
    'AWS::S3::BucketPolicy': 2, // no plain HTTP
    'AWS::SNS::Subscription': 1,
    'AWS::SNS::Topic': 1,
    'AWS::SNS::TopicPolicy': 1,
    'AWS::SQS::Queue': 6, // Orders, and five for dead letters
    'AWS::SQS::QueuePolicy': 6,
    'AWS::Scheduler::Schedule': 1,
  });
});

test('two syntheses are equal', () => {
  expect(synthesize(shop())).toEqual(synthesize(shop()));
});

test('the only wildcard in permissions is the objects of a bucket', () => {
  const statements = Object.values<any>((synthesize(shop()) as any).Resources)
    .filter(({ Type }) => Type === 'AWS::IAM::Role')
    .flatMap(({ Properties }) => Properties.Policies)
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  expect(statements.length).toBeGreaterThan(20);
  const wild = statements.filter((statement) => JSON.stringify([statement.Action, statement.Resource]).includes('*'));
  expect(wild.length).toBe(7);
  for (const { Action, Resource } of wild) {
    expect([Action].flat().every((action: string) => action.startsWith('s3:') && action.endsWith('Object'))).toBe(true);
    expect(Resource['Fn::Join'][1]).toEqual([{ 'Fn::GetAtt': [expect.stringMatching(/^Shop(Data|Photos)/), 'Arn'] }, '/*']);
  }
});

describe('judged by others', () => {
  test('the CDK’s own rules find nothing', () => {
    expect(cdkRules(synthesize(shop()))).toEqual([]);
  });

  test('nor under the feature flags that `cdk init` sets today, which change no kind of resource', () => {
    expect(Object.keys(CURRENTLY_RECOMMENDED_FLAGS).length).toBeGreaterThan(50);
    const stack = new Stack(new App({ context: CURRENTLY_RECOMMENDED_FLAGS }), 'shop');
    new Shop(stack, 'Shop');
    const template = synthesize(stack);
    const types = (of: object) => Object.values<any>((of as any).Resources).map(({ Type }) => Type);
    expect(types(template).sort()).toEqual(types(synthesize(shop())).sort());
    expect(cdkRules(template)).toEqual([]);
  });

  test.skipIf(missing('cfn-lint', available()))('cfn-lint finds nothing but a DependsOn that the CDK always writes', () => {
    expect(cfnLint(synthesize(shop())).filter(({ rule }) => rule !== 'W3005')).toEqual([]);
  });

  /** What the packs want and AWS does not have, or what they take for missing although it is there. */
  const FORCED: Record<string, string> = {
    'AwsSolutions-SQS3': 'the rule knows redrive policies only; these queues are failure destinations of functions',
    'Serverless-SQSRedrivePolicy': 'dead-letter queues, which have no dead letters of their own',
    'Serverless-LambdaDLQ': 'functions which are invoked asynchronously have a failure destination, which says more than a DLQ',
    'Serverless-LambdaEventSourceMappingDestination': 'mappings of SQS cannot have one; the queue has its own dead-letter queue',
  };
  /** What only the owner of an app can decide, and has decided for this one. */
  const DECIDED: Record<string, string> = {
    'AwsSolutions-APIG4': 'the shop is public',
    'Serverless-LambdaTracing': 'traces are paid for by the piece; AwsFunction.tune({ tracing }) turns them on',
  };

  /** The shop as the owner of an account would place it: logs of buckets and limits of APIs are settings, not code. */
  function placed(): App {
    const app = withoutBundling(new App());
    const stack = new Stack(app, 'shop');
    const logs = new Bucket(new Stack(app, 'logs'), 'Logs', { enforceSSL: true });
    Validations.of(logs).acknowledge({ id: 'AwsSolutions-S1', reason: 'it is where the logs go' });
    const tuning = [
      AwsBucket.tune({ serverAccessLogsBucket: logs }),
      AwsApi.tune({ throttle: { rateLimit: 100, burstLimit: 50 } }),
    ];
    new Shop(new Service(stack, 'Team', { tuning }), 'Shop');
    return app;
  }

  test('cdk-nag finds nothing but what AWS forces and what the owner has decided', () => {
    const findings = cdkNag(placed()).filter(({ rule }) => !(rule in FORCED) && !(rule in DECIDED));
    const wildcards = findings.filter(({ rule }) => /^AwsSolutions-IAM5\[Resource::<.*\.Arn>\/\*\]$/.test(rule));
    expect(wildcards).toHaveLength(7);
    expect(findings.filter((finding) => !wildcards.includes(finding))).toEqual([]);
  });

  test('what is accepted above is really found: no reason outlives its finding', () => {
    const rules = new Set(cdkNag(placed()).map(({ rule }) => rule));
    const accepted = [...Object.keys(FORCED), ...Object.keys(DECIDED)];
    expect(accepted.filter((rule) => !rules.has(rule))).toEqual([]);
  });
});

describe('a hundred functions', () => {
  let stack: Stack;
  beforeAll(() => {
    const app = withoutBundling(new App());
    stack = new Stack(app, 'many');
    for (let index = 0; index < 100; index++) new ServerlessFunction(stack, `Function${index}`, { entry, monitoring: false });
  });

  test('are a template within a second', () => {
    const start = process.cpuUsage();
    const template = Template.fromStack(stack);
    const { user, system } = process.cpuUsage(start);
    template.resourceCountIs('AWS::Lambda::Function', 100);
    // Time of this process, and not of the clock: other tests run beside it.
    expect((user + system) / 1e6).toBeLessThan(1);
  });
});
