import type { MonitoringAlertPolicy } from '@cdktf/provider-google/lib/monitoring-alert-policy/index.js';
import { MonitoringCustomService } from '@cdktf/provider-google/lib/monitoring-custom-service/index.js';
import { MonitoringSlo } from '@cdktf/provider-google/lib/monitoring-slo/index.js';
import { Lazy } from 'cdktf';
import type { Construct } from 'constructs';
import type { BurnRateAlertSpec, SloSpec } from '../../../core/model.js';
import type { Notify, Subject } from '../../../core/monitoring/port.js';
import { duration } from '../../../core/monitoring/promql.js';
import { silencer } from '../../../core/monitoring/silences.js';
import { burnRateOf, objectiveOf } from '../../../core/monitoring/words.js';
import type { Backend } from '../../../core/platform.js';
import type { GoogleApiBackend } from '../api.js';
import type { StackContext } from '../context.js';
import { within } from '../limits.js';
import { googleName } from '../names.js';
import { plainText } from '../text.js';
import { FILTER_LENGTH, GOAL, SERVICE_ID_LENGTH, SLO_DAYS } from './limits.js';
import { alertPolicy } from './policy.js';
import { added, atLeast, type Labels, type Matcher, type Metric, series } from './promql.js';
import type { LogMetric, StackMonitoring } from './stack.js';

const DAY = 86_400;

/**
 * An objective: Google's own, which shows the error budget, and an alert policy for each pair of windows. The policies are in PromQL, as
 * Google's own condition (`select_slo_burn_rate`) knows no least count of bad events.
 */
export class SloResources implements Backend {
  readonly resource: MonitoringSlo;
  readonly policies: readonly MonitoringAlertPolicy[];

  constructor(scope: Construct, context: StackContext, spec: SloSpec, subjects: () => readonly Subject[], notify: Notify) {
    const { subject, name } = spec;
    const days = within('slo', subject.path, 'window', spec.windowSeconds / DAY, ' days', SLO_DAYS);
    const goal = within('slo', subject.path, 'objective', spec.objective, '', GOAL);
    const { monitoring } = context;
    const indicator = indicatorOf(monitoring, spec, () => selectionOf(spec, subjects()[0]));
    const project = context.projectArgument;
    const parent = scope.node.scope as Construct;
    const service =
      (parent.node.tryFindChild('Service') as MonitoringCustomService | undefined) ??
      new MonitoringCustomService(parent, 'Service', {
        serviceId: googleName(subject.path, SERVICE_ID_LENGTH),
        displayName: plainText(subject.path),
        project,
      });
    this.resource = new MonitoringSlo(scope, 'Resource', {
      service: service.serviceId,
      sloId: name,
      displayName: plainText(objectiveOf(spec)),
      goal,
      rollingPeriodDays: days,
      requestBasedSli: indicator.sli,
      project,
      // Google refuses an objective over a metric that it does not know.
      dependsOn: [indicator.metric.made],
    });
    const { max, source } = FILTER_LENGTH;
    this.resource.node.addValidation({
      validate: () => {
        const { length } = indicator.filter();
        if (length <= max) return [];
        const what = `slo '${subject.path}': the names of its functions make a filter of ${length} characters`;
        return [`${what}, and Cloud Monitoring takes ${max} (${source}); give the slo to the service instead`];
      },
    });
    const unlessSilent = silencer(subject.path, spec.silences);
    this.policies = spec.alerts.map((alert) =>
      alertPolicy(scope, `Burn${duration(alert.longWindowSeconds)}`, {
        context,
        title: `${subject.path}: ${name}, ${duration(alert.longWindowSeconds)}`,
        alarm: `slo-${name}`,
        severity: alert.severity,
        condition: () => ({ query: unlessSilent(burning(spec, alert, indicator)), series: 1, durationSeconds: 0 }),
        notify: () => [notify],
        why: `The objective is: ${objectiveOf(spec)}.`,
        words: burnRateOf(alert),
        runbook: spec.runbook,
      }),
    );
    for (const policy of this.policies) monitoring.note(subject.path, policy);
  }
}

/** How events are counted: in PromQL over a window, and as Google's indicator. */
interface Indicator {
  bad(window: string): string;
  total(window: string): string;
  readonly sli: MonitoringSlo['requestBasedSliInput'];
  readonly metric: LogMetric;
  /** The longest of the indicator's filters, when the configuration is written. */
  readonly filter: () => string;
}

