import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import {
  AlertChannel,
  Duration,
  HttpApi,
  Queue,
  Schedule,
  Secret,
  ServerlessFunction,
  Service,
  type ServiceProps,
  usePlatform,
} from '../../../lib/index.js';
import { KubernetesAlertChannel, kubernetes } from '../../../lib/platforms/kubernetes/index.js';
import { missing } from '../../engines/engine.js';
import { available, validateManifests } from '../../engines/kubernetes.js';
import { environmentOf, manifestsOf, newWatchedChart, serviceOf, theOnly } from './charts.js';

function alertsOf(chart: ReturnType<typeof newWatchedChart>): any[] {
  return theOnly(chart, 'PrometheusRule').spec.groups[0].rules.filter((rule: { alert?: string }) => rule.alert);
}

function serviceIn(chart = newWatchedChart(), props: ServiceProps = {}) {
  return { chart, service: new Service(chart, 'Shop', { root: __dirname, ...props }) };
}

describe('a function alone', () => {
  const chart = newWatchedChart();
  new ServerlessFunction(chart, 'F', { entry: `${__dirname}/handler.ts` });

  test('is told to count', () => {
    expect(environmentOf(serviceOf(chart, 'F'))).toEqual({
      FAASTEN_FUNCTION: 'shop/F',
      FAASTEN_TIMEOUT_MS: '30000',
      FAASTEN_METRICS: 'prometheus',
      FAASTEN_MEMORY_MIB: '256',
      FAASTEN_LATENCY_BOUNDS_MS: '27000',
    });
  });

  test('is scraped, at a port that Knative does not know', () => {
    expect(theOnly(chart, 'PodMonitor').spec).toEqual({
      selector: {
        matchExpressions: [{ key: 'serving.knative.dev/service', operator: 'In', values: ['shop-f-8b834b91'] }],
      },
      podMetricsEndpoints: [
        {
          port: 'user-port',
          path: '/metrics',
          interval: '15s',
          relabelings: [
            { sourceLabels: ['__address__'], regex: '(.+):\\d+', targetLabel: '__address__', replacement: '$1:9464' },
            { targetLabel: 'faasten_chart', replacement: 'shop-faasten-monitoring-e749226f' },
          ],
        },
      ],
    });
  });

  test('has the alerts of the table', () => {
    const [errors, ...others] = alertsOf(chart);
    expect(errors).toEqual({
      alert: 'FunctionErrors',
      expr:
        '100 * sum by (namespace, function) (sum_over_time(faasten:errors:increase1m{namespace="team",function="shop/F"}[4m59s]))' +
        ' / sum by (namespace, function) (sum_over_time(faasten:invocations:increase1m{namespace="team",function="shop/F"}[4m59s]))' +
        ' > 5 and sum by (namespace, function) (sum_over_time(faasten:errors:increase1m{namespace="team",function="shop/F"}[4m59s])) >= 2',
      labels: { severity: 'page' },
      annotations: {
        summary: 'function {{ $labels.function }}: errors',
        description:
          'Work fails: requests are answered with errors, or events are delivered again and end with the dead letters.',
        runbook_url: 'faasten/docs/alarms.md#function-errors',
      },
    });
    expect(others.map(({ alert }) => alert)).toEqual(['FunctionDuration', 'FunctionMemory']);
  });
});

test('the latency of a service is that of its requests', () => {
  const latency = { percentile: 95, threshold: Duration.millis(300) };
  const { chart, service } = serviceIn(newWatchedChart(), { slo: { availability: 99.9, latency } });
  new ServerlessFunction(service, 'F', { entry: 'handler.ts' });
  const totals = theOnly(chart, 'PrometheusRule').spec.groups[0].rules.filter(
    ({ record }: { record?: string }) => record === 'faasten:slo_total:increase1m',
  );
  expect(totals.map(({ expr }: { expr: string }) => expr)).toEqual([
    'sum by (namespace) (faasten:invocations:increase1m{namespace="team",service="shop/Shop"})',
    'sum by (namespace) (faasten:duration_seconds_bucket:increase1m{namespace="team",service="shop/Shop",kind="http",le="+Inf"})',
  ]);
});

