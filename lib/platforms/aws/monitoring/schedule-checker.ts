import { type IMetric, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Duration, Lazy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { humanDuration } from '../../../core/duration.js';
import type { AlarmSpec, CronSpec } from '../../../core/model.js';
import { longestGapSeconds } from '../../../core/monitoring/gap.js';
import type { Subject } from '../../../core/monitoring/port.js';
import { METRICS_NAMESPACE } from '../../../runtime/wire.js';
import type { LambdaBackend } from '../function.js';
import { DEFAULT_LOG_RETENTION_DAYS, LIMITS } from '../limits.js';
import { allow } from '../permissions.js';
import { schedulerPrincipal } from '../schedule.js';
import { inlineCode } from './inline-code.js';
import { SCHEDULE_CHECKER_SOURCE } from './schedule-checker-source.js';

/** Id of a stack's first checker. */
const CHILD = 'FaastenScheduleChecker';

/** Schedules of one checker: their ARNs fit into the policy of its role, which has 10,240 characters. */
const ROOM = 50;

/** A run that comes this much later than it was due is not missed, whatever the alarm's window says. */
const LEAST_LATE_SECONDS = 600;

/** What the checker reports, 0 or 1, beside what functions report. */
const MISSED_RUN = 'missedRun';

/** A new schedule has been checked for the first time. */
export const CHECKED_WITHIN_MINUTES = 180;

/** What the checker is told of a schedule. */
interface Checked {
  readonly arn: string;
  /** Dimensions of what its function reports. */
  readonly function: string;
  readonly trigger: string;
  readonly cron?: Omit<CronSpec, 'source'>;
  readonly timeZone?: string;
  /** Without `cron`. */
  readonly everySeconds?: number;
  /** How many runs there must be since it was due. */
  readonly least: number;
  readonly lateSeconds: number;
}

export type ScheduleSubject = Extract<Subject, { kind: 'schedule' }>;

/**
 * Whether an alarm itself cannot tell that a run was missed: CloudWatch looks back 7 days, and lets a new alarm wait for 2 days, after
 * which it would miss a run that was not due yet.
 */
export function isRare({ signal, windowSeconds, periods }: Pick<AlarmSpec, 'signal' | 'windowSeconds' | 'periods'>): boolean {
  return signal === 'schedule.runs' && windowSeconds * periods > LIMITS.alarmWarmUpMinutes.value * 60;
}

/** How late a run may come: what the alarm's window leaves of the longest time between two. */
function lateSecondsOf({ windowSeconds, periods }: AlarmSpec, expression: ScheduleSubject['spec']['expression']): number {
  return Math.max(LEAST_LATE_SECONDS, windowSeconds * periods - longestGapSeconds(expression));
}

/** What is looked at, in words. */
export function checkOf(spec: AlarmSpec, { spec: { expression } }: ScheduleSubject): string {
  return `runs < ${spec.threshold} within ${humanDuration(lateSecondsOf(spec, expression) * 1000)} after one was due, or nothing is known`;
}

/** Has a schedule checked each hour, and gives the metric that is 1 while a run is missing. */
export function checkedRuns(scope: Construct, spec: AlarmSpec, subject: ScheduleSubject): IMetric {
  checkerWithRoom(Stack.of(scope)).add(spec, subject);
  const { path } = (subject.backend as LambdaBackend).spec;
  return new Metric({
    namespace: METRICS_NAMESPACE,
    metricName: MISSED_RUN,
    dimensionsMap: { function: path, trigger: subject.name },
    statistic: Stats.MAXIMUM,
    // A check may come a little late.
    period: Duration.hours(2),
  });
}

function checkerWithRoom(stack: Stack): ScheduleChecker {
  for (let number = 1; ; number++) {
    const id = number === 1 ? CHILD : `${CHILD}${number}`;
    const checker = (stack.node.tryFindChild(id) as ScheduleChecker | undefined) ?? new ScheduleChecker(stack, id);
    if (checker.hasRoom) return checker;
  }
}

/** A function that looks each hour whether the schedules of a stack ran when they were due. */
class ScheduleChecker extends Construct {
  private readonly schedules: Checked[] = [];

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Logs', { retention: DEFAULT_LOG_RETENTION_DAYS });
    const arns = Lazy.list({ produce: () => this.schedules.map(({ arn }) => arn) });
    const policy = new PolicyDocument();
    allow(policy, ['logs:CreateLogStream', 'logs:PutLogEvents'], logGroup.logGroupArn);
    allow(policy, ['scheduler:GetSchedule'], ...arns);
    // Metrics have no ARN: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
    allow(policy, ['cloudwatch:GetMetricData'], '*');
    const fn = new LambdaFunction(this, 'Resource', {
      description: 'Looks each hour whether rare schedules ran',
      ...inlineCode(SCHEDULE_CHECKER_SOURCE),
      timeout: Duration.minutes(1),
      memorySize: 256,
      role: new Role(this, 'Role', {
        assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
        inlinePolicies: { Check: policy },
      }),
      logGroup,
    });
    const invoke = new PolicyDocument();
    allow(invoke, ['lambda:InvokeFunction'], fn.functionArn);
    const group = Stack.of(this).formatArn({ service: 'scheduler', resource: 'schedule-group', resourceName: 'default' });
    const role = new Role(this, 'SchedulerRole', { assumedBy: schedulerPrincipal(group), inlinePolicies: { Invoke: invoke } });
    new CfnSchedule(this, 'Schedule', {
      description: 'Checks rare schedules',
      flexibleTimeWindow: { mode: 'OFF' },
      scheduleExpression: 'rate(1 hour)',
      target: {
        arn: fn.functionArn,
        roleArn: role.roleArn,
        input: Stack.of(this).toJsonString({ schedules: Lazy.any({ produce: () => this.schedules }) }),
        // The next check comes in any case.
        retryPolicy: { maximumEventAgeInSeconds: 1800 },
      },
    });
  }

  get hasRoom(): boolean {
    return this.schedules.length < ROOM;
  }

  add(alarm: AlarmSpec, { name, spec: { expression }, backend }: ScheduleSubject): void {
    const { spec, schedules } = backend as LambdaBackend;
    this.schedules.push({
      arn: schedules.get(name)!.attrArn,
      function: spec.path,
      trigger: name,
      ...timesOf(expression),
      least: alarm.threshold,
      lateSeconds: lateSecondsOf(alarm, expression),
    });
  }
}

function timesOf(expression: ScheduleSubject['spec']['expression']): Pick<Checked, 'cron' | 'timeZone' | 'everySeconds'> {
  if (expression.kind === 'rate') return { everySeconds: expression.everySeconds };
  if (expression.kind === 'at') return {};
  const { source: _, ...cron } = expression.cron;
  return { cron, timeZone: expression.timeZone };
}
