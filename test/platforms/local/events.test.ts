import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Bucket, Duration, Schedule, ServerlessFunction, Service } from '../../../lib/index.js';
import { keyOf, openStore } from '../../../lib/platforms/local/engine/store.js';
import type { LocalApp, RunningLocal } from '../../../lib/platforms/local/index.js';
import { Everything, type Started, start, temporaryFolder } from './service.js';

let running: Started;
const folders: ReturnType<typeof temporaryFolder>[] = [];
afterEach(async () => {
  await running?.close();
  for (const folder of folders.splice(0)) folder.remove();
});

const scheduled = (triggers: Record<string, ReturnType<typeof Schedule.cron>>) => (app: LocalApp) => {
  const service = new Service(app, 'Test', { root: __dirname });
  new ServerlessFunction(service, 'Worker', { entry: 'handlers/worker.ts', triggers });
};
const times = () => running.seen.map(({ time }) => time);
const day = 86_400_000;

describe('schedules', () => {
  test('keep the time of the clock through the change in spring, and run a skipped one at the change', async () => {
    const triggers = {
      Skipped: Schedule.cron('30 2 * * *', { timeZone: 'Europe/Berlin' }),
      Morning: Schedule.cron('0 8 * * *', { timeZone: 'Europe/Berlin' }),
    };
    running = await start(scheduled(triggers), { at: '2026-03-28T00:00:00Z' });
    await running.pass(3 * day);
    expect(times()).toEqual([
      '2026-03-28T01:30:00.000Z',
      '2026-03-28T07:00:00.000Z',
      '2026-03-29T01:00:00.000Z',
      '2026-03-29T06:00:00.000Z',
      '2026-03-30T00:30:00.000Z',
      '2026-03-30T06:00:00.000Z',
    ]);
  });

  test('run what comes twice in autumn once, and what runs all day in both hours', async () => {
    const zone = { timeZone: 'Europe/Berlin' };
    const triggers = { Twice: Schedule.cron('30 2 * * *', zone), Half: Schedule.cron('*/30 1-3 * * *', zone) };
    running = await start(scheduled(triggers), { at: '2026-10-24T22:00:00Z' });
    await running.pass(6 * 3_600_000);
    const of = (name: string) => running.seen.filter((each) => each.name === name).map(({ time }) => time);
    expect(of('Twice')).toEqual(['2026-10-25T00:30:00.000Z']);
    // 01:00 and 01:30, both 02:00 and 02:30, 03:00 and 03:30.
    expect(of('Half').map((time) => time.slice(11, 16))).toEqual([
      '23:00',
      '23:30',
      '00:00',
      '00:30',
      '01:00',
      '01:30',
      '02:00',
      '02:30',
    ]);
  });

  test('by rate count from the first start, and go on from there after a stop', async () => {
    const folder = temporaryFolder();
    folders.push(folder);
    const build = scheduled({ Rate: Schedule.rate(Duration.minutes(7)) });
    running = await start(build, { at: '2026-06-01T12:00:00Z', dataDirectory: folder.path });
    await running.pass(15 * 60_000);
    expect(times()).toEqual(['2026-06-01T12:07:00.000Z', '2026-06-01T12:14:00.000Z']);
    // What is due while it starts anew is not lost, and comes once; what was due long ago is left out.
    const from = async (at: string) => {
      await running.close();
      running = await start(build, { at, dataDirectory: folder.path });
      await running.pass(0);
      return times();
    };
    expect(await from('2026-06-01T12:21:30Z')).toEqual(['2026-06-01T12:21:00.000Z']);
    expect(await from('2026-06-01T12:21:45Z')).toEqual([]);
    expect(await from('2026-06-01T13:00:00Z')).toEqual([]);
    await running.pass(10 * 60_000);
    expect(times()).toEqual(['2026-06-01T13:03:00.000Z', '2026-06-01T13:10:00.000Z']);
  });

  test('run once, or not at all, and whenever somebody says so', async () => {
    const triggers = {
      Once: Schedule.at('2026-06-01T20:00:00', { timeZone: 'Europe/Berlin' }),
      Off: Schedule.cron('* * * * *', { enabled: false }),
    };
    running = await start(scheduled(triggers), { at: '2026-06-01T12:00:00Z' });
    await running.pass(2 * day);
    expect(running.seen).toEqual([{ name: 'Once', time: '2026-06-01T18:00:00.000Z' }]);
    await running.inspector.send({ kind: 'schedule', scheduleId: 'Test/Worker/Off' });
    await running.pass(0);
    expect(running.seen.at(-1)).toMatchObject({ name: 'Off' });
    const [, off] = await running.inspector.schedules();
    expect(off).toMatchObject({ label: 'Off', nextRunTimesMs: [], lastRunTimeMs: running.clock.now() });
  });
});

