import type { DashboardSpec, PanelSpec, SignalName, SignalUnit, SloSpec, Statistic } from '../../../core/model.js';
import { duration, escaped } from '../../../core/monitoring/promql.js';
import type { Selection } from './alarm.js';
import { MEMORY_USED, MINUTE, selectorOf } from './promql.js';

/** A panel of Grafana; where it stands is the dashboard's business. */
export interface Panel {
  readonly height: number;
  readonly type: string;
  readonly title: string;
  readonly description: string;
}

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };
const HEIGHT = 7;

/** https://grafana.com/docs/grafana/latest/panels-visualizations/configure-standard-options/#unit */
const UNITS: Readonly<Record<SignalUnit, string>> = {
  count: 'short',
  milliseconds: 'ms',
  seconds: 's',
  MiB: 'mbytes',
  percent: 'percent',
};

/** What a signal is in Prometheus; a function of the selector. Those that are missing are not measured here. */
const COUNTED: { readonly [S in SignalName]?: string } = {
  'function.invocations': MINUTE.invocations,
  'function.errors': MINUTE.errors,
  'function.timeouts': MINUTE.timeouts,
  'function.coldStarts': MINUTE.coldStarts,
  'function.throttles': MINUTE.throttles,
  'function.deadLetters': MINUTE.deadLetters,
  'queue.deadLetters': MINUTE.deadLetters,
  'schedule.runs': MINUTE.invocations,
  'api.requests': MINUTE.invocations,
  'api.serverErrors': MINUTE.errors,
};

/** Lines over time; undefined where nothing of it is measured. */
export function linePanel({ title, description, unit, lines }: PanelSpec, selection: Selection): Panel | undefined {
  const selector = selectorOf(selection);
  const targets = lines.flatMap(({ signal, statistic, label }) => {
    const expr = expressionOf(signal, statistic, selector);
    return expr === undefined ? [] : [{ expr, legendFormat: label, datasource: DATASOURCE, interval: '1m' }];
  });
  if (targets.length === 0) return undefined;
  return panel('timeseries', { title, description }, targets, { unit: UNITS[unit], min: 0 });
}

/** How much of an objective's error budget is left. */
export function errorBudgetPanel(slo: string, { objective, windowSeconds, subject, name }: SloSpec): Panel {
  const sum = (record: string) => `sum(sum_over_time(${record}${selectorOf({ slo })}[${duration(windowSeconds)}]))`;
  const expr = `1 - ${sum(MINUTE.sloBad)} / (${sum(MINUTE.sloTotal)} * ${Number((1 - objective).toPrecision(12))})`;
  const steps = [
    { color: 'red', value: null },
    { color: 'orange', value: 0 },
    { color: 'green', value: 0.25 },
  ];
  const target = { expr, instant: true, legendFormat: name, datasource: DATASOURCE };
  const window = duration(windowSeconds);
  const title = `${subject.path}: ${name} over ${window}`;
  const description = `Share of the errors allowed in ${window} that is left; below zero, the objective is missed.`;
  return panel('stat', { title, description }, [target], {
    unit: 'percentunit',
    thresholds: { mode: 'absolute', steps },
  });
}

/** Alerts of the service that are on, over time. */
export function textOfAlerts(namespace: string | undefined, { path }: DashboardSpec): Panel {
  const labels = ['function', 'api', 'queue', 'schedule', 'slo'];
  const own = { pattern: `${escaped(path)}/.+` };
  const expr = labels.map((label) => `ALERTS${selectorOf({ namespace, alertstate: 'firing', [label]: own })}`).join(' or ');
  const legendFormat = `{{alertname}} {{${labels.join('}}{{')}}}`;
  const text = {
    title: 'Alerts that are on',
    description: `Alerts of ${path} and all in it, from when they fired to when they ended.`,
  };
  return panel('state-timeline', text, [{ expr, legendFormat, datasource: DATASOURCE }], {
    unit: 'short',
    thresholds: { mode: 'absolute', steps: [{ color: 'red', value: null }] },
  });
}

function panel(type: string, text: Pick<Panel, 'title' | 'description'>, targets: readonly object[], defaults: object): Panel {
  const lettered = targets.map((target, index) => ({ refId: String.fromCharCode(65 + index), ...target }));
  return {
    height: HEIGHT,
    ...{ type, ...text, datasource: DATASOURCE, targets: lettered, fieldConfig: { defaults, overrides: [] } },
  };
}

function expressionOf(signal: SignalName, statistic: Statistic, selector: string): string | undefined {
  const sum = (record: string) => `sum(sum_over_time(${record}${selector}[$__interval]))`;
  if (signal === 'function.memoryUsed') return `max(max_over_time(${MEMORY_USED}${selector}[$__interval])) / 1048576`;
  if (signal === 'function.duration' || signal === 'api.latency') {
    const buckets = `sum by (le) (sum_over_time(${MINUTE.durations}${selector}[$__interval]))`;
    return `1000 * histogram_quantile(0.${statistic.slice(1)}, ${buckets})`;
  }
  const record = COUNTED[signal];
  if (record === undefined) return undefined;
  return statistic === 'percent' ? `100 * ${sum(record)} / ${sum(MINUTE.invocations)}` : sum(record);
}
