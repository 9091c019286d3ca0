import { afterEach, describe, expect, test } from 'vitest';
import { Duration, Queue, ServerlessFunction, Service, Topic } from '../../../lib/index.js';
import type { LocalApp } from '../../../lib/platforms/local/index.js';
import { Everything, type Started, start } from './service.js';

let running: Started;
afterEach(() => running?.close());

const second = 1000;
const jobs = 'Test/Jobs';

const send = (body: object, more: object = {}) =>
  running.inspector.send({ kind: 'queue', queueId: jobs, body: JSON.stringify(body), ...more });
const queue = async (id = jobs) => (await running.inspector.queues()).find((state) => state.id === id)!;

/** A queue of one's own, and the function that takes from it. */
const withQueue =
  (queueProps: object, triggerOptions: object = {}) =>
  (app: LocalApp) => {
    const service = new Service(app, 'Test', { root: __dirname });
    const source = new Queue(service, 'Jobs', queueProps);
    new ServerlessFunction(service, 'Worker', {
      entry: 'handlers/worker.ts',
      triggers: { Jobs: source.messages(triggerOptions) },
    });
  };

describe('a queue', () => {
  test('delivers what failed again, alone and later each time, and keeps it when it is dead', async () => {
    running = await start((app) => new Everything(app));
    for (const n of [1, 2, 3]) await send({ n, ...(n === 2 && { wish: 'retry' }) });
    await running.pass(0);
    const ids = () => running.seen.map((each) => each.ids);
    expect(ids().flat().sort()).toEqual([1, 2, 3]);
    expect(await queue()).toMatchObject({ ready: 0, delayed: 1, deadLetters: 0 });
    await running.pass(999);
    expect(ids().flat()).toHaveLength(3);
    await running.pass(1);
    expect(running.seen.at(-1)).toEqual({ ids: [2], attempt: 2 });
    await running.pass(2 * second);
    expect(running.seen.at(-1)).toEqual({ ids: [2], attempt: 3 });
    await running.pass(3600 * second);
    expect(ids().flat()).toHaveLength(5);
    expect(await queue()).toMatchObject({ ready: 0, delayed: 0, deadLetters: 1 });
    const { items } = await running.inspector.messages(jobs, { state: 'dead' });
    expect(items).toMatchObject([
      { state: 'dead', attempts: 3, deathReason: 'failed 3 of 3 deliveries', body: { text: '{"n":2,"wish":"retry"}' } },
    ]);
    // Whoever clicks twice has it once.
    const clicks = await Promise.all([running.inspector.redrive(jobs), running.inspector.redrive(jobs)]);
    expect(clicks).toEqual([{ count: 1 }, { count: 0 }]);
    await running.pass(0);
    expect(running.seen.at(-1)).toEqual({ ids: [2], attempt: 1 });
    expect(ids().flat()).toHaveLength(6);
    expect(await queue()).toMatchObject({ delayed: 1, deadLetters: 0 });
  });

  test('fails a whole batch when the handler throws, and says why', async () => {
    running = await start((app) => new Everything(app));
    await send({ n: 1, wish: 'throw' });
    await running.pass(0);
    expect(running.ended).toMatchObject([{ status: 'failed', error: { name: 'Error', message: 'as wished' } }]);
    const { items } = await running.inspector.messages(jobs, {});
    expect(items).toMatchObject([{ state: 'delayed', attempts: 1, lastError: { message: 'as wished' } }]);
  });

  test('waits for a batch to fill, but no longer than the window', async () => {
    running = await start(withQueue({}, { batchSize: 3, window: Duration.seconds(10) }));
    await send({ n: 1 });
    await running.pass(4 * second);
    await send({ n: 2 });
    expect(running.seen).toEqual([]);
    await running.pass(6 * second);
    expect(running.seen.map(({ ids }) => ids)).toEqual([[1, 2]]);
    for (const n of [3, 4, 5]) await send({ n });
    await running.pass(0);
    expect(running.seen.map(({ ids }) => ids)).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
  });

  test('hides messages for its delay, or the message’s own', async () => {
    running = await start(withQueue({ delay: Duration.seconds(30) }));
    await send({ n: 1 });
    await send({ n: 2 }, { delaySeconds: 5 });
    await running.pass(5 * second);
    expect(running.seen.map(({ ids }) => ids)).toEqual([[2]]);
    await running.pass(25 * second);
    expect(running.seen.map(({ ids }) => ids)).toEqual([[2], [1]]);
  });

  test('keeps the order within a group, and lets other groups pass', async () => {
    running = await start(withQueue({ fifo: true, maxAttempts: 3 }));
    await send({ n: 1, until: 2 }, { group: 'a' });
    await send({ n: 2 }, { group: 'a' });
    await send({ n: 3 }, { group: 'b' });
    await running.pass(0);
    expect(running.seen.map(({ ids }) => ids[0]).sort()).toEqual([1, 3]);
    await running.pass(60 * second);
    expect(running.seen.map(({ ids }) => ids[0]).filter((n) => n !== 3)).toEqual([1, 1, 2]);
  });

  test('takes equal messages of five minutes once, where it tells them apart by content', async () => {
    running = await start(withQueue({ fifo: true, contentBasedDeduplication: true }));
    for (let n = 0; n < 3; n++) await send({ n: 1 }, { group: 'a' });
    await running.pass(0);
    expect(running.seen).toHaveLength(1);
    await running.pass(301 * second);
    await send({ n: 1 }, { group: 'a' });
    await running.pass(0);
    expect(running.seen).toHaveLength(2);
  });

  test('drops what is older than its retention', async () => {
    running = await start(withQueue({ retention: Duration.minutes(10), delay: Duration.minutes(15) }));
    await send({ n: 1 });
    await running.pass(11 * 60 * second);
    expect(await queue()).toMatchObject({ ready: 0, delayed: 0, deadLetters: 0 });
    await running.pass(10 * 60 * second);
    expect(running.seen).toEqual([]);
  });

  test('is worked on by as many invocations as its trigger allows', async () => {
    running = await start(withQueue({}, { maxConcurrency: 1 }));
    for (let n = 0; n < 5; n++) await send({ n });
    await running.pass(0);
    const spans = running.ended.map(({ startTimeMs }) => startTimeMs);
    expect(spans).toHaveLength(5);
    const [metrics] = await running.inspector.metrics({ fromTimeMs: 0, toTimeMs: Date.now() * 2 }, 1);
    expect(metrics).toMatchObject({ invocations: 5, coldStarts: 1 });
  });
});