describe('a bucket', () => {
  const startWithFolder = async () => {
    const folder = temporaryFolder();
    folders.push(folder);
    running = await start((app) => new Everything(app), { dataDirectory: folder.path });
    return join(folder.path, 'buckets', 'Test.Files');
  };
  const ask = (what: string, key: string, init: RequestInit = {}) =>
    fetch(`${running.url}/${what}`, { ...init, headers: { 'x-key': key } });
  const seenTimes = (count: number) =>
    vi.waitUntil(
      async () => {
        await running.pass(0);
        return running.seen.length >= count;
      },
      { timeout: 10_000 },
    );

  test('is a folder: what functions put there has one event', async () => {
    const folder = await startWithFolder();
    expect((await ask('put', 'raw/a b.jpg', { method: 'POST', body: 'picture' })).status).toBe(201);
    expect(readFileSync(join(folder, 'raw/a b.jpg'), 'utf8')).toBe('picture');
    // Long enough for the watcher to have noticed it too.
    await new Promise((resolve) => setTimeout(resolve, 200));
    await running.pass(0);
    expect(running.seen).toEqual([{ key: 'raw/a b.jpg', type: 'created', size: 7 }]);
    const answer = await ask('get', 'raw/a b.jpg');
    expect([await answer.text(), answer.headers.get('content-type')]).toEqual(['picture', 'text/plain']);
    await ask('put', 'other/a.jpg', { method: 'POST', body: 'no event' });
    expect(await (await ask('list', 'raw/')).json()).toEqual(['raw/a b.jpg']);
    await ask('delete', 'raw/a b.jpg');
    await new Promise((resolve) => setTimeout(resolve, 200));
    await running.pass(0);
    expect(running.seen.slice(1)).toEqual([{ key: 'raw/a b.jpg', type: 'deleted' }]);
    expect(existsSync(join(folder, 'raw'))).toBe(false);
    expect((await ask('get', 'raw/a b.jpg')).status).toBe(404);
  });

  test('notices what a user puts there by hand, changes, and takes away', async () => {
    const folder = await startWithFolder();
    mkdirSync(join(folder, 'raw/deep'), { recursive: true });
    writeFileSync(join(folder, 'raw/deep/x.jpg'), 'by hand');
    await seenTimes(1);
    expect(running.seen).toEqual([{ key: 'raw/deep/x.jpg', type: 'created', size: 7 }]);
    expect(await (await ask('get', 'raw/deep/x.jpg')).text()).toBe('by hand');
    writeFileSync(join(folder, 'raw/deep/x.jpg'), 'by hand again');
    await seenTimes(2);
    rmSync(join(folder, 'raw'), { recursive: true });
    await seenTimes(3);
    expect(running.seen.map(({ type, size }) => [type, size])).toEqual([
      ['created', 7],
      ['created', 13],
      ['deleted', undefined],
    ]);
  });

  test('tells of what a process did that was killed before it could tell', async () => {
    const folder = await startWithFolder();
    await ask('put', 'raw/a.jpg', { method: 'POST', body: 'picture' });
    await running.pass(0);
    await running.close();
    // As it is left: one file was written, one removed, and one was not come to.
    const data = folders.at(-1)!.path;
    const store = await openStore(join(data, 'store'));
    const intent = (change: object) => ({ change, contentType: 'image/jpeg' });
    const etag = createHash('md5').update('new').digest('hex');
    const key = (name: string) => keyOf('intent', 'Test/Files', `raw/${name}.jpg`);
    await store.commit([
      { key: key('a'), value: { change: { key: 'raw/a.jpg', type: 'deleted' } } },
      { key: key('b'), value: intent({ key: 'raw/b.jpg', type: 'created', size: 3, etag }) },
      { key: key('c'), value: intent({ key: 'raw/c.jpg', type: 'created', size: 3, etag }) },
    ]);
    await store.close();
    rmSync(join(folder, 'raw/a.jpg'));
    writeFileSync(join(folder, 'raw/b.jpg'), 'new');
    writeFileSync(join(folder, '.writing/rest'), 'half');
    const next = async () => {
      running = await start((app) => new Everything(app), { dataDirectory: data });
      await running.pass(0);
      return running.seen;
    };
    expect(await next()).toEqual([
      { key: 'raw/a.jpg', type: 'deleted' },
      { key: 'raw/b.jpg', type: 'created', size: 3 },
    ]);
    expect((await ask('get', 'raw/b.jpg')).headers.get('content-type')).toBe('image/jpeg');
    expect(existsSync(join(folder, '.writing/rest'))).toBe(false);
    await running.close();
    expect(await next()).toEqual([]);
  });

  test('keeps older versions where it is declared so', async () => {
    const folder = temporaryFolder();
    folders.push(folder);
    running = await start((app) => new Bucket(new Service(app, 'Test', { root: __dirname }), 'Files', { versioned: true }), {
      dataDirectory: folder.path,
    });
    const change = (type: 'created' | 'deleted', body?: string) =>
      running.inspector.send({ kind: 'objects', bucketId: 'Test/Files', key: 'a/b.txt', type, body });
    await change('created', 'one');
    await change('created', 'two');
    await change('deleted');
    const bucket = join(folder.path, 'buckets', 'Test.Files');
    expect(existsSync(join(bucket, 'a'))).toBe(false);
    const versions = readdirSync(join(bucket, '.versions/a')).map((name) => join(bucket, '.versions/a', name));
    expect(versions.map((path) => readFileSync(path, 'utf8')).sort()).toEqual(['one', 'two']);
  });

  test('keeps keys that no file could be called by', async () => {
    await startWithFolder();
    for (const key of ['a//b', 'trailing/', 'what?*<>|.txt', '100%', '.hidden/x', 'nul\u0001']) {
      const put = await running.inspector.send({ kind: 'objects', bucketId: 'Test/Files', key, type: 'created', body: key });
      expect(put.eventId).toBeDefined();
      expect((await running.inspector.object('Test/Files', key)).text).toBe(key);
    }
    const { items } = await running.inspector.objects('Test/Files', {});
    expect(items.map(({ key }) => key)).toEqual(['.hidden/x', '100%', 'a//b', 'nul\u0001', 'trailing/', 'what?*<>|.txt']);
  });

  test('signs URLs for one object, one method and a while', async () => {
    await startWithFolder();
    await ask('put', 'raw/a.txt', { method: 'POST', body: 'signed' });
    const url = await (await ask('sign', 'raw/a.txt')).text();
    expect(await (await fetch(url)).text()).toBe('signed');
    expect((await fetch(url, { method: 'PUT', body: 'x' })).status).toBe(403);
    expect((await fetch(url.replace('a.txt&', 'b.txt&'))).status).toBe(403);
    const put = await (await ask('sign', 'raw/b.txt', { method: 'PUT' })).text();
    expect((await fetch(put, { method: 'PUT', body: 'uploaded' })).status).toBe(200);
    expect(await (await ask('get', 'raw/b.txt')).text()).toBe('uploaded');
  });
});

