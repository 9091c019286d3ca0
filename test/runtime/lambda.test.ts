import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { serve } from '../../lib/runtime/adapters/lambda.js';
import {
  call,
  type Handler,
  HttpProblem,
  handlers,
  http,
  objects,
  type QueueMessage,
  queue,
  schedule,
  topic,
} from '../../lib/runtime/index.js';
import { lambdaContext, logged, options, payload, sqsEvent } from './support.js';

afterEach(() => vi.restoreAllMocks());

const invoke = (handler: Handler, event: unknown, environment: Record<string, string> = {}) =>
  serve(handler, options({ environment: { FAASTEN_FUNCTION: 'shop/Test', ...environment } }))(
    event,
    lambdaContext(),
  ) as Promise<any>;

describe('requests', () => {
  const echo = http(async (request, { params, route }) =>
    Response.json({
      method: request.method,
      url: request.url,
      headers: Object.fromEntries(request.headers),
      body: await request.text(),
      params,
      route,
    }),
  );
  const seen = async (event: unknown) => JSON.parse((await invoke(echo, event)).body);

  it('reads the sample of API Gateway payload 2.0', async () => {
    expect(await seen(payload('api-gateway-v2'))).toEqual({
      method: 'POST',
      url: 'https://id.execute-api.us-east-1.amazonaws.com/path/to/resource?parameter1=value1&parameter1=value2&parameter2=value',
      headers: { cookie: 'cookie1; cookie2', header1: 'value1', header2: 'value1,value2' },
      body: '{"test":"body"}',
      params: { parameter1: 'value1' },
    });
  });

  it('reads the sample of API Gateway payload 1.0', async () => {
    const { headers, ...rest } = await seen(payload('api-gateway-v1'));
    expect(rest).toEqual({
      method: 'POST',
      url: 'https://0123456789.execute-api.us-east-1.amazonaws.com/path/to/resource?foo=bar',
      body: '{"test":"body"}',
      params: { proxy: 'path/to/resource' },
      route: 'POST /{proxy+}',
    });
    expect(headers['user-agent']).toBe('Custom User Agent String');
  });

  it('reads the sample of a function URL, whose path is as it was sent', async () => {
    expect(await seen(payload('function-url'))).toMatchObject({
      method: 'POST',
      url: 'https://abcdefgh.lambda-url.us-west-2.on.aws/my/path%2Fhere?parameter1=value1&parameter1=value2&parameter2=value',
      body: 'Hello from client!',
      params: {},
    });
  });

  it('takes parameters from the path, by the route the gateway chose', async () => {
    const event = {
      ...payload('api-gateway-v2'),
      routeKey: 'GET /a/{id}/b/{path+}',
      rawPath: '/a/über alles/b/x/y z',
      pathParameters: {},
    };
    event.requestContext = { ...event.requestContext, http: { ...event.requestContext.http, method: 'GET' } };
    const { url, params, route } = await seen(event);
    expect(params).toEqual({ id: 'über alles', path: 'x/y z' });
    expect(route).toBe('GET /a/{id}/b/{path+}');
    expect(new URL(url).pathname).toBe('/a/%C3%BCber%20alles/b/x/y%20z');
  });

  it.each([
    ['2.0', (stage: string) => ({ ...payload('api-gateway-v2'), rawPath: `/${stage}/orders` }), 'prod', '/orders'],
    [
      '2.0, a path that only begins like the stage',
      () => ({ ...payload('api-gateway-v2'), rawPath: '/products' }),
      'prod',
      '/products',
    ],
    [
      '1.0 of an HTTP API',
      (stage: string) => ({ ...payload('api-gateway-v1'), version: '1.0', path: `/${stage}/orders` }),
      'prod',
      '/orders',
    ],
    [
      '1.0 of a REST API, which leaves it out',
      () => ({ ...payload('api-gateway-v1'), path: '/prod/orders' }),
      'prod',
      '/prod/orders',
    ],
  ])('leaves the stage out of the path: %s', async (_, make, stage, path) => {
    const event = make(stage);
    event.requestContext = { ...event.requestContext, stage };
    expect(new URL((await seen(event)).url).pathname).toBe(path);
  });

  it('encodes what an HTTP API decoded, so that a decoded ? or # cuts nothing off', async () => {
    const { url } = await seen({ ...payload('api-gateway-v2'), rawPath: '/a?b/c#d/100%' });
    expect(new URL(url).pathname).toBe('/a%3Fb/c%23d/100%25');
  });

  it('answers with text, base64 and cookies as each payload version has them', async () => {
    const cookies = http(
      async () =>
        new Response('öl', {
          status: 201,
          headers: [
            ['set-cookie', 'a=1; Path=/'],
            ['set-cookie', 'b=2'],
            ['x-one', '1'],
          ],
        }),
    );
    const common = { statusCode: 201, body: 'öl', isBase64Encoded: false };
    const headers = { 'content-type': 'text/plain;charset=UTF-8', 'x-one': '1' };
    expect(await invoke(cookies, payload('api-gateway-v2'))).toEqual({ ...common, headers, cookies: ['a=1; Path=/', 'b=2'] });
    expect(await invoke(cookies, payload('api-gateway-v1'))).toEqual({
      ...common,
      headers,
      multiValueHeaders: { 'set-cookie': ['a=1; Path=/', 'b=2'] },
    });
    const bytes = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0xff]);
    expect(
      await invoke(
        http(async () => new Response(bytes)),
        payload('api-gateway-v2'),
      ),
    ).toEqual({
      statusCode: 200,
      headers: {},
      body: Buffer.from(bytes).toString('base64'),
      isBase64Encoded: true,
    });
    expect(
      await invoke(
        http(async () => new Response(null, { status: 304 })),
        payload('api-gateway-v2'),
      ),
    ).toEqual({
      statusCode: 304,
      headers: {},
      body: '',
      isBase64Encoded: false,
    });
  });

  it('answers an answer whose stream breaks with a problem', async () => {
    const lines = logged();
    const broken = new ReadableStream({ start: (controller) => controller.error(new Error('cut')) });
    expect(
      (
        await invoke(
          http(async () => new Response(broken)),
          payload('api-gateway-v2'),
        )
      ).statusCode,
    ).toBe(500);
    expect(lines).toMatchObject([{ level: 'ERROR', message: 'the handler failed', error: { message: 'cut' } }]);
  });

  it('answers 400 when the path of a REST API is not properly encoded', async () => {
    const event = { ...payload('api-gateway-v1'), path: '/%E0%A4' };
    expect(await invoke(echo, event)).toMatchObject({
      statusCode: 400,
      body: '{"title":"The path is not properly encoded","status":400,"requestId":"request-1"}',
    });
  });
});

