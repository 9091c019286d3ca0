import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { serve } from '../../lib/runtime/adapters/lambda.js';
import { authorizer as authorizerEntrance } from '../../lib/runtime/entrances/authorizer.js';
import { websocket as entrance } from '../../lib/runtime/entrances/websocket.js';
import { authorizer, type Handler, HttpProblem, type SocketEvent, websocket } from '../../lib/runtime/index.js';
import { lambdaContext, logged, options, payload } from './support.js';

afterEach(() => vi.restoreAllMocks());

const invoke = (handler: Handler, event: unknown, environment: Record<string, string> = { FAASTEN_FUNCTION: 'shop/Test' }) =>
  serve(handler, options({ entrances: [entrance, authorizerEntrance], environment }))(event, lambdaContext()) as Promise<any>;

describe('events of a WebSocket API', () => {
  const seen = async (name: string, change: object = {}) => {
    let found: SocketEvent | undefined;
    const handler = websocket(async (event) => {
      found = event;
    });
    expect(await invoke(handler, { ...payload(name), ...change })).toEqual({ statusCode: 200 });
    return found!;
  };

  it('connect with the request that a client came with', async () => {
    const { request, ...rest } = await seen('websocket-connect');
    expect(rest).toEqual({
      type: 'connect',
      connectionId: 'AAAA1234=',
      connectedAt: new Date('2024-02-09T18:11:43.419Z'),
      route: '$connect',
      body: undefined,
    });
    expect(new URL(request!.url).searchParams.get('room')).toBe('tea');
    expect(request!.headers.get('x-forwarded-for')).toBe('192.0.2.1');
  });

  it('bring messages, as JSON or as text', async () => {
    expect(await seen('websocket-message')).toMatchObject({
      type: 'message',
      route: 'chat',
      body: { action: 'chat', text: 'hello' },
      connectionId: 'AAAA1234=',
    });
    expect((await seen('websocket-message', { body: 'hello' })).body).toBe('hello');
    expect((await seen('websocket-message', { body: 'aGVsbG8=', isBase64Encoded: true })).body).toBe('hello');
  });

  it('say why a client has gone', async () => {
    expect(await seen('websocket-disconnect')).toMatchObject({
      type: 'disconnect',
      reason: { code: 1005, text: 'Client-side close frame status not set' },
    });
  });

  it('reply with what the handler returns, and say who is connected', async () => {
    const event = payload('websocket-message') as any;
    event.requestContext.authorizer = { subject: 'ann', claims: '{"room":"tea"}', principalId: 'ann' };
    const handler = websocket(async ({ body }, { identity }) => ({
      said: body.text,
      by: identity?.subject,
      in: identity?.claims.room,
    }));
    expect(await invoke(handler, event)).toEqual({ statusCode: 200, body: '{"said":"hello","by":"ann","in":"tea"}' });
  });

  it('are refused with a problem’s status, by their schema, and fail with the reason in the log only', async () => {
    const log = logged();
    const refusing = websocket(async () => {
      throw new HttpProblem(403, 'Full');
    });
    expect(await invoke(refusing, payload('websocket-connect'))).toEqual({ statusCode: 403 });
    const checked = websocket({ message: z.object({ text: z.number() }) }, async () => {});
    expect(await invoke(checked, payload('websocket-message'))).toEqual({ statusCode: 400 });
    expect(await invoke(checked, payload('websocket-connect'))).toEqual({ statusCode: 200 });
    const failing = websocket(async () => {
      throw new Error('the table is away');
    });
    expect(await invoke(failing, payload('websocket-message'))).toEqual({ statusCode: 500 });
    expect(JSON.stringify(log)).toContain('the table is away');
  });

  it('are reported: what a client may not do is no failure', async () => {
    const log = logged();
    const answers = (error: Error) => websocket(() => Promise.reject(error));
    for (const error of [new HttpProblem(403, 'Full'), new TypeError('the table is away')])
      await invoke(answers(error), payload('websocket-message'), { FAASTEN_FUNCTION: 'shop/Test', FAASTEN_METRICS: 'json' });
    const reports = log.filter(({ message }) => message === 'invocation');
    expect(reports.map(({ kind, outcome, errorType }) => [kind, outcome, errorType])).toEqual([
      ['websocket', 'ok', undefined],
      ['websocket', 'error', 'TypeError'],
    ]);
  });

  it('are let in by an authorizer, which sees query and headers', async () => {
    const event = {
      ...payload('websocket-connect'),
      type: 'REQUEST',
      methodArn: 'arn:aws:execute-api:eu-west-1:1:abcd1234/prod/$connect',
    };
    const handler = authorizer(async (request) => {
      const room = new URL(request.url).searchParams.get('room');
      return room === 'tea' ? { subject: room } : undefined;
    });
    const effect = async (asked: object) => (await invoke(handler, asked)).policyDocument.Statement[0];
    expect(await effect(event)).toMatchObject({ Effect: 'Allow', Resource: 'arn:aws:execute-api:eu-west-1:1:abcd1234/prod/*' });
    expect(await effect({ ...event, queryStringParameters: null })).toMatchObject({ Effect: 'Deny' });
  });
});
