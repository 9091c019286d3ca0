import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PastEvent, SendRequest } from '../../../lib/platforms/local/index.js';
import { Market } from './console/market/market.js';
import { type Started, start, temporaryFolder } from './service.js';

const SECRET = 'payment-key-4711';
const declare = (app: ConstructorParameters<typeof Market>[0]) => void new Market(app);
const secrets = { 'market/payment-key': SECRET };

describe('what the console sees', () => {
  let running: Started;
  let token: string;
  beforeAll(async () => {
    running = await start(declare, { secrets });
    token = (await running.inspector.mintToken!({ authorizerId: 'Market/Api/Customers', scopes: ['orders:write'] })).token;
  });
  afterAll(() => running?.close());

  /** An order as a client sends it, with all the credentials that one can have. */
  const order = (body: object) =>
    fetch(`${running.url}/orders?access_token=in-the-url&page=2`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, cookie: 'session=in-the-cookie', 'x-api-key': 'in-a-header' },
      body: JSON.stringify(body),
    });
  const everything = async () => {
    const { items } = await running.inspector.invocations({ limit: 200 });
    return JSON.stringify([
      items,
      await Promise.all(items.map(({ id }) => running.inspector.invocation(id))),
      await Promise.all(items.map(({ traceId }) => running.inspector.trace(traceId))),
      await running.inspector.events({ limit: 200 }),
      await running.inspector.logs({ limit: 200 }),
      await running.inspector.graph(),
      await running.inspector.savedEvents(),
    ]);
  };
  const latest = async (): Promise<PastEvent> => (await running.inspector.events({ kind: 'http', limit: 1 })).items[0]!;

  test('a request without its credentials, which is sent again with them, as it was or edited', async () => {
    expect((await order({ order: 'o-1' })).status).toBe(202);
    await running.settled();
    const event = await latest();
    const hidden = '[hidden]';
    expect(event.request).toMatchObject({
      path: `/orders?access_token=${hidden}&page=2`,
      headers: { authorization: hidden, cookie: hidden, 'x-api-key': hidden, 'content-type': 'text/plain;charset=UTF-8' },
    });
    const again = await running.inspector.replay(event.id);
    expect(again.response?.status).toBe(202);
    const { items } = await running.inspector.invocations({ functionId: 'Market/CreateOrder', limit: 1 });
    expect(items[0]!.traceId).toBe(again.traceId);
    const { request } = await running.inspector.invocation(items[0]!.id);
    expect(request).toMatchObject({ method: 'POST', headers: { authorization: hidden, host: expect.stringMatching(/:\d+$/) } });

    const edited = { ...event.request, body: '{"order":"o-2"}' } as Extract<SendRequest, { kind: 'http' }>;
    expect((await running.inspector.send({ ...edited, eventId: event.id })).response?.status).toBe(202);
    await expect(running.inspector.send(edited)).rejects.toThrow(
      "'authorization', 'cookie', 'x-api-key', 'access_token' of the request is [hidden]: credentials are not kept; put one in its place",
    );
    const saved = await running.inspector.saveEvent({
      name: 'an order',
      request: { ...edited, headers: { authorization: `Bearer ${token}` } },
    });
    expect(saved.request).toMatchObject({ headers: { authorization: hidden } });
  });

  test("no value of a secret, a credential, or what the service's own authorizers look at", async () => {
    await fetch(`${running.url}/partner`, { headers: { 'x-word': 'sesame-in-a-word' } });
    await fetch(`${running.url}/products?wish=fail`);
    await order({ order: 'o-3', wish: 'fail' });
    await running.pass(60_000);
    const all = await everything();
    for (const word of [SECRET, token, 'in-the-url', 'in-the-cookie', 'in-a-header', 'sesame-in-a-word', 'cookie-of-the-answer'])
      expect([word, all.includes(word)]).toEqual([word, false]);
    // The check would find them: what is not secret is there.
    for (const word of ['x-word', 'o-3', '[secret]', 'page=2', 'as wished'])
      expect([word, all.includes(word)]).toEqual([word, true]);
  });

  test('what a test connection says and hears, up to a limit, and how it ends', async () => {
    const { inspector } = running;
    const { id } = await inspector.connect({ socketId: 'Market/Sockets', query: 'token=sesame' });
    await inspector.sendTo(id, JSON.stringify({ action: 'say', text: SECRET + 'x'.repeat(5000) }));
    const now = async () => (await inspector.testConnections()).find((each) => each.id === id);
    await expect.poll(async () => (await now())?.messages.length).toBe(2);
    for (const { text, truncated } of (await now())!.messages)
      expect([text.length, truncated, text.includes('[secret]xxx')]).toEqual([4096, true, true]);
    expect(await inspector.sockets()).toMatchObject([{ id: 'Market/Sockets', connectionCount: 1 }]);
    await inspector.disconnect(id);
    await expect.poll(async () => (await now())?.closed?.code).toBe(1000);
    expect(() => inspector.sendTo(id, 'too late')).toThrow('the connection has ended; open another one');
    await inspector.disconnect(id);
    expect(await now()).toBeUndefined();
  });

  test('what passes each edge of the graph, what failed there and what was throttled', async () => {
    const passed = new Map<string, number[]>();
    const stop = running.subscribe((event) => {
      if (event.type !== 'traffic') return;
      const [count = 0, failed = 0, throttled = 0] = passed.get(event.edgeId) ?? [];
      passed.set(event.edgeId, [count + event.count, failed + event.failed, throttled + event.throttled]);
    });
    const edges = (await running.inspector.graph()).edges.map(({ id }) => id);
    for (const path of ['/busy', '/busy', '/busy', '/products', '/products?wish=fail']) await fetch(running.url + path);
    stop();
    expect(Object.fromEntries(passed)).toEqual({
      'route:Market/Api GET /busy': [3, 0, 2],
      'route:Market/Api GET /products': [2, 1, 0],
    });
    expect([...passed.keys()].filter((id) => !edges.includes(id))).toEqual([]);
  });

  test('one request across functions and queues: its retries, what it waited for, its dead letter, its logs', async () => {
    const { traceId } = await running.inspector.send({
      kind: 'queue',
      queueId: 'Market/Orders',
      body: '{"order":"o-4","wish":"fail"}',
    });
    await running.pass(60_000);
    const { spans, startTimeMs } = await running.inspector.trace(traceId);
    const told = spans
      .filter(({ kind }) => kind !== 'send')
      .map(({ kind, resourceId, startTimeMs: at, attempt, status }) => [
        kind,
        resourceId,
        Math.round((at - startTimeMs) / 1000),
        attempt,
        status,
      ]);
    expect(told).toEqual([
      ['wait', 'Market/Orders', 0, 1, 'ok'],
      ['invocation', 'Market/Fulfil', 0, 1, 'error'],
      ['invocation', 'Market/Charge', 0, 1, 'error'],
      ['wait', 'Market/Orders', 0, 2, 'ok'],
      ['invocation', 'Market/Fulfil', 1, 2, 'error'],
      ['invocation', 'Market/Charge', 1, 1, 'error'],
      ['wait', 'Market/Orders', 1, 3, 'ok'],
      ['invocation', 'Market/Fulfil', 3, 3, 'error'],
      ['invocation', 'Market/Charge', 3, 1, 'error'],
      ['dead', 'Market/Orders', 3, undefined, 'error'],
    ]);
    const runs = spans.filter(({ resourceId }) => resourceId === 'Market/Fulfil');
    expect(spans.at(-1)).toMatchObject({ parentId: runs.at(-1)!.id, error: { message: 'failed 3 of 3 deliveries' } });
    const lines = await running.inspector.logs({ traceId, level: 'warn' });
    expect(lines.map(({ functionId, message }) => `${functionId} ${message}`)).toContain('Market/Fulfil order is tried again');
    expect(lines.every((line) => line.traceId === traceId && line.level !== 'info')).toBe(true);
    expect(await running.inspector.logs({ traceId, text: 'no such text' })).toEqual([]);
    const { items } = await running.inspector.invocations({ text: traceId.slice(0, 12) });
    expect(items.map((one) => one.traceId)).toEqual(new Array(6).fill(traceId));
  });
});

test('events outlive the process, credentials do not: a replay without them says what to do', async () => {
  const folder = temporaryFolder();
  try {
    const options = { secrets, dataDirectory: folder.path };
    const first = await start(declare, options);
    await fetch(`${first.url}/products`, { headers: { authorization: 'Bearer of-the-first' } });
    await fetch(`${first.url}/products`);
    await first.inspector.saveEvent({ name: 'an order', request: { kind: 'queue', queueId: 'Market/Orders', body: '{}' } });
    await first.close();
    const second = await start(declare, options);
    try {
      const [open, guarded] = (await second.inspector.events({ kind: 'http' })).items;
      expect((await second.inspector.replay(open!.id)).response?.status).toBe(200);
      await expect(second.inspector.replay(guarded!.id)).rejects.toThrow("'authorization' of the request is [hidden]");
      const [saved] = await second.inspector.savedEvents();
      expect(saved).toMatchObject({ name: 'an order', request: { queueId: 'Market/Orders' } });
      await second.inspector.send(saved!.request);
      await second.settled();
      expect(second.ended.map(({ functionId }) => functionId)).toContain('Market/Fulfil');
    } finally {
      await second.close();
    }
  } finally {
    folder.remove();
  }
});
