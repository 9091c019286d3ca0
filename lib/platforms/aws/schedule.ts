import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Aws, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { CronField, CronSpec, ScheduleTriggerSpec } from '../../core/model.js';
import { scheduleInput } from '../../runtime/wire.js';
import type { LambdaBackend } from './function.js';
import { allow } from './permissions.js';

/** A schedule of EventBridge Scheduler; what it cannot deliver goes to the function's dead letters. */
export function triggerBySchedule(scope: Construct, fn: LambdaBackend, name: string, trigger: ScheduleTriggerSpec): void {
  const events = fn.async();
  const { expression } = trigger;
  new CfnSchedule(scope, 'Resource', {
    flexibleTimeWindow: { mode: 'OFF' },
    scheduleExpression: expression.kind === 'cron' ? cronExpression(expression.cron) : rateExpression(expression.everySeconds),
    scheduleExpressionTimezone: expression.kind === 'cron' ? expression.timeZone : undefined,
    target: {
      arn: fn.target.arn,
      roleArn: roleOf(fn).roleArn,
      input: scheduleInput(name),
      retryPolicy: { maximumRetryAttempts: events.retries },
      deadLetterConfig: events.deadLetters && { arn: events.deadLetters.queueArn },
    },
  });
}

/** One role for all schedules of a function, which may start this function and nothing else. */
function roleOf(fn: LambdaBackend): Role {
  const known = fn.scope.node.tryFindChild('SchedulerRole');
  if (known) return known as Role;
  const { deadLetters } = fn.async();
  const policy = new PolicyDocument();
  allow(policy, ['lambda:InvokeFunction'], fn.target.arn);
  if (deadLetters) allow(policy, ['sqs:SendMessage'], deadLetters.queueArn);
  const group = Stack.of(fn.scope).formatArn({ service: 'scheduler', resource: 'schedule-group', resourceName: 'default' });
  return new Role(fn.scope, 'SchedulerRole', {
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID, 'aws:SourceArn': group } },
    }),
    inlinePolicies: { Invoke: policy },
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
