import {
  Alarm,
  type AlarmProps,
  type CfnAlarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct, IConstruct } from 'constructs';
import type { AlarmSpec } from '../../../core/model.js';
import type { Notify, Subject } from '../../../core/monitoring/port.js';
import { conditionOf } from '../../../core/monitoring/words.js';
import type { Backend } from '../../../core/platform.js';
import type { LambdaBackend } from '../function.js';
import { LIMITS } from '../limits.js';
import { hasMetrics, percentOf, reports, sourceOf, valuesOf } from './metrics.js';
import { notify } from './notifications.js';
import { Register } from './register.js';
import { CHECKED_WITHIN_MINUTES, checkedRuns, checkOf, isRare, type ScheduleSubject } from './schedule-checker.js';
import { silence } from './silences.js';

const OPERATORS = {
  '>': ComparisonOperator.GREATER_THAN_THRESHOLD,
  '>=': ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  '<': ComparisonOperator.LESS_THAN_THRESHOLD,
} as const;

/** One alarm of the table, as an alarm of CloudWatch. */
export interface AlarmResources extends Backend {
  readonly resource: Alarm;
}

const made = new Register<Alarm>();

/** The alarm that was made of a spec, for dashboards. */
export function alarmOf(scope: IConstruct, { subject, name }: AlarmSpec): Alarm | undefined {
  return made.get(scope, `${subject.path} ${name}`);
}

/** Why CloudWatch cannot watch that; undefined where it can. */
export function lacks({ signal, windowSeconds, periods }: AlarmSpec, subject: Subject): string | undefined {
  const isReported = signal === 'function.memoryUsed' || signal === 'schedule.runs';
  if (isReported && !reports(subject.backend as LambdaBackend)) return 'only code that faasten bundles reports it';
  if (signal === 'function.memoryUsed' && !hasMetrics(subject.backend as LambdaBackend))
    return 'what functions report becomes metrics of the service only (`functionMetrics: false`)';
  if (isRare({ signal, windowSeconds, periods })) return undefined;
  const { alarmRangeSeconds, alarmShortRangeSeconds, alarmLongPeriodSeconds } = LIMITS;
  const range = windowSeconds >= alarmLongPeriodSeconds.value ? alarmRangeSeconds : alarmShortRangeSeconds;
  return windowSeconds * periods > range.value
    ? `an alarm looks back ${range.value / 86_400} days at most with such periods (${range.source})`
    : undefined;
}

/** An alarm in the scope, and so in the stack, of what it watches. CloudFormation names it. */
export function createAlarm(scope: Construct, spec: AlarmSpec, subject: Subject, channels: Notify): AlarmResources {
  const { condition, ...props } =
    subject.kind === 'schedule' && isRare(spec) ? ofChecks(scope, spec, subject) : ofValues(spec, subject);
  const alarm = new Alarm(scope, 'Resource', {
    alarmDescription: descriptionOf(condition, spec),
    ...props,
    treatMissingData: spec.missingData === 'alarm' ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
  });
  if (spec.missingData === 'alarm') warmUp(alarm, spec);
  notify(alarm, spec.subject.path, spec.severity, channels);
  silence(alarm, spec.silences);
  made.set(scope, `${spec.subject.path} ${spec.name}`, alarm);
  // What fails because of a new version ends its rollout.
  if (spec.signal === 'function.errors') (subject.backend as LambdaBackend).rollout?.addAlarm(alarm);
  return { resource: alarm };
}

interface Condition
  extends Pick<AlarmProps, 'metric' | 'comparisonOperator' | 'threshold' | 'evaluationPeriods' | 'datapointsToAlarm'> {
  /** In words. */
  readonly condition: string;
}

function ofValues(spec: AlarmSpec, subject: Subject): Condition {
  return {
    condition: conditionOf(spec),
    metric: metricOf(spec, subject),
    comparisonOperator: OPERATORS[spec.comparison],
    threshold: spec.threshold,
    evaluationPeriods: spec.periods,
    datapointsToAlarm: spec.periodsToAlarm,
  };
}

/** What the checker found. Where it does not check, a run may be missing, which is as bad. */
function ofChecks(scope: Construct, spec: AlarmSpec, subject: ScheduleSubject): Condition {
  return {
    condition: checkOf(spec, subject),
    metric: checkedRuns(scope, spec, subject),
    comparisonOperator: OPERATORS['>='],
    threshold: 1,
    evaluationPeriods: 1,
  };
}

/** `<condition>. <why> Severity: page. Runbook: <where>`, for whoever gets it. */
export function descriptionOf(
  condition: string,
  { why, severity, runbook }: { readonly why?: string; readonly severity: string; readonly runbook: string },
): string {
  return [`${condition[0]!.toUpperCase()}${condition.slice(1)}.`, why, `Severity: ${severity}.`, `Runbook: ${runbook}`]
    .filter(Boolean)
    .join(' ')
    .slice(0, LIMITS.alarmDescriptionMax.value);
}

function metricOf({ signal, statistic, windowSeconds, minBadEvents, missingData }: AlarmSpec, subject: Subject): IMetric {
  const period = Duration.seconds(windowSeconds);
  if (statistic === 'percent') return percentOf(signal, subject, period, minBadEvents);
  const values = valuesOf(sourceOf(signal, subject), statistic, period);
  // CloudWatch looks back further than the window where data is missing, and would find an older run: filled, nothing is missing.
  return missingData === 'alarm'
    ? new MathExpression({ expression: 'FILL(runs, 0)', usingMetrics: { runs: values }, period })
    : values;
}

/** A new schedule has not run yet, or has not been checked. */
function warmUp(alarm: Alarm, spec: AlarmSpec): void {
  (alarm.node.defaultChild as CfnAlarm).addPropertyOverride('WarmUpConfiguration', {
    WarmUpPeriodDurationInMinutes: isRare(spec) ? CHECKED_WITHIN_MINUTES : spec.windowSeconds / 60,
    OnlyStartEvaluatingAfterWarmUpPeriodEnds: true,
  });
}