describe('queues', () => {
  const Order = z.object({ id: z.string() });
  const environment = { FAASTEN_SOURCE_Orders: 'arn:aws:sqs:us-east-1:123456789012:MyQueue' };

  it('gives the sample to the handler', async () => {
    let seen: QueueMessage | undefined;
    let trigger: string | undefined;
    const result = await invoke(
      queue(async ([message], context) => {
        seen = message;
        trigger = context.trigger;
      }),
      payload('sqs'),
      environment,
    );
    expect(seen).toEqual({
      id: '19dd0b57-b21e-4ac1-bd88-01bbb068cb78',
      body: 'Hello from SQS!',
      attributes: {},
      time: new Date(1523232000000),
      attempt: 1,
      retry: expect.any(Function),
    });
    expect(trigger).toBe('Orders');
    expect(result).toEqual({ batchItemFailures: [] });
  });

  it('reports only what failed: messages that do not fit, and those the handler wants again', async () => {
    const lines = logged();
    const ids: string[] = [];
    const handler = queue({ message: Order }, async (messages, { attempt }) => {
      expect(attempt).toBe(3);
      for (const message of messages) {
        ids.push(message.body.id);
        if (message.body.id === 'again') message.retry();
      }
    });
    const event = sqsEvent([{ id: 'ok' }, { id: 7 }, { id: 'again' }, 'no json']);
    event.Records[2].attributes = { ...event.Records[2].attributes, ApproximateReceiveCount: '3' };
    expect(await invoke(handler, event)).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm2' }, { itemIdentifier: 'm4' }, { itemIdentifier: 'm3' }],
    });
    expect(ids).toEqual(['ok', 'again']);
    expect(lines.map(({ message, events, error }) => [message, events, error.message])).toEqual([
      ['queue failed', ['m2'], "message 'm2' does not fit its schema: id: Invalid input: expected string, received number"],
      ['queue failed', ['m4'], "message 'm4' does not fit its schema: Invalid input: expected object, received string"],
    ]);
  });

  it('reports every message when the handler throws, and does not call it without messages', async () => {
    logged();
    const run = vi.fn(async () => {
      throw new Error('no');
    });
    expect(await invoke(queue({ message: Order }, run), sqsEvent([{ id: '1' }, { id: '2' }]))).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm1' }, { itemIdentifier: 'm2' }],
    });
    expect(await invoke(queue({ message: Order }, run), sqsEvent([{}]))).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm1' }],
    });
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('passes attributes on', async () => {
    const messageAttributes = { status: { stringValue: 'paid', dataType: 'String', stringListValues: [], binaryListValues: [] } };
    let attributes: unknown;
    await invoke(
      queue(async ([message]) => {
        attributes = message!.attributes;
      }),
      sqsEvent(['x'], { messageAttributes }),
    );
    expect(attributes).toEqual({ status: 'paid' });
  });

  it('fails the messages of a function that has no queue handler', async () => {
    const lines = logged();
    expect(
      await invoke(
        schedule(async () => {}),
        sqsEvent(['x']),
      ),
    ).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] });
    expect(lines[0].error.message).toBe(
      "it receives 'queue' events, but its handler answers only schedule; export handlers({ queue: queue(...) })",
    );
  });
});

