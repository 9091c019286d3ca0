import { afterAll, beforeAll, expect, test } from 'vitest';
import { EventBus, HttpApi, ServerlessFunction, Service } from '../../../lib/index.js';
import { type Started, start } from './service.js';

let running: Started;
beforeAll(async () => {
  running = await start((app) => {
    const service = new Service(app, 'Test', { root: __dirname });
    const bus = new EventBus(service, 'Bus');
    const entry = 'handlers/bus.ts';
    const publish = new ServerlessFunction(service, 'Publish', { entry, links: { bus } });
    new ServerlessFunction(service, 'Paid', {
      ...{ entry, links: { bus }, retry: { maxAttempts: 3 } },
      triggers: {
        Paid: bus.events({ types: ['order.paid'], sources: ['shop', 'till'] }),
        Console: bus.events({ sources: ['console'] }),
      },
    });
    new ServerlessFunction(service, 'All', { entry, links: { bus }, triggers: { All: bus.events() } });
    new HttpApi(service, 'Api', { routes: { 'POST /': publish } });
  });
});
afterAll(() => running?.close());

async function publish(type: string, data: unknown, source?: string): Promise<Record<string, any>[]> {
  running.seen.length = 0;
  const answer = await fetch(running.url, { method: 'POST', body: JSON.stringify({ type, data, source }) });
  expect(answer.status).toBe(202);
  await running.settled();
  return running.seen.map(({ trigger, ...rest }) => ({ ...rest, trigger })).sort((a, b) => (a.trigger < b.trigger ? -1 : 1));
}

test('an event goes to each trigger that it fits, under its name', async () => {
  const time = '2026-06-01T12:00:00.000Z';
  const event = { type: 'order.paid', source: 'shop', id: '1', attempt: 1, time };
  expect(await publish('order.paid', { id: '1' }, 'shop')).toEqual([
    { ...event, trigger: 'All' },
    { ...event, trigger: 'Paid' },
  ]);
  expect((await publish('order.paid', { id: '2' }, 'elsewhere')).map(({ trigger }) => trigger)).toEqual(['All']);
  expect(await publish('order.sent', { id: '3' })).toMatchObject([{ trigger: 'All', source: 'Test/Publish' }]);
});

test('one that fails comes again, with its attempt, and ends with the dead letters', async () => {
  expect(await publish('order.paid', { id: '4', until: 2 }, 'till')).toHaveLength(2);
  running.seen.length = 0;
  await running.pass(2000);
  expect(running.seen.map(({ attempt }) => attempt)).toEqual([2, 2]);
  await publish('order.paid', { id: 5 }, 'till');
  await running.pass(10_000);
  const { items } = await running.inspector.messages('Test/Paid', { state: 'dead' });
  expect(items).toMatchObject([{ deathReason: 'failed 3 of 3 deliveries', attempts: 3 }]);
  expect(JSON.parse(items[0]!.body.text)).toMatchObject({ 'detail-type': 'order.paid', detail: { id: 5 } });
});

test('data that no bus would take is refused in the handler', async () => {
  const answer = await fetch(running.url, { method: 'POST', body: JSON.stringify({ type: 'x', data: [1] }) });
  expect(answer.status).toBe(500);
});

test('the console publishes, and sends again', async () => {
  running.seen.length = 0;
  const [sample] = (await running.inspector.samples('Test/Paid')).filter(({ name }) => name === 'Console');
  expect(sample!.request).toEqual({ kind: 'bus', busId: 'Test/Bus', type: 'sample', source: 'console', data: '{}' });
  const event = { kind: 'bus', busId: 'Test/Bus', type: 'order.paid', data: '{"id":"6"}' } as const;
  const { eventId } = await running.inspector.send(event);
  await running.inspector.replay(eventId!);
  await running.settled();
  expect(running.seen.map(({ trigger }) => trigger).sort()).toEqual(['All', 'All', 'Console', 'Console']);
  await expect(running.inspector.send({ ...event, data: '[]' })).rejects.toThrow(/is no JSON object/);
});
