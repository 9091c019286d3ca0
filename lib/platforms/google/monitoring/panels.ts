import type { MonitoringAlertPolicy } from '@cdktf/provider-google/lib/monitoring-alert-policy/index.js';
import { humanDuration } from '../../../core/duration.js';
import type { DashboardRowSpec, PanelSpec, SignalName, SignalUnit, SloSpec, Statistic } from '../../../core/model.js';
import type { Subject } from '../../../core/monitoring/port.js';
import { type Owned, ownedBy, REACHED } from './alarm.js';
import { added, type Labels, METRICS, type Metric, percentile, series } from './promql.js';
import { budgetLeft } from './slo.js';
import type { StackMonitoring } from './stack.js';

/** https://cloud.google.com/monitoring/api/ref_v3/rest/v1/projects.dashboards#Widget */
export type Widget = Readonly<Record<string, unknown>>;

/** As long as a point of the chart stands for: Cloud Monitoring fills it in. */
const INTERVAL = '[${__interval}]';

/** Lines of a chart for many constructs: those with most. */
const MOST = 10;

/** https://ucum.org, as `unitOverride` takes it. */
const UNITS: Readonly<Record<SignalUnit, string>> = { count: '1', milliseconds: 'ms', seconds: 's', MiB: 'MiBy', percent: '%' };

/** Incidents of these policies that are open. */
export function incidents(policies: readonly MonitoringAlertPolicy[]): Widget {
  return { title: 'Incidents', incidentList: { policyNames: policies.map(({ name }) => name) } };
}

/** How much of an objective's error budget is left. `subject` is undefined for a service. */
export function errorBudget(monitoring: StackMonitoring, slo: SloSpec, subject: Subject | undefined): Widget {
  return {
    title: `${slo.subject.path}: ${slo.name} over ${humanDuration(slo.windowSeconds * 1000)}, error budget left`,
    scorecard: {
      timeSeriesQuery: { prometheusQuery: `100 * (${budgetLeft(monitoring, slo, subject)})`, unitOverride: UNITS.percent },
      thresholds: [
        { value: 25, color: 'YELLOW', direction: 'BELOW' },
        { value: 0, color: 'RED', direction: 'BELOW' },
      ],
    },
  };
}

/** The panels of one construct. */
export function chartsOfOne(monitoring: StackMonitoring, { title, panels }: DashboardRowSpec, subject: Subject): Widget[] {
  return panels.flatMap((panel) => {
    const lines = panel.lines.flatMap(({ signal, statistic, label }) => {
      const query = queryOf(monitoring, signal, statistic, [subject], false);
      return query === undefined ? [] : [{ query, label }];
    });
    return lines.length > 0 ? [chart(`${title}: ${panel.title}`, panel.unit, lines)] : [];
  });
}

/** The panels of many constructs of a kind: a chart for each line, which shows those with most. */
export function chartsOfMany(
  monitoring: StackMonitoring,
  { subject, panels }: DashboardRowSpec,
  all: readonly Subject[],
): Widget[] {
  const lines = panels.flatMap((panel: PanelSpec) => panel.lines.map((line) => ({ ...line, panel })));
  return lines.flatMap(({ panel, signal, statistic, label }) => {
    const query = queryOf(monitoring, signal, statistic, all, true);
    if (query === undefined) return [];
    const title = `All of kind ${subject.kind}: ${panel.title}, ${label}, the ${MOST} with most`;
    return [chart(title, panel.unit, [{ query: `topk(${MOST}, ${query})` }])];
  });
}

function chart(title: string, unit: SignalUnit, lines: readonly { query: string; label?: string }[]): Widget {
  const dataSets = lines.map(({ query, label }) => ({
    plotType: 'LINE',
    targetAxis: 'Y1',
    ...(label && { legendTemplate: label }),
    timeSeriesQuery: { prometheusQuery: query, unitOverride: UNITS[unit] },
  }));
  return { title, xyChart: { dataSets, yAxis: { scale: 'LINEAR' } } };
}

/** A signal over time, for each owner where `each`; undefined where nothing of it is measured. */
function queryOf(
  monitoring: StackMonitoring,
  signal: SignalName,
  statistic: Statistic,
  subjects: readonly Subject[],
  each: boolean,
): string | undefined {
  const { owner, names } = ownersIn(signal, subjects);
  if (names.length === 0) return undefined;
  const by = each ? [owner] : [];
  const own: Labels = { [owner]: names };
  const sum = (metric: Metric, more: Labels = {}, part?: '_count') =>
    added(series(metric, { ...own, ...more }, part), INTERVAL, by);
  const most = (metric: Metric) => `max by (${by.join(', ')}) (max_over_time(${series(metric, own)}${INTERVAL}))`;
  const share = (answers: string) =>
    `100 * ${sum(METRICS.requests, { response_code_class: answers })} / ${sum(METRICS.requests)}`;
  switch (signal) {
    case 'function.invocations':
    case 'api.requests':
      return sum(METRICS.requests);
    case 'function.errors':
      return sum(METRICS.requests, { response_code_class: '5xx' });
    case 'function.throttles':
      return sum(monitoring.throttles());
    case 'function.coldStarts':
      return sum(METRICS.starts, {}, '_count');
    case 'function.duration':
    case 'api.latency':
      return percentile(Number(statistic.slice(1)) / 100, METRICS.latencies, own, INTERVAL, by);
    case 'function.memoryUsed': {
      // Functions of different sizes have no scale in common but their limit.
      const sizes = new Set(subjects.map((subject) => (subject.kind === 'function' ? subject.spec.memoryMiB : 0)));
      return sizes.size === 1 ? `${[...sizes][0]} * ${percentile(0.99, METRICS.memory, own, INTERVAL, by)}` : undefined;
    }
    case 'api.serverErrors':
      return share('5xx');
    case 'api.clientErrors':
      return share('4xx');
    case 'queue.depth':
    case 'queue.deadLetters':
      return most(METRICS.undelivered);
    case 'queue.messageAge':
      return most(METRICS.oldest);
    case 'schedule.runs':
      return sum(METRICS.pushes, { response_class: REACHED });
    default:
      return undefined;
  }
}

function ownersIn(signal: SignalName, subjects: readonly Subject[]): Owned {
  const all = subjects.map((subject) => ownedBy(signal, subject));
  return { owner: all[0]!.owner, names: [...new Set(all.flatMap(({ names }) => names))].sort() };
}
