import { expect, test } from 'vitest';
import { parseCron } from '../../../lib/core/cron.js';
import { cronExpression, rateExpression } from '../../../lib/platforms/aws/schedule.js';

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
