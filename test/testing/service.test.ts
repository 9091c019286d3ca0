import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { Duration, HttpApi } from '../../lib/index.js';
import { type RunningService, startService } from '../../lib/testing/index.js';
import { Shop } from './shop.js';

const start = (startTime = '2026-01-10T12:00:00Z') =>
  startService((scope) => new Shop(scope, 'Shop'), { startTime, secrets: { 'shop/key': 'sesame' } });

let shop: RunningService;
beforeEach(async () => {
  shop = await start();
});
afterEach(() => shop.stop());
const order = (id: string, more: object = {}) => shop.request('POST /orders', { json: { id, ...more } });

describe('runs a service', () => {
  test('request, queue, call, topic, bucket: one after the other', async () => {
    const response = await order('o-1');
    expect([response.status, await response.json()]).toEqual([202, { id: 'o-1' }]);
    await shop.settle();
    expect(await shop.objects('Data')).toEqual(['accepted/o-1', 'fulfilled/o-1']);
    expect(await shop.object('Data', 'fulfilled/o-1')).toBe('1');
    expect(await shop.objects('Notes')).toEqual(['notes/paid o-1']);
    expect((await shop.invocations()).map(({ functionId, status }) => `${functionId} ${status}`).sort()).toEqual([
      'Shop/Charge succeeded',
      'Shop/Create succeeded',
      'Shop/Fulfil succeeded',
      'Shop/Note succeeded',
    ]);
    expect(await shop.logs('Create')).toMatchObject([
      { level: 'info', message: 'order accepted', fields: { id: 'o-1', key: 6 } },
    ]);
    expect(await shop.queue('Orders')).toMatchObject({ ready: 0, inFlight: 0, deadLetters: 0 });
  });

  test('what is sent, published, stored and called from outside', async () => {
    await shop.send('Orders', { id: 'o-2', cents: 5000 });
    await shop.publish('Events', { id: 'e-1' }, { attributes: { status: 'paid' } });
    await shop.publish('Events', { id: 'e-2' }, { attributes: { status: 'refused' } });
    await shop.put('Data', 'raw/a.jpg', 'content');
    await shop.put('Data', 'raw/a.png', 'content');
    await shop.settle();
    await shop.delete('Data', 'raw/a.jpg');
    await shop.settle();
    expect(await shop.objects('Notes')).toEqual(['notes/created raw_a.jpg', 'notes/deleted raw_a.jpg', 'notes/paid e-1']);
    expect(await shop.object('Data', 'raw/a.png')).toBe('content');
    expect(await shop.object('Data', 'raw/a.jpg')).toBeUndefined();
    expect(await shop.call('Charge', { cents: 5 })).toEqual({ accepted: true });
    const failed = (await shop.call('Charge', { cents: -5 }).catch((error) => error)) as Error & { cause: Error };
    expect([failed.message, failed.cause.message]).toEqual(['Internal Server Error', 'there is no such amount']);
  });

  test('what waits in a queue can be looked at before it is taken', async () => {
    shop.faults.fail('Fulfil');
    await shop.send('Orders', { id: 'o-9' }, { attributes: { from: 'test' } });
    await shop.settle();
    expect(await shop.messages('Orders')).toEqual([
      {
        ...{ id: expect.any(String), body: { id: 'o-9' }, attributes: { from: 'test' }, attempts: 1 },
        dueAt: new Date('2026-01-10T12:00:01Z'),
      },
    ]);
    await shop.advance(Duration.seconds(1));
    expect(await shop.messages('Orders')).toEqual([]);
  });

  test('names that are not there are refused, with what is', async () => {
    await expect(shop.send('Ordrs', {})).rejects.toThrow("there is no queue 'Ordrs'; did you mean 'Orders'?");
    await expect(shop.call('Fulfill')).rejects.toThrow("there is no function 'Fulfill'; did you mean 'Fulfil'?");
    expect(() => shop.request('/orders')).toThrow("the request is '/orders'; write method and path, as in GET /orders/17?full=1");
    expect(() => shop.faults.slowLink('Create', 'oders', Duration.seconds(1))).toThrow(
      "there is no link 'oders'; did you mean 'orders'?",
    );
  });
});

