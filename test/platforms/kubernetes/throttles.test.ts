/** Requests that Knative's proxies turn away, with the metrics and labels that queue-proxy of Knative 1.23 shows at port 9091. */
import { App, Chart } from 'cdk8s';
import { describe, expect, test } from 'vitest';
import { ServerlessFunction, Service, usePlatform } from '../../../lib/index.js';
import { kubernetes } from '../../../lib/platforms/kubernetes/index.js';
import { missing } from '../../engines/engine.js';
import { available, checkRules, type Series, testRules } from '../../engines/prometheus.js';
import { proxied, available as proxyAvailable } from '../../engines/queue-proxy.js';
import { newWatchedChart, serviceOf, theOnly } from './charts.js';

const entry = __filename;

function chartWith(requestMetrics: boolean): Chart {
  const chart = new Chart(new App(), 'shop', { namespace: 'team' });
  usePlatform(chart, kubernetes({ monitoring: { requestMetrics } }));
  const service = new Service(chart, 'Shop');
  new ServerlessFunction(service, 'F', { entry });
  new ServerlessFunction(service, 'Other', { entry });
  return chart;
}

const alertOf = (chart: Chart) =>
  theOnly(chart, 'PrometheusRule').spec.groups[0].rules.find(({ alert }: any) => alert === 'FunctionThrottles');

test('are asked for where the cluster shows them', () => {
  const chart = chartWith(true);
  expect(theOnly(chart, 'PodMonitor').spec.podMetricsEndpoints[1]).toEqual({
    port: 'http-usermetric',
    path: '/metrics',
    interval: '15s',
    relabelings: [
      { sourceLabels: ['__meta_kubernetes_pod_annotation_faasten_dev_path'], regex: '(.+)', targetLabel: 'function' },
      { targetLabel: 'faasten_chart', replacement: expect.any(String) },
    ],
    metricRelabelings: [
      {
        sourceLabels: ['__name__', 'http_response_status_code'],
        regex: '(http_server_request_duration_seconds_count|kn_serving_invocation_duration_seconds_count);503',
        action: 'keep',
      },
    ],
  });
  // Of the revision, and so of its pods.
  expect(serviceOf(chart, 'Shop/F').spec.template.metadata.annotations).toEqual({ 'faasten.dev/path': 'shop/Shop/F' });
  const sum = (offset: string) =>
    `sum by (namespace, function) (sum_over_time(faasten:throttles:increase1m{namespace="team",function=~"shop/Shop/F|shop/Shop/Other"}[4m59s]${offset})) >= 1`;
  const [now, before, earlier] = [sum(''), sum(' offset 5m'), sum(' offset 10m')];
  // Two of three periods.
  expect(alertOf(chart).expr).toBe(`((${now}) and (${before})) or ((${now}) and (${earlier})) or ((${before}) and (${earlier}))`);
});

test('are left out where it does not, and refused by name', () => {
  const chart = newWatchedChart();
  const service = new Service(chart, 'Shop');
  new ServerlessFunction(service, 'F', { entry });
  expect(alertOf(chart)).toBeUndefined();
  expect(theOnly(chart, 'PodMonitor').spec.podMetricsEndpoints).toHaveLength(1);
  expect(serviceOf(chart, 'Shop/F').spec.template.metadata).toBeUndefined();
  const asked = { entry, monitoring: { alarms: { throttles: { threshold: 5 } } } };
  expect(() => new ServerlessFunction(service, 'G', asked)).toThrow('kubernetes({ monitoring: { requestMetrics: true } })');
});

