import { runInNewContext } from 'node:vm';
import type { App, Stack } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { expect, test } from 'vitest';
import { AlertChannel, Secret, ServerlessFunction, Service } from '../../../../lib/index.js';
import { AwsAlarm, AwsAlertChannel } from '../../../../lib/platforms/aws/index.js';
import { withoutBundling } from '../../../../lib/testing/index.js';
import { judge } from '../../../engines/cloudformation.js';
import { allResourcesOf, entry, errorOf, newStack } from '../template.js';

const CHANGES = { $or: [{ NewStateValue: ['ALARM'] }, { OldStateValue: ['ALARM'] }] };

test('an address is a topic with a subscription, to which alarms of the account may publish', () => {
  const stack = newStack();
  new AlertChannel(stack, 'Team', { email: 'team@shop.example' });
  const { TeamPolicy, ...rest } = allResourcesOf(stack);
  expect(rest).toEqual({
    Team: { Type: 'AWS::SNS::Topic' },
    TeamEmailteamshopexample: {
      Type: 'AWS::SNS::Subscription',
      Properties: {
        Endpoint: 'team@shop.example',
        FilterPolicy: CHANGES,
        FilterPolicyScope: 'MessageBody',
        Protocol: 'email',
        TopicArn: { Ref: 'Team' },
      },
    },
  });
  expect(TeamPolicy!.Properties.PolicyDocument.Statement[1]).toEqual({
    Sid: '1',
    Action: 'sns:Publish',
    Condition: {
      ArnLike: {
        'aws:SourceArn': {
          'Fn::Join': [
            '',
            [
              'arn:',
              { Ref: 'AWS::Partition' },
              ':cloudwatch:',
              { Ref: 'AWS::Region' },
              ':',
              { Ref: 'AWS::AccountId' },
              ':alarm:*',
            ],
          ],
        },
      },
      StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
    },
    Effect: 'Allow',
    Principal: { Service: 'cloudwatch.amazonaws.com' },
    Resource: { Ref: 'Team' },
  });
});

test('alarms tell the channels of their severity, those that were added later too, and what the user adds', () => {
  const stack = newStack();
  const service = new Service(stack, 'Shop');
  const fn = new ServerlessFunction(service, 'Hello', { entry });
  service.addAlertChannel(new AlertChannel(stack, 'Pager', { email: 'pager@shop.example' }), ['page']);
  service.addAlertChannel(new AlertChannel(stack, 'Team', { email: 'team@shop.example' }));
  const own = new Topic(stack, 'Own');
  AwsAlarm.of(fn, 'errors').addAlarmAction({ bind: () => ({ alarmActionArn: own.topicArn }) });
  const { ShopHelloAlarmserrors, ShopHelloAlarmsduration } = allResourcesOf(stack);
  expect(ShopHelloAlarmserrors!.Properties.AlarmActions).toEqual([{ Ref: 'Own' }, { Ref: 'Pager' }, { Ref: 'Team' }]);
  expect(ShopHelloAlarmserrors!.Properties.OKActions).toEqual([{ Ref: 'Pager' }, { Ref: 'Team' }]);
  expect(ShopHelloAlarmsduration!.Properties.AlarmActions).toEqual([{ Ref: 'Team' }]);
});

test('no alarm has more actions than CloudWatch takes', () => {
  const stack = newStack();
  const channels = [1, 2, 3, 4, 5, 6].map((index) => new AlertChannel(stack, `C${index}`, { email: `c${index}@shop.example` }));
  new ServerlessFunction(stack, 'Hello', { entry, monitoring: { channels } });
  expect(() => allResourcesOf(stack)).toThrow(/alarm 'shop\/Hello': it has 6 actions, and CloudWatch takes 5/);
});

test('a topic that exists is told as it is', () => {
  const stack = newStack();
  const topic = Topic.fromTopicArn(stack, 'Existing', 'arn:aws:sns:eu-west-1:123456789012:alarms');
  const channel = new AlertChannel(stack, 'Team', { existing: AwsAlertChannel.from(topic) });
  new ServerlessFunction(stack, 'Hello', { entry, monitoring: { channels: [channel] } });
  const { HelloAlarmserrors, ...rest } = allResourcesOf(stack);
  expect(HelloAlarmserrors!.Properties.AlarmActions).toEqual(['arn:aws:sns:eu-west-1:123456789012:alarms']);
  expect(HelloAlarmserrors!.Properties.OKActions).toBeUndefined();
  expect(Object.values(rest).map(({ Type }) => Type)).not.toContain('AWS::SNS::Topic');
  expect(AwsAlertChannel.of(channel).topics).toEqual([topic]);
});

