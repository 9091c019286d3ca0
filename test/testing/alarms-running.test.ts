/** Alarms of a service that runs on a virtual clock, judged by what its functions really did. */
import { afterEach, describe, expect, test } from 'vitest';
import { describe as model } from '../../lib/core/describe.js';
import { AlertChannel, Duration, HttpApi, Queue, Schedule, ServerlessFunction, Service } from '../../lib/index.js';
import { LocalApp } from '../../lib/platforms/local/index.js';
import { evaluateSlo, type RunningService, startService } from '../../lib/testing/index.js';

const START = '2026-01-10T12:00:00Z';

class Shaky extends Service {
  constructor(scope: ConstructorParameters<typeof Service>[0], id = 'Shop') {
    super(scope, id, { root: __dirname, slo: { availability: 99 } });
    this.addAlertChannel(new AlertChannel(this, 'OnCall', { email: 'ops@shop.example' }), ['page']);
    const orders = new Queue(this, 'Orders', { maxAttempts: 1 });
    const fn = new ServerlessFunction(this, 'Shaky', {
      entry: 'handlers/shaky.ts',
      triggers: { Orders: orders.messages(), Hourly: Schedule.rate(Duration.hours(1)) },
    });
    new HttpApi(this, 'Api', { routes: { 'GET /{what}': fn } });
  }
}

let shop: RunningService;
afterEach(() => shop.stop());

const minute = async (good: number, bad: number) => {
  for (let index = 0; index < good; index++) expect((await shop.request('GET /work')).status).toBe(200);
  for (let index = 0; index < bad; index++) expect((await shop.request('GET /fail')).status).toBe(500);
  await shop.advance(Duration.minutes(1));
};
const minutesOf = (date: Date | undefined) => date && (date.getTime() - Date.parse(START)) / 60_000;

describe('alarms of a running service', () => {
  test('go off and end as the evaluator says', async () => {
    shop = await startService((scope) => new Shaky(scope), { startTime: START });
    const traffic = [...Array(20).fill([6, 0]), ...Array(8).fill([5, 1]), ...Array(12).fill([6, 0])] as [number, number][];
    for (const [good, bad] of traffic) await minute(good, bad);

    const { slos } = model(new Shaky(new LocalApp()));
    const events = traffic.map(([good, bad], index) => ({ atSeconds: (index + 1) * 60, good, total: good + bad }));
    const expected = evaluateSlo(slos[0]!, events).firings.map(({ severity, fromSeconds, toSeconds }) => ({
      ...{ severity, from: fromSeconds / 60, to: toSeconds && toSeconds / 60 },
    }));
    expect(expected.length).toBeGreaterThan(1);
    const alarms = (await shop.alarms()).map((alarm) => ({ ...alarm, from: minutesOf(alarm.from), to: minutesOf(alarm.to) }));
    const of = (name: string) => alarms.filter(({ alarm }) => alarm === name);
    expect(of('slo availability').map(({ severity, from, to }) => ({ severity, from, to }))).toEqual(expected);
    // Two of 30 are more than 5 %: from the second failing minute until fewer than two are within the last five.
    expect([of('errors'), of('serverErrors')].map(([alarm]) => [alarm!.construct, alarm!.from, alarm!.to])).toEqual([
      ['Shop/Shaky', 22, 32],
      ['Shop/Api', 22, 32],
    ]);
    expect(of('errors')[0]).toMatchObject({ severity: 'page', reason: expect.stringContaining('errors > 5 %') });
  });

  test('of what waits and what is dead, and of runs that did not come', async () => {
    shop = await startService((scope) => new Shaky(scope), { startTime: START });
    await shop.send('Orders', {});
    await shop.advance(Duration.minutes(1));
    const dead = async () => (await shop.alarms()).find(({ alarm }) => alarm === 'deadLetters')!;
    expect(await dead()).toMatchObject({ construct: 'Shop/Orders', severity: 'ticket' });
    expect((await dead()).to).toBeUndefined();
    await shop.advance(Duration.hours(30));
    expect((await shop.alarms()).map(({ alarm }) => alarm)).not.toContain('missedRun');
  });
});