describe('functions', () => {
  const post = (path: string, body: object) => fetch(`${running.url}/${path}`, { method: 'POST', body: JSON.stringify(body) });

  test('call each other, and say no more of an error than a caller may know', async () => {
    running = await start((app) => new Everything(app));
    expect(await (await post('call', { n: 1 })).json()).toEqual({ echoed: { n: 1 }, secret: 12 });
    const failed = await post('call', { wish: 'throw' });
    expect(failed.status).toBe(500);
    expect(await failed.text()).not.toContain('as wished');
    const web = running.ended.at(-1)!;
    expect(web.error!.message).toBe("link 'worker': call was answered by an error: Internal Server Error");
    const trace = await running.inspector.trace(web.traceId);
    expect(trace.spans.map(({ kind, resourceId, status }) => [kind, resourceId, status])).toEqual([
      ['request', 'Test/Api', 'error'],
      ['invocation', 'Test/Web', 'error'],
      ['send', 'Test/Worker', 'error'],
      ['invocation', 'Test/Worker', 'error'],
    ]);
  });

  test('start each other, with attempts and dead letters', async () => {
    running = await start((app) => new Everything(app));
    expect((await post('start', { wish: 'throw' })).status).toBe(202);
    await running.pass(3_600_000);
    expect(running.seen).toHaveLength(3);
    const dead = await running.inspector.messages('Test/Worker', { state: 'dead' });
    expect(dead.items).toMatchObject([{ body: { text: '{"wish":"throw"}' } }]);
  });

  test('get secrets, which are shown nowhere', async () => {
    running = await start((app) => new Everything(app));
    await post('call', {});
    const called = running.ended.find(({ functionId }) => functionId === 'Test/Worker')!;
    const detail = await running.inspector.invocation(called.id);
    expect(detail.logs.map(({ message }) => message)).toEqual(['seen', 'plain output with [secret]']);
    const all = JSON.stringify([detail, await running.inspector.graph(), await running.inspector.events({})]);
    expect(all).not.toContain('sk-test-4711');
    expect(all).toContain('"secrets":[{"name":"API_KEY","found":true}]');
  });

  test('say which secret has no value', async () => {
    running = await start((app) => new Everything(app), { envFile: false });
    await running.inspector.send({ kind: 'call', functionId: 'Test/Worker', input: '{}' });
    expect(running.ended[0]!.error!.message).toBe(
      "function 'Test/Worker': its secret 'test/api-key' has no value on this machine; give it as secrets: { 'test/api-key': '…' }",
    );
  });
});

