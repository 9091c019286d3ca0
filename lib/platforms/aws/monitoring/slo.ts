import {
  Alarm,
  AlarmRule,
  AlarmState,
  type CfnCompositeAlarm,
  ComparisonOperator,
  CompositeAlarm,
  type IMetric,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import { Construct, type IConstruct } from 'constructs';
import type { BurnRateAlertSpec, SloSpec } from '../../../core/model.js';
import type { Notify, Subject } from '../../../core/monitoring/port.js';
import { burnRateOf, objectiveOf } from '../../../core/monitoring/words.js';
import type { Backend } from '../../../core/platform.js';
import { METRICS_NAMESPACE } from '../../../runtime/wire.js';
import { descriptionOf } from './alarms.js';
import { countInvocations } from './instrument.js';
import { type Series, shareOf, sourceOf, valuesOf } from './metrics.js';
import { notify } from './notifications.js';
import { Register } from './register.js';
import { silence } from './silences.js';

/** One objective: for each of its alerts an alarm per window, and one that is on while both are. */
export interface SloResources extends Backend {
  /** What tells the channels, by the alerts of the objective. */
  readonly alarms: readonly CompositeAlarm[];
}

/** The metrics of each objective, for the dashboard. */
const measured = new Register<(period: Duration) => Measured>();

export interface Measured {
  readonly bad: IMetric;
  readonly total: IMetric;
}

export function measuredOf(scope: IConstruct, { subject, name }: SloSpec): ((period: Duration) => Measured) | undefined {
  return measured.get(scope, `${subject.path} ${name}`);
}

export function createSlo(scope: Construct, spec: SloSpec, subjects: () => readonly Subject[], channels: Notify): SloResources {
  const { subject } = spec;
  if (subject.kind === 'service') countInvocations(scope, subject.path);
  const measure = (period: Duration): Measured =>
    subject.kind === 'service' ? ofService(spec, period) : ofSubject(spec, subjects()[0]!, period);
  measured.set(scope, `${subject.path} ${spec.name}`, measure);
  const alarms = spec.alerts.map((alert) => {
    const at = new Construct(scope, `${alert.longWindowSeconds / 3600}h`);
    const long = windowAlarm(at, 'Long', spec, alert, alert.longWindowSeconds, spec.minBadEvents, measure);
    const short = windowAlarm(at, 'Short', spec, alert, alert.shortWindowSeconds, 0, measure);
    const both = new CompositeAlarm(at, 'Resource', {
      alarmDescription: descriptionOf(`${burnRateOf(alert)}; ${objectiveOf(spec)}`, {
        severity: alert.severity,
        runbook: spec.runbook,
      }),
      alarmRule: AlarmRule.allOf(AlarmRule.fromAlarm(long, AlarmState.ALARM), AlarmRule.fromAlarm(short, AlarmState.ALARM)),
    });
    // The CDK's own name is the same in every deployment of the app; CloudFormation's is not.
    (both.node.defaultChild as CfnCompositeAlarm).alarmName = undefined;
    notify(both, subject.path, alert.severity, channels);
    silence(both, spec.silences);
    return both;
  });
  return { resource: scope, alarms };
}

/** On while more than the alert's share of the events in the window is bad. Where nothing happened there is no share, and no alarm. */
function windowAlarm(
  scope: Construct,
  id: string,
  spec: SloSpec,
  { errorRatio }: BurnRateAlertSpec,
  windowSeconds: number,
  least: number,
  measure: (period: Duration) => Measured,
): Alarm {
  const period = Duration.seconds(windowSeconds);
  const { bad, total } = measure(period);
  return new Alarm(scope, id, {
    alarmDescription: `Half of an alert of ${spec.name} of '${spec.subject.path}', which its neighbour completes; tells nobody.`,
    metric: shareOf({ bad, total }, period, 1, least),
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    threshold: errorRatio,
    evaluationPeriods: 1,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
}

/** What the functions of a service report. AWS has no metric of several functions together. */
function ofService({ subject, thresholdMillis }: SloSpec, period: Duration): Measured {
  const series = (metricName: string, dimensions: Record<string, string> = {}): Series => ({
    namespace: METRICS_NAMESPACE,
    metricName,
    dimensionsMap: { service: subject.path, ...dimensions },
  });
  if (thresholdMillis !== undefined) return slower(series('durationMs', { kind: 'http' }), thresholdMillis, period);
  const sum = (metricName: string) => new Metric({ ...series(metricName), statistic: 'Sum', period });
  return { bad: sum('errors'), total: sum('invocations') };
}

/** What fails, of how many, and how long they take. */
const COUNTED = {
  api: ['api.serverErrors', 'api.requests', 'api.latency'],
  websocket: ['websocket.serverErrors', 'websocket.requests', 'websocket.latency'],
  function: ['function.errors', 'function.invocations', 'function.duration'],
} as const;

function ofSubject({ thresholdMillis }: SloSpec, subject: Subject, period: Duration): Measured {
  const [errors, total, time] = COUNTED[subject.kind as keyof typeof COUNTED];
  if (thresholdMillis !== undefined) return slower(sourceOf(time, subject).series[0]!, thresholdMillis, period);
  const sum = (signal: typeof errors | typeof total) => valuesOf(sourceOf(signal, subject), 'sum', period);
  return { bad: sum(errors), total: sum(total) };
}

/**
 * Events that took longer than the threshold, which counts as good itself. CloudWatch counts values in a range whose lower bound is
 * left out. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
 */
function slower(series: Series, thresholdMillis: number, period: Duration): Measured {
  return {
    bad: new Metric({ ...series, statistic: `TC(${thresholdMillis}:)`, period }),
    total: new Metric({ ...series, statistic: 'SampleCount', period }),
  };
}
