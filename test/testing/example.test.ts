/** The tests that a team would write for the example shop. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Shop } from '../../bin/shop/shop.js';
import { AlertChannel, Duration } from '../../lib/index.js';
import { LocalApp } from '../../lib/platforms/local/index.js';
import { alarmTable, minutesUntilPage, type RunningService, startService } from '../../lib/testing/index.js';

let shop: RunningService;
beforeEach(async () => {
  shop = await startService((scope) => new Shop(scope, 'Shop'), {
    startTime: '2026-03-15T12:00:00Z',
    secrets: { 'shop-payment-key': 'sk_test' },
  });
});
afterEach(() => shop.stop());

const TEAPOT = 3490;
async function order(product = 'teapot', quantity = 1): Promise<string> {
  const answer = await shop.request('POST /orders', {
    json: { customer: 'ann@shop.example', lines: [{ product, quantity }] },
  });
  expect(answer.status).toBe(202);
  return ((await answer.json()) as { id: string }).id;
}
const statusOf = async (id: string) => ((await (await shop.request(`GET /orders/${id}`)).json()) as { status: string }).status;
const report = async (day: string) => JSON.parse((await shop.object('Data', `reports/${day}.json`)) ?? 'null');

test('an order is accepted at once, and paid when the queue has had its turn', async () => {
  const id = await order();
  await shop.settle();
  expect(await statusOf(id)).toBe('paid');
  expect(await shop.logs('Notify')).toHaveLength(1);
  // Nothing failed on the way that nobody looked at.
  expect((await shop.invocations()).filter(({ status }) => status !== 'succeeded')).toEqual([]);
});

test('a month of nights, one of which is an hour shorter', async () => {
  await order();
  await shop.advance(Duration.days(10));
  await order('teapot', 2);
  await shop.advance(Duration.days(21));
  expect(await shop.objects('Data', 'reports/')).toHaveLength(31);
  expect(await report('2026-03-16')).toEqual({ orders: 1, totalCents: TEAPOT });
  expect(await report('2026-04-14')).toEqual({ orders: 2, totalCents: 3 * TEAPOT });
  // Three o'clock in Berlin, before and after the clocks have changed.
  const runs = await shop.invocations('NightlyReport');
  expect([runs[0], runs.at(-1)].map((run) => new Date(run!.startTimeMs).toISOString())).toEqual([
    '2026-03-16T02:00:00.000Z',
    '2026-04-15T01:00:00.000Z',
  ]);
});

test('the third delivery fails: that order is paid a moment later, and the others are not held up', async () => {
  shop.faults.fail('Fulfil', 3);
  const ids: string[] = [];
  for (let index = 0; index < 4; index++) {
    ids.push(await order());
    await shop.settle();
  }
  expect(await Promise.all(ids.map(statusOf))).toEqual(['paid', 'paid', 'accepted', 'paid']);
  await shop.advance(Duration.minutes(1));
  expect(await statusOf(ids[2]!)).toBe('paid');
});

test('a payment that was made and not heard of is made again, with the same order', async () => {
  shop.faults.crashAfter('Charge');
  const id = await order();
  await shop.advance(Duration.minutes(5));
  expect(await statusOf(id)).toBe('paid');
  expect((await shop.invocations('Charge')).map(({ status }) => status)).toEqual(['crashed', 'succeeded']);
});

test('while payments are away, orders wait, and are dead after five attempts', async () => {
  shop.faults.failLink('Fulfil', 'charge', 5);
  const id = await order();
  await shop.settle();
  expect(await shop.messages('Orders')).toMatchObject([{ body: { id, status: 'accepted' }, attempts: 1 }]);
  await shop.advance(Duration.hours(1));
  expect(await shop.deadLetters('Orders')).toMatchObject([{ body: { id }, reason: 'failed 5 of 5 deliveries' }]);
  expect((await shop.alarms()).map(({ construct, alarm }) => `${construct} ${alarm}`)).toContain('Shop/Orders deadLetters');
  await shop.redrive('Orders');
  await shop.settle();
  expect(await statusOf(id)).toBe('paid');
});

test('a slow link does not keep the customer waiting', async () => {
  shop.faults.slowLink('Fulfil', 'charge', Duration.millis(400));
  const started = performance.now();
  const id = await order();
  expect(await statusOf(id)).toBe('accepted');
  await shop.settle();
  expect(performance.now() - started).toBeGreaterThan(390);
  expect(await statusOf(id)).toBe('paid');
});

test('who is woken up, and when', () => {
  const watched = new Shop(new LocalApp(), 'Shop');
  watched.addAlertChannel(new AlertChannel(watched, 'OnCall', { email: 'ops@shop.example' }), ['page']);
  const pages = alarmTable(watched)
    .split('\n')
    .filter((row) => row.includes('| page |'))
    .map((row) => row.split(' | ').slice(0, 3).join(' | '));
  expect(pages).toContain('| Shop/Fulfil | errors | errors > 5 % over 5 minutes, and 2 events at least');
  expect(alarmTable(watched)).toContain('| page | Shop/OnCall |');
  expect(() => minutesUntilPage(watched, { errorRatio: 0.1, eventsPerMinute: 100 })).toThrow("'Shop' has no slo.availability");
});
