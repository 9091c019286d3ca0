import { HTTP } from 'cloudevents';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FunctionClient, QueueClient, TopicClient } from '../../../lib/runtime/clients.js';
import { broker } from '../../../lib/runtime/links/broker.js';
import { http } from '../../../lib/runtime/links/http.js';
import { attributeExtension, extensionAttribute, extensionValue } from '../../../lib/runtime/wire.js';
import { link, type Recorder, recorder } from './support.js';

let ingress: Recorder;
let status: number;

beforeEach(async () => {
  status = 202;
  ingress = await recorder((_request, response) => response.writeHead(status).end());
});
afterEach(() => ingress.close());

const client = () =>
  broker(link('orders', `${ingress.url}/shop/default#faasten.queue,/shop/Orders`)) as QueueClient & TopicClient;
/** What CloudEvents' own library reads of a request. */
const event = (index = 0) => {
  const { headers, body } = ingress.received[index]!;
  return HTTP.toEvent({ headers, body }) as any;
};

describe('events for a broker', () => {
  test('are CloudEvents in binary mode', async () => {
    const before = Date.now();
    await client().send({ id: 1, name: 'für' }, { attributes: { status: 'paid', type: 'order', 1: 'x' } });
    expect(ingress.received[0]).toMatchObject({ method: 'POST', path: '/shop/default', body: '{"id":1,"name":"für"}' });
    expect(event()).toMatchObject({
      specversion: '1.0',
      type: 'faasten.queue',
      source: '/shop/Orders',
      datacontenttype: 'application/json',
      data: { id: 1, name: 'für' },
      attrstatus: 'paid',
      attrtype: 'order',
      attr1: 'x',
    });
    expect(event().id).toMatch(/^[0-9a-f-]{36}$/);
    expect(Date.parse(event().time)).toBeGreaterThanOrEqual(before);
    expect(event().validate()).toBe(true);
  });

  test('have neither order nor delay', async () => {
    const client = broker(link('orders', 'http://127.0.0.1:1/#type,source')) as any;
    await expect(client.send({}, { delaySeconds: 1 })).rejects.toThrow(
      "link 'orders': send got delaySeconds, and a Broker cannot delay an event",
    );
    await expect(client.publish({}, { group: 'a' })).rejects.toThrow('publish got group, and a Broker keeps no order');
  });

  test('have values that headers cannot hold percent-encoded, as CloudEvents says', async () => {
    const value = 'paid "früh" 100% 😀~!';
    await client().publish({}, { attributes: { status: value } });
    expect(ingress.received[0]!.headers['ce-attrstatus']).toBe('paid%20%22fr%C3%BCh%22%20100%25%20%F0%9F%98%80~!');
    expect(decodeURIComponent(event().attrstatus)).toBe(value);
  });

  test('are sent again with the same id while the broker is away', async () => {
    await ingress.close();
    ingress = await recorder((_request, response, number) => response.writeHead(number < 3 ? 503 : 202).end());
    await client().send({ id: 1 });
    expect(ingress.received).toHaveLength(3);
    expect(new Set([0, 1, 2].map((index) => event(index).id)).size).toBe(1);
  });

  test('are an error when the broker refuses them', async () => {
    status = 400;
    await expect(client().send({})).rejects.toMatchObject({
      status: 400,
      message: "link 'orders': send was answered 400 Bad Request",
    });
    expect(ingress.received).toHaveLength(1);
    await expect((broker(link('orders', ingress.url)) as QueueClient).send({})).rejects.toThrow(
      "link 'orders': its address has no event type and source",
    );
  });
});

test('extension names lead back to attributes, and other extensions do not', () => {
  for (const name of ['status', '1', 'type', 'x'.repeat(20)]) {
    expect(extensionAttribute(attributeExtension(name))).toBe(name);
    // What Knative takes as the name of an attribute in a filter.
    expect(attributeExtension(name)).toMatch(/^[a-z][a-z0-9]*$/);
  }
  for (const name of ['id', 'type', 'knativeerrorcode', 'traceparent', 'attr']) expect(extensionAttribute(name)).toBeUndefined();
  expect(extensionValue('paid')).toBe('paid');
});

describe('functions over plain HTTP', () => {
  const charge = (environment = {}) =>
    http(
      link('charge', `${ingress.url}/base#${ingress.url}/shop/default#faasten.start,/shop/Charge`, environment),
    ) as FunctionClient<any, any>;
  const answering = async (status: number, type: string, body: string) => {
    await ingress.close();
    ingress = await recorder((_request, response) => response.writeHead(status, { 'content-type': type }).end(body));
  };

  test('are called', async () => {
    await answering(200, 'application/json', '{"accepted":true}');
    expect(await charge().call({ order: 'ä' })).toEqual({ accepted: true });
    expect(ingress.received[0]).toMatchObject({
      method: 'POST',
      path: '/base/_faasten/call',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: '{"order":"ä"}',
    });
    await answering(204, 'text/plain', '');
    expect(await charge().call(undefined)).toBeUndefined();
    expect(ingress.received[0]!.body).toBe('null');
  });

  test('are started by an event', async () => {
    await charge().start({ order: 1 });
    expect(ingress.received[0]!.path).toBe('/shop/default');
    expect(event()).toMatchObject({ type: 'faasten.start', source: '/shop/Charge', data: { order: 1 } });
  });

  test('that failed say why, and are not called a second time', async () => {
    await answering(500, 'application/problem+json', '{"title":"The function failed","detail":"no tea left","status":500}');
    await expect(charge().call({})).rejects.toMatchObject({
      name: 'LinkError',
      status: 500,
      message: "link 'charge': call was answered 500 Internal Server Error: no tea left",
    });
    expect(ingress.received).toHaveLength(1);
  });

  test('that take longer than the caller may are given up', async () => {
    await ingress.close();
    ingress = await recorder(() => undefined);
    await expect(charge({ FAASTEN_TIMEOUT_MS: '300' }).call({})).rejects.toThrow(
      /^link 'charge': call did not reach 127\.0\.0\.1:\d+: no answer within 1 s$/,
    );
    expect(ingress.received).toHaveLength(1);
  });
});
