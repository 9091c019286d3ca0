/** A thousand functions against the sizes of objects; `npm run bench:watched` synthesizes all of them. */
import { expect, test } from 'vitest';
import { ALARMS } from '../../../lib/core/monitoring/alarms.js';
import { PANELS } from '../../../lib/core/monitoring/panels.js';
import type { Subject } from '../../../lib/core/monitoring/port.js';
import { type Alarm, alertsOf } from '../../../lib/platforms/kubernetes/monitoring/alarm.js';
import { ChartMonitoring } from '../../../lib/platforms/kubernetes/monitoring/chart.js';
import { dashboardOf } from '../../../lib/platforms/kubernetes/monitoring/dashboard.js';
import { newWatchedChart } from './charts.js';

/** https://kubernetes.io/docs/concepts/configuration/configmap/#motivation; etcd takes requests of 1.5 MiB. */
const OBJECT_BYTES = 1_048_576;

const PATHS = Array.from({ length: 1000 }, (_, index) => `shop/Shop/Function with a name that is rather long ${1000 + index}`);

/** What Watch asks for, for functions that differ in nothing but their names. */
function alarms(threshold: (index: number) => number): Alarm[] {
  return PATHS.flatMap((path, index) =>
    ALARMS.filter(({ of, name }) => of === 'function' && name !== 'throttles').map((row) => ({
      spec: {
        ...row,
        subject: { kind: 'function' as const, path },
        threshold: threshold(index),
        unit: 'count' as const,
        windowSeconds: 300,
        runbook: 'docs/alarms.md',
        silences: [],
      },
      subject: { kind: 'function', path } as Subject,
      labels: () => ({ faasten_channels: ',team,' }),
    })),
  );
}

test('functions that are watched alike have as many rules as one, in an object of the cluster', () => {
  const rules = alertsOf(
    alarms(() => 5),
    'team',
  );
  expect(rules).toHaveLength(4);
  expect(Buffer.byteLength(JSON.stringify(rules))).toBeLessThan(OBJECT_BYTES);
  for (const { expr } of rules) for (const path of [PATHS[0], PATHS[999]]) expect(expr).toContain(path);
});

test('rules that fit into no object are found before they are applied', () => {
  const chart = newWatchedChart();
  const monitoring = ChartMonitoring.of(chart, { labels: {}, dashboardLabels: {}, scrapeInterval: '15s', requestMetrics: false });
  const [few, all] = [alarms((index) => index + 1).slice(0, 1000), alarms((index) => index + 1).slice(1000)];
  for (const alarm of few) monitoring.addAlarm(alarm);
  expect(monitoring.node.validate()).toEqual([]);
  for (const alarm of all) monitoring.addAlarm(alarm);
  expect(monitoring.node.validate()).toEqual([
    expect.stringMatching(
      /^monitoring 'shop\/FaastenMonitoring': 4000 rules make a PrometheusRule of \d+ bytes, and an object of Kubernetes may have 1048576; give/,
    ),
  ]);
});

test('the dashboard repeats one row', () => {
  const rows = PATHS.map((path) => ({ subject: { kind: 'function' as const, path }, title: path, panels: PANELS.function }));
  const subjects = new Map(PATHS.map((path) => [path, { kind: 'function', path } as Subject]));
  const spec = { path: 'shop/Shop', title: 'Shop', rows, slos: [], alarms: [] };
  const dashboard = dashboardOf({ spec, subjects }, 'team') as { panels: object[] };
  expect(dashboard.panels.length).toBeLessThan(10);
  expect(Buffer.byteLength(JSON.stringify(dashboard))).toBeLessThan(OBJECT_BYTES);
});
