import { describe, expect, test } from 'vitest';
import { platformOf } from '../../../lib/core/scope.js';
import { Duration, HttpApi, Schedule, ServerlessFunction, Service, WebSocketApi } from '../../../lib/index.js';
import { Alarms } from '../../../lib/platforms/local/engine/monitoring/alarms.js';
import { isSilenced } from '../../../lib/platforms/local/engine/monitoring/silence.js';
import { keyOf, openStore, type Store } from '../../../lib/platforms/local/engine/store.js';
import type { AlarmState, InvocationSummary, LocalModel } from '../../../lib/platforms/local/index.js';
import { LocalApp, VirtualClock } from '../../../lib/platforms/local/index.js';
import { Everything, start, temporaryFolder } from './service.js';

const START = Date.parse('2026-01-10T12:00:30Z');

function modelOf(options: ConstructorParameters<typeof Service>[2] = {}): LocalModel {
  const app = new LocalApp();
  const service = new Service(app, 'Shop', { root: __dirname, ...options });
  const fn = new ServerlessFunction(service, 'Web', {
    entry: 'handlers/web.ts',
    memoryMiB: 128,
    triggers: { Hourly: Schedule.rate(Duration.hours(1)) },
  });
  new HttpApi(service, 'Api', { routes: { 'GET /': fn } });
  return platformOf(app).template(app) as LocalModel;
}

function watched(options: ConstructorParameters<typeof Service>[2] = {}) {
  return begin(modelOf(options), START);
}

