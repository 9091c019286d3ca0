import { CloudEvent, HTTP } from 'cloudevents';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { serve } from '../../lib/runtime/adapters/http.js';
import { call, type Handler, HttpProblem, handlers, http, objects, queue, schedule, topic } from '../../lib/runtime/index.js';
import type { ServeOptions } from '../../lib/runtime/serve.js';
import { CALL_PATH, eventPath, extensionValue, START_PATH, startPath } from '../../lib/runtime/wire.js';
import { logged, options, payload, post } from './support.js';

afterEach(() => vi.restoreAllMocks());

const send = (handler: Handler, request: Request, some: Partial<ServeOptions> = {}) =>
  serve(handler, options(some)).fetch(request);

describe('requests of an API', () => {
  const routes = ['GET /orders/{id}', 'ANY /orders/{id}', 'GET /orders/latest', 'GET /files/{path+}', 'POST /orders'];
  const echo = http(async (request, { params, route }) => {
    const { pathname, search } = new URL(request.url);
    return Response.json({ route, params, at: pathname + search, marks: request.headers.get('x-faasten-route') });
  });
  const get = async (path: string, init: RequestInit = {}) => {
    const response = await send(echo, new Request(`http://fn.example${path}`, init), { routes });
    return [response.status, response.status === 200 ? await response.json() : ((await response.json()) as any).title];
  };

  it('are those below the prefix', async () => {
    expect(await get('/_faasten/http/orders/a%2Fb?x=1&x=%20')).toEqual([
      200,
      { route: 'GET /orders/{id}', params: { id: 'a/b' }, at: '/orders/a%2Fb?x=1&x=%20', marks: null },
    ]);
    expect(await get('/_faasten/http/orders/latest')).toMatchObject([200, { route: 'GET /orders/latest', params: {} }]);
    expect(await get('/_faasten/http/orders/7', { method: 'DELETE' })).toMatchObject([200, { route: 'ANY /orders/{id}' }]);
    expect(await get('/_faasten/http/files/a/b%20c/d')).toMatchObject([200, { params: { path: 'a/b c/d' } }]);
  });

  it('or those with the header that names a route', async () => {
    const headers = { 'x-faasten-route': 'GET /orders/{id}' };
    expect(await get('/orders/7', { headers })).toEqual([
      200,
      { route: 'GET /orders/{id}', params: { id: '7' }, at: '/orders/7', marks: null },
    ]);
  });

  it.each([
    ['without a mark', '/orders/7', {}],
    ['of no route', '/_faasten/http/other', {}],
    ['without a segment', '/_faasten/http/files/', {}],
    ['of another method', '/_faasten/http/orders', { method: 'PUT' }],
    ['with the header of another function', '/orders/7', { headers: { 'x-faasten-route': 'GET /users/{id}' } }],
    ['with a header that does not fit the path', '/users/7', { headers: { 'x-faasten-route': 'GET /orders/{id}' } }],
    ['with both marks', '/_faasten/http/orders/7', { headers: { 'x-faasten-route': 'GET /orders/{id}' } }],
    ['to an event path that a route leads to', '/_faasten/http/_faasten/call', { method: 'POST' }],
    ['to an event of a kind the function has not', '/_faasten/queue/Orders', { method: 'POST' }],
    ['to a call the function does not answer', '/_faasten/call', { method: 'POST' }],
  ])('are answered 404 %s', async (_, path, init) => {
    expect(await get(path, init)).toEqual([404, 'Not Found']);
  });

  it('cannot reach an event path through a route', async () => {
    const seen: string[] = [];
    const both = handlers({
      http: http(async (request) => Response.json(new URL(request.url).pathname)),
      queue: queue(async () => void seen.push('queue')),
    });
    const routed = await send(both, post('/_faasten/queue/Orders', {}, { 'x-faasten-route': 'ANY /{path+}' }), {
      routes: ['ANY /{path+}'],
    });
    expect(await routed.json()).toBe('/_faasten/queue/Orders');
    expect(seen).toEqual([]);
  });

  it('are answered 400 when the path is not properly encoded', async () => {
    expect(await get('/_faasten/http/orders/%E0%A4')).toEqual([400, 'The path is not properly encoded']);
  });

  it('get the CORS answers the environment asks for', async () => {
    const cors = {
      origins: ['https://shop.example'],
      methods: ['GET'],
      headers: [],
      exposedHeaders: [],
      credentials: false,
      maxAgeSeconds: 60,
    };
    const environment = { FAASTEN_CORS: JSON.stringify(cors) };
    const headers = { origin: 'https://shop.example', 'access-control-request-method': 'GET' };
    const preflight = new Request('http://fn.example/_faasten/http/orders/7', { method: 'OPTIONS', headers });
    const response = await send(echo, preflight, { routes: ['GET /orders/{id}'], environment });
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([204, 'https://shop.example']);
  });
});

