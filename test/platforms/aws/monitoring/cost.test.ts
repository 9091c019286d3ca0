import { expect, test } from 'vitest';
import { HttpApi, Schedule, ServerlessFunction, Service } from '../../../../lib/index.js';
import { AwsService } from '../../../../lib/platforms/aws/index.js';
import { allResourcesOf, entry, errorOf, newStack } from '../template.js';

test('what watching a service costs, part by part', () => {
  const stack = newStack();
  const service = new Service(stack, 'Shop', { slo: { availability: 99.9 } });
  const fn = new ServerlessFunction(service, 'Hello', { entry, triggers: { Nightly: Schedule.cron('0 3 * * *') } });
  new HttpApi(service, 'Api', { routes: { 'GET /': fn } });
  const { parts, usdPerMonth } = AwsService.watchingCost(service);
  expect(parts).toEqual({
    // errors 3, duration, memory, throttles, deadLetters and missedRun 1 each; serverErrors 2, latency 1; 2 of each window of the objective
    alarmMetrics: { count: 3 + 5 + 3 + 4 * 2 * 2, usdEach: 0.1 },
    compositeAlarms: { count: 4, usdEach: 0.5 },
    dashboards: { count: 1, usdEach: 3 },
    // invocations, errors, coldStarts and memoryUsedMiB by function and by service; durationMs of requests; runs of the schedule
    customMetrics: { count: 2 * 4 + 1 + 1, usdEach: 0.3 },
  });
  expect(usdPerMonth).toBe(10.7);
  // What it counts is what the template has.
  const ofType = (type: string) => Object.values(allResourcesOf(stack)).filter(({ Type }) => Type === type);
  const alarms = ofType('AWS::CloudWatch::Alarm');
  const metrics = alarms.flatMap(({ Properties: { Metrics } }) => Metrics?.filter((each: any) => each.MetricStat) ?? [1]);
  expect(metrics).toHaveLength(parts.alarmMetrics.count);
  expect(ofType('AWS::CloudWatch::CompositeAlarm')).toHaveLength(parts.compositeAlarms.count);
});

test('functions without metrics of their own cost what their alarms of Lambda’s own cost', () => {
  const stack = newStack();
  const service = new Service(stack, 'Shop', { tuning: [AwsService.tune({ functionMetrics: false })] });
  for (const id of ['A', 'B']) new ServerlessFunction(service, id, { entry });
  const { parts } = AwsService.watchingCost(service);
  // errors 2, duration and throttles 1 each; errors, coldStarts and memoryUsedMiB of the service
  expect([parts.alarmMetrics.count, parts.customMetrics.count]).toEqual([2 * 4, 3]);
  const all = allResourcesOf(stack);
  expect(all.ShopA!.Properties.Environment.Variables.FAASTEN_METRICS).toBe('emf:service,errors,coldStarts,memoryUsedMiB');
  const metrics = all.ShopAAlarmserrors!.Properties.Metrics.flatMap(({ MetricStat }: any) => MetricStat ?? []);
  expect(metrics.map(({ Metric: { Namespace, MetricName } }: any) => `${Namespace} ${MetricName}`)).toEqual([
    'AWS/Lambda Errors',
    'AWS/Lambda Invocations',
  ]);
  const asked = () =>
    new ServerlessFunction(service, 'Asked', { entry, monitoring: { alarms: { memory: { severity: 'page' } } } });
  expect(errorOf(asked).message).toContain('becomes metrics of the service only (`functionMetrics: false`)');
});

test('what is not watched costs nothing', () => {
  const stack = newStack();
  const service = new Service(stack, 'Shop', { monitoring: false });
  new ServerlessFunction(service, 'Hello', { entry });
  expect(AwsService.watchingCost(service).usdPerMonth).toBe(0);
});