function begin(model: LocalModel, timeMs: number) {
  const clock = new VirtualClock(timeMs);
  const alarms = new Alarms(model, clock, () => undefined);
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

test('a WebSocket API is judged by its routes, and not by who lets clients in', async () => {
  const app = new LocalApp();
  const service = new Service(app, 'Shop', { root: __dirname });
  const fn = new ServerlessFunction(service, 'Chat', { entry: 'handlers/chat.ts' });
  new WebSocketApi(service, 'Sockets', { routes: { say: fn }, slo: { availability: 99 } });
  const { clock, alarms, told } = begin(platformOf(app).template(app) as LocalModel, START);
  const sent = (edge: string, status: InvocationSummary['status'], durationMs = 5) =>
    alarms.observe(
      run({
        functionId: 'Shop/Chat',
        origin: { kind: 'other', resourceId: 'Shop/Sockets', edgeId: `${edge}:Shop/Sockets say`, title: 'say' },
        ...{ status, durationMs },
      }),
    );
  const ofApi = () => told.filter((each) => each.includes('Shop/Sockets'));
  for (let count = 0; count < 2; count += 1) sent('authorizer', 'failed');
  await clock.goTo(START + 60_000);
  expect(ofApi()).toEqual([]);
  for (let count = 0; count < 2; count += 1) sent('route', 'failed');
  await clock.goTo(START + 120_000);
  expect(ofApi()).toEqual(['12:02 Shop/Sockets/serverErrors alarm', '12:02 Shop/Sockets/slo/availability alarm']);
  for (let minute = 3; minute < 20; minute += 1) {
    sent('route', 'succeeded', 2600);
    await clock.goTo(START + minute * 60_000);
  }
  expect(ofApi().slice(2)).toContain('12:13 Shop/Sockets/latency alarm');
  alarms.close();
});

describe('what alarms are judged by outlives the process', () => {
  const SLO = { slo: { availability: 99 }, monitoring: { alarms: { missedRun: false } } } as const;
  const MINUTE = 60_000;
  const http = (status: InvocationSummary['status']) => run({ status, httpStatus: status === 'succeeded' ? 200 : 500 });
  const minutesOf = async (store: Store) => (await store.entries(keyOf('minute', ''))).map(([key]) => key.split('\0')[1]);
  const budgetOf = ({ alarms }: ReturnType<typeof begin>) =>
    alarms.states.find(({ id }) => id === 'Shop/slo/availability')!.budget!;

  /** Of one that never was on, it is known since the start of the process. */
  const stateOf = ({ alarms }: ReturnType<typeof begin>) =>
    alarms.states.map(({ sinceTimeMs, ...rest }) => ({ ...rest, ...(rest.state === 'alarm' && { sinceTimeMs }) }));

  /** A service half of whose requests fail for a minute. */
  async function failing(store: Store) {
    const before = begin(modelOf(SLO), START);
    for (let n = 0; n < 50; n++) before.alarms.observe(http(n % 2 === 0 ? 'failed' : 'succeeded'));
    await before.clock.goTo(START + MINUTE);
    await store.commit(before.alarms.changes());
    return before;
  }

  async function next(model: LocalModel, store: Store, timeMs: number) {
    const after = begin(model, timeMs);
    await after.alarms.load(store);
    return after;
  }

  test('alarms that are on, their times, and what is left of a budget', async () => {
    const store = await openStore(undefined);
    const before = await failing(store);
    const on = before.alarms.states.filter(({ state }) => state === 'alarm').map(({ id }) => id);
    expect(on).toEqual(['Shop/Web/errors', 'Shop/Api/serverErrors', 'Shop/slo/availability']);
    before.alarms.close();
    const after = await next(modelOf(SLO), store, before.clock.now() + MINUTE);
    expect(stateOf(after)).toEqual(stateOf(before));
    expect(after.alarms.firings).toEqual(before.alarms.firings);
    expect(budgetOf(after)).toMatchObject({ events: 50, badEvents: 25 });
    // They end by what the one before counted.
    await after.clock.goTo(START + 8 * 3_600_000);
    expect(after.alarms.firings.every(({ toTimeMs }) => toTimeMs! > START)).toBe(true);
    expect(after.told.filter((each) => each.includes('/errors '))).toHaveLength(1);
    after.alarms.close();
    await store.commit(after.alarms.changes());
    const later = await next(modelOf(SLO), store, after.clock.now());
    expect(stateOf(later)).toEqual(stateOf(after));
    expect(budgetOf(later)).toMatchObject({ events: 50, badEvents: 25 });
  });

  test('what is counted in the minute that runs is written at the end, and lost with a kill', async () => {
    for (const isKilled of [false, true]) {
      const store = await openStore(undefined);
      const before = await failing(store);
      before.alarms.observe(http('failed'));
      if (!isKilled) before.alarms.close();
      await store.commit(before.alarms.changes());
      before.alarms.close();
      const after = await next(modelOf(SLO), store, before.clock.now() + 1000);
      // And the minute goes on.
      after.alarms.observe(http('failed'));
      await after.clock.goTo(START + 2 * MINUTE);
      expect(budgetOf(after)).toMatchObject({ badEvents: isKilled ? 26 : 27 });
      after.alarms.close();
    }
  });

  test('a run that was missed stays missed until there is one', async () => {
    const store = await openStore(undefined);
    const before = watched();
    await before.clock.goTo(START + 2 * 3_600_000);
    await store.commit(before.alarms.changes());
    const after = await next(modelOf(), store, before.clock.now());
    await after.clock.goTo(after.clock.now() + 5 * MINUTE);
    expect(after.told).toEqual([]);
    after.alarms.observe(run({ origin: { kind: 'schedule', resourceId: 'Shop/Web/Hourly', title: 'Hourly' } }));
    await after.clock.goTo(after.clock.now() + 2 * MINUTE);
    expect(after.told).toEqual(['14:06 Shop/Web/Hourly/missedRun ok']);
    for (const { alarms } of [before, after]) alarms.close();
  });

  test('but no longer than it is needed, and not of what is watched no more', async () => {
    const store = await openStore(undefined);
    const before = await failing(store);
    expect(new Set(await minutesOf(store)).size).toBeGreaterThan(4);
    for (let day = 1; day < 40; day++) {
      await before.clock.goTo(START + day * 86_400_000);
      before.alarms.observe(http('succeeded'));
    }
    before.alarms.close();
    await store.commit(before.alarms.changes());
    const kept = await minutesOf(store);
    // Of thirty days, and of the minute that runs.
    expect(kept.filter((name) => name!.includes('/slo/'))).toHaveLength(31);
    const after = await next(modelOf({ monitoring: { alarms: { errors: false } } }), store, before.clock.now());
    expect((await minutesOf(store)).some((name) => /slo|errors/.test(name!))).toBe(false);
    expect(after.alarms.firings.map(({ toTimeMs }) => toTimeMs)).not.toContain(undefined);
    after.alarms.close();
  });

  test('by the engine’s store', async () => {
    const folder = temporaryFolder();
    const options = { at: '2026-06-01T12:00:00Z', dataDirectory: folder.path };
    let running = await start((each) => new Everything(each), options);
    for (let n = 0; n < 20; n++) await fetch(`${running.url}/throw`);
    await running.pass(MINUTE);
    const states = await running.inspector.alarms!();
    expect(states.filter(({ state }) => state === 'alarm').map(({ id }) => id)).toContain('Test/Web/errors');
    await running.close();
    running = await start((each) => new Everything(each), { ...options, at: '2026-06-01T12:01:00Z' });
    const restored = await running.inspector.alarms!();
    expect(restored.map(({ id, state }) => `${id} ${state}`)).toEqual(states.map(({ id, state }) => `${id} ${state}`));
    await running.close();
    folder.remove();
  });
});
