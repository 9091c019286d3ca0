import { describe, expect, test } from 'vitest';
import { type Cors, withCors } from '../../lib/runtime/cors.js';

const cors: Cors = {
  origins: ['https://shop.example', 'https://other.example'],
  methods: ['GET', 'POST'],
  headers: ['content-type', 'x-mine'],
  exposedHeaders: ['etag', 'x-total'],
  credentials: true,
  maxAgeSeconds: 600,
};

async function answer(setting: Cors | undefined, headers: Record<string, string>, method = 'GET', from = new Response('hello')) {
  const request = new Request('https://api.example/a', { method, headers });
  let called = false;
  const response = await withCors(setting && JSON.stringify(setting), request, async () => {
    called = true;
    return from;
  });
  return {
    called,
    status: response.status,
    headers: Object.fromEntries(response.headers),
    text: await response.text(),
    response,
  };
}

const preflight = (origin: string) => ({ origin, 'access-control-request-method': 'POST' });

describe('a preflight', () => {
  test('is answered without the handler', async () => {
    expect(await answer(cors, preflight('https://other.example'), 'OPTIONS')).toMatchObject({
      called: false,
      status: 204,
      text: '',
      headers: {
        'access-control-allow-origin': 'https://other.example',
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': 'content-type, x-mine',
        'access-control-max-age': '600',
        vary: 'origin',
      },
    });
  });

  test.each(['https://evil.example', 'https://shop.example.evil.example', 'null', 'http://shop.example'])(
    'of %s is answered without a permission',
    async (origin) => {
      expect((await answer(cors, preflight(origin), 'OPTIONS')).headers).toEqual({ vary: 'origin' });
    },
  );

  test('is one only with the header: other OPTIONS are the handler’s', async () => {
    expect(await answer(cors, { origin: 'https://shop.example' }, 'OPTIONS')).toMatchObject({ called: true, text: 'hello' });
  });
});

describe('an answer', () => {
  test('gets the headers, and keeps its own', async () => {
    const from = new Response('hello', {
      status: 201,
      headers: { 'x-total': '1', vary: 'accept', 'access-control-allow-origin': '*' },
    });
    from.headers.append('set-cookie', 'a=1');
    from.headers.append('set-cookie', 'b=2');
    const { status, text, headers, response } = await answer(cors, { origin: 'https://shop.example' }, 'GET', from);
    expect({ status, text }).toEqual({ status: 201, text: 'hello' });
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'https://shop.example',
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'etag, x-total',
      vary: 'accept, origin',
      'x-total': '1',
    });
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  });

  test('to another origin, or to none, gets none', async () => {
    for (const headers of [{ origin: 'https://evil.example' }, {}] as Record<string, string>[]) {
      expect(Object.keys((await answer(cors, headers)).headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });

  test('for any origin is the same for all', async () => {
    const open = { ...cors, origins: ['*'], credentials: false, exposedHeaders: [] };
    expect((await answer(open, { origin: 'https://any.example' })).headers).toEqual({
      'access-control-allow-origin': '*',
      'content-type': 'text/plain;charset=UTF-8',
    });
  });

  test('without CORS is left alone', async () => {
    const from = new Response('hello');
    expect((await answer(undefined, { origin: 'https://shop.example' }, 'GET', from)).response).toBe(from);
  });

  test('without a body stays one', async () => {
    const from = new Response(null, { status: 304 });
    expect(await answer(cors, { origin: 'https://shop.example' }, 'GET', from)).toMatchObject({ status: 304, text: '' });
  });
});
