/** Silences in time zones, which the rules have: an AlertmanagerConfig knows UTC only. */
import { describe, expect, test } from 'vitest';
import { Duration, Schedule, ServerlessFunction, Service, type SilenceWindow } from '../../../lib/index.js';
import { missing } from '../../engines/engine.js';
import { available, checkRules, type Expectation, testRules } from '../../engines/prometheus.js';
import { newWatchedChart, theOnly } from './charts.js';

/** promtool's clock begins at midnight UTC, which is 05:45 in Kathmandu. */
const NIGHT: SilenceWindow = { from: '06:00', to: '08:45', timeZone: 'Asia/Kathmandu' };

function rulesOf(silences: readonly SilenceWindow[]) {
  const chart = newWatchedChart();
  const service = new Service(chart, 'Shop', { root: __dirname, slo: { availability: 99.9 }, monitoring: { silences } });
  new ServerlessFunction(service, 'F', { entry: 'handler.ts', triggers: { Often: Schedule.rate(Duration.minutes(30)) } });
  const { spec, metadata } = theOnly(chart, 'PrometheusRule');
  const [{ relabelings }] = theOnly(chart, 'PodMonitor').spec.podMetricsEndpoints;
  return { spec, metadata, chart: relabelings.at(-1).replacement as string };
}

const named = (spec: any, name: string) => spec.groups[0].rules.filter(({ alert }: any) => alert === name);

test('those in UTC are Alertmanager’s, those of other zones the rules’', () => {
  const { spec } = rulesOf([NIGHT, { from: '22:00', to: '06:00' }]);
  for (const rule of spec.groups[0].rules.filter(({ alert }: any) => alert)) {
    expect(rule.labels.faasten_silences).toMatch(/^s[0-9a-f]{8}$/);
    expect(rule.expr).toMatch(/ unless on \(\) \(\(vector\(time\(\) - 900\) % 86400 < 9900\)\)$/);
  }
  expect(named(rulesOf([{ from: '22:00', to: '06:00' }]).spec, 'FunctionErrors')[0].expr).not.toContain('unless');
});

describe.skipIf(missing('promtool', available()))('in Prometheus', () => {
  const { spec, chart } = rulesOf([NIGHT]);
  const labels = (more: string) =>
    `faasten_chart="${chart}",namespace="team",function="shop/Shop/F",service="shop/Shop",pod="a",${more}`;
  const minutes = (count: number, value: (minute: number) => number) =>
    Array.from({ length: count * 4 + 1 }, (_, step) => value(Math.floor(step / 4)));
  const on = (alert: string, minute: number, value?: number): Expectation => ({
    expr: `count(ALERTS{alertname="${alert}",alertstate="firing"})`,
    atSeconds: minute * 60,
    samples: value === undefined ? [] : [{ labels: '{}', value }],
  });

  test('the rules are right', () => {
    expect(checkRules(spec)).toBe('');
  });

  test('alerts and objectives are off until 03:00 UTC', () => {
    const series = ['invocations', 'errors'].map((name) => ({
      series: `faasten_${name}_total{${labels('kind="http"')}}`,
      values: minutes(240, (minute) => minute),
    }));
    const expected = [on('FunctionErrors', 16), on('FunctionErrors', 179), on('FunctionErrors', 181, 1)];
    const objective = [on('ErrorBudgetBurn', 100), on('ErrorBudgetBurn', 200, 4)];
    expect(testRules(spec, 15, series, [...expected, ...objective])).toBe('');
  });

  test('a schedule that does not run is noticed, though a silence comes between', () => {
    const series = [
      {
        series: `faasten_invocations_total{${labels('kind="schedule",trigger="Often"')}}`,
        // The last run is at minute 150; the next ones were due at 180 and 210, and 10 minutes are its grace.
        values: minutes(300, (minute) => Math.min(6, Math.floor(minute / 30) + 1)),
      },
    ];
    const expected = [on('ScheduleMissedRun', 100), on('ScheduleMissedRun', 185), on('ScheduleMissedRun', 192, 1)];
    expect(testRules(spec, 15, series, expected)).toBe('');
    // A new one has not missed anything.
    expect(testRules(spec, 15, [], [on('ScheduleMissedRun', 10), on('ScheduleMissedRun', 190)])).toBe('');
  });
});
