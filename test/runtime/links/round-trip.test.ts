import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { serve as serveHttp } from '../../../lib/runtime/adapters/http.js';
import type { EventBusClient, FunctionClient, QueueClient, TopicClient } from '../../../lib/runtime/clients.js';
import { event as eventEntrance } from '../../../lib/runtime/entrances/event.js';
import { call, event, handlers, queue, topic } from '../../../lib/runtime/index.js';
import { broker } from '../../../lib/runtime/links/broker.js';
import { brokerbus } from '../../../lib/runtime/links/brokerbus.js';
import { cloudfunction } from '../../../lib/runtime/links/cloudfunction.js';
import { http } from '../../../lib/runtime/links/http.js';
import { pubsub } from '../../../lib/runtime/links/pubsub.js';
import { pubsubbus } from '../../../lib/runtime/links/pubsubbus.js';
import { eventPath, START_PATH } from '../../../lib/runtime/wire.js';
import { missing } from '../../engines/engine.js';
import { available, type PubSubEmulator, startPubSub } from '../../engines/pubsub-emulator.js';
import { link, type Received, type Recorder, recorder } from './support.js';

/** What one function sends by its links, another one gets from its adapter. */
const got: unknown[] = [];
const receiver = serveHttp(
  handlers({
    queue: queue((messages) => {
      for (const { body, attributes } of messages) got.push(['queue', body, attributes]);
    }),
    topic: topic(({ body, attributes }: any) => {
      got.push(['topic', body, attributes]);
    }),
    event: event(({ type, source, data, time }, { trigger }) => {
      if ((data as any).fail) throw new Error('fail');
      got.push(['event', trigger, type, source, data, time instanceof Date]);
    }),
    call: call((input: any) => {
      if (input?.fail) throw new Error('a secret reason');
      got.push(['call', input]);
      return input?.quiet ? undefined : { got: input };
    }),
  }),
  {
    kinds: ['queue', 'topic', 'event', 'call'],
    entrances: [eventEntrance],
    routes: [],
    links: {},
    secrets: {},
    environment: {},
  },
);

async function receive({ method, path, headers, body }: Received, response: ServerResponse): Promise<void> {
  const answer = await receiver.fetch(
    new Request(`http://function${path}`, { method, headers: headers as Record<string, string>, body }),
  );
  response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
}

const MESSAGE = { id: 1, name: 'Tee für "zwei" \u2028 😀', none: null };
const ATTRIBUTES = { status: 'paid – 100 % "früh"', type: 'order' };

let server: Recorder;
beforeAll(async () => {
  server = await recorder((request, response) => void receive(request, response));
});
afterAll(() => server.close());
beforeEach(() => {
  got.length = 0;
});

describe('on Kubernetes', () => {
  const at = (path: string) => link('other', `${server.url}${path}#faasten.message,/shop/Sender`);

  test('messages and attributes', async () => {
    await (broker(at(eventPath('queue', 'Orders'))) as QueueClient).send(MESSAGE, { attributes: ATTRIBUTES });
    await (broker(at(eventPath('topic', 'Paid'))) as TopicClient).publish('text');
    expect(got).toEqual([
      ['queue', MESSAGE, ATTRIBUTES],
      ['topic', 'text', {}],
    ]);
  });

  test('events of a bus, by type and source', async () => {
    const at = link('bus', `${server.url}${eventPath('event', 'Paid')}`, { FAASTEN_FUNCTION: 'shop/Pay' });
    const bus = brokerbus(at) as EventBusClient;
    await bus.publish('order.paid', MESSAGE);
    await bus.publish('order paid, twice', {}, { source: 'Köln' });
    expect(got).toEqual([
      ['event', 'Paid', 'order.paid', 'shop/Pay', MESSAGE, true],
      ['event', 'Paid', 'order paid, twice', 'Köln', {}, true],
    ]);
    // A failed delivery is made again, and ends with the dead letters; what is no event is refused before it is sent.
    await expect(bus.publish('order.paid', { fail: true })).rejects.toThrow('500');
    await expect(bus.publish('', {})).rejects.toThrow('publish got the type ""');
  });

  test('calls, and starts without waiting', async () => {
    const other = http(link('other', `${server.url}#${server.url}${START_PATH}#faasten.start,/shop/Sender`)) as FunctionClient<
      any,
      any
    >;
    expect(await other.call(MESSAGE)).toEqual({ got: MESSAGE });
    expect(await other.call({ quiet: true })).toBeNull();
    await other.start(MESSAGE);
    expect(got).toEqual([
      ['call', MESSAGE],
      ['call', { quiet: true }],
      ['call', MESSAGE],
    ]);
  });

  test('failures', async () => {
    const other = http(link('other', server.url)) as FunctionClient;
    const error: any = await other.call({ fail: true }).catch((error: unknown) => error as Error);
    expect(error).toMatchObject({ name: 'LinkError', status: 500 });
    expect(error.message).toMatch(/^link 'other': call was answered 500 Internal Server Error/);
    expect(error.message).not.toContain('secret reason');
  });
});

const skip = missing('Pub/Sub emulator', available());

describe.skipIf(skip)("on Google Cloud, through Google's emulator", () => {
  let emulator: PubSubEmulator;
  const PATHS = {
    orders: eventPath('queue', 'Orders'),
    events: eventPath('topic', 'Paid'),
    bus: eventPath('event', 'Paid'),
    starts: START_PATH,
  };

  beforeAll(async () => {
    if (skip) return;
    emulator = await startPubSub();
    for (const [name, path] of Object.entries(PATHS)) {
      await emulator.request('PUT', `topics/${name}`);
      await emulator.request('PUT', `subscriptions/${name}`, {
        topic: `projects/${emulator.project}/topics/${name}`,
        pushConfig: { pushEndpoint: `${server.url}${path}` },
      });
    }
  });
  afterAll(() => emulator?.stop());

  const at = (name: keyof typeof PATHS, base = '') =>
    link('other', `${base}projects/${emulator.project}/topics/${name}`, { PUBSUB_EMULATOR_HOST: emulator.host });

  test('messages and attributes', async () => {
    await (pubsub(at('orders')) as QueueClient).send(MESSAGE, { attributes: ATTRIBUTES });
    await expect.poll(() => got, { timeout: 20_000 }).toEqual([['queue', MESSAGE, ATTRIBUTES]]);
    await (pubsub(at('events')) as TopicClient).publish('text', { attributes: ATTRIBUTES });
    await expect.poll(() => got[1], { timeout: 20_000 }).toEqual(['topic', 'text', ATTRIBUTES]);
  });

  test('events of a bus', async () => {
    await (pubsubbus(at('bus')) as EventBusClient).publish('order.paid', MESSAGE, { source: 'shop' });
    await expect.poll(() => got, { timeout: 20_000 }).toEqual([['event', 'Paid', 'order.paid', 'shop', MESSAGE, true]]);
  });

  test('starts without waiting', async () => {
    await (cloudfunction(at('starts', 'https://other.example#')) as FunctionClient).start(MESSAGE);
    await expect.poll(() => got, { timeout: 20_000 }).toEqual([['call', MESSAGE]]);
  });
});