test('Slack is told through Amazon Q, whose role may do nothing', () => {
  const stack = newStack();
  new AlertChannel(stack, 'Team', { slack: { workspaceId: 'T0123456789', channelId: 'C0123456789' } });
  const { TeamSlackChannel, TeamSlackRole } = allResourcesOf(stack);
  expect(TeamSlackChannel!.Properties).toEqual({
    ConfigurationName: expect.stringMatching(/^[\w-]+$/),
    GuardrailPolicies: [{ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::aws:policy/AWSDenyAll']] }],
    IamRoleArn: { 'Fn::GetAtt': ['TeamSlackRole', 'Arn'] },
    LoggingLevel: 'ERROR',
    SlackChannelId: 'C0123456789',
    SlackWorkspaceId: 'T0123456789',
    SnsTopicArns: [{ Ref: 'TeamSlack' }],
  });
  expect(Object.keys(TeamSlackRole!.Properties)).toEqual(['AssumeRolePolicyDocument']);
  const wrong = () => new AlertChannel(newStack(), 'Team', { slack: { channel: '#alerts' } });
  expect(errorOf(wrong).message).toMatch(
    /alert channel 'shop\/Team': slack has no workspaceId, by which AWS knows it; give it as/,
  );
});

/** Runs the code of a channel's function in a world whose secrets and servers are ours. */
async function notify(stack: Stack, alarm: object, answers = 202) {
  const [fn] = Object.values(allResourcesOf(stack)).filter(({ Type }) => Type === 'AWS::Lambda::Function');
  const { Code, Environment } = fn!.Properties;
  const requests: { url: string; authorization: string | null; body: any }[] = [];
  const secrets: object[] = [];
  const context = {
    process: { env: Environment.Variables },
    exports: {} as { handler(event: object): Promise<void> },
    URL,
    AbortSignal,
    fetch: async (url: string, init: RequestInit) => {
      const request = new Request(url, init);
      requests.push({ url, authorization: request.headers.get('authorization'), body: await request.json() });
      return new Response(null, { status: answers });
    },
    require: (name: string) => {
      expect(name).toBe('@aws-sdk/client-secrets-manager');
      return {
        SecretsManagerClient: class {
          send({ input }: { input: object }) {
            secrets.push(input);
            return Promise.resolve({ SecretString: '{"key":"the-key"}' });
          }
        },
        GetSecretValueCommand: class {
          constructor(readonly input: object) {}
        },
      };
    },
  };
  runInNewContext(Code.ZipFile, context);
  await context.exports.handler({ Records: [{ Sns: { Message: JSON.stringify(alarm) } }] });
  return { requests, secrets };
}

const ALARM = {
  AlarmName: 'shop-Hello-errors',
  AlarmArn: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:shop-Hello-errors',
  AlarmDescription: 'Errors > 5 %. Severity: page. Runbook: https://wiki.example',
  NewStateValue: 'ALARM',
  OldStateValue: 'OK',
  NewStateReason: 'Threshold Crossed',
};

function posting(): Stack {
  const stack = newStack();
  new AlertChannel(stack, 'OnCall', {
    webhook: { url: 'https://hooks.shop.example/alarms', token: Secret.fromName('hook', { field: 'key' }) },
    pagerDuty: { integrationKey: Secret.fromName('pager', { field: 'key' }) },
  });
  return stack;
}

test('webhooks and PagerDuty are told by a function, which reads their secrets', async () => {
  const { requests, secrets } = await notify(posting(), ALARM);
  expect(requests).toEqual([
    { url: 'https://hooks.shop.example/alarms', authorization: 'Bearer the-key', body: ALARM },
    {
      url: 'https://events.pagerduty.com/v2/enqueue',
      authorization: null,
      body: {
        routing_key: 'the-key',
        dedup_key: ALARM.AlarmArn,
        event_action: 'trigger',
        payload: {
          summary: `${ALARM.AlarmName}: ${ALARM.AlarmDescription}`,
          source: ALARM.AlarmArn,
          severity: 'critical',
          custom_details: { reason: 'Threshold Crossed' },
        },
      },
    },
  ]);
  expect(secrets).toEqual([{ SecretId: 'hook' }, { SecretId: 'pager' }]);
  const ended = await notify(posting(), { ...ALARM, NewStateValue: 'OK', OldStateValue: 'ALARM' });
  expect(ended.requests[1]!.body).toMatchObject({ event_action: 'resolve', dedup_key: ALARM.AlarmArn });
  await expect(notify(posting(), ALARM, 500)).rejects.toThrow(
    'hooks.shop.example answered 500, events.pagerduty.com answered 500',
  );
});

test('what posts may read its secrets, and no value of one is in the template', () => {
  const stack = posting();
  const all = allResourcesOf(stack);
  const secret = (name: string) => ({
    Action: 'secretsmanager:GetSecretValue',
    Effect: 'Allow',
    Resource: {
      'Fn::Join': [
        '',
        [
          'arn:',
          { Ref: 'AWS::Partition' },
          ':secretsmanager:',
          { Ref: 'AWS::Region' },
          ':',
          { Ref: 'AWS::AccountId' },
          `:secret:${name}-??????`,
        ],
      ],
    },
  });
  expect(all.OnCallNotifierRole!.Properties.Policies[0].PolicyDocument.Statement.slice(2)).toEqual([
    secret('hook'),
    secret('pager'),
  ]);
  expect(JSON.parse(all.OnCallNotifier!.Properties.Environment.Variables.TARGETS)).toEqual({
    webhooks: [{ url: 'https://hooks.shop.example/alarms', token: { name: 'hook', field: 'key' } }],
    pagerDuty: { name: 'pager', field: 'key' },
  });
  expect(Buffer.byteLength(all.OnCallNotifier!.Properties.Code.ZipFile)).toBeLessThan(4096);
});

test('equal silences of a stack are one rule, and a hundred alarms fill it', () => {
  const stack = newStack();
  const night = { from: '22:00', to: '06:00', timeZone: 'Europe/Berlin' } as const;
  const weekend = { days: ['sun', 'sat'], from: '00:00', to: '23:59' } as const;
  const service = new Service(stack, 'Shop', { monitoring: { silences: [night, weekend] } });
  for (let index = 0; index < 26; index++) new ServerlessFunction(service, `F${index}`, { entry });
  const rules = Object.values(allResourcesOf(stack)).filter(({ Type }) => Type === 'AWS::CloudWatch::AlarmMuteRule');
  expect(rules.map(({ Properties }) => [Properties.Rule.Schedule, Properties.MuteTargets.AlarmNames.length])).toEqual([
    [{ Expression: 'cron(0 22 * * *)', Duration: 'PT480M', Timezone: 'Europe/Berlin' }, 100],
    [{ Expression: 'cron(0 0 * * SUN,SAT)', Duration: 'PT1439M', Timezone: 'UTC' }, 100],
    [{ Expression: 'cron(0 22 * * *)', Duration: 'PT480M', Timezone: 'Europe/Berlin' }, 4],
    [{ Expression: 'cron(0 0 * * SUN,SAT)', Duration: 'PT1439M', Timezone: 'UTC' }, 4],
  ]);
});

test('the judges find nothing in a service that is watched in every way', () => {
  const stack = posting();
  withoutBundling(stack.node.root);
  const channel = new AlertChannel(stack, 'All', {
    email: 'team@shop.example',
    slack: { workspaceId: 'T0123456789', channelId: 'C0123456789' },
  });
  const service = new Service(stack, 'Shop', {
    slo: { availability: 99.9 },
    monitoring: { channels: [channel], silences: [{ from: '22:00', to: '06:00' }] },
  });
  new ServerlessFunction(service, 'Hello', { entry });
  const accepted = [
    'W3005', // the CDK's own
    'AwsSolutions-SQS3', // of dead-letter queues themselves
    'Serverless-SQSRedrivePolicy',
    'Serverless-LambdaDLQ', // a failure destination, or nothing that is not waited for
    'Serverless-LambdaTracing',
    'Serverless-SNSRedrivePolicy', // of addresses
  ];
  expect(judge(stack.node.root as App).filter(({ rule }) => !accepted.includes(rule))).toEqual([]);
});
