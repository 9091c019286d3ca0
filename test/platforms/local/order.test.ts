import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { HttpApi, Queue, ServerlessFunction, Service, Topic } from '../../../lib/index.js';
import { type Started, start } from './service.js';

let running: Started;
beforeAll(async () => {
  running = await start((app) => {
    const service = new Service(app, 'Test', { root: __dirname });
    const entry = 'handlers/ordered.ts';
    const orders = new Queue<any, true>(service, 'Orders', { fifo: true, maxAttempts: 3 });
    const news = new Topic<any, true>(service, 'News', { fifo: true });
    const ordered = new Queue<any, true>(service, 'Ordered', { fifo: true });
    const loose = new Queue(service, 'Loose');
    ordered.subscribe('News', news);
    loose.subscribe('Paid', news, { filter: { status: [{ prefix: 'pa' }] } });
    const links = { orders, news };
    new ServerlessFunction(service, 'Take', { entry, links, triggers: { Orders: orders.messages({ batchSize: 10 }) } });
    for (const [id, from] of Object.entries({ Ordered: ordered, Loose: loose }))
      new ServerlessFunction(service, `Take${id}`, { entry, links, triggers: { Messages: from.messages() } });
    new HttpApi(service, 'Api', { routes: { 'POST /': new ServerlessFunction(service, 'Send', { entry, links }) } });
  });
});
afterAll(() => running?.close());
beforeEach(() => {
  running.seen.length = 0;
});

async function send(...messages: object[]): Promise<void> {
  const answer = await fetch(running.url, { method: 'POST', body: JSON.stringify(messages) });
  expect(answer.status).toBe(202);
  await running.pass(0);
}
const taken = () => running.seen.flatMap((each) => each.taken as string[]);
const of = (group: string) => taken().filter((name) => name.startsWith(group));

test('of a group, what follows one that failed comes again after it; other groups go on', async () => {
  await send(
    { body: { n: 1 }, group: 'a' },
    { body: { n: 2, until: 2 }, group: 'a' },
    { body: { n: 3 }, group: 'a' },
    { body: { n: 4 }, group: 'b' },
  );
  expect(of('b')).toEqual(['b4']);
  await running.pass(60_000);
  // a3 may have been in the batch of a2, and comes again then.
  const last = (name: string) => of('a').lastIndexOf(name);
  expect(of('a')[0]).toBe('a1');
  expect(of('a').filter((name) => name === 'a2')).toHaveLength(2);
  expect(last('a3')).toBeGreaterThan(last('a2'));
  expect((await running.inspector.queues()).find(({ id }) => id === 'Test/Orders')).toMatchObject({ delayed: 0, deadLetters: 0 });
});

test('a group goes on when the message before is dead', async () => {
  await send({ body: { n: 1, until: 9 }, group: 'c' }, { body: { n: 2 }, group: 'c' });
  await running.pass(600_000);
  expect(of('c').at(-1)).toBe('c2');
  const { items } = await running.inspector.messages('Test/Orders', { state: 'dead' });
  expect(items).toMatchObject([{ group: 'c', attempts: 3 }]);
});

test('of messages with one deduplication id within five minutes, the first is taken', async () => {
  const same = { group: 'd', deduplicationId: 'one' };
  await send(
    { body: { n: 1 }, ...same },
    { body: { n: 2 }, ...same },
    { body: { n: 3 }, group: 'd' },
    { body: { n: 3 }, group: 'd' },
  );
  expect(of('d')).toEqual(['d1', 'd3', 'd3']);
  await running.pass(300_000);
  await send({ body: { n: 4 }, ...same });
  expect(of('d').at(-1)).toBe('d4');
});

test('a topic keeps the order into queues that keep it, with its groups and deduplication', async () => {
  const paid = { to: 'news', group: 'e', attributes: { status: 'paid' } };
  await send(
    { body: { n: 1 }, ...paid },
    { body: { n: 2 }, ...paid, deduplicationId: 'x' },
    { body: { n: 9 }, ...paid, deduplicationId: 'x' },
  );
  await send({ to: 'news', group: 'e', body: { n: 3 } });
  expect(of('e')).toEqual(['e1', 'e2', 'e3']);
  // A queue without order knows no groups, and its filter held the third one back.
  expect(of('-').sort()).toEqual(['-1', '-2']);
});
