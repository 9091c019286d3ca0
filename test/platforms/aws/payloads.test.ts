/**
 * The bundle that `cdk deploy` would upload, on AWS's own runtime client, gets every payload that AWS documents for what the adapter
 * takes: those of `sam local generate-event`, and those of the documentation that lie in test/runtime/payloads.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ServerlessFunction } from '../../../lib/index.js';
import { scheduleInput } from '../../../lib/runtime/wire.js';
import { missing } from '../../engines/engine.js';
import { available, type LambdaFunction } from '../../engines/lambda.js';
import { available as emulatorAvailable } from '../../engines/rie.js';
import { generated, available as samEvents } from '../../engines/sam-events.js';
import { payload } from '../../runtime/support.js';
import { emulatedFunction, startedFunction } from './running.js';

const sam = missing('sam-events', samEvents);

describe.skipIf(missing('aws-lambda-ric', available()))('payloads', () => {
  let running: LambdaFunction;
  beforeAll(async () => {
    running = await startedFunction((stack) => {
      new ServerlessFunction(stack, 'Fn', { entry: join(__dirname, 'handlers/everything.ts') });
    });
  }, 60_000);
  afterAll(() => running?.stop());

  /** What the handlers saw of one event. The log has a pipe of its own, so that it is waited for. */
  async function seen(event: unknown, count = 1): Promise<unknown[]> {
    const before = lines().length;
    const { payload: answer, error } = await running.invoke(event);
    expect(error).toBeUndefined();
    await expect.poll(() => lines().length).toBe(before + count);
    return [...lines().slice(before), ...(answer ? [answer] : [])];
  }
  const lines = () => [...running.output().matchAll(/SEEN (.*)/g)].map(([, line]) => JSON.parse(line!));
  const answered = async (event: unknown) => {
    const { payload: answer, error } = await running.invoke(event);
    expect(error).toBeUndefined();
    const { body, ...head } = answer as any;
    return { ...head, body: JSON.parse(body) };
  };

  describe('of requests', () => {
    const requests: Record<string, () => any> = {
      'HTTP API, 2.0 (documentation)': () => payload('api-gateway-v2'),
      'REST API, 1.0 (documentation)': () => payload('api-gateway-v1'),
      'function URL (documentation)': () => payload('function-url'),
      ...(sam
        ? {}
        : {
            'HTTP API (SAM)': () => generated('apigateway', 'http-api-proxy'),
            'REST API (SAM)': () => generated('apigateway', 'aws-proxy'),
            'load balancer (SAM)': () => generated('alb', 'request'),
          }),
    };
    test.each(Object.entries(requests))('%s', async (_, make) => {
      const answer = await answered(make());
      expect(answer).toMatchObject({ statusCode: 200, body: { method: 'POST' }, isBase64Encoded: false });
      expect(answer.body.pathname).toMatch(/^\/\w+/);
      expect(answer.body.body).toMatch(/test|Hello/);
      expect(JSON.stringify([answer.cookies, answer.multiValueHeaders, answer.headers])).toContain('seen=1');
    });

    test.skipIf(sam)('load balancer with headers of several values, whose query is as it was sent', async () => {
      const { headers, queryStringParameters: _, ...event } = generated('alb', 'request');
      const multiValueHeaders = Object.fromEntries(Object.entries<string>(headers).map(([name, value]) => [name, [value]]));
      const answer = await answered({
        ...event,
        multiValueHeaders: { ...multiValueHeaders, cookie: ['a=1', 'b=2'] },
        multiValueQueryStringParameters: { 'a%20b': ['1%26', '2'] },
      });
      expect(answer).toMatchObject({
        statusCode: 200,
        multiValueHeaders: { 'content-type': ['application/json'], 'set-cookie': ['seen=1'] },
        body: { search: '?a%20b=1%26&a%20b=2', cookies: expect.stringContaining('a=1') },
      });
      expect(answer).not.toHaveProperty('headers');
    });
  });

  describe('of queues', () => {
    test('standard and FIFO (documentation)', async () => {
      for (const name of ['sqs', 'sqs-fifo'] as const) {
        const event = payload(name);
        const [[kind, messages], answer] = (await seen(event)) as [[string, unknown[]], unknown];
        expect({ kind, count: messages.length, answer }).toEqual({
          kind: 'queue',
          count: event.Records.length,
          answer: { batchItemFailures: [] },
        });
      }
    });

    test.skipIf(sam)('standard (SAM), of which one message fails', async () => {
      const [record] = generated('sqs', 'receive-message').Records;
      const event = { Records: [record, { ...record, messageId: 'second', body: 'fail' }] };
      expect(await seen(event)).toEqual([
        [
          'queue',
          [
            { body: 'Hello from SQS!', attributes: {}, attempt: 1 },
            { body: 'fail', attributes: {}, attempt: 1 },
          ],
        ],
        { batchItemFailures: [{ itemIdentifier: 'second' }] },
      ]);
    });
  });

  describe('of events', () => {
    test('SNS (documentation)', async () => {
      expect(await seen(payload('sns'))).toEqual([['topic', expect.objectContaining({ body: 'example message' })]]);
    });
    test.skipIf(sam)('SNS (SAM)', async () => {
      expect(await seen(generated('sns', 'notification'))).toEqual([
        ['topic', { body: 'example message', attributes: { Test: 'TestString', TestBinary: 'TestBinary' } }],
      ]);
    });

    test('S3 directly and through EventBridge (documentation)', async () => {
      for (const name of ['s3-put', 's3-delete', 'eventbridge-s3-created'] as const) {
        const [[kind, object]] = (await seen(payload(name))) as [[string, { bucket: string; key: string }]];
        expect({ kind, bucket: typeof object.bucket, key: typeof object.key }).toEqual({
          kind: 'objects',
          bucket: 'string',
          key: 'string',
        });
      }
    });
    test.skipIf(sam).each([
      ['put', 'created'],
      ['delete', 'deleted'],
    ])('S3 %s (SAM)', async (name, type) => {
      expect(await seen(generated('s3', name))).toEqual([
        ['objects', expect.objectContaining({ type, bucket: 'example-bucket', key: 'test/key' })],
      ]);
    });

    test('rules of EventBridge: a time and an event of one’s own (documentation)', async () => {
      expect(await seen(payload('eventbridge-scheduled'))).toEqual([
        ['schedule', expect.objectContaining({ time: expect.any(String) })],
      ]);
      expect(await seen(payload('eventbridge-custom'))).toEqual([
        ['topic', expect.objectContaining({ body: expect.anything() })],
      ]);
    });
    // https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
    test('EventBridge Scheduler: the input of the schedule, its context attributes filled in', async () => {
      const attributes: Record<string, string> = {
        'aws.scheduler.execution-id': 'd32c5kddcf5bb8c3',
        'aws.scheduler.scheduled-time': '2022-03-22T18:59:43Z',
      };
      const event = JSON.parse(scheduleInput('Nightly').replace(/<([\w.-]+)>/g, (_, name: string) => attributes[name]!));
      expect(await seen(event)).toEqual([['schedule', { name: 'Nightly', time: '2022-03-22T18:59:43.000Z' }]]);
    });
    test.skipIf(sam)('rules of EventBridge (SAM)', async () => {
      expect(await seen(generated('cloudwatch', 'scheduled-event'))).toEqual([
        ['schedule', { name: 'ExampleRule', time: '1970-01-01T00:00:00.000Z' }],
      ]);
    });
  });

  test('what is no event is the input of a call', async () => {
    expect((await running.invoke({ a: 21 })).payload).toEqual({ twice: 42 });
  });
});

test.skipIf(missing('the runtime interface emulator', emulatorAvailable()))(
  'the same bundle answers requests, queues, calls and nonsense under the emulator',
  { timeout: 60_000 },
  async () => {
    const emulated = await emulatedFunction((stack) => {
      new ServerlessFunction(stack, 'Fn', { entry: join(__dirname, 'handlers/everything.ts') });
    });
    try {
      expect(await emulated.invoke(payload('api-gateway-v2'))).toMatchObject({ statusCode: 200, cookies: ['seen=1'] });
      expect(await emulated.invoke(payload('sqs'))).toEqual({ batchItemFailures: [] });
      expect(await emulated.invoke({ a: 21 })).toEqual({ twice: 42 });
      expect(await emulated.invoke({ a: null, Records: [{ eventSource: 'aws:sqs', body: 'fail', messageId: 'm' }] })).toEqual({
        batchItemFailures: [{ itemIdentifier: 'm' }],
      });
    } finally {
      await emulated.stop();
    }
  },
);
