import { expect, test } from 'vitest';
import { parseCron } from '../../lib/core/cron.js';
import { Duration, Schedule } from '../../lib/index.js';

const fields = (source: string) => {
  const { minute, hour, dayOfMonth, month, dayOfWeek } = parseCron(source);
  return [minute, hour, dayOfMonth, month, dayOfWeek];
};

test.each([
  ['0 3 * * *', [[0], [3], '*', '*', '*']],
  ['*/15 9-17 * * mon-fri', [[0, 15, 30, 45], [9, 10, 11, 12, 13, 14, 15, 16, 17], '*', '*', [1, 2, 3, 4, 5]]],
  ['5,35 0 1 jan,Jul *', [[5, 35], [0], [1], [1, 7], '*']],
  ['0 0 * * 0', [[0], [0], '*', '*', [0]]],
  ['0 0 * * 7', [[0], [0], '*', '*', [0]]],
  ['0 0 * * 5-7', [[0], [0], '*', '*', [0, 5, 6]]],
  ['10/20 * * * *', [[10, 30, 50], '*', '*', '*', '*']],
  ['* * 1-31 1-12 0-6', ['*', '*', '*', '*', '*']],
  ['0 0 29 2 *', [[0], [0], [29], [2], '*']],
])('%s', (source, expected) => {
  expect(fields(source)).toEqual(expected);
});

test.each([
  ['0 3 * *', 'it has 4 fields; give five'],
  ['60 * * * *', "its minute has '60'; use 0 to 59"],
  ['0 0 0 * *', "its day of month has '0'; use 1 to 31"],
  ['0 0 30 2 *', 'none of its months has such a day'],
  ['0 0 31 4,6 *', 'none of its months has such a day'],
  ['0 0 1 * mon', 'restricts both the day of month and the day of week'],
  ['5-1 * * * *', 'give ranges from low to high'],
  ['*/0 * * * *', 'steps of 1 or more'],
  ['0 0 * * L', "its day of week has 'L'"],
  ['0 0 ? * *', "its day of month is '?'"],
])('%s is refused', (source, message) => {
  expect(() => parseCron(source)).toThrow(message);
});

test('time zones exist', () => {
  expect(() => Schedule.cron('0 3 * * *', { timeZone: 'Europe/Berlln' })).toThrow("there is no time zone 'Europe/Berlln'");
});

test('rates are whole minutes', () => {
  expect(Schedule.rate(Duration.minutes(90)).spec).toEqual({
    kind: 'schedule',
    expression: { kind: 'rate', everySeconds: 5400 },
  });
  expect(() => Schedule.rate(Duration.seconds(30))).toThrow('cannot run every 0.5 minutes');
});
