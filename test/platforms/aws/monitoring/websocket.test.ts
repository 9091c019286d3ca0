import { expect, test } from 'vitest';
import { Duration, ServerlessFunction, Service, WebSocketApi } from '../../../../lib/index.js';
import { AwsAlarm, AwsService } from '../../../../lib/platforms/aws/index.js';
import { alarmTable } from '../../../../lib/testing/index.js';
import { allResourcesOf, entry, newStack } from '../template.js';

function chat(props: ConstructorParameters<typeof WebSocketApi>[2] = {}) {
  const stack = newStack();
  const service = new Service(stack, 'Shop');
  const fn = new ServerlessFunction(service, 'Chat', { entry, monitoring: false });
  const sockets = new WebSocketApi(service, 'Sockets', { routes: { $connect: fn, say: fn }, ...props });
  return { stack, service, sockets };
}

/** Ids and expressions of an alarm, and the names of its metrics. */
function mathOf(alarm: { Properties: any }): string[] {
  return alarm.Properties.Metrics.map(({ Id, Expression, MetricStat }: any) =>
    Expression ? `${Id} = ${Expression}` : `${Id}: ${MetricStat.Metric.MetricName} ${MetricStat.Stat}`,
  );
}

test('a WebSocket API has an alarm of its errors and one of its latency, whole', () => {
  const { stack } = chat();
  const { ShopSocketsAlarmsserverErrors: errors, ShopSocketsAlarmslatency: latency } = allResourcesOf(stack);
  expect(mathOf(errors!)).toEqual([
    'expr_1 = IF(serverErrors >= 2, 100 * serverErrors / requests, 0)',
    'serverErrors: ExecutionError Sum',
    'requests: ExecutionError SampleCount',
  ]);
  expect(latency!.Properties).toEqual({
    AlarmDescription:
      'P90 of latency >= 2 seconds over 5 minutes, in 3 periods. One message in ten takes longer than people wait. ' +
      'Severity: ticket. Runbook: faasten/docs/alarms.md#websocket-latency',
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    DatapointsToAlarm: 3,
    Dimensions: [
      { Name: 'ApiId', Value: { Ref: 'ShopSockets' } },
      { Name: 'Stage', Value: 'live' },
    ],
    EvaluationPeriods: 3,
    ExtendedStatistic: 'p90',
    MetricName: 'IntegrationLatency',
    Namespace: 'AWS/ApiGateway',
    Period: 300,
    Threshold: 2000,
    TreatMissingData: 'notBreaching',
  });
});

test('its alarms are changed and switched off as others are, and read in the table', () => {
  const { service, sockets } = chat({ monitoring: { alarms: { latency: false, serverErrors: { threshold: 1 } } } });
  expect(alarmTable(service).split('\n').slice(2)).toEqual([
    '| shop/Shop/Sockets | serverErrors | serverErrors > 1 % over 5 minutes, and 2 events at least | page | nobody | ' +
      'Clients cannot connect, or what they send is lost: nobody delivers it again. |',
  ]);
  expect(AwsAlarm.of(sockets, 'serverErrors').node.path).toBe('shop/Shop/Sockets/Alarms/serverErrors/Resource');
  expect(AwsService.watchingCost(service).parts.alarmMetrics.count).toBe(2);
});

test('its objectives count connections and messages, and the time that functions take for them', () => {
  const { stack, sockets } = chat({
    slo: { availability: 99.9, latency: { percentile: 95, threshold: Duration.millis(300) } },
  });
  const all = allResourcesOf(stack);
  const one = (name: string, window: string) =>
    Object.entries(all).find(([id]) => id.startsWith(`ShopSocketsSlo${name}1h${window}`))![1];
  expect(mathOf(one('availability', 'Long'))).toEqual([
    'expr_1 = IF(bad >= 2, bad / total, 0)',
    'bad: ExecutionError Sum',
    'total: ExecutionError SampleCount',
  ]);
  expect(mathOf(one('latency', 'Short'))).toEqual([
    'expr_1 = bad / total',
    'bad: IntegrationLatency TC(300:)',
    'total: IntegrationLatency SampleCount',
  ]);
  expect(AwsAlarm.ofSlo(sockets, 'latency')).toHaveLength(4);
});

test('it has a row on the dashboard', () => {
  const { stack } = chat({ slo: { availability: 99.9 } });
  const board = Object.values(allResourcesOf(stack)).find(({ Type }) => Type === 'AWS::CloudWatch::Dashboard')!;
  const text = JSON.stringify(board.Properties.DashboardBody);
  for (const name of ['### Sockets', 'ConnectCount', 'MessageCount', 'ExecutionError', 'ClientError', 'IntegrationLatency'])
    expect(text).toContain(name);
});