test('many functions have as many rules as one', () => {
  const count = 200;
  const { chart, service } = serviceIn();
  for (let index = 0; index < count; index += 1) new ServerlessFunction(service, `F${index}`, { entry: 'handler.ts' });
  const all = manifestsOf(chart);
  const rules = all.find(({ kind }) => kind === 'PrometheusRule')!;
  const dashboard = all.find(({ metadata }) => metadata.labels.grafana_dashboard);
  expect(rules.spec.groups[0].rules.flatMap(({ alert }: { alert?: string }) => alert ?? [])).toEqual([
    'FunctionErrors',
    'FunctionDuration',
    'FunctionMemory',
  ]);
  // What grows is the list of names, and 1,000 functions fit into the 1 MiB of an object.
  expect(JSON.stringify(rules).length / count).toBeLessThan(300);
  expect(JSON.stringify(dashboard).length / count).toBeLessThan(300);
});

test('functions that differ in their timeout have alerts of their own', () => {
  const { chart, service } = serviceIn();
  new ServerlessFunction(service, 'A', { entry: 'handler.ts' });
  new ServerlessFunction(service, 'B', { entry: 'handler.ts', timeout: Duration.minutes(1) });
  const functions = alertsOf(chart).map(({ alert, expr }) => [alert, /function=~?"([^"]+)"/.exec(expr)![1]]);
  expect(functions).toEqual([
    ['FunctionErrors', 'shop/Shop/A|shop/Shop/B'],
    ['FunctionDuration', 'shop/Shop/A'],
    ['FunctionMemory', 'shop/Shop/A|shop/Shop/B'],
    ['FunctionDuration', 'shop/Shop/B'],
  ]);
});

describe('channels', () => {
  const silences = [{ days: ['sat'] as const, from: '22:00', to: '06:00' }];

  test('are receivers, which alerts name', () => {
    const { chart, service } = serviceIn(newWatchedChart(), { monitoring: { silences } });
    const channel = new AlertChannel(chart, 'OnCall', {
      email: ['a@shop.example', 'b@shop.example'],
      webhook: { url: 'https://hooks.shop.example/x', token: Secret.fromName('hooks', { field: 'token' }) },
      slack: { channel: '#alerts', webhook: Secret.fromName('slack') },
      pagerDuty: { integrationKey: Secret.fromName('pager', { field: 'key' }) },
    });
    service.addAlertChannel(channel);
    new ServerlessFunction(service, 'F', { entry: 'handler.ts' });
    const { spec } = theOnly(chart, 'AlertmanagerConfig');
    const name = 'shop-on-call-838e149b';
    const [silence] = spec.muteTimeIntervals;
    expect(alertsOf(chart)[0].labels).toEqual({
      severity: 'page',
      faasten_channels: `,${name},`,
      faasten_silences: silence.name,
    });
    expect(silence.timeIntervals).toEqual([
      { times: [{ startTime: '22:00', endTime: '24:00' }], weekdays: ['saturday'] },
      { times: [{ startTime: '00:00', endTime: '06:00' }], weekdays: ['sunday'] },
    ]);
    expect(spec.route).toEqual({
      receiver: name,
      groupBy: ['alertname', 'function', 'api', 'queue', 'schedule', 'slo'],
      matchers: [{ name: 'faasten_channels', matchType: '=~', value: `.*,${name},.*` }],
      continue: true,
      routes: [
        {
          receiver: name,
          matchers: [{ name: 'faasten_silences', matchType: '=', value: silence.name }],
          muteTimeIntervals: [silence.name],
        },
      ],
    });
    expect(spec.receivers).toEqual([
      {
        name,
        emailConfigs: [{ to: 'a@shop.example, b@shop.example', sendResolved: true }],
        webhookConfigs: [
          {
            url: 'https://hooks.shop.example/x',
            sendResolved: true,
            httpConfig: { authorization: { type: 'Bearer', credentials: { name: 'hooks', key: 'token' } } },
          },
        ],
        slackConfigs: [{ channel: '#alerts', apiURL: { name: 'slack', key: 'value' }, sendResolved: true }],
        pagerdutyConfigs: [{ routingKey: { name: 'pager', key: 'key' }, sendResolved: true }],
      },
    ]);
  });

  test('may exist: alerts get the labels that their routes look for', () => {
    const { chart, service } = serviceIn();
    const existing = KubernetesAlertChannel.from({ labels: { team: 'shop' } });
    service.addAlertChannel(new AlertChannel(chart, 'Team', { existing }), ['page']);
    new ServerlessFunction(service, 'F', { entry: 'handler.ts' });
    expect(alertsOf(chart).map(({ alert, labels }) => [alert, labels.team])).toEqual([
      ['FunctionErrors', 'shop'],
      ['FunctionDuration', undefined],
      ['FunctionMemory', undefined],
    ]);
  });

  test('are refused with the reason where something is missing', () => {
    const chart = newWatchedChart();
    expect(() => new AlertChannel(chart, 'A', { slack: { channelId: 'C0' } })).toThrow(
      "alert channel 'shop/A': slack lacks its webhook; give both: slack: { channel: '#alerts', webhook: Secret.fromName('slack', { field: 'url' }) }",
    );
    const { service } = serviceIn(chart, { monitoring: { silences: [{ ...silences[0]!, timeZone: 'Africa/Casablanca' }] } });
    expect(() => new ServerlessFunction(service, 'F', { entry: 'handler.ts' })).toThrow(
      "a silence has the time zone 'Africa/Casablanca', whose clock does not change on the same days each year; say it in UTC",
    );
  });
});