describe.skipIf(missing('promtool', available()))('in Prometheus', () => {
  const chart = chartWith(true);
  const { spec } = theOnly(chart, 'PrometheusRule');
  const chartLabel = theOnly(chart, 'PodMonitor').spec.podMetricsEndpoints[1].relabelings[1].replacement;
  const labels = (pod: string, more: string) =>
    `namespace="team",function="shop/Shop/F",faasten_chart="${chartLabel}",pod="${pod}",container="queue-proxy",http_response_status_code="503",${more}`;
  const answered = (pod: string, values: Series['values']): Series => ({
    series: `http_server_request_duration_seconds_count{${labels(pod, 'http_request_method="GET",kn_route_tag="kn:disabled",network_protocol_name="http",network_protocol_version="1.1",otel_scope_name="go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp",otel_scope_version="0.69.0",server_address="10.1.2.3",server_port="8012",url_scheme="http"')}}`,
    values,
  });
  const byInstance = (pod: string, values: Series['values']): Series => ({
    series: `kn_serving_invocation_duration_seconds_count{${labels(pod, 'otel_scope_name="knative.dev/serving/pkg/queue"')}}`,
    values,
  });
  /** A counter that grows by so many in each minute, scraped each 15 seconds; undefined until it is more than none. */
  const counter = (minutes: readonly number[]) => {
    let sum = 0;
    return [
      undefined,
      ...minutes.flatMap((added) => {
        sum += added;
        return Array.from({ length: 4 }, () => (sum > 0 ? sum : undefined));
      }),
    ];
  };
  const minutes = (value: (minute: number) => number) => Array.from({ length: 30 }, (_, minute) => value(minute));
  const on = (atMinute: number, firing: boolean) => ({
    expr: 'sum by (function, severity) (ALERTS{alertname="FunctionThrottles"})',
    atSeconds: atMinute * 60,
    samples: firing ? [{ labels: '{function="shop/Shop/F", severity="page"}', value: 1 }] : [],
  });

  test('the rules are right', () => {
    expect(checkRules(spec)).toBe('');
  });

  test('what is turned away in two of three periods alarms', () => {
    const series = [
      answered('a', counter(minutes((minute) => (minute === 6 || minute === 14 ? 3 : 0)))),
      answered('b', counter(minutes((minute) => (minute === 6 ? 2 : 0)))),
    ];
    const counted = {
      expr: 'sum_over_time(faasten:throttles:increase1m[10m])',
      atSeconds: 600,
      samples: [{ labels: '{function="shop/Shop/F", namespace="team"}', value: 5 }],
    };
    // Minute 6 is in periods that end at minutes 7 to 11, minute 14 in those from 15 to 19.
    expect(testRules(spec, 15, series, [counted, on(8, false), on(15, true), on(17, true), on(25, false)])).toBe('');
  });

  test('what an instance answers itself does not', () => {
    const own = counter(minutes((minute) => (minute > 4 ? 2 : 0)));
    expect(testRules(spec, 15, [answered('a', own), byInstance('a', own)], [on(15, false), on(25, false)])).toBe('');
    const both = [answered('a', counter(minutes((minute) => (minute > 4 ? 3 : 0)))), byInstance('a', own)];
    expect(testRules(spec, 15, both, [on(15, true)])).toBe('');
  });
});

describe.skipIf(missing('queue-proxy', proxyAvailable()) || missing('promtool', available()))('Knative’s own proxy', () => {
  test('counts what it turns away as the rules read it', () => {
    const { statuses, metrics } = proxied(16);
    expect(statuses.filter((status) => status === 503)).toHaveLength(5);
    const chart = chartWith(true);
    const [, endpoint] = theOnly(chart, 'PodMonitor').spec.podMetricsEndpoints;
    const [{ sourceLabels, regex }] = endpoint.metricRelabelings;
    expect(sourceLabels).toEqual(['__name__', 'http_response_status_code']);
    // As Prometheus relabels: what it keeps, with the labels that it adds.
    const kept = metrics.split('\n').flatMap((line) => {
      const [, name, own, value] = /^(\w+)\{(.*)\} (\d+)$/.exec(line) ?? [];
      const code = /http_response_status_code="(\d+)"/.exec(own ?? '')?.[1] ?? '';
      if (!new RegExp(`^(?:${regex})$`).test(`${name};${code}`)) return [];
      const added = `namespace="team",function="shop/Shop/F",faasten_chart="${endpoint.relabelings[1].replacement}",pod="a"`;
      return [{ series: `${name}{${own},${added}}`, values: [undefined, ...Array.from({ length: 8 }, () => Number(value))] }];
    });
    expect(kept.map(({ values }) => values[1]).sort()).toEqual([1, 6]);
    const counted = {
      expr: 'sum_over_time(faasten:throttles:increase1m[2m])',
      atSeconds: 120,
      samples: [{ labels: '{function="shop/Shop/F", namespace="team"}', value: 5 }],
    };
    expect(testRules(theOnly(chart, 'PrometheusRule').spec, 15, kept, [counted])).toBe('');
  });
});