describe('topics, objects and schedules', () => {
  const record = () => {
    const seen: any[] = [];
    const take = async (event: unknown, { kind, trigger, attempt }: any) => {
      seen.push([kind, trigger, event, attempt]);
    };
    return { seen, handler: handlers({ topic: topic(take), objects: objects(take), schedule: schedule(take) }) };
  };

  it('gives the sample of SNS', async () => {
    const { seen, handler } = record();
    const source = { FAASTEN_SOURCE_News: 'arn:aws:sns:us-east-1:123456789012:ExampleTopic' };
    expect(await invoke(handler, payload('sns'), source)).toBe(undefined);
    const event = {
      id: '95df01b4-ee98-5cb9-9903-4c221d41eb5e',
      body: 'example message',
      attributes: { Test: 'TestString', TestBinary: 'TestBinary' },
      time: new Date(0),
      attempt: 1,
    };
    expect(seen).toEqual([['topic', 'News', event, 1]]);
  });

  it('gives SNS through SQS', async () => {
    const { seen, handler } = record();
    expect(await invoke(handler, sqsEvent([payload('sns-in-sqs-body')]))).toEqual({ batchItemFailures: [] });
    expect(seen).toMatchObject([
      [
        'topic',
        undefined,
        { id: '63a3f6b6-d533-4a47-aef9-fcf5cf758c76', body: 'Hello world!', attributes: { status: 'paid' } },
        1,
      ],
    ]);
  });

  const put = {
    id: 'EXAMPLE123456789.0A1B2C3D4E5F678901',
    bucket: 'example-bucket',
    key: 'test/red flower+1.jpg',
    type: 'created',
    size: 1024,
    etag: '0123456789abcdef0123456789abcdef',
    version: undefined,
    time: new Date(0),
  };

  it.each([
    ['directly', () => payload('s3-put'), undefined],
    [
      'through SNS',
      () => {
        const event = payload('sns');
        event.Records[0].Sns.Message = JSON.stringify(payload('s3-put'));
        return event;
      },
      undefined,
    ],
    ['through SQS', () => sqsEvent([payload('s3-put')]), { batchItemFailures: [] }],
    [
      'through SNS and SQS',
      () => sqsEvent([{ ...payload('sns-in-sqs-body'), Message: JSON.stringify(payload('s3-put')) }]),
      { batchItemFailures: [] },
    ],
  ])('gives notifications of S3, with keys decoded: %s', async (_, event, result) => {
    const { seen, handler } = record();
    expect(await invoke(handler, event(), { FAASTEN_SOURCE_Upload: 'example-bucket' })).toEqual(result);
    expect(seen).toMatchObject([['objects', 'Upload', put, 1]]);
  });

  it('tells deletions, without a size', async () => {
    const { seen, handler } = record();
    await invoke(handler, payload('s3-delete'));
    expect(seen[0][2]).toMatchObject({ type: 'deleted', key: put.key, size: undefined, etag: undefined });
  });

  it('gives S3 through EventBridge, whose keys are not encoded', async () => {
    const { seen, handler } = record();
    const event = payload('eventbridge-s3-created');
    event.detail.object.key = 'a+b%20c.png';
    await invoke(handler, event);
    event['detail-type'] = 'Object Deleted';
    await invoke(handler, event);
    expect(seen.map(([kind, , { key, type, size, time }]) => [kind, key, type, size, time.toISOString()])).toEqual([
      ['objects', 'a+b%20c.png', 'created', 800704, '2022-02-19T01:36:58.000Z'],
      ['objects', 'a+b%20c.png', 'deleted', 800704, '2022-02-19T01:36:58.000Z'],
    ]);
  });

  it('takes the test event of S3 for done', async () => {
    const { seen, handler } = record();
    expect(await invoke(handler, sqsEvent([payload('s3-test-event')]))).toEqual({ batchItemFailures: [] });
    expect(await invoke(handler, payload('s3-test-event'))).toBe(undefined);
    expect(seen).toEqual([]);
  });

  it('gives runs of EventBridge Scheduler and of EventBridge rules', async () => {
    const { seen, handler } = record();
    await invoke(handler, { faasten: 'schedule', name: 'Nightly', id: 'run-1', time: '2026-03-29T02:00:00Z' });
    await invoke(handler, payload('eventbridge-scheduled'));
    expect(seen).toEqual([
      ['schedule', 'Nightly', { id: 'run-1', name: 'Nightly', time: new Date('2026-03-29T02:00:00Z') }, 1],
      ['schedule', undefined, { id: 'cdc73f9d-aea9-11e3-9d5a-835b769c0d9c', name: 'ExampleRule', time: new Date(0) }, 1],
    ]);
  });

  it('gives other events of EventBridge to topic handlers', async () => {
    const { seen, handler } = record();
    await invoke(handler, payload('eventbridge-custom'));
    expect(seen[0][2]).toEqual({
      id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
      body: { 'instance-id': 'i-1234567890abcdef0', state: 'terminated' },
      attributes: { source: 'aws.ec2', 'detail-type': 'EC2 Instance State-change Notification' },
      time: new Date('2017-12-22T18:43:48Z'),
      attempt: 1,
    });
  });

  it('throws for events that failed, without the reason, so that Lambda tries again', async () => {
    logged();
    const handler = topic(async () => {
      throw new Error('the password is hunter2');
    });
    const error: Error = await invoke(handler, payload('sns')).catch((error) => error);
    expect(error.name).toBe('FunctionFailed');
    expect(error.stack).toBe('FunctionFailed: 1 events failed (request request-1)');
  });

  it('gives what senders put into a queue to the queue handler, whatever it looks like', async () => {
    const bodies: unknown[] = [];
    const seen: unknown[] = [];
    const handler = handlers({
      queue: queue(async (messages) => void bodies.push(...messages.map(({ body }) => body))),
      objects: objects(async (event) => void seen.push(event)),
    });
    await invoke(handler, sqsEvent([payload('s3-put')]));
    expect([bodies.length, seen.length]).toEqual([1, 0]);
    await invoke(handler, sqsEvent([payload('s3-put')]), { FAASTEN_SOURCE_Upload: 'example-bucket' });
    expect([bodies.length, seen.length]).toEqual([1, 1]);
  });
});

