import { expect, test } from 'vitest';
import { watchingCostOf, watchingInWords } from '../../../lib/core/monitoring/cost.js';

test('parts add up; what is free until a day is told apart', () => {
  const now = watchingCostOf(41, { alarmMetrics: { count: 94, usdEach: 0.1 }, dashboards: { count: 1, usdEach: 3 } });
  expect(now.usdPerMonth).toBe(12.4);
  expect(watchingInWords(now)).toBe('41 alarms, watching about 12.40 USD a month');
  const later = watchingCostOf(1, { points: { count: 4, usdEach: 0.5, from: '2027-09-01' }, logs: { count: 1, usdEach: 0.25 } });
  expect(later).toMatchObject({ usdPerMonth: 0.25, announced: { from: '2027-09-01', usdPerMonth: 2.25 } });
  expect(watchingInWords(later)).toBe('1 alarm, watching about 0.25 USD a month, 2.25 from 2027-09-01 on');
});

test('where nothing has a price, there are counts', () => {
  const cost = watchingCostOf(9, { series: { count: 1234, usdEach: 0 }, rules: { count: 13, usdEach: 0 } });
  expect([cost.usdPerMonth, cost.announced]).toEqual([0, undefined]);
  expect(watchingInWords(cost)).toBe('9 alarms, in a month 1,234 series, 13 rules');
});
