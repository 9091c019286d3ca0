import { type CfnAlarm as Alarm, CfnAlarm, CfnCompositeAlarm, CfnDashboard } from 'aws-cdk-lib/aws-cloudwatch';
import { Stack } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { attachmentOf } from '../../../core/attachment.js';
import type { AlarmModel } from '../../../core/describe.js';
import { total, type WatchingCost, watchingCostOf } from '../../../core/monitoring/cost.js';
import { METRICS_VARIABLE, SERVICE_VARIABLE } from '../../../runtime/wire.js';
import type { LambdaBackend } from '../function.js';
import { hasMetrics } from './metrics.js';
import { PRICES } from './prices.js';
import { isRare } from './schedule-checker.js';

/** Names of the parts of what watching costs. */
export type WatchingPart = 'alarmMetrics' | 'compositeAlarms' | 'dashboards' | 'customMetrics';

/** Counts what is there below a construct, what users made themselves included. To be asked when all is declared. */
export function watchingCost(scope: IConstruct): WatchingCost<WatchingPart> {
  const all = scope.node.findAll();
  const alarms = all.filter((each): each is Alarm => each instanceof CfnAlarm);
  const composites = all.filter((each) => each instanceof CfnCompositeAlarm);
  return watchingCostOf(alarms.length + composites.length, {
    alarmMetrics: { count: total(alarms.map(metricsOf)), usdEach: PRICES.alarmMetric },
    compositeAlarms: { count: composites.length, usdEach: PRICES.compositeAlarm },
    dashboards: { count: all.filter((each) => each instanceof CfnDashboard).length, usdEach: PRICES.dashboard },
    customMetrics: { count: reportedBy(all).size, usdEach: PRICES.customMetric },
  });
}

function metricsOf(alarm: CfnAlarm): number {
  const metrics = Stack.of(alarm).resolve(alarm.metrics) as { metricStat?: object }[] | undefined;
  return metrics ? metrics.filter(({ metricStat }) => metricStat).length : 1;
}

/** Metrics that functions report, each by its name and dimensions: lib/runtime/emf.ts, and the checker of schedules. */
function reportedBy(constructs: readonly IConstruct[]): Set<string> {
  const metrics = new Set<string>();
  for (const construct of constructs) {
    const attachment = attachmentOf(construct);
    if (attachment?.type === 'alarm' && attachment.platform.name === 'aws') {
      const { subject, ...alarm } = attachment.describe() as AlarmModel;
      if (isRare(alarm)) metrics.add(`schedule ${subject.path} missedRun`);
    }
    if (attachment?.type !== 'function' || attachment.platform.name !== 'aws') continue;
    const backend = attachment.backend as LambdaBackend;
    const { resource, spec } = backend;
    const model = attachment.describe() as { kinds: readonly string[]; triggers: Record<string, { kind: string }> };
    const variables = variablesOf(resource);
    const fields = variables[METRICS_VARIABLE]?.split(':')[1]?.split(',');
    if (!fields) continue;
    const service = variables[SERVICE_VARIABLE];
    for (const field of fields.filter((name) => name !== 'service')) {
      if (hasMetrics(backend)) metrics.add(`function ${spec.path} ${field}`);
      if (service) metrics.add(`service ${service} ${field}`);
    }
    if (service && model.kinds.includes('http')) metrics.add(`service ${service} http durationMs`);
    for (const [name, { kind }] of Object.entries(model.triggers))
      if (kind === 'schedule') metrics.add(`function ${spec.path} ${name} invocations`);
  }
  return metrics;
}

function variablesOf(fn: LambdaBackend['resource']): Record<string, string | undefined> {
  const { environment } = fn.node.defaultChild as unknown as { environment: unknown };
  return (Stack.of(fn).resolve(environment) as { variables?: Record<string, string> } | undefined)?.variables ?? {};
}
