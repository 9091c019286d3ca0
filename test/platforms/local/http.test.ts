import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Everything, type Started, start } from './service.js';

let running: Started;
beforeAll(async () => {
  running = await start((app) => new Everything(app));
});
afterAll(() => running?.close());

/** With headers and paths as they are given, which fetch would not send. */
function raw(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(running.url, { path, method, headers }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode!, body }));
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

describe('an API on loopback', () => {
  test('answers bytes with bytes', async () => {
    const body = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    const answer = await fetch(`${running.url}/echo?a=1`, { method: 'POST', body, headers: { 'x-echo': 'yes' } });
    expect(answer.headers.get('x-echo')).toBe('yes');
    expect(Buffer.from(await answer.arrayBuffer()).equals(body)).toBe(true);
  });

  test('names its routes where none fits', async () => {
    const answer = await fetch(`${running.url}/a/b`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toEqual({
      title: 'Not Found',
      status: 404,
      detail: "no route of 'Test/Api' answers GET /a/b",
      routes: ['ANY /{what}', 'GET /fixed/{path+}'],
    });
  });

  test('refuses what is too large, and paths that mean another one', async () => {
    const large = await fetch(`${running.url}/echo`, { method: 'POST', body: new Uint8Array(10 * 1024 * 1024 + 1) });
    expect([large.status, ((await large.json()) as any).title]).toEqual([413, 'Content Too Large']);
    expect((await raw('/fixed/../echo')).status).toBe(400);
    expect((await raw('/fixed/%2e%2e/echo')).status).toBe(400);
    expect((await raw('/%ff')).status).toBe(400);
  });

  test('answers browsers of origins that it allows, and no others', async () => {
    const preflight = { origin: 'https://shop.example', 'access-control-request-method': 'POST' };
    const allowed = await fetch(`${running.url}/fixed/a/b`, { method: 'OPTIONS', headers: preflight });
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://shop.example');
    expect((await raw('/echo', { origin: 'https://evil.example' })).status).toBe(403);
    expect((await raw('/echo', { origin: 'http://localhost:5173' })).status).toBe(200);
    expect((await raw('/echo', { origin: 'null' })).status).toBe(403);
  });

  test('refuses names that are not this machine’s', async () => {
    const refused = await raw('/echo', { host: 'evil.example' });
    expect([refused.status, refused.body]).toEqual([403, expect.stringContaining('evil.example')]);
    expect((await raw('/echo', { host: 'shop.localhost:3000' })).status).toBe(200);
    expect((await raw('/echo', { host: 'localhost.evil.example' })).status).toBe(403);
    expect((await fetch(running.metricsUrl.replace('localhost', '127.0.0.1'))).status).toBe(200);
  });

  test('streams, as fast as the client reads', async () => {
    const answer = await fetch(`${running.url}/stream`, { headers: { 'x-chunks': '5' } });
    expect((await answer.arrayBuffer()).byteLength).toBe(5 * 64 * 1024);
  });

  test('goes on when a client leaves in the middle', async () => {
    const abort = new AbortController();
    const answer = await fetch(`${running.url}/stream`, { headers: { 'x-chunks': '1000' }, signal: abort.signal });
    await answer.body!.getReader().read();
    abort.abort();
    expect((await fetch(`${running.url}/echo`)).status).toBe(200);
    await running.settled();
  });

  test('tells nothing of an error but its number, and all of it to the console', async () => {
    const answer = await fetch(`${running.url}/throw`);
    const { requestId, ...rest } = (await answer.json()) as any;
    expect(rest).toEqual({ title: 'Internal Server Error', status: 500 });
    const detail = await running.inspector.invocation(requestId);
    expect(detail).toMatchObject({ status: 'failed', httpStatus: 500, error: { message: 'the password is hunter2' } });
    expect(detail.error!.stack).toMatch(/handlers\/web\.ts:\d+/);
  });

  test('counts for Prometheus', async () => {
    const text = await (await fetch(running.metricsUrl)).text();
    expect(text).toMatch(/^faasten_invocations_total\{function="Test\/Web",service="Test",kind="http"\} [1-9]/m);
    expect(text).toMatch(/^faasten_errors_total\{function="Test\/Web",service="Test",kind="http"\} [1-9]/m);
    expect(text).toMatch(/^faasten_queue_dead_letters\{queue="Test\/Jobs",kind="queue"\} 0$/m);
  });
});
