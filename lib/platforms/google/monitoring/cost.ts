import { MonitoringAlertPolicy } from '@cdktf/provider-google/lib/monitoring-alert-policy/index.js';
import { MonitoringDashboard } from '@cdktf/provider-google/lib/monitoring-dashboard/index.js';
import type { TerraformResource } from 'cdktf';
import type { IConstruct } from 'constructs';
import { attachmentOf } from '../../../core/attachment.js';
import { MINUTES_PER_MONTH, total, type WatchingCost, watchingCostOf } from '../../../core/monitoring/cost.js';
import type { GoogleFunctionBackend } from '../function.js';
import { EVALUATION_SECONDS } from './limits.js';
import { conditionOf } from './policy.js';
import { POINT_BYTES, PRICES } from './prices.js';

/** Names of the parts of what watching costs. */
export type WatchingPart = 'metricReferences' | 'points' | 'logMetricsMiB' | 'dashboards';

const LOOKS_PER_MONTH = (MINUTES_PER_MONTH * 60) / EVALUATION_SECONDS;

/** Where Google splits a query into clauses: https://cloud.google.com/monitoring/alerts/cost-control */
const BETWEEN_CLAUSES = />=?|<=?|==|!=|\b(?:and|or|unless)\b/i;

/** Labels and their values, in which words and signs mean nothing. */
const SELECTOR = /\{(?:[^"{}]|"(?:[^"\\]|\\.)*")*\}/g;

/** Outcomes of invocations that are counted apart in a minute: well and not. */
const OUTCOMES = 2;

/** Counts what watches what is below a construct. A policy that it shares with others counts whole. */
export function watchingCost(scope: IConstruct): WatchingCost<WatchingPart> {
  const all = scope.node.findAll();
  const policies = new Set(all.flatMap(policiesOf));
  const conditions = [...policies].map((policy) => conditionOf(policy));
  const queries = conditions.map((condition) => countsOf(condition?.query));
  const points = queries.map(({ clauses }, index) => clauses * (conditions[index]?.series ?? 1) * LOOKS_PER_MONTH);
  const later = { from: PRICES.policiesFrom };
  return watchingCostOf(policies.size, {
    metricReferences: { count: total(queries.map(({ references }) => references)), usdEach: PRICES.metricReference, ...later },
    points: { count: total(points), usdEach: PRICES.point, ...later },
    logMetricsMiB: { count: total(all.map(logBytesOf)) / 2 ** 20, usdEach: PRICES.metricMiB },
    dashboards: { count: all.filter((each) => isOf(MonitoringDashboard.tfResourceType, each)).length, usdEach: 0 },
  });
}

/** Itself, or the one that an alarm has with others. */
function policiesOf(construct: IConstruct): MonitoringAlertPolicy[] {
  const made = attachmentOf(construct);
  const candidate = made?.type === 'alarm' ? made.backend.resource : construct;
  return isOf(MonitoringAlertPolicy.tfResourceType, candidate) ? [candidate as MonitoringAlertPolicy] : [];
}

/** By its type, as an app may have two copies of the bindings. */
function isOf(type: string, construct: IConstruct): boolean {
  return (construct as Partial<TerraformResource>).terraformResourceType === type;
}

/** Of a policy of the user's own, nothing is known: one of each. */
function countsOf(query: string | undefined): { references: number; clauses: number } {
  if (query === undefined) return { references: 1, clauses: 1 };
  const plain = query.replace(SELECTOR, '{}');
  return {
    references: plain.split('{}').length - 1,
    clauses: plain.split(BETWEEN_CLAUSES).filter((clause) => clause.includes('{}')).length,
  };
}

/** Of the metrics that are made of a function's reports, in a month in which it runs each minute. */
function logBytesOf(construct: IConstruct): number {
  const made = attachmentOf(construct);
  if (made?.type !== 'function' || made.platform.name !== 'google') return 0;
  const { reports, context } = made.backend as GoogleFunctionBackend;
  if (!reports) return 0;
  const { kinds } = made.describe() as { kinds: readonly string[] };
  const { counters, distributions } = context.monitoring.reportMetrics;
  const bytes = counters * POINT_BYTES.counter + distributions * POINT_BYTES.distribution;
  return bytes * kinds.length * OUTCOMES * MINUTES_PER_MONTH;
}