describe('answers', () => {
  const at = (handler: Handler, init: RequestInit = {}, headers: Record<string, string> = {}) =>
    send(handler, new Request('http://fn.example/_faasten/http/x', { ...init, headers: { 'x-request-id': 'r-1', ...headers } }), {
      routes: ['ANY /x'],
    });

  it('say no more of an error than that there was one', async () => {
    const lines = logged();
    const response = await at(
      http(async () => {
        throw new Error('the password is hunter2');
      }),
    );
    expect([response.status, response.headers.get('content-type')]).toEqual([500, 'application/problem+json']);
    expect(await response.text()).toBe('{"title":"Internal Server Error","status":500,"requestId":"r-1"}');
    expect(lines).toMatchObject([
      {
        level: 'ERROR',
        message: 'the handler failed',
        requestId: 'r-1',
        error: { message: 'the password is hunter2', stack: expect.any(String) },
      },
    ]);
  });

  it('are the problem that the handler threw', async () => {
    const lines = logged();
    const response = await at(
      http(async () => {
        throw new HttpProblem(409, 'The order is settled', {
          detail: "Order '7' was paid.",
          headers: { 'x-hint': 'no' },
          members: { order: 7 },
        });
      }),
    );
    expect([response.status, response.headers.get('x-hint')]).toEqual([409, 'no']);
    expect(await response.json()).toEqual({
      title: 'The order is settled',
      status: 409,
      detail: "Order '7' was paid.",
      order: 7,
      requestId: 'r-1',
    });
    expect(lines).toEqual([]);
  });

  it('tell what of a body does not fit', async () => {
    logged();
    const validated = http({ body: z.object({ lines: z.array(z.object({ n: z.int() })) }) }, async (request, { body }) =>
      Response.json({ body, text: await request.text() }),
    );
    const good = await at(validated, { method: 'POST', body: '{"lines":[{"n":1}], "more": 1}' });
    expect(await good.json()).toEqual({ body: { lines: [{ n: 1 }] }, text: '{"lines":[{"n":1}], "more": 1}' });
    const bad = await at(validated, { method: 'POST', body: '{"lines":[{"n":"x"}]}' });
    expect([bad.status, await bad.json()]).toEqual([
      400,
      {
        title: 'The request does not fit its schema',
        status: 400,
        issues: [{ path: 'lines.0.n', message: 'Invalid input: expected number, received string' }],
        requestId: 'r-1',
      },
    ]);
    for (const body of ['{', '']) {
      const malformed = await at(validated, { method: 'POST', body });
      expect([malformed.status, ((await malformed.json()) as any).title]).toEqual([400, 'The body is no JSON']);
    }
  });

  it('have no body on HEAD, and a status that has none keeps none', async () => {
    const head = await at(
      http(async () => new Response('long', { headers: { 'x-a': '1' } })),
      { method: 'HEAD' },
    );
    expect([head.status, head.headers.get('x-a'), head.body]).toEqual([200, '1', null]);
    expect((await at(http(async () => new Response(null, { status: 304 })))).status).toBe(304);
  });

  it('are 500 for what is no Response', async () => {
    const lines = logged();
    expect((await at(http(async () => 'text' as never))).status).toBe(500);
    expect(lines[0].error.message).toBe('the handler returned text, no Response');
  });

  it('carry ids of ours where the client sends none that is safe', async () => {
    const ids = http(async (_, { requestId }) => new Response(requestId));
    expect(await (await at(ids)).text()).toBe('r-1');
    expect(await (await at(ids, {}, { 'x-request-id': 'a b"' })).text()).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('events', () => {
  const record = () => {
    const seen: any[] = [];
    const take = async (event: any, { kind, trigger, attempt }: any) => {
      seen.push([kind, trigger, attempt, Array.isArray(event) ? event[0] : event]);
    };
    const handler = handlers({ queue: queue(take), topic: topic(take), objects: objects(take), schedule: schedule(take) });
    return { seen, handler };
  };

  const cloudEvent = new CloudEvent({
    id: 'e-1',
    source: '/shop',
    type: 'faasten.message',
    time: '2026-11-24T08:00:00.000Z',
    datacontenttype: 'application/json',
    data: { order: 7, name: 'über' },
    attrstatus: 'paid',
    knativearrivaltime: '2026-11-24T08:00:01Z',
  });
  const expected = {
    id: 'e-1',
    body: { order: 7, name: 'über' },
    attributes: { status: 'paid' },
    time: new Date('2026-11-24T08:00:00Z'),
    attempt: 1,
  };

  it.each(['binary', 'structured'] as const)('are CloudEvents in %s mode, as the CloudEvents SDK writes them', async (mode) => {
    const { seen, handler } = record();
    const { headers, body } = HTTP[mode](cloudEvent);
    const response = await send(handler, post(eventPath('topic', 'News'), body as string, headers as Record<string, string>));
    expect([response.status, await response.text()]).toEqual([204, '']);
    expect(seen).toEqual([['topic', 'News', 1, expected]]);
  });

  it('have attributes decoded from headers', async () => {
    const { seen, handler } = record();
    const headers = {
      'ce-id': '1',
      'ce-source': '/s',
      'ce-type': 't',
      'ce-specversion': '1.0',
      'ce-attrname': extensionValue('Zoë "100%" €'),
      'ce-attrbad': '100%',
    };
    await send(handler, post(eventPath('queue', 'Orders'), '5', headers));
    expect(seen[0][3]).toMatchObject({ body: 5, attributes: { name: 'Zoë "100%" €', bad: '100%' } });
  });

  it('are what the specification of CloudEvents shows', async () => {
    const { seen, handler } = record();
    const structured = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
    await send(handler, post(eventPath('topic', 'News'), payload('cloudevent-structured'), structured));
    expect(seen[0][3]).toMatchObject({
      id: 'C234-1234-1234',
      body: { appinfoA: 'abc', appinfoB: 123 },
      attributes: { status: 'paid' },
    });
    const base = { specversion: '1.0', type: 't', source: '/s', id: '1' };
    for (const event of [
      { ...base, data_base64: Buffer.from('{"a":1}').toString('base64') },
      { ...base, datacontenttype: 'text/plain', data: 'plain' },
      { ...base, data: 'a JSON string' },
      base,
    ]) {
      await send(handler, post(eventPath('topic', 'News'), event, structured));
    }
    expect(seen.slice(1).map(([, , , { body }]) => body)).toEqual([{ a: 1 }, 'plain', 'a JSON string', '']);
  });

  it.each([
    [
      'a batch',
      HTTP.structured(cloudEvent).body,
      { 'content-type': 'application/cloudevents-batch+json' },
      415,
      'CloudEvents are taken one by one, as JSON',
    ],
    [
      'another format',
      '<event/>',
      { 'content-type': 'application/cloudevents+xml' },
      415,
      'CloudEvents are taken one by one, as JSON',
    ],
    [
      'an incomplete CloudEvent',
      '{"id":"1"}',
      { 'content-type': 'application/cloudevents+json' },
      400,
      'A CloudEvent needs id, source, type and specversion 1.0',
    ],
    [
      'a malformed CloudEvent',
      '{',
      { 'content-type': 'application/cloudevents+json' },
      400,
      'A CloudEvent needs id, source, type and specversion 1.0',
    ],
    ['an unknown body', '{"hello":1}', { 'content-type': 'application/json' }, 400, 'The body holds no topic event'],
  ])('are not %s', async (_, body, headers, status, title) => {
    logged();
    const { seen, handler } = record();
    const response = await send(handler, post(eventPath('topic', 'News'), body as string, headers));
    expect([response.status, ((await response.json()) as any).title]).toEqual([status, title]);
    expect(seen).toEqual([]);
  });

  it('are posted', async () => {
    const response = await send(record().handler, new Request('http://fn.example/_faasten/topic/News'));
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('are messages of Pub/Sub, wrapped', async () => {
    const { seen, handler } = record();
    await send(handler, post(eventPath('queue', 'Orders'), payload('pubsub-push')));
    expect(seen).toEqual([
      [
        'queue',
        'Orders',
        1,
        {
          id: '2070443601311540',
          body: 'Hello Cloud Pub/Sub! Here is my message!',
          attributes: { key: 'value' },
          time: new Date('2021-02-26T19:13:55.749Z'),
          attempt: 1,
          retry: expect.any(Function),
        },
      ],
    ]);
    await send(handler, post(eventPath('topic', 'News'), payload('pubsub-push-attempt')));
    expect(seen[1]).toMatchObject([
      'topic',
      'News',
      5,
      { body: 'test message 3', attempt: 5, attributes: { attr1: 'attr1-value' } },
    ]);
  });

  it('are messages of Pub/Sub, unwrapped', async () => {
    const { seen, handler } = record();
    const headers = {
      'x-goog-pubsub-subscription-name': 'projects/p/subscriptions/s',
      'x-goog-pubsub-message-id': 'm-1',
      'x-goog-pubsub-publish-time': '2026-11-24T08:00:00Z',
      'user-agent': 'CloudPubSub-Google',
      authorization: 'Bearer token',
      status: 'paid',
    };
    await send(handler, post(eventPath('topic', 'News'), '{"a":1}', headers));
    expect(seen[0][3]).toEqual({
      id: 'm-1',
      body: { a: 1 },
      attributes: { status: 'paid' },
      time: new Date('2026-11-24T08:00:00Z'),
      attempt: 1,
    });
  });

  it('fail with 500, also when a message does not fit or is to be tried again', async () => {
    logged();
    const strict = handlers({
      queue: queue({ message: z.object({ wish: z.string() }) }, async ([message]) => {
        if (message!.body.wish === 'retry') message!.retry();
        if (message!.body.wish === 'throw') throw new Error('the password is hunter2');
      }),
    });
    const status = async (data: unknown) => {
      const response = await send(
        strict,
        post(
          eventPath('queue', 'Orders'),
          HTTP.structured(cloudEvent.cloneWith({ data })).body,
          HTTP.structured(cloudEvent).headers as never,
        ),
      );
      const text = await response.text();
      expect(text).not.toContain('hunter2');
      return response.status;
    };
    expect([
      await status({ wish: 'work' }),
      await status({ wish: 'retry' }),
      await status({ wish: 'throw' }),
      await status({ wish: 7 }),
    ]).toEqual([204, 500, 500, 500]);
  });

  it('do not reach the handler more often than they may', async () => {
    const lines = logged();
    const { seen, handler } = record();
    const at = async (attempts: number) =>
      (await send(handler, post(eventPath('topic', 'News', { attempts }), payload('pubsub-push-attempt')))).status;
    expect([await at(4), await at(5), await at(6)]).toEqual([410, 204, 204]);
    expect([seen.length, lines]).toEqual([2, []]);
  });

  it('are notifications of Google Cloud Storage', async () => {
    const { seen, handler } = record();
    const file = {
      bucket: 'sample-bucket',
      key: 'MyFile',
      type: 'created',
      size: 0,
      etag: 'COu8mb3Dn+kCEAE=',
      version: '1588778055917163',
    };
    await send(handler, post(eventPath('objects', 'Upload'), payload('pubsub-push-storage')));
    const headers = {
      'ce-id': 'g-1',
      'ce-source': '//storage.googleapis.com/projects/_/buckets/sample-bucket',
      'ce-specversion': '1.0',
    };
    const type = (name: string) => ({ 'ce-type': `google.cloud.storage.object.v1.${name}` });
    await send(
      handler,
      post(eventPath('objects', 'Upload'), payload('google-storage-object'), { ...headers, ...type('finalized') }),
    );
    await send(
      handler,
      post(eventPath('objects', 'Upload'), payload('google-storage-object'), { ...headers, ...type('deleted') }),
    );
    await send(
      handler,
      post(eventPath('objects', 'Upload'), payload('google-storage-object'), { ...headers, ...type('metadataUpdated') }),
    );
    expect(seen).toMatchObject([
      ['objects', 'Upload', 1, { id: '1234567890', ...file, time: new Date('2020-05-06T15:14:15.918Z') }],
      ['objects', 'Upload', 1, { id: 'g-1', ...file, time: new Date('2020-05-06T15:14:15.917Z') }],
      ['objects', 'Upload', 1, { id: 'g-1', ...file, type: 'deleted' }],
    ]);
    expect(seen.length).toBe(3);
  });

  it('leave out the end of a version that was overwritten', async () => {
    const { seen, handler } = record();
    const push = payload('pubsub-push-storage');
    push.message.attributes.eventType = 'OBJECT_DELETE';
    expect((await send(handler, post(eventPath('objects', 'Upload'), push))).status).toBe(204);
    push.message.attributes.overwrittenByGeneration = '1588778055917164';
    expect((await send(handler, post(eventPath('objects', 'Upload'), push))).status).toBe(204);
    expect(seen.map(([, , , { type }]) => type)).toEqual(['deleted']);
  });

  it('are notifications of S3 servers, raw or as CloudEvents', async () => {
    const { seen, handler } = record();
    await send(handler, post(eventPath('objects', 'Upload'), payload('ceph-put')));
    await send(handler, post(eventPath('objects', 'Upload'), payload('minio-put')));
    const headers = {
      'ce-id': 'c-1',
      'ce-source': 'ceph:s3.us-east-1.mybucket1',
      'ce-type': 'com.amazonaws.ObjectCreated:Put',
      'ce-specversion': '1.0',
    };
    await send(handler, post(eventPath('objects', 'Upload'), payload('ceph-put'), headers));
    await send(handler, post(eventPath('objects', 'Upload'), payload('ceph-put').Records[0], headers));
    const ceph = {
      bucket: 'mybucket1',
      key: 'my+image%201.jpg',
      type: 'created',
      size: 1024,
      etag: '37b51d194a7513e45b56f6524f2d51f2',
      version: undefined,
    };
    expect(seen.map(([, , , event]) => event)).toMatchObject([
      ceph,
      { bucket: 'images', key: 'test12/DG0890EY2.jpg', type: 'created', size: 629648, version: '1' },
      ceph,
      ceph,
    ]);
  });

  it('of objects can be chosen by the end of their keys', async () => {
    const { seen, handler } = record();
    for (const suffix of ['.png', 'File', '&=% ü']) {
      expect((await send(handler, post(eventPath('objects', 'Upload', { suffix }), payload('pubsub-push-storage')))).status).toBe(
        204,
      );
    }
    expect(seen.length).toBe(1);
  });

  it('are runs of schedules: of PingSource, of Cloud Scheduler with and without Pub/Sub', async () => {
    const { seen, handler } = record();
    const ping = {
      'ce-id': 'p-1',
      'ce-source': '/apis/v1/namespaces/shop/pingsources/nightly',
      'ce-specversion': '1.0',
      'ce-type': 'dev.knative.sources.ping',
      'ce-time': '2026-11-24T03:00:00.000123Z',
    };
    await send(handler, post(eventPath('schedule', 'Nightly'), '{}', ping));
    await send(handler, post(eventPath('schedule', 'Nightly'), payload('pubsub-push')));
    const scheduler = {
      'x-cloudscheduler': 'true',
      'x-cloudscheduler-jobname': 'nightly',
      'x-cloudscheduler-scheduletime': '2026-11-24T03:00:00-07:00',
    };
    await send(handler, post(eventPath('schedule', 'Nightly'), '', scheduler));
    expect(seen.map(([, trigger, , event]) => [trigger, event])).toEqual([
      ['Nightly', { id: 'p-1', name: 'Nightly', time: new Date('2026-11-24T03:00:00.000Z') }],
      ['Nightly', { id: '2070443601311540', name: 'Nightly', time: new Date('2021-02-26T19:13:55.749Z') }],
      ['Nightly', { id: 'Nightly.2026-11-24T03:00:00-07:00', name: 'Nightly', time: new Date('2026-11-24T10:00:00Z') }],
    ]);
  });
});

describe('calls', () => {
  const inputs: unknown[] = [];
  const handler = call({ input: z.object({ amount: z.int() }) }, async ({ amount }) => {
    inputs.push(amount);
    if (amount < 0) throw new Error('the password is hunter2');
    return { twice: 2 * amount };
  });
  afterEach(() => void inputs.splice(0));

  it('take JSON and answer JSON', async () => {
    logged();
    const answer = async (body: string) => {
      const response = await send(handler, post(CALL_PATH, body));
      return [response.status, await response.json()];
    };
    expect(await answer('{"amount":4}')).toEqual([200, { twice: 8 }]);
    expect(await answer('{"amount":"x"}')).toMatchObject([400, { issues: [{ path: 'amount' }] }]);
    expect(await answer('{')).toMatchObject([400, { title: 'The body is no JSON' }]);
    expect(await answer('{"amount":-1}')).toMatchObject([500, { title: 'Internal Server Error' }]);
    const nothing = await send(
      call(async (input) => void input),
      post(CALL_PATH, ''),
    );
    expect([nothing.status, await nothing.text()]).toEqual([200, 'null']);
  });

  it('start with an event that wraps the input', async () => {
    logged();
    const event = (data: unknown) => HTTP.structured(new CloudEvent({ source: '/s', type: 't', data }));
    const start = async (data: unknown) => {
      const { headers, body } = event(data);
      return (await send(handler, post(START_PATH, body as string, headers as Record<string, string>))).status;
    };
    expect([await start({ amount: 4 }), await start({ amount: 'x' }), await start({ amount: -1 })]).toEqual([204, 500, 500]);
    const push = payload('pubsub-push-attempt');
    push.message.data = Buffer.from('{"amount":9}').toString('base64');
    expect((await send(handler, post(START_PATH, push))).status).toBe(204);
    expect((await send(handler, post(startPath({ attempts: 3 }), push))).status).toBe(410);
    expect((await send(handler, post(START_PATH, '{"amount":9}'))).status).toBe(400);
    expect(inputs).toEqual([4, -1, 9]);
  });
});
