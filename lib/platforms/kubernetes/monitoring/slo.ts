import type { SloSpec } from '../../../core/model.js';
import type { Subject } from '../../../core/monitoring/port.js';
import { duration } from '../../../core/monitoring/promql.js';
import { type Selection, selectionOf, unlessSilent } from './alarm.js';
import type { Rule } from './chart.js';
import { bound, MINUTE, NO_BOUND, range, selectorOf } from './promql.js';

/** Name of an objective in rules and labels. */
export function sloName({ subject, name }: SloSpec): string {
  return `${subject.path}/${name}`;
}

/**
 * An objective: bad events and all events of each minute, and an alert for each pair of windows. Both windows must burn too fast: the
 * long one says that it matters, the short one that it still goes on. https://sre.google/workbook/alerting-on-slos/
 */
export function rulesOf(
  spec: SloSpec,
  subjects: readonly Subject[],
  namespace: string | undefined,
  labelsFor: (severity: SloSpec['alerts'][number]['severity']) => Readonly<Record<string, string>>,
): readonly Rule[] {
  const slo = sloName(spec);
  const selection = selectionFor(spec, subjects);
  if (selection === undefined) return [];
  const labels = { ...(namespace && { namespace }), slo };
  const minute = (record: string, le?: ReturnType<typeof bound>) =>
    `sum by (namespace) (${record}${selectorOf({ namespace, ...selection, le })})`;
  const slow = spec.thresholdMillis;
  const total = slow === undefined ? minute(MINUTE.invocations) : minute(MINUTE.durations, NO_BOUND);
  const bad = slow === undefined ? minute(MINUTE.errors) : `${total} - ${minute(MINUTE.durations, bound(slow))}`;
  const alerts = spec.alerts.map((alert): Rule => {
    const { severity, errorRatio, burnRate, longWindowSeconds, shortWindowSeconds } = alert;
    const fast = (window: number) => `${sum(slo, MINUTE.sloBad, window)} / ${sum(slo, MINUTE.sloTotal, window)} > ${errorRatio}`;
    const enough = spec.minBadEvents > 0 ? ` and ${sum(slo, MINUTE.sloBad, longWindowSeconds)} >= ${spec.minBadEvents}` : '';
    return {
      alert: 'ErrorBudgetBurn',
      expr: unlessSilent(spec)(`${fast(longWindowSeconds)} and ${fast(shortWindowSeconds)}${enough}`),
      labels: { ...labels, severity, window: duration(longWindowSeconds), ...labelsFor(severity) },
      annotations: {
        summary: `${slo} burns its error budget ${burnRate} times too fast`,
        description: `More than ${Number((errorRatio * 100).toPrecision(6))} % are bad over ${duration(longWindowSeconds)} and ${duration(shortWindowSeconds)}; the objective is ${Number((spec.objective * 100).toPrecision(8))} % over ${duration(spec.windowSeconds)}.`,
        runbook_url: spec.runbook,
      },
    };
  });
  return [{ record: MINUTE.sloTotal, expr: total, labels }, { record: MINUTE.sloBad, expr: bad, labels }, ...alerts];
}

function sum(slo: string, record: string, window: number): string {
  return `sum by (namespace, slo) (sum_over_time(${record}${selectorOf({ slo })}${range({ seconds: window })}))`;
}

/** What counts for an objective. Nobody waits for what a service does in the background: its latency is that of requests. */
function selectionFor({ subject, thresholdMillis }: SloSpec, subjects: readonly Subject[]): Selection | undefined {
  if (subject.kind !== 'service') return subjects[0] && selectionOf(subjects[0]);
  // Functions say which service they count for.
  return { service: subject.path, kind: thresholdMillis === undefined ? undefined : 'http' };
}
