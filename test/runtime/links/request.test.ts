import { afterEach, describe, expect, test } from 'vitest';
import { request } from '../../../lib/runtime/links/request.js';
import { freePort } from '../../engines/engine.js';
import { link, type Recorder, recorder } from './support.js';

let server: Recorder | undefined;
afterEach(() => server?.close());
const orders = link('orders', '');

async function answering(...answers: [status: number, headers?: Record<string, string>, body?: string][]): Promise<string> {
  server = await recorder((_request, response, number) => {
    const [status, headers = {}, body = ''] = answers[Math.min(number, answers.length) - 1]!;
    response.writeHead(status, headers).end(body);
  });
  return server.url;
}

describe('what is tried again', () => {
  test.each([408, 429, 500, 502, 503, 504])('%d is, until it is well', async (status) => {
    const url = await answering([status], [status], [200, {}, 'well']);
    expect(await (await request(orders, 'send', { url })).text()).toBe('well');
    expect(server!.received).toHaveLength(3);
  });

  test.each([301, 308, 400, 401, 403, 404, 409, 412, 501])('%d is not', async (status) => {
    const url = await answering([status, { location: 'http://127.0.0.1:1/elsewhere' }]);
    await expect(request(orders, 'send', { url })).rejects.toMatchObject({ name: 'LinkError', status });
    expect(server!.received).toHaveLength(1);
  });

  test('four times at most, with the body and new headers each time', async () => {
    const url = await answering([503]);
    let made = 0;
    const headers = async () => {
      made += 1;
      return { authorization: `Bearer ${made}` };
    };
    await expect(request(orders, 'send', { url, method: 'POST', headers, body: 'x' })).rejects.toThrow(
      "link 'orders': send was answered 503 Service Unavailable",
    );
    expect(server!.received.map(({ headers, body }) => [headers.authorization, body])).toEqual([
      ['Bearer 1', 'x'],
      ['Bearer 2', 'x'],
      ['Bearer 3', 'x'],
      ['Bearer 4', 'x'],
    ]);
  });

  test.each([500, 502, 503, 504])('what must not happen twice is not, on %d', async (status) => {
    const url = await answering([status]);
    await expect(request(orders, 'call', { url, repeatable: false })).rejects.toMatchObject({ status });
    expect(server!.received).toHaveLength(1);
  });

  test('but is on 429, and when nobody listened', async () => {
    const url = await answering([429], [200]);
    await request(orders, 'call', { url, repeatable: false });
    expect(server!.received).toHaveLength(2);

    const port = await freePort();
    const late = request(orders, 'call', { url: `http://127.0.0.1:${port}/`, repeatable: false });
    const refused = expect(late).rejects.toThrow(`link 'orders': call did not reach 127.0.0.1:${port}: ECONNREFUSED`);
    await refused;
  });

  test('retry-after is waited for', async () => {
    const url = await answering([429, { 'retry-after': '1' }], [200]);
    const start = Date.now();
    await request(orders, 'send', { url });
    expect(Date.now() - start).toBeGreaterThanOrEqual(990);
  });

  test('a connection that breaks', async () => {
    server = await recorder((_request, response, number) => (number === 1 ? response.destroy() : response.end('well')));
    expect(await (await request(orders, 'send', { url: server.url })).text()).toBe('well');
    await expect(
      request(orders, 'call', { url: (await answering([200])).replace('http:', 'https:'), repeatable: false }),
    ).rejects.toMatchObject({ name: 'LinkError', status: undefined });
  });
});

describe('what an error says', () => {
  const said = async (type: string, body: string) => {
    const url = await answering([400, { 'content-type': type }, body]);
    const error = await request(orders, 'send', { url, headers: () => ({ authorization: 'Bearer secret' }) }).catch(
      (error) => error,
    );
    await server!.close();
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('secret');
    return error.message.replace("link 'orders': send was answered 400 Bad Request", '');
  };

  test('the words of Google, RFC 9457 and S3, and plain ones', async () => {
    expect(await said('application/json; charset=UTF-8', '{"error":{"message":"Topic not found"}}')).toBe(': Topic not found');
    expect(await said('application/problem+json', '{"title":"Too big","detail":"2 MiB"}')).toBe(': 2 MiB');
    expect(await said('application/problem+json', '{"title":"Too big"}')).toBe(': Too big');
    expect(
      await said(
        'application/xml',
        '<Error><Code>NoSuchKey</Code><Message>Gone.</Message><AWSAccessKeyId>secret</AWSAccessKeyId></Error>',
      ),
    ).toBe(': NoSuchKey Gone.');
    expect(await said('text/plain', ' No such object: a/b\n')).toBe(': No such object: a/b');
  });

  test('nothing of what it does not know', async () => {
    expect(await said('text/html', '<html>secret</html>')).toBe('');
    expect(await said('application/json', '{"echo":"secret"}')).toBe('');
    expect(await said('application/json', 'not JSON')).toBe('');
    expect(await said('application/json', '{"error":{"message":{"secret":1}}}')).toBe('');
  });

  test('300 characters at most', async () => {
    expect(await said('text/plain', 'x'.repeat(10_000))).toBe(`: ${'x'.repeat(300)}`);
  });

  test('that there was no answer in time, even where one began to be written', async () => {
    server = await recorder((_request, response) => response.writeHead(400, { 'content-type': 'text/plain' }).write('beginning'));
    await expect(request(orders, 'call', { url: server.url, repeatable: false, timeout: 200 })).rejects.toMatchObject({
      status: 400,
    });
    server.received.length = 0;
    await server.close();
    server = await recorder(() => undefined);
    await expect(request(orders, 'send', { url: server.url, timeout: 100 })).rejects.toThrow(/no answer within 1 s$/);
    expect(server.received).toHaveLength(4);
  });
});
