import { describe, expect, it } from 'vitest';
import { Duration, HttpApi, Queue, Schedule, ServerlessFunction, Service } from '../../../lib/index.js';
import { missing } from '../../engines/engine.js';
import { available, lintDashboard } from '../../engines/grafana.js';
import { manifestsOf, newWatchedChart } from './charts.js';

/** Rules of dashboards that look at machines. Functions are looked at by name, whichever instance answered. */
const EXCLUSIONS = Object.fromEntries(
  ['template-job-rule', 'template-instance-rule', 'target-job-rule', 'target-instance-rule'].map((rule) => [
    rule,
    'an instance lives for a few requests; series are selected by namespace and function',
  ]),
);

function dashboardOf(functions: number): string {
  const chart = newWatchedChart();
  const slo = { availability: 99.9, latency: { percentile: 95, threshold: Duration.millis(300) } };
  const service = new Service(chart, 'Shop', { root: __dirname, slo });
  const triggers = { Orders: new Queue(service, 'Orders').messages(), Nightly: Schedule.cron('0 3 * * *') };
  const first = new ServerlessFunction(service, 'F0', { entry: 'handler.ts', triggers });
  for (let index = 1; index < functions; index += 1) new ServerlessFunction(service, `F${index}`, { entry: 'handler.ts' });
  new HttpApi(service, 'Api', { routes: { 'GET /orders': first } });
  const [dashboard] = manifestsOf(chart, 'ConfigMap').filter(({ metadata }) => metadata.labels.grafana_dashboard);
  return Object.values(dashboard!.data as Record<string, string>)[0]!;
}

describe.skipIf(missing('grafana-linter', available()))("Grafana's linter", () => {
  it.each([3, 200])('has nothing to say of the dashboard of %d functions', (functions) => {
    expect(lintDashboard(dashboardOf(functions), EXCLUSIONS)).toBe('');
  });

  it('finds what is wrong with one', () => {
    const dashboard = JSON.parse(dashboardOf(3));
    delete dashboard.panels.find(({ title }: { title: string }) => title === 'Latency').description;
    expect(lintDashboard(JSON.stringify(dashboard), EXCLUSIONS)).toContain("panel 'Latency' has missing title or description");
  });
});
