import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Aws, Lazy, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { CronField, CronSpec, ScheduleTriggerSpec } from '../../core/model.js';
import type { Tuning } from '../../core/platform.js';
import { scheduleInput } from '../../runtime/wire.js';
import type { LambdaBackend } from './function.js';
import { allow } from './permissions.js';
import type { AwsScheduleTuning } from './tuning.js';

/** A schedule of EventBridge Scheduler; what it cannot deliver goes to the function's dead letters. */
export function triggerBySchedule(
  scope: Construct,
  fn: LambdaBackend,
  name: string,
  { expression, enabled }: ScheduleTriggerSpec,
  tuning: Tuning,
): CfnSchedule {
  const events = fn.async();
  const { retryAttempts, maxEventAge, ...tuned } = tuning.for<AwsScheduleTuning>('aws', 'schedule');
  return new CfnSchedule(scope, 'Resource', {
    flexibleTimeWindow: { mode: 'OFF' },
    state: enabled === false ? 'DISABLED' : undefined,
    ...tuned,
    scheduleExpression: expressionOf(expression),
    scheduleExpressionTimezone: expression.kind === 'rate' ? undefined : expression.timeZone,
    target: {
      arn: fn.target.arn,
      roleArn: roleOf(fn, tuned.groupName).roleArn,
      input: scheduleInput(name),
      retryPolicy: { maximumRetryAttempts: retryAttempts ?? events.retries, maximumEventAgeInSeconds: maxEventAge?.toSeconds() },
      deadLetterConfig: events.deadLetters && { arn: events.deadLetters.queueArn },
    },
  });
}

function expressionOf(expression: ScheduleTriggerSpec['expression']): string {
  switch (expression.kind) {
    case 'cron':
      return cronExpression(expression.cron);
    case 'rate':
      return rateExpression(expression.everySeconds);
    case 'at':
      return `at(${expression.local})`;
  }
}

/** Groups of a function's schedules, by its role. */
const groupsOf = new WeakMap<Role, Set<string>>();

/** One role for all schedules of a function, which may start this function and nothing else, for schedules of these groups only. */
function roleOf(fn: LambdaBackend, groupName = 'default'): Role {
  const role = (fn.scope.node.tryFindChild('SchedulerRole') as Role | undefined) ?? newRole(fn);
  groupsOf
    .get(role)!
    .add(Stack.of(fn.scope).formatArn({ service: 'scheduler', resource: 'schedule-group', resourceName: groupName }));
  return role;
}

function newRole(fn: LambdaBackend): Role {
  const { deadLetters } = fn.async();
  const policy = new PolicyDocument();
  allow(policy, ['lambda:InvokeFunction'], fn.target.arn);
  if (deadLetters) allow(policy, ['sqs:SendMessage'], deadLetters.queueArn);
  const groups = new Set<string>();
  const sources = Lazy.any({ produce: () => (groups.size === 1 ? [...groups][0] : [...groups]) });
  const role = new Role(fn.scope, 'SchedulerRole', {
    assumedBy: schedulerPrincipal(sources),
    inlinePolicies: { Invoke: policy },
  });
  groupsOf.set(role, groups);
  return role;
}

/** Scheduler, for schedules of a group of this account only. */
export function schedulerPrincipal(group: unknown): ServicePrincipal {
  return new ServicePrincipal('scheduler.amazonaws.com', {
    conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID, 'aws:SourceArn': group } },
  });
}

/**
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based: six fields, the last one the year; days of
 * the week count from 1, Sunday; one of the two day fields must be `?`.
 */
export function cronExpression({ minute, hour, dayOfMonth, month, dayOfWeek }: CronSpec): string {
  const days = dayOfWeek === '*' ? '?' : field(dayOfWeek.map((day) => day + 1));
  const dates = dayOfWeek === '*' ? field(dayOfMonth) : '?';
  return `cron(${field(minute)} ${field(hour)} ${dates} ${field(month)} ${days} *)`;
}

export function rateExpression(everySeconds: number): string {
  const minutes = everySeconds / 60;
  const [amount, unit] =
    minutes % 1440 === 0 ? [minutes / 1440, 'day'] : minutes % 60 === 0 ? [minutes / 60, 'hour'] : [minutes, 'minute'];
  return `rate(${amount} ${unit}${amount === 1 ? '' : 's'})`;
}

/** Values as AWS writes them, runs as ranges: the longest possible expression stays below the 256 characters AWS takes. */
function field(values: CronField): string {
  if (values === '*') return '*';
  const parts: string[] = [];
  for (let start = 0; start < values.length; ) {
    let end = start;
    while (end + 1 < values.length && values[end + 1] === values[end]! + 1) end++;
    parts.push(end > start + 1 ? `${values[start]}-${values[end]}` : values.slice(start, end + 1).join(','));
    start = end + 1;
  }
  return parts.join(',');
}