describe('time stands still until it is let go on', () => {
  test('schedules run when they are due, in their time zone, through its changes', async () => {
    await shop.advance(Duration.hours(24));
    expect(await shop.objects('Notes')).toEqual(['notes/Nightly 2026-01-11T01:30:00.000Z']);
    expect(shop.now.toISOString()).toBe('2026-01-11T12:00:00.000Z');
    await shop.runSchedule('Note/Nightly');
    await shop.settle();
    expect(await shop.objects('Notes')).toHaveLength(2);
    await shop.stop();
    // The night in which 2:30 does not exist in Berlin, so that 3:00 has to do, and the one in which it comes twice.
    for (const [from, runs] of [
      ['2026-03-28T12:00:00Z', ['2026-03-29T01:00:00.000Z', '2026-03-30T00:30:00.000Z']],
      ['2026-10-24T12:00:00Z', ['2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z']],
    ] as const) {
      shop = await start(from);
      await shop.advance(Duration.hours(48));
      expect((await shop.objects('Notes')).map((key) => key.replace('notes/Nightly ', ''))).toEqual(runs);
      await shop.stop();
    }
  });

  test('a message that fails comes again later, and is dead in the end', async () => {
    await shop.send('Orders', { id: 'o-3', cents: -1 }, { attributes: { from: 'test' } });
    await shop.settle();
    expect(await shop.invocations('Fulfil')).toMatchObject([{ status: 'failed', attempt: 1 }]);
    expect(await shop.queue('Orders')).toMatchObject({ ready: 0, delayed: 1, deadLetters: 0 });
    await shop.advance(Duration.minutes(10));
    expect((await shop.invocations('Fulfil')).map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(await shop.deadLetters('Orders')).toMatchObject([
      { body: { id: 'o-3', cents: -1 }, attributes: { from: 'test' }, attempts: 3, reason: 'failed 3 of 3 deliveries' },
    ]);
    expect(await shop.redrive('Orders')).toBe(1);
    await shop.settle();
    expect(await shop.deadLetters('Orders')).toEqual([]);
    expect(await shop.invocations('Fulfil')).toHaveLength(4);
  });
});

describe('what a test gets wrong is said', () => {
  test('a number where a length of time belongs, a class where a function does, a secret that is missing', async () => {
    expect(() => shop.advance(60 as never)).toThrow('advance got 60; give a Duration, as in Duration.minutes(5)');
    expect(() => shop.faults.slowLink('Create', 'orders', 300 as never)).toThrow('slowLink got 300; give a Duration');
    await expect(startService(Shop as never)).rejects.toThrow(
      "startService got the class Shop; give a function that creates one: (scope) => new Shop(scope, 'Shop')",
    );
    await expect(startService({} as never)).rejects.toThrow('startService got {}; give a function');
    const keyless = await startService((scope) => new Shop(scope, 'Shop'));
    const answer = await keyless.request('POST /orders', { json: { id: 'o-1' } });
    expect(((await answer.json()) as { detail: string }).detail).toBe(
      "function 'Shop/Create': its secret 'shop/key' has no value on this machine; give it as secrets: { 'shop/key': '…' }",
    );
    await keyless.stop();
  });

  test('time passes once for each time it is told to, though nobody waited', async () => {
    const first = shop.advance(Duration.hours(1));
    await shop.advance(Duration.hours(1));
    expect(shop.now.toISOString()).toBe('2026-01-10T14:00:00.000Z');
    await first;
  });

  test('what is asked of a service that was stopped', async () => {
    const own = await start();
    await own.stop();
    await own.stop();
    const stopped = 'the service was stopped; start one for each test, or stop it after the last';
    expect(() => own.request('POST /orders')).toThrow(stopped);
    await expect(own.send('Orders', {})).rejects.toThrow(stopped);
    await expect(own.call('Charge', {})).rejects.toThrow(stopped);
    await expect(own.settle()).rejects.toThrow(stopped);
    await expect(own.advance(Duration.hours(1))).rejects.toThrow(stopped);
    await expect(own.invocations()).rejects.toThrow(stopped);
  });
});

describe('what goes wrong on purpose', () => {
  const counted = async (id: string) => Number(await shop.object('Data', `fulfilled/${id}`));

  test('the third delivery fails, and comes again', async () => {
    shop.faults.fail('Fulfil', 3);
    for (const id of ['a', 'b', 'c', 'd']) {
      await shop.send('Orders', { id });
      await shop.settle();
    }
    expect((await shop.invocations('Fulfil')).map(({ status }) => status)).toEqual([
      'succeeded',
      'succeeded',
      'failed',
      'succeeded',
    ]);
    expect(await shop.object('Data', 'fulfilled/c')).toBeUndefined();
    await shop.advance(Duration.minutes(1));
    expect(await Promise.all(['a', 'b', 'c', 'd'].map(counted))).toEqual([1, 1, 1, 1]);
  });

  test('a crash after the side effect has it done twice', async () => {
    shop.faults.crashAfter('Fulfil');
    await shop.send('Orders', { id: 'a' });
    await shop.settle();
    expect(await counted('a')).toBe(1);
    expect(await shop.invocations('Fulfil')).toMatchObject([{ status: 'crashed' }]);
    await shop.advance(Duration.minutes(1));
    expect(await counted('a')).toBe(2);
  });

  test('a message is delivered twice', async () => {
    shop.faults.duplicate('Fulfil');
    await shop.send('Orders', { id: 'a' });
    await shop.send('Orders', { id: 'b' });
    await shop.settle();
    expect((await Promise.all(['a', 'b'].map(counted))).sort()).toEqual([1, 2]);
  });

  test('a link is slow, or fails', async () => {
    shop.faults.slowLink('Create', 'orders', Duration.millis(150));
    const started = performance.now();
    expect((await order('a')).status).toBe(202);
    expect(performance.now() - started).toBeGreaterThan(140);
    shop.faults.clear();
    shop.faults.failLink('Create', 'orders');
    expect((await order('b')).status).toBe(500);
    expect((await order('c')).status).toBe(202);
    await shop.settle();
    expect(await shop.objects('Data', 'fulfilled/')).toEqual(['fulfilled/a', 'fulfilled/c']);
  });

  test('always fails, dies', async () => {
    shop.faults.fail('Fulfil', [1, 2, 3]);
    await shop.send('Orders', { id: 'a' });
    await shop.advance(Duration.hours(1));
    expect(await shop.deadLetters('Orders')).toMatchObject([{ attempts: 3, error: { message: 'failed on purpose' } }]);
  });
});

describe('nothing of one is seen by another', () => {
  let other: RunningService;
  beforeAll(async () => {
    other = await start();
  });
  afterAll(() => other.stop());

  test('though both have the same names', async () => {
    await order('mine');
    await shop.settle();
    await other.settle();
    expect(await other.objects('Data')).toEqual([]);
    expect(await other.invocations()).toEqual([]);
    expect(Object.values(other.urls)).not.toEqual(Object.values(shop.urls));
  });

  test('and many at once', async () => {
    const many = await Promise.all(Array.from({ length: 5 }, () => start()));
    await Promise.all(many.map((each, index) => each.put('Data', `raw/${index}.jpg`, 'content')));
    await Promise.all(many.map((each) => each.advance(Duration.hours(24))));
    expect(await Promise.all(many.map((each) => each.objects('Notes')))).toEqual(
      many.map((_, index) => ['notes/Nightly 2026-01-11T01:30:00.000Z', `notes/created raw_${index}.jpg`]),
    );
    await Promise.all(many.map((each) => each.stop()));
  });

  test('nor of one that could not start', async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'faasten-behind-'));
    vi.stubEnv('TMPDIR', scratch);
    const open = () => process.getActiveResourcesInfo().filter((name) => /TCP|MessagePort|FSEvent/.test(name)).length;
    const before = open();
    const broken = startService((scope) => {
      const service = new Shop(scope, 'Shop');
      // Two APIs on ports of their own, of which the second cannot be had.
      new HttpApi(service, 'Other', { routes: {} });
      vi.spyOn(Server.prototype, 'listen').mockImplementationOnce(function (this: Server) {
        process.nextTick(() => this.emit('error', Object.assign(new Error('no port'), { code: 'EMFILE' })));
        return this;
      });
    });
    await expect(broken).rejects.toThrow('no port');
    vi.restoreAllMocks();
    expect(readdirSync(scratch)).toEqual([]);
    await vi.waitUntil(() => open() <= before, { timeout: 5000 });
    vi.unstubAllEnvs();
    rmSync(scratch, { recursive: true });
  });

  test('and nothing stays behind', async () => {
    // A folder of its own: other tests come and go in the common one.
    const scratch = mkdtempSync(join(tmpdir(), 'faasten-behind-'));
    vi.stubEnv('TMPDIR', scratch);
    // What `faasten dev` keeps here is not touched; where it never ran, there is nothing.
    const kept = () => (existsSync('.faasten') ? readdirSync('.faasten', { recursive: true }) : undefined);
    const before = kept();
    const own = await start();
    const [url] = Object.values(own.urls);
    await own.put('Data', 'a', 'b');
    expect(readdirSync(scratch)).not.toEqual([]);
    await own.stop();
    expect(readdirSync(scratch)).toEqual([]);
    vi.unstubAllEnvs();
    rmSync(scratch, { recursive: true });
    expect(kept()).toEqual(before);
    await expect(fetch(url!)).rejects.toThrow();
  });
});