test('what Knative cannot tell is refused when it is asked for, and left out otherwise', () => {
  const { chart, service } = serviceIn();
  new Queue(service, 'Orders');
  expect(alertsOf(chart)).toEqual([]);
  expect(() => new Queue(service, 'Others', { monitoring: { alarms: { messageAge: { severity: 'ticket' } } } })).toThrow(
    'how many messages wait in a Broker',
  );
});

test('a cluster without Prometheus gets none of it', () => {
  const chart = newWatchedChart();
  usePlatform(chart, kubernetes({ monitoring: false }));
  new ServerlessFunction(chart, 'F', { entry: `${__dirname}/handler.ts` });
  expect(manifestsOf(chart).filter(({ apiVersion }) => apiVersion.startsWith('monitoring'))).toEqual([]);
  expect(() => new AlertChannel(chart, 'A', { email: 'a@shop.example' })).toThrow('kubernetes({ monitoring: false })');
  expect(() => kubernetes({ monitoring: { scrapeInterval: '60s' } })).toThrow(
    "monitoring.scrapeInterval is '60s'; give 1s to 30s",
  );
});

test.skipIf(missing('kubeconform', available()))('everything together is what the operator takes', () => {
  const { chart, service } = serviceIn(newWatchedChart(), {
    slo: { availability: 99.9, latency: { percentile: 95, threshold: Duration.millis(300) } },
    monitoring: { silences: [{ from: '01:00', to: '02:00' }] },
  });
  service.addAlertChannel(new AlertChannel(chart, 'OnCall', { email: 'a@shop.example' }));
  const queue = new Queue(service, 'Orders');
  const fulfil = new ServerlessFunction(service, 'Fulfil', {
    entry: 'handler.ts',
    triggers: { Orders: queue.messages(), Nightly: Schedule.cron('0 3 * * *') },
  });
  new HttpApi(service, 'Api', { routes: { 'GET /a': fulfil }, slo: { availability: 99 } });
  const manifests = manifestsOf(chart);
  expect(manifests.filter(({ apiVersion }) => apiVersion.startsWith('monitoring')).length).toBe(3);
  expect(validateManifests(manifests.map((each) => stringify(each)).join('---\n'))).toEqual([]);
});
