import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Authorizer, Duration, HttpApi, ServerlessFunction, Service } from '../../../lib/index.js';
import type { LocalApp, TokenRequest } from '../../../lib/platforms/local/index.js';
import { type Started, start, temporaryFolder } from './service.js';

const ISSUER = 'https://id.shop.example';

function declare(app: LocalApp): void {
  const service = new Service(app, 'Test', { root: __dirname });
  const who = new ServerlessFunction(service, 'Who', { entry: 'handlers/access.ts' });
  const decides = new ServerlessFunction(service, 'Decides', { entry: 'handlers/access.ts' });
  const customers = Authorizer.jwt('Customers', { issuer: ISSUER, audiences: ['shop', 'admin'] });
  const partners = Authorizer.function('Partners', decides, { headers: ['X-Word'], cacheFor: Duration.minutes(2) });
  new HttpApi(service, 'Api', {
    authorizer: customers,
    cors: { origins: ['https://shop.example'] },
    routes: {
      'GET /me': who,
      'GET /orders': { handler: who, scopes: ['orders:read', 'orders:all'] },
      'GET /open': { handler: who, authorizer: Authorizer.none },
      'GET /partner/{id}': { handler: who, authorizer: partners },
      'GET /busy': { handler: who, authorizer: Authorizer.none, throttle: { requestsPerSecond: 0.5, burst: 2 } },
    },
  });
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

describe('tokens', () => {
  let running: Started;
  beforeAll(async () => {
    running = await start(declare);
  });
  afterAll(() => running?.close());
  const mint = async (request: Partial<TokenRequest> = {}) =>
    (await running.inspector.mintToken!({ authorizerId: 'Test/Api/Customers', ...request })).token;
  const status = async (token: string, path = '/me') => (await fetch(running.url + path, bearer(token))).status;

  test('tell the handler who it is, claims as API Gateway writes them', async () => {
    const token = await mint({ subject: 'ann', scopes: ['a', 'b'], claims: { admin: true, groups: ['x', 'y'], level: 3 } });
    const answer = await fetch(`${running.url}/me`, bearer(token));
    expect(await answer.json()).toEqual({
      subject: 'ann',
      claims: {
        ...{ iss: ISSUER, aud: 'shop', sub: 'ann', scope: 'a b', admin: 'true', groups: '[x y]', level: '3' },
        ...{ iat: '1780315200', exp: '1780318800' },
      },
      scopes: ['a', 'b'],
    });
    expect(await (await fetch(`${running.url}/open`)).json()).toBeNull();
  });

  test('are refused when they are missing, of another key, issuer or audience, or out of their time', async () => {
    const missing = await fetch(`${running.url}/me`, { headers: { origin: 'https://shop.example' } });
    expect([missing.status, missing.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(missing.headers.get('access-control-allow-origin')).toBe('https://shop.example');
    const { generateKeyPair, SignJWT } = await import('jose');
    const other = await new SignJWT({ aud: 'shop', iss: ISSUER, exp: 1_900_000_000 })
      .setProtectedHeader({ alg: 'ES256' })
      .sign((await generateKeyPair('ES256')).privateKey);
    const none = `${btoa('{"alg":"none"}')}.${btoa(JSON.stringify({ aud: 'shop', iss: ISSUER, exp: 1_900_000_000 }))}.`;
    for (const token of [other, none.replaceAll('=', ''), 'nonsense', `${await mint()}x`]) expect(await status(token)).toBe(401);
    expect(await status(await mint({ claims: { iss: 'https://evil.example' } }))).toBe(401);
    expect(await status(await mint({ claims: { aud: 'bank' } }))).toBe(401);
    expect(await status(await mint({ claims: { nbf: 1_780_400_000 } }))).toBe(401);
    expect(await status(await mint({ claims: { iat: 1_780_400_000 } }))).toBe(401);
    expect(await status(await mint({ claims: { exp: undefined } }))).toBe(401);
    expect(await status(await mint({ claims: { aud: ['bank', 'admin'] } }))).toBe(200);
    expect(await status(await mint({ claims: { aud: undefined, client_id: 'shop' } }))).toBe(200);
  });

  test('need one of the scopes of a route', async () => {
    const refused = await fetch(`${running.url}/orders`, bearer(await mint({ scopes: ['orders:write'] })));
    expect(refused.status).toBe(403);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer scope="orders:read orders:all" error="insufficient_scope"');
    expect(await status(await mint({ scopes: ['x', 'orders:all'] }), '/orders')).toBe(200);
    expect(await status(await mint({ claims: { scp: ['orders:read'] } }), '/orders')).toBe(200);
  });

  test('end with their time', async () => {
    const token = await mint({ lifetimeSeconds: 60 });
    expect(await status(token)).toBe(200);
    await running.pass(61_000);
    expect(await status(token)).toBe(401);
  });

  test('a function decides, and what it said holds for a while', async () => {
    const ask = (word: string | undefined, id = '1') =>
      fetch(`${running.url}/partner/${id}`, { headers: word === undefined ? {} : { 'x-word': word } });
    expect((await ask(undefined)).status).toBe(401);
    expect((await ask('wrong')).status).toBe(403);
    expect((await ask('broken')).status).toBe(500);
    expect((await ask('sesame', '%ff')).status).toBe(400);
    await running.pass(121_000);
    const first = (await (await ask('sesame', 'a%20b')).json()) as any;
    expect(first).toEqual({ subject: 'ali', claims: { asked: expect.any(Number), list: [1, 2] }, scopes: [] });
    expect(await (await ask('sesame', '2')).json()).toEqual(first);
    await running.pass(121_000);
    expect(((await (await ask('sesame')).json()) as any).claims.asked).toBeGreaterThan(first.claims.asked);
    const { items } = await running.inspector.invocations({ functionId: 'Test/Decides', text: 'asked' });
    expect((await running.inspector.invocation(items.at(-1)!.id)).logs[0]!.fields).toMatchObject({ route: 'GET /partner/{id}' });
  });

  test('what is more than throttle allows is answered 429 until time has passed', async () => {
    const busy = () => fetch(`${running.url}/busy`);
    expect([(await busy()).status, (await busy()).status]).toEqual([200, 200]);
    const refused = await busy();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '2']);
    expect((await fetch(`${running.url}/open`)).status).toBe(200);
    await running.pass(2000);
    expect([(await busy()).status, (await busy()).status]).toEqual([200, 429]);
  });

  test('the console sees who guards what', async () => {
    const { nodes, edges } = await running.inspector.graph();
    const api = nodes.find(({ kind }) => kind === 'api') as any;
    expect(api.authorizers).toEqual([
      {
        audiences: ['shop', 'admin'],
        id: 'Test/Api/Customers',
        label: 'Customers',
        mintsTokens: true,
        requires: 'audience shop or admin; for some routes a scope of orders:read, orders:all',
      },
      { id: 'Test/Api/Partners', label: 'Partners', mintsTokens: false, requires: 'x-word' },
    ]);
    expect(api.routes.find(({ key }: any) => key === 'GET /open').authorizerId).toBeUndefined();
    expect(edges.find(({ detail }) => detail === 'authorizer')).toMatchObject({ from: 'Test/Api', to: 'Test/Decides' });
    await expect(running.inspector.mintToken!({ authorizerId: 'Test/Api/Partners' })).rejects.toThrow(/asks a function/);
  });
});

test('a token outlives the process, and its key is readable by its owner only', async () => {
  const folder = temporaryFolder();
  const first = await start(declare, { dataDirectory: folder.path });
  const { token } = await first.inspector.mintToken!({ authorizerId: 'Test/Api/Customers' });
  await first.close();
  const second = await start(declare, { dataDirectory: folder.path });
  expect((await fetch(`${second.url}/me`, bearer(token))).status).toBe(200);
  await second.close();
  const file = join(folder.path, 'issuer.json');
  expect(existsSync(file) && statSync(file).mode & 0o777).toBe(0o600);
  folder.remove();
});

test('identities of a cloud are refused at the user’s line', async () => {
  const build = (app: LocalApp) => {
    const fn = new ServerlessFunction(app, 'Who', { entry: join(__dirname, 'handlers/access.ts') });
    new HttpApi(app, 'Api', { authorizer: Authorizer.iam, routes: { 'GET /': fn } });
  };
  await expect(start(build)).rejects.toThrow(/one machine has no identities of a cloud/);
});
