import { Duration as CdkDuration } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { parseCron } from '../../../lib/core/cron.js';
import { Duration, Schedule, ServerlessFunction } from '../../../lib/index.js';
import { AwsSchedule } from '../../../lib/platforms/aws/index.js';
import { cronExpression, rateExpression } from '../../../lib/platforms/aws/schedule.js';
import { entry, errorOf, newStack, resourcesOf } from './template.js';

test.each([
  ['* * * * *', 'cron(* * * * ? *)'],
  ['0 3 * * *', 'cron(0 3 * * ? *)'],
  ['*/15 * * * *', 'cron(0,15,30,45 * * * ? *)'],
  ['0 9-17 * * 1-5', 'cron(0 9-17 ? * 2-6 *)'],
  ['0 0 1,15 * *', 'cron(0 0 1,15 * ? *)'],
  ['30 4 * 1,2,3,12 sun', 'cron(30 4 ? 1-3,12 1 *)'],
  ['0 0 * * 7', 'cron(0 0 ? * 1 *)'],
  ['0 0 31 dec *', 'cron(0 0 31 12 ? *)'],
  ['0 0 * * 0,6', 'cron(0 0 ? * 1,7 *)'],
])('crontab %s is %s', (crontab, expected) => {
  expect(cronExpression(parseCron(crontab))).toBe(expected);
});

test('the longest expression stays below the 256 characters that EventBridge Scheduler takes', () => {
  const pairs = (from: number, to: number) => {
    const values: number[] = [];
    for (let value = from; value <= to; value += 3) values.push(value, ...(value < to ? [value + 1] : []));
    return values.join(',');
  };
  const expression = cronExpression(parseCron(`${pairs(0, 59)} ${pairs(0, 23)} ${pairs(1, 31)} ${pairs(1, 12)} *`));
  expect(expression.length).toBeGreaterThan(200);
  expect(expression.length).toBeLessThan(256);
});

test.each([
  [60, 'rate(1 minute)'],
  [300, 'rate(5 minutes)'],
  [3600, 'rate(1 hour)'],
  [5400, 'rate(90 minutes)'],
  [7200, 'rate(2 hours)'],
  [86_400, 'rate(1 day)'],
  [604_800, 'rate(7 days)'],
])('every %d seconds is %s', (seconds, expected) => {
  expect(rateExpression(seconds)).toBe(expected);
});

describe('what else a schedule may be', () => {
  const made = (trigger: ReturnType<typeof Schedule.at>) => {
    const stack = newStack();
    new ServerlessFunction(stack, 'Work', { entry, triggers: { Tick: trigger } });
    return resourcesOf(stack);
  };
  const once = (trigger: ReturnType<typeof Schedule.at>) => made(trigger).WorkTriggersTick!.Properties;

  test('once, by the clock of a zone or at a moment', () => {
    expect(once(Schedule.at('2026-12-24T18:00', { timeZone: 'Europe/Berlin' }))).toMatchObject({
      ScheduleExpression: 'at(2026-12-24T18:00:00)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
    });
    expect(once(Schedule.at(new Date('2026-12-24T18:00:00+01:00')))).toMatchObject({
      ScheduleExpression: 'at(2026-12-24T17:00:00)',
      ScheduleExpressionTimezone: 'UTC',
    });
  });

  test.each([
    ['2026-02-30T00:00:00', "a schedule cannot run at '2026-02-30T00:00:00'"],
    ['tomorrow', "a schedule cannot run at 'tomorrow'"],
    ['2026-12-24T18:00:00Z', "a schedule cannot run at '2026-12-24T18:00:00Z'"],
    [new Date('never'), "a schedule cannot run at 'Invalid Date'"],
  ])('not at %s', (time, message) => {
    expect(errorOf(() => Schedule.at(time)).message).toContain(message);
  });

  test('a Date needs no zone', () => {
    expect(errorOf(() => Schedule.at(new Date(0), { timeZone: 'Europe/Berlin' })).message).toContain(
      "a Date is a moment in every time zone, and timeZone is 'Europe/Berlin'",
    );
  });

  test('switched off', () => {
    expect(once(Schedule.rate(Duration.hours(1), { enabled: false }))).toMatchObject({ State: 'DISABLED' });
    expect(once(Schedule.rate(Duration.hours(1)))).not.toHaveProperty('State');
  });

  test('flexible, between two dates, in a group whose schedules may use the role', () => {
    const settings = {
      flexibleTimeWindow: { mode: 'FLEXIBLE', maximumWindowInMinutes: 15 },
      startDate: '2026-12-01T00:00:00Z',
      endDate: '2026-12-31T00:00:00Z',
      groupName: 'nightly',
      retryAttempts: 0,
      maxEventAge: CdkDuration.hours(1),
    };
    const { WorkTriggersTick, WorkSchedulerRole } = made(Schedule.cron('0 3 * * *', { tuning: [AwsSchedule.tune(settings)] }));
    expect(WorkTriggersTick!.Properties).toMatchObject({
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 },
      StartDate: '2026-12-01T00:00:00Z',
      EndDate: '2026-12-31T00:00:00Z',
      GroupName: 'nightly',
      ScheduleExpression: 'cron(0 3 * * ? *)',
      Target: { RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 3600 } },
    });
    expect(JSON.stringify(WorkSchedulerRole!.Properties.AssumeRolePolicyDocument)).toContain(':schedule-group/nightly');
    expect(JSON.stringify(WorkSchedulerRole!.Properties.AssumeRolePolicyDocument)).not.toContain('default');
  });
});
