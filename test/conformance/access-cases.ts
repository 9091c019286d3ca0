import { expect, test } from 'vitest';
import { describePart, type Suite } from './suite.js';

/** Who may send requests, and what handlers know of them. */
export function accessCases(suite: Suite): void {
  const { seen } = suite;
  const ask = async (target: string, headers: Readonly<Record<string, string>> = {}) => {
    const { status, body } = await suite.running().request({ method: 'GET', target, headers: Object.entries(headers) });
    return status === 200 ? JSON.parse(body.toString()) : status;
  };

  test('a route without an authorizer knows nobody, whatever a request says of itself', async () => {
    const claims = Buffer.from('{"sub":"mallory"}').toString('base64url');
    expect(await ask('/anyone', { 'x-apigateway-api-userinfo': claims, authorization: `Bearer e30.${claims}.e30` })).toBeNull();
  });

  describePart(suite, 'api.authorizer.jwt', () => {
    const askWith = async (target: string, request: Parameters<NonNullable<ReturnType<Suite['running']>['token']>>[0] = {}) =>
      ask(target, { authorization: await suite.running().token!(request) });

    test('a token tells who it is', async () => {
      const claims = { email: 'ann@shop.example' };
      expect(await askWith('/member', { subject: 'ann', scopes: ['a', 'b'], claims })).toEqual({
        subject: 'ann',
        scopes: ['a', 'b'],
        ...claims,
      });
    });

    test('no token, and tokens of another key, issuer, audience or time, are refused', async () => {
      expect(await ask('/member')).toBe(401);
      expect(await ask('/member', { authorization: 'Bearer nonsense' })).toBe(401);
      const [head, body, signature] = (await suite.running().token!({})).split('.') as [string, string, string];
      const other = `${signature[0] === 'A' ? 'B' : 'A'}${signature.slice(1)}`;
      expect(await ask('/member', { authorization: [head, body, other].join('.') })).toBe(401);
      const admin = Buffer.from('{"sub":"admin"}').toString('base64url');
      expect(await ask('/member', { authorization: [head, admin, signature].join('.') })).toBe(401);
      for (const claims of [{ iss: 'https://evil.example' }, { aud: 'bank' }, { exp: 1_000_000_000 }, { nbf: 4_000_000_000 }])
        expect(await askWith('/member', { claims }), JSON.stringify(claims)).toBe(401);
    });
  });

  describePart(suite, 'api.authorizer.scopes', () => {
    test('one of a route’s scopes is needed', async () => {
      const askWith = async (scopes: string[]) =>
        ask('/orders', { authorization: await suite.running().token!({ subject: 'ann', scopes }) });
      expect(await askWith([])).toBe(403);
      expect(await askWith(['orders:write'])).toBe(403);
      expect(await askWith(['profile', 'orders:all'])).toMatchObject({ subject: 'ann', scopes: ['profile', 'orders:all'] });
    });
  });

  describePart(suite, 'api.authorizer.function', () => {
    test('a function decides, by route, path and headers', async () => {
      expect(await ask('/partner/a%20b', { 'x-word': 'ali' })).toEqual({ subject: 'ali', scopes: [], email: 'ali@shop.example' });
      expect(seen).toEqual([{ kind: 'authorizer', path: '/partner/a%20b', params: { id: 'a b' }, word: 'ali' }]);
    });

    test('who it does not know is refused; without the header it is not asked', async () => {
      expect(await ask('/partner/1', { 'x-word': 'mallory' })).toBe(403);
      expect(await ask('/partner/1')).toBe(401);
      expect(seen.map(({ word }) => word)).toEqual(['mallory']);
    });

    test('where it fails, nobody is let in', async () => {
      expect(await ask('/partner/1', { 'x-word': 'broken' })).toBe(500);
    });

    test('what it said of a word holds for the route', async () => {
      const answers = [await ask('/partner/1', { 'x-word': 'bob' }), await ask('/partner/2', { 'x-word': 'bob' })];
      expect(answers.map(({ subject }) => subject)).toEqual(['bob', 'bob']);
      expect(seen).toHaveLength(1);
    });
  });
}