/** Both windows must burn too fast: the long one says that it matters, the short one that it still goes on. */
function burning(
  { minBadEvents }: SloSpec,
  { errorRatio, longWindowSeconds, shortWindowSeconds }: BurnRateAlertSpec,
  indicator: Indicator,
) {
  const long = `[${duration(longWindowSeconds)}]`;
  const fast = (window: string) => `${indicator.bad(window)} / ${indicator.total(window)} > ${errorRatio}`;
  const enough = minBadEvents > 0 ? ` and ${atLeast(indicator.bad(long), minBadEvents)}` : '';
  return `${fast(long)} and ${fast(`[${duration(shortWindowSeconds)}]`)}${enough}`;
}

/** Share of the error budget that is left, from 1 down. `subject` is undefined for a service. */
export function budgetLeft(monitoring: StackMonitoring, spec: SloSpec, subject: Subject | undefined): string {
  const { bad, total } = indicatorOf(monitoring, spec, () => selectionOf(spec, subject));
  const window = `[${duration(spec.windowSeconds)}]`;
  // Zero where none was bad, so that there is a share of it.
  return `1 - (${bad(window)} or ${total(window)} * 0) / (${total(window)} * ${Number((1 - spec.objective).toPrecision(12))})`;
}

function indicatorOf(monitoring: StackMonitoring, spec: SloSpec, selection: () => Labels): Indicator {
  const { thresholdMillis } = spec;
  const filter =
    (metric: Metric, more: Labels = {}) =>
    () =>
      filterOf(metric, { ...selection(), ...more });
  if (thresholdMillis === undefined) {
    const metric = monitoring.invocations();
    const count = (window: string, more: Labels = {}) => added(series(metric, { ...selection(), ...more }), window, []);
    return {
      metric,
      bad: (window) => count(window, { outcome: { not: 'ok' } }),
      total: (window) => count(window),
      sli: {
        goodTotalRatio: { goodServiceFilter: late(filter(metric, { outcome: 'ok' })), totalServiceFilter: late(filter(metric)) },
      },
      filter: filter(metric, { outcome: 'ok' }),
    };
  }
  const metric = monitoring.durations(thresholdMillis);
  const total = (window: string) => added(series(metric, selection(), '_count'), window, []);
  const fast = (window: string) =>
    added(series(metric, { ...selection(), le: { like: `${thresholdMillis}(\\.0)?` } }, '_bucket'), window, []);
  return {
    metric,
    bad: (window) => `(${total(window)} - ${fast(window)})`,
    total,
    sli: { distributionCut: { distributionFilter: late(filter(metric)), range: { max: thresholdMillis } } },
    filter: filter(metric),
  };
}

function late(filter: () => string): string {
  return Lazy.stringValue({ produce: () => plainText(filter()) });
}

/** Which reports count. A latency is that of requests; see docs/monitoring.md. */
function selectionOf({ subject: of, thresholdMillis }: SloSpec, subject: Subject | undefined): Labels {
  const requests = { kind: 'http' };
  switch (of.kind) {
    case 'service':
      // Functions say which service they count for.
      return { service: of.path, ...(thresholdMillis !== undefined && requests) };
    case 'function':
      return { function: of.path };
    case 'api': {
      const functions = (subject!.backend as GoogleApiBackend).answeredBy.map(({ spec }) => spec.path);
      return { function: functions.sort(), ...requests };
    }
    case 'websocket':
      throw new Error('Google Cloud has no WebSocket APIs');
  }
}

/** A filter of Cloud Monitoring: https://cloud.google.com/monitoring/api/v3/filters */
function filterOf(metric: Metric, labels: Labels): string {
  const matching = (matcher: Matcher) =>
    typeof matcher === 'string'
      ? JSON.stringify(matcher)
      : `one_of(${(matcher as readonly string[]).map((each) => JSON.stringify(each)).join(',')})`;
  const parts = Object.entries(labels).map(([label, matcher]) => `metric.labels.${label}=${matching(matcher!)}`);
  return [`metric.type="${metric.type}"`, `resource.type="${metric.resource}"`, ...parts].join(' AND ');
}
