import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { serve as serveHttp } from '../../lib/runtime/adapters/http.js';
import { serve } from '../../lib/runtime/adapters/lambda.js';
import { group } from '../../lib/runtime/group.js';
import { http, queue } from '../../lib/runtime/index.js';
import { lambdaContext, logged, options, payload } from './support.js';

afterEach(() => vi.restoreAllMocks());

const tell = (name: string) =>
  http(async (_, { params, route, secrets, links }) =>
    Response.json({ name, params, route, secrets: Object.keys(secrets), link: (links as any).orders }),
  );
const checked = http({ body: z.object({ n: z.number() }) }, async (_, { body }) => Response.json(body.n + 1));
const entry = group([
  { entry: tell('get'), routes: ['GET /orders/{id}'], links: { orders: 'get_orders' }, secrets: ['KEY'] },
  { entry: tell('any'), routes: ['ANY /files/{path+}'], links: { orders: 'any_orders' }, secrets: [] },
  { entry: checked as never, routes: ['POST /orders'], links: {}, secrets: [] },
  { entry: tell('none'), routes: ['GET /none'], links: {}, secrets: [] },
]);
const routes = ['ANY /files/{path+}', 'GET /none', 'GET /orders/{id}', 'POST /orders'];
const settings = options({
  kinds: ['http'],
  routes,
  links: { fake: ({ name, address }: any) => `${name} at ${address}` as never },
  secrets: { fake: async () => 'hidden' },
  environment: {
    FAASTEN_FUNCTION: 'shop/Api/Function',
    FAASTEN_LINK_get_orders: 'fake:a',
    FAASTEN_LINK_any_orders: 'fake:b',
    FAASTEN_SECRET_KEY: 'fake:k',
    FAASTEN_SECRET_OTHER: 'fake:o',
  },
});

describe('handlers that share a function', () => {
  const ask = async (method: string, path: string, body?: string) => {
    const request = new Request(`http://fn.example/_faasten/http${path}`, { method, body });
    const response = await serveHttp(entry, settings).fetch(request);
    return { status: response.status, body: (await response.json()) as any };
  };

  it('answer their own routes, each with its own links and secrets', async () => {
    expect((await ask('GET', '/orders/7')).body).toEqual({
      name: 'get',
      params: { id: '7' },
      route: 'GET /orders/{id}',
      secrets: ['KEY'],
      link: 'get_orders at a',
    });
    expect((await ask('PUT', '/files/a/b')).body).toMatchObject({ name: 'any', secrets: [], link: 'any_orders at b' });
    expect((await ask('GET', '/nowhere')).status).toBe(404);
  });

  it('check bodies by their own schema', async () => {
    expect(await ask('POST', '/orders', '{"n":1}')).toEqual({ status: 200, body: 2 });
    expect(await ask('POST', '/orders', '{"n":"1"}')).toMatchObject({ status: 400, body: { issues: [{ path: 'n' }] } });
  });

  it('do not see the links of others', async () => {
    const log = logged();
    expect((await ask('GET', '/none')).status).toBe(500);
    expect(JSON.stringify(log)).toContain(
      "the handler of GET /none has no link 'orders', but none at all; give it links: { orders: ... }",
    );
  });

  it('are found by what API Gateway says in both payloads', async () => {
    const invoke = serve(entry, settings);
    const answer = async (event: unknown) => JSON.parse(((await invoke(event, lambdaContext())) as any).body);
    const second = { ...payload('api-gateway-v2'), routeKey: 'GET /orders/{id}', rawPath: '/orders/7' };
    second.requestContext.http.method = 'GET';
    expect(await answer(second)).toMatchObject({ name: 'get', params: { id: '7' } });
    const first = { ...payload('api-gateway-v1'), resource: '/files/{path+}', path: '/files/a/b', httpMethod: 'PUT' };
    expect(await answer(first)).toMatchObject({ name: 'any', params: { path: 'a/b' } });
  });

  it('must answer requests', () => {
    expect(() => group([{ entry: queue(async () => {}) as never, routes: ['GET /a'], links: {}, secrets: [] }])).toThrow(
      'the handler of GET /a does not answer requests; export http(...)',
    );
  });
});
