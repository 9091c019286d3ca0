import { describe, expect, test } from 'vitest';
import { platformOf } from '../../../lib/core/scope.js';
import { Duration, HttpApi, Schedule, ServerlessFunction, Service } from '../../../lib/index.js';
import { Alarms } from '../../../lib/platforms/local/engine/monitoring/alarms.js';
import { isSilenced } from '../../../lib/platforms/local/engine/monitoring/silence.js';
import type { AlarmState, InvocationSummary, LocalModel } from '../../../lib/platforms/local/index.js';
import { LocalApp, VirtualClock } from '../../../lib/platforms/local/index.js';

const START = Date.parse('2026-01-10T12:00:30Z');

function watched(options: ConstructorParameters<typeof Service>[2] = {}) {
  const app = new LocalApp();
  const service = new Service(app, 'Shop', { root: __dirname, ...options });
  const fn = new ServerlessFunction(service, 'Web', {
    entry: 'handlers/web.ts',
    memoryMiB: 128,
    triggers: { Hourly: Schedule.rate(Duration.hours(1)) },
  });
  new HttpApi(service, 'Api', { routes: { 'GET /': fn } });
  const clock = new VirtualClock(START);
  const alarms = new Alarms(platformOf(app).template(app) as LocalModel, clock, () => undefined);
  const told: string[] = [];
  alarms.onChange = ({ id, state }: AlarmState) => told.push(`${clockTime(clock.now())} ${id} ${state}`);
  alarms.wake();
  return { clock, alarms, told };
}

const clockTime = (timeMs: number) => new Date(timeMs).toISOString().slice(11, 16);

const run = (some: Partial<InvocationSummary>): InvocationSummary => ({
  ...{ id: '1', functionId: 'Shop/Web', traceId: 'a', attempt: 1, startTimeMs: START, status: 'succeeded', durationMs: 5 },
  origin: { kind: 'http', resourceId: 'Shop/Api', title: 'GET /' },
  ...some,
});

describe('alarms', () => {
  test('of a schedule go off when no run came in time, and end with the next one', async () => {
    const { clock, alarms, told } = watched();
    await clock.goTo(START + 3 * 3_600_000);
    // An hour and ten minutes after the first whole minute.
    expect(told).toEqual(['13:11 Shop/Web/Hourly/missedRun alarm']);
    alarms.observe(run({ origin: { kind: 'schedule', resourceId: 'Shop/Web/Hourly', title: 'Hourly' } }));
    await clock.goTo(clock.now() + 120_000);
    expect(told.slice(1)).toEqual(['15:01 Shop/Web/Hourly/missedRun ok']);
    expect(alarms.firings).toMatchObject([{ id: 'Shop/Web/Hourly/missedRun', severity: 'ticket' }]);
    alarms.close();
  });

  test('of duration, memory and throttling look at what invocations took', async () => {
    const { clock, alarms, told } = watched();
    alarms.observe(run({ durationMs: 29_000, memoryUsedMiB: 120 }));
    alarms.observe(run({ status: 'throttled', durationMs: 0 }));
    await clock.goTo(START + 60_000);
    expect(told.sort()).toEqual(['12:01 Shop/Web/duration alarm', '12:01 Shop/Web/memory alarm']);
    await clock.goTo(START + 5 * 60_000);
    alarms.observe(run({ status: 'throttled', durationMs: 0 }));
    await clock.goTo(START + 6 * 60_000);
    expect(told[2]).toBe('12:06 Shop/Web/throttles alarm');
    await clock.goTo(START + 40 * 60_000);
    expect(alarms.states.filter(({ state }) => state === 'alarm')).toEqual([]);
    alarms.close();
  });

  test('sleep while nothing could begin or end', async () => {
    const { clock, alarms } = watched({ monitoring: { alarms: { missedRun: false } }, slo: { availability: 99.9 } });
    alarms.observe(run({}));
    let looks = 0;
    await clock.goTo(START + 400 * 86_400_000, async () => {
      looks += 1;
    });
    // Six hours, the longest of the short windows, by minutes.
    expect(looks).toBeGreaterThan(300);
    expect(looks).toBeLessThan(500);
    alarms.close();
  });

  test('tell nobody in a silence, in its time zone', async () => {
    const silence = { days: [1], fromMinute: 22 * 60, toMinute: 6 * 60, timeZone: 'Europe/Berlin' };
    const at = (time: string) => isSilenced([silence], Date.parse(time));
    // Monday, 5 January 2026; Berlin is an hour ahead.
    expect(['2026-01-05T20:59Z', '2026-01-05T21:00Z', '2026-01-06T04:59Z', '2026-01-06T05:00Z'].map(at)).toEqual([
      ...[false, true, true, false],
    ]);
    expect(isSilenced([{ ...silence, fromMinute: 60, toMinute: 120, timeZone: 'UTC' }], Date.parse('2026-01-05T01:30Z'))).toBe(
      true,
    );
    const { alarms } = watched({ monitoring: { silences: [{ from: '00:00', to: '23:59' }] } });
    expect(alarms.states.every(({ silenced }) => silenced)).toBe(true);
    alarms.close();
  });
});
