import type { Stack } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { Duration, HttpApi, Queue, Schedule, ServerlessFunction, Service } from '../../../../lib/index.js';
import { AwsApi, AwsFunction } from '../../../../lib/platforms/aws/index.js';
import { alarmTable } from '../../../../lib/testing/index.js';
import { allResourcesOf, entry, errorOf, newStack } from '../template.js';

const alarmsOf = (stack: Stack) =>
  Object.fromEntries(Object.entries(allResourcesOf(stack)).filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm'));
const functionName = [{ Name: 'FunctionName', Value: { Ref: 'Hello' } }];
const stat = (Id: string, Namespace: string, MetricName: string, Dimensions: object[], Period = 300) => ({
  Id,
  MetricStat: { Metric: { Dimensions, MetricName, Namespace }, Period, Stat: 'Sum' },
  ReturnData: false,
});

test('the smallest function has four alarms, whole', () => {
  const stack = newStack();
  new ServerlessFunction(stack, 'Hello', { entry });
  const { Hello } = allResourcesOf(stack);
  expect(Hello!.Properties.Environment.Variables).toEqual({
    FAASTEN_FUNCTION: 'shop/Hello',
    FAASTEN_METRICS: 'emf:errors,coldStarts,memoryUsedMiB',
    NODE_OPTIONS: '--enable-source-maps',
  });
  const common = { DatapointsToAlarm: 1, EvaluationPeriods: 1, TreatMissingData: 'notBreaching' };
  expect(alarmsOf(stack)).toEqual({
    HelloAlarmserrors: {
      Type: 'AWS::CloudWatch::Alarm',
      Properties: {
        ...common,
        AlarmDescription:
          'Errors > 5 % over 5 minutes, and 2 events at least. Work fails: requests are answered with errors, or events are ' +
          'delivered again and end with the dead letters. Severity: page. Runbook: faasten/docs/alarms.md#function-errors',
        ComparisonOperator: 'GreaterThanThreshold',
        Threshold: 5,
        Metrics: [
          { Id: 'expr_1', Expression: 'IF(errors >= 2, 100 * errors / invocations, 0)', ReturnData: true },
          { Id: 'errors', Expression: 'MAX([FILL(m1, 0), FILL(m2, 0)])', ReturnData: false },
          stat('m1', 'AWS/Lambda', 'Errors', functionName),
          stat('m2', 'faasten', 'errors', [{ Name: 'function', Value: 'shop/Hello' }]),
          stat('invocations', 'AWS/Lambda', 'Invocations', functionName),
        ],
      },
    },
    HelloAlarmsduration: {
      Type: 'AWS::CloudWatch::Alarm',
      Properties: {
        ...common,
        AlarmDescription:
          'P95 of duration >= 27 seconds over 15 minutes. Invocations are about to run out of time, and then fail half done. ' +
          'Severity: ticket. Runbook: faasten/docs/alarms.md#function-duration',
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        Threshold: 27000,
        Namespace: 'AWS/Lambda',
        MetricName: 'Duration',
        Dimensions: functionName,
        ExtendedStatistic: 'p95',
        Period: 900,
      },
    },
    HelloAlarmsmemory: {
      Type: 'AWS::CloudWatch::Alarm',
      Properties: {
        ...common,
        AlarmDescription:
          'Max of memoryUsed >= 230 MiB over 15 minutes. The process is about to be killed for the memory it uses, in the middle ' +
          'of its work. Severity: ticket. Runbook: faasten/docs/alarms.md#function-memory',
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        Threshold: 230,
        Namespace: 'faasten',
        MetricName: 'memoryUsedMiB',
        Dimensions: [{ Name: 'function', Value: 'shop/Hello' }],
        Statistic: 'Maximum',
        Period: 900,
      },
    },
    HelloAlarmsthrottles: {
      Type: 'AWS::CloudWatch::Alarm',
      Properties: {
        ...common,
        AlarmDescription:
          'Throttles >= 1 over 5 minutes, in 2 of 3 periods. Invocations are turned away: callers get errors, events come late. ' +
          'Severity: page. Runbook: faasten/docs/alarms.md#function-throttles',
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        Threshold: 1,
        EvaluationPeriods: 3,
        DatapointsToAlarm: 2,
        Namespace: 'AWS/Lambda',
        MetricName: 'Throttles',
        Dimensions: functionName,
        Statistic: 'Sum',
        Period: 300,
      },
    },
  });
});

test('nothing watches with monitoring: false', () => {
  const stack = newStack();
  const service = new Service(stack, 'Shop', { monitoring: false });
  new ServerlessFunction(service, 'Hello', { entry });
  const all = allResourcesOf(stack);
  expect(Object.keys(all).sort()).toEqual(['ShopHello', 'ShopHelloLogs', 'ShopHelloRole']);
  expect(all.ShopHello!.Properties.Environment.Variables).not.toHaveProperty('FAASTEN_METRICS');
});

/** `<alarm>: <namespace> <metrics>`, of each alarm. */
function metricsOf(stack: Stack): string[] {
  return Object.entries<any>(alarmsOf(stack)).map(
    ([
      id,
      {
        Properties: { Namespace, MetricName, Metrics = [] },
      },
    ]) => {
      const inMath = Metrics.flatMap(({ MetricStat }: any) =>
        MetricStat ? [`${MetricStat.Metric.Namespace} ${MetricStat.Metric.MetricName}`] : [],
      );
      return `${id}: ${[...inMath, ...(MetricName ? [`${Namespace} ${MetricName}`] : [])].join(', ')}`;
    },
  );
}

test('APIs, queues, dead letters and schedules have theirs', () => {
  const stack = newStack();
  const service = new Service(stack, 'S');
  const orders = new Queue(service, 'Orders');
  const triggers = { Orders: orders.messages(), Nightly: Schedule.cron('0 3 * * *') };
  const fn = new ServerlessFunction(service, 'F', { entry, triggers });
  new HttpApi(service, 'Api', { routes: { 'GET /': fn } });
  new HttpApi(service, 'Rest', { routes: { 'GET /': fn }, tuning: [AwsApi.tune({ requestValidation: true })] });
  expect(metricsOf(stack).sort()).toEqual([
    'SApiAlarmslatency: AWS/ApiGateway Latency',
    'SApiAlarmsserverErrors: AWS/ApiGateway 5xx, AWS/ApiGateway Count',
    'SFAlarmsdeadLetters: AWS/SQS ApproximateNumberOfMessagesVisible',
    'SFAlarmsduration: AWS/Lambda Duration',
    'SFAlarmserrors: AWS/Lambda Errors, faasten errors, AWS/Lambda Invocations',
    'SFAlarmsmemory: faasten memoryUsedMiB',
    'SFAlarmsmissedRunNightly: faasten invocations',
    'SFAlarmsthrottles: AWS/Lambda Throttles',
    'SOrdersAlarmsdeadLetters: AWS/SQS ApproximateNumberOfMessagesVisible',
    'SOrdersAlarmsmessageAge: AWS/SQS ApproximateAgeOfOldestMessage',
    'SRestAlarmslatency: AWS/ApiGateway Latency',
    'SRestAlarmsserverErrors: AWS/ApiGateway 5XXError, AWS/ApiGateway Count',
  ]);
});

test('a function with an alias is watched at the alias', () => {
  const stack = newStack();
  new ServerlessFunction(stack, 'Hello', { entry, tuning: [AwsFunction.tune({ alias: true })] });
  expect(alarmsOf(stack).HelloAlarmsduration!.Properties.Dimensions).toEqual([
    ...functionName,
    { Name: 'Resource', Value: { 'Fn::Join': ['', [{ Ref: 'Hello' }, ':live']] } },
  ]);
});

test('code that is not bundled reports nothing: what only a report tells is left out, or refused where it is asked for', () => {
  const stack = newStack();
  const code = { directory: __dirname, handler: 'app.main', runtime: 'python3.13' };
  new ServerlessFunction(stack, 'Hello', { code, triggers: { Nightly: Schedule.cron('0 3 * * *') } });
  expect(metricsOf(stack).sort()).toEqual([
    'HelloAlarmsdeadLetters: AWS/SQS ApproximateNumberOfMessagesVisible',
    'HelloAlarmsduration: AWS/Lambda Duration',
    'HelloAlarmserrors: AWS/Lambda Errors, AWS/Lambda Invocations',
    'HelloAlarmsthrottles: AWS/Lambda Throttles',
  ]);
  expect(allResourcesOf(stack).Hello!.Properties.Environment.Variables).not.toHaveProperty('FAASTEN_METRICS');
  const asked = () =>
    new ServerlessFunction(newStack(), 'Hello', { code, monitoring: { alarms: { memory: { threshold: 100 } } } });
  expect(errorOf(asked).message).toContain('only code that faasten bundles reports it');
});

test('a schedule that did not run: missing data is filled, and a new schedule has time for its first run', () => {
  const stack = newStack();
  new ServerlessFunction(stack, 'Hello', {
    entry,
    triggers: { Daily: Schedule.cron('0 3 * * *') },
  });
  const daily = alarmsOf(stack).HelloAlarmsmissedRunDaily;
  const minutes = 24 * 60 + 2.4 * 60;
  expect(daily!.Properties).toMatchObject({
    ComparisonOperator: 'LessThanThreshold',
    EvaluationPeriods: 1,
    Threshold: 1,
    TreatMissingData: 'breaching',
    WarmUpConfiguration: { WarmUpPeriodDurationInMinutes: minutes, OnlyStartEvaluatingAfterWarmUpPeriodEnds: true },
    Metrics: [
      { Id: 'expr_1', Expression: 'FILL(runs, 0)', ReturnData: true },
      stat(
        'runs',
        'faasten',
        'invocations',
        [
          { Name: 'function', Value: 'shop/Hello' },
          { Name: 'trigger', Value: 'Daily' },
        ],
        minutes * 60,
      ),
    ],
  });
});

test('a window that CloudWatch cannot look back is refused', () => {
  const errors = { window: Duration.minutes(30), periods: 49 };
  const asked = () => new ServerlessFunction(newStack(), 'Hello', { entry, monitoring: { alarms: { errors } } });
  expect(errorOf(asked).message).toContain('an alarm looks back 1 days at most with such periods');
});

test('the table of alarms reads as it does everywhere', () => {
  const stack = newStack();
  new ServerlessFunction(stack, 'Hello', { entry, monitoring: { alarms: { errors: false } } });
  expect(alarmTable(stack)).toMatch(
    /^\| construct .*\n\| -.*\n\| shop\/Hello \| duration \|.*\n\| shop\/Hello \| memory .*\n\| shop\/Hello \| throttles /,
  );
});