describe('calls', () => {
  const double = call({ input: z.object({ amount: z.int() }) }, async ({ amount }) => ({ twice: 2 * amount }));

  it('returns the output', async () => {
    expect(await invoke(double, { amount: 4 })).toEqual({ twice: 8 });
    expect(
      await invoke(
        call(async () => {}),
        {},
      ),
    ).toBe(null);
  });

  it('tells what does not fit, and nothing else of a failure', async () => {
    const lines = logged();
    await expect(invoke(double, { amount: 'x' })).rejects.toThrow(
      'The request does not fit its schema: [{"path":"amount","message":"Invalid input: expected number, received string"}] (request request-1)',
    );
    const failing = call(async () => {
      throw new Error('the password is hunter2');
    });
    await expect(invoke(failing, {})).rejects.toThrow(/^Internal Server Error \(request request-1\)$/);
    await expect(
      invoke(
        call(async () => {
          throw new HttpProblem(409, 'The order is settled');
        }),
        {},
      ),
    ).rejects.toThrow(/^The order is settled/);
    expect(lines.map(({ message }) => message)).toEqual([
      expect.stringContaining('the input does not fit its schema: amount'),
      'the handler failed',
    ]);
  });

  it.each(['api-gateway-v1', 'sqs', 'sns', 's3-put', 'eventbridge-custom'])(
    'takes %s for an input when it is only called',
    async (name) => {
      const echo = call(async (input: unknown) => input);
      expect(await invoke(echo, payload(name))).toEqual(payload(name));
    },
  );

  it('gives a function with other handlers what is none of their events', async () => {
    const both = handlers({ call: call(async (input: any) => ({ input })), topic: topic(async () => {}) });
    expect(await invoke(both, { a: 1 })).toEqual({ input: { a: 1 } });
    expect(await invoke(both, payload('s3-put'))).toEqual({ input: payload('s3-put') });
    expect(await invoke(both, payload('sns'))).toBe(undefined);
  });

  it('refuses unknown events clearly', async () => {
    await expect(
      invoke(
        schedule(async () => {}),
        { strange: 1, other: 2 },
      ),
    ).rejects.toThrow("function 'shop/Test' knows no event with strange, other; its handler answers schedule");
  });
});

it('refuses to start with an entry that cannot do its work', () => {
  expect(() => serve(async () => {}, options())).toThrow(
    "function 'shop/Test': the default export is no handler; export http(...), queue(...) or another one",
  );
  expect(() =>
    serve(
      http(async () => new Response()),
      options({ kinds: ['http', 'queue'] }),
    ),
  ).toThrow(
    "function 'shop/Test': it receives 'queue' events, but its handler answers only http; export handlers({ queue: queue(...) })",
  );
});