describe('a topic', () => {
  test('gives messages to every trigger whose filter lets them through', async () => {
    running = await start((app) => {
      const service = new Service(app, 'Test', { root: __dirname });
      const news = new Topic(service, 'News');
      const copies = new Queue(service, 'Copies');
      copies.subscribe('All', news);
      const triggers = {
        Paid: news.messages({ filter: { status: ['paid', 'refused'] } }),
        Rest: news.messages({ filter: { status: [{ not: ['paid', 'refused'] }] } }),
        None: news.messages({ filter: { status: [{ exists: false }] } }),
        Start: news.messages({ filter: { status: [{ prefix: 'p' }] } }),
      };
      new ServerlessFunction(service, 'Worker', { entry: 'handlers/worker.ts', triggers });
    });
    const publish = (n: number, attributes: Record<string, string>) =>
      running.inspector.send({ kind: 'topic', topicId: 'Test/News', body: JSON.stringify({ n }), attributes });
    await publish(1, { status: 'paid' });
    await publish(2, { status: 'pending' });
    await publish(3, { status: 'open' });
    await publish(4, {});
    await running.pass(0);
    const triggers = running.ended.map(({ origin }) => origin.edgeId!.split('/').at(-1));
    expect(triggers.sort()).toEqual(['None', 'Paid', 'Rest', 'Rest', 'Start', 'Start']);
    const [topic] = await running.inspector.topics();
    expect(topic!.publishedCount).toBe(4);
    expect(
      topic!.subscriptions.map(({ trigger, deliveredCount, filteredCount }) => [trigger, deliveredCount, filteredCount]),
    ).toEqual([
      ['All', 4, 0],
      ['Paid', 1, 3],
      ['Rest', 2, 2],
      ['None', 1, 3],
      ['Start', 2, 2],
    ]);
    expect((await queue('Test/Copies')).ready).toBe(4);
  });

  test('repeats for the one that failed only, and keeps the event when it is dead', async () => {
    running = await start((app) => new Everything(app));
    await running.inspector.send({
      ...{ kind: 'topic', topicId: 'Test/News', body: '{"n":1,"wish":"throw"}', attributes: { status: 'paid' } },
    });
    await running.pass(3600 * second);
    expect(running.seen.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    const dead = await running.inspector.messages('Test/Worker', { state: 'dead' });
    expect(dead.items).toMatchObject([{ attempts: 3, lastError: { message: 'as wished' } }]);
  });
});
