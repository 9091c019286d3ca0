import { afterEach, describe, expect, it, vi } from 'vitest';
import { serve as serveHttp } from '../../lib/runtime/adapters/http.js';
import { serve } from '../../lib/runtime/adapters/lambda.js';
import { authorizer as entrance } from '../../lib/runtime/entrances/authorizer.js';
import { google } from '../../lib/runtime/identity/google.js';
import { type Admission, authorizer, type Handler, handlers, http } from '../../lib/runtime/index.js';
import { lambdaContext, logged, options, payload } from './support.js';

afterEach(() => vi.restoreAllMocks());

const invoke = (handler: Handler, event: unknown) =>
  serve(handler, options({ entrances: [entrance], environment: { FAASTEN_FUNCTION: 'shop/Test' } }))(
    event,
    lambdaContext(),
  ) as Promise<any>;
const admits = (admission: Admission | undefined) => authorizer(async () => admission);

describe('authorizer functions of API Gateway', () => {
  it('see the request of the sample of payload 2.0, without a body', async () => {
    let seen: unknown;
    const handler = authorizer(async (request, { params, route, kind }) => {
      seen = { method: request.method, url: request.url, header1: request.headers.get('header1'), params, route, kind };
      return undefined;
    });
    expect(await invoke(handler, payload('authorizer-v2'))).toEqual({ isAuthorized: false });
    expect(seen).toEqual({
      method: 'POST',
      url: 'https://id.execute-api.us-east-1.amazonaws.com/my/path?parameter1=value1&parameter1=value2&parameter2=value',
      header1: 'value1',
      params: { parameter1: 'value1' },
      route: undefined,
      kind: 'authorizer',
    });
  });

  it('answer payload 2.0 simply, with claims as text', async () => {
    expect(await invoke(admits({ subject: 'ann', claims: { roles: ['buyer'] } }), payload('authorizer-v2'))).toEqual({
      isAuthorized: true,
      context: { subject: 'ann', claims: '{"roles":["buyer"]}' },
    });
  });

  it('answer a REST API with a policy for its stage', async () => {
    const policy = (Effect: string) => ({
      Version: '2012-10-17',
      Statement: [
        { Action: 'execute-api:Invoke', Effect, Resource: 'arn:aws:execute-api:us-east-1:123456789012:abcdef123/test/*' },
      ],
    });
    expect(await invoke(admits({ subject: 'ann' }), payload('authorizer-v1'))).toEqual({
      principalId: 'ann',
      policyDocument: policy('Allow'),
      context: { subject: 'ann', claims: '{}' },
    });
    expect(await invoke(admits(undefined), payload('authorizer-v1'))).toEqual({
      principalId: 'anonymous',
      policyDocument: policy('Deny'),
    });
  });

  it('fail closed: an error and an answer of another form admit nobody, and the reason is in the log only', async () => {
    const log = logged();
    const failing = authorizer(async () => {
      throw new Error('the database is away');
    });
    await expect(invoke(failing, payload('authorizer-v2'))).rejects.toThrow(/^the authorizer failed \(request /);
    await expect(invoke(admits(true as never), payload('authorizer-v2'))).rejects.toThrow(/^the authorizer failed/);
    expect(JSON.stringify(log)).toContain('the database is away');
  });

  it('may be one function with a route', async () => {
    const both = handlers({ http: http(async () => new Response('route')), authorizer: admits({ subject: 'ann' }) });
    expect(await invoke(both, payload('authorizer-v2'))).toMatchObject({ isAuthorized: true });
    expect(await invoke(both, payload('api-gateway-v2'))).toMatchObject({ statusCode: 200, body: 'route' });
  });
});

describe('identity', () => {
  const who = http(async (_, { identity }) => Response.json(identity ?? null));
  const seen = async (requestContext: object, sample = 'api-gateway-v2') => {
    const event = payload(sample) as any;
    const { authorizer: _, ...context } = event.requestContext;
    return JSON.parse((await invoke(who, { ...event, requestContext: { ...context, ...requestContext } })).body);
  };

  it('is that of the token', async () => {
    const claims = { sub: 'ann', iss: 'https://id.example', scope: 'a b' };
    expect(await seen({ authorizer: { jwt: { claims, scopes: ['a'] } } })).toEqual({ subject: 'ann', claims, scopes: ['a'] });
    expect(await seen({ authorizer: { jwt: { claims, scopes: null } } })).toEqual({ subject: 'ann', claims, scopes: ['a', 'b'] });
  });

  it('is what the authorizer function answered, of HTTP and REST APIs', async () => {
    const expected = { subject: 'ann', claims: { roles: ['buyer'] }, scopes: [] };
    const context = { subject: 'ann', claims: '{"roles":["buyer"]}' };
    expect(await seen({ authorizer: { lambda: context } })).toEqual(expected);
    expect(await seen({ authorizer: { ...context, principalId: 'ann', integrationLatency: 7 } }, 'api-gateway-v1')).toEqual(
      expected,
    );
    expect(await seen({ authorizer: { lambda: { user: 'bob' } } })).toEqual({ subject: '', claims: { user: 'bob' }, scopes: [] });
  });

  it('is the IAM identity that signed', async () => {
    const userArn = 'arn:aws:iam::123456789012:user/ann';
    expect(await seen({ authorizer: { iam: { userArn } } })).toMatchObject({ subject: userArn });
    expect(await seen({ identity: { userArn } }, 'api-gateway-v1')).toMatchObject({ subject: userArn });
  });

  it('is undefined where nobody was asked', async () => {
    expect(await seen({})).toBeNull();
    expect(await seen({}, 'api-gateway-v1')).toBeNull();
  });

  it('comes from Google’s gateway by a header, on routes that have an authorizer only', async () => {
    const { fetch } = serveHttp(who, {
      ...options(),
      routes: ['GET /mine', 'GET /open'],
      identity: { routes: ['GET /mine'], by: google },
    });
    const claims = { sub: 'ann', scope: 'a b' };
    const headers = { 'x-apigateway-api-userinfo': Buffer.from(JSON.stringify(claims)).toString('base64url') };
    const ask = async (path: string) => (await fetch(new Request(`http://fn.example/_faasten/http${path}`, { headers }))).json();
    expect(await ask('/mine')).toEqual({ subject: 'ann', claims, scopes: ['a', 'b'] });
    expect(await ask('/open')).toBeNull();
  });
});
