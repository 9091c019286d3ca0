import { describe, expect, test } from 'vitest';
import type { SilenceSpec } from '../../../lib/core/model.js';
import { silencer } from '../../../lib/core/monitoring/silences.js';
import { zoneRules } from '../../../lib/core/monitoring/zone.js';
import { Schedule, ServerlessFunction, Service } from '../../../lib/index.js';
import { isSilenced } from '../../../lib/platforms/local/engine/monitoring/silence.js';
import { missing } from '../../engines/engine.js';
import { available, testRules } from '../../engines/prometheus.js';
import { entry, newWatchedStack, resourcesOf } from './stacks.js';

const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];
const query = (...silences: SilenceSpec[]) => silencer('Shop/F', silences)('up == 0');

test('a silence is a condition on the clock', () => {
  expect(query({ days: [6, 0], fromMinute: 0, toMinute: 0, timeZone: 'UTC' })).toBe(
    '(up == 0) unless on () (((day_of_week(vector(time())) + 1) % 7 < 2))',
  );
  expect(
    query(
      { days: EVERY_DAY, fromMinute: 1320, toMinute: 360, timeZone: 'Asia/Kolkata' },
      { days: [0, 3], fromMinute: 0, toMinute: 60, timeZone: 'UTC' },
    ),
  ).toBe(
    '(up == 0) unless on () ((vector(time() - 59400) % 86400 < 28800) or ' +
      '(vector(time()) % 86400 < 3600 and (day_of_week(vector(time())) < 1 or (day_of_week(vector(time())) + 4) % 7 < 1)))',
  );
});

test('clocks change by rules that hold each year', () => {
  expect(zoneRules('Europe/Berlin')).toEqual({
    offset: 3600,
    changes: [
      { month: 3, fromDay: 25, weekday: 0, atSeconds: 3600, bySeconds: 3600 },
      { month: 10, fromDay: 25, weekday: 0, atSeconds: 3600, bySeconds: -3600 },
    ],
  });
  expect(zoneRules('America/New_York')?.changes).toEqual([
    { month: 3, fromDay: 8, weekday: 0, atSeconds: 7 * 3600, bySeconds: 3600 },
    { month: 11, fromDay: 1, weekday: 0, atSeconds: 6 * 3600, bySeconds: -3600 },
  ]);
  expect(zoneRules('UTC')).toEqual({ offset: 0, changes: [] });
  // During Ramadan the clock is set back.
  expect(zoneRules('Africa/Casablanca')).toBeUndefined();
});

test('a zone without such rules is refused where it is said', () => {
  const silences = [{ from: '22:00', to: '06:00', timeZone: 'Africa/Casablanca' }];
  const service = new Service(newWatchedStack(), 'Shop', { monitoring: { silences } });
  expect(() => new ServerlessFunction(service, 'F', { entry })).toThrow(
    "monitoring 'shop/Shop/F': a silence has the time zone 'Africa/Casablanca', whose clock does not change on the same days each year; say it in UTC",
  );
});

test('all policies of what is below are silent, those of objectives too', () => {
  const stack = newWatchedStack();
  const silences = [{ days: ['sat', 'sun'] as const, from: '00:00', to: '00:00', timeZone: 'Europe/Berlin' }];
  const service = new Service(stack, 'Shop', { slo: { availability: 99.9 }, monitoring: { silences } });
  new ServerlessFunction(service, 'F', { entry, triggers: { Daily: Schedule.cron('0 3 * * *') } });
  new ServerlessFunction(stack, 'Outside', { entry });
  const queries = Object.values(resourcesOf(stack, 'google_monitoring_alert_policy')).map(
    ({ display_name, conditions: [{ condition_prometheus_query_language: condition }] }) => [display_name, condition] as const,
  );
  for (const [name, { query: condition }] of queries)
    expect([name, condition.includes(' unless on () (')]).toEqual([name, name.startsWith('shop/Shop')]);
  // A condition that must hold for a day never would, were it cut by silences.
  const missed = queries.find(([name]) => name.includes('missedRun'))![1];
  expect([missed.duration, [...missed.query.matchAll(/increase\([^[]*\[(\w+)\]/g)].map(([, range]) => range)]).toEqual([
    '0s',
    ['1d2h24m', '2d4h48m'],
  ]);
});

describe.skipIf(missing('promtool', available()))('in Prometheus', () => {
  /** promtool's clock begins in 1970. */
  const BEGIN = Date.UTC(2027, 0, 1) / 1000;
  const HOUR = 3600;

  test.each([
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'America/Santiago',
    'Australia/Sydney',
    'Australia/Lord_Howe',
    'Asia/Jerusalem',
    'Asia/Kathmandu',
  ])('%s: it is silent when the clock on the wall says so, all year and around each change', (timeZone) => {
    const silences: SilenceSpec[] = [
      { days: [6, 0], fromMinute: 0, toMinute: 1439, timeZone },
      { days: EVERY_DAY, fromMinute: 22 * 60, toMinute: 6 * 60, timeZone },
      { days: [1, 2, 4], fromMinute: 12 * 60 + 30, toMinute: 13 * 60, timeZone },
    ];
    // Each hour of the day before a change and of the one after it.
    const changes = zoneRules(timeZone)!.changes.flatMap(({ month, fromDay, weekday, atSeconds }) => {
      const first = Date.UTC(2027, month - 1, fromDay) / 1000;
      const days = (weekday - new Date(first * 1000).getUTCDay() + 7) % 7;
      return Array.from({ length: 48 }, (_, index) => first + days * 24 * HOUR + atSeconds + (index - 24) * HOUR);
    });
    const times = [...Array.from({ length: 80 }, (_, index) => BEGIN + index * 109.3 * HOUR), ...changes].map(Math.round);
    const expected = times.flatMap((time) =>
      silences.map((silence) => ({
        // Something that holds unless it is silent.
        expr: silencer('F', [silence])('vector(1)').replaceAll('time()', `(time() + ${BEGIN})`),
        atSeconds: time - BEGIN,
        samples: isSilenced([silence], time * 1000) ? [] : [{ labels: '{}', value: 1 }],
      })),
    );
    expect(expected.filter(({ samples }) => samples.length === 0).length).toBeGreaterThan(40);
    expect(testRules({ groups: [] }, 86_400, [], expected)).toBe('');
  });
});