test('two services run in one process, and know nothing of each other', async () => {
  running = await start((app) => new Everything(app));
  const other: RunningLocal = await start((app) => new Everything(app));
  try {
    await running.inspector.send({ kind: 'queue', queueId: 'Test/Jobs', body: '{"n":1}' });
    await running.pass(0);
    expect(running.seen).toHaveLength(1);
    expect((await other.inspector.invocations({})).items).toEqual([]);
  } finally {
    await other.close();
  }
});

test('what happened can be found, sent again, saved', async () => {
  running = await start((app) => new Everything(app));
  await running.inspector.send({ kind: 'queue', queueId: 'Test/Jobs', body: '{"n":7}' });
  await running.pass(0);
  const [event] = (await running.inspector.events({ kind: 'queue' })).items;
  expect(event).toMatchObject({ resourceId: 'Test/Jobs', title: 'message of 7 bytes' });
  await running.inspector.replay(event!.id);
  await running.pass(0);
  expect(running.seen.map(({ ids }) => ids)).toEqual([[7], [7]]);
  const saved = await running.inspector.saveEvent({ name: 'seven', request: event!.request! });
  expect(await running.inspector.savedEvents()).toEqual([saved]);
  await running.inspector.deleteSavedEvent(saved.id);
  await expect(running.inspector.deleteSavedEvent(saved.id)).rejects.toMatchObject({ code: 'not-found' });
  const samples = await running.inspector.samples('Test/Worker');
  expect(samples.map(({ name }) => name)).toEqual(['Jobs', 'News', 'Nightly', 'Upload', 'call']);
  for (const { request } of samples) expect((await running.inspector.send(request)).eventId).toBeDefined();
  await running.pass(0);
  expect((await running.inspector.invocations({ status: ['failed'] })).items).toEqual([]);
});
