import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { FakeInspector } from '../../../../console/dev/fake.js';
import { type RunningConsole, startConsole } from '../../../../lib/platforms/local/console/server.js';
import { Pending } from '../../../../lib/platforms/local/console/stream.js';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** With headers as they are given, as `fetch` sets `Host` and `Origin` itself; on a connection of its own, as an idle one may just end. */
function ask(port: number, method: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, method, path, agent: false, headers: { host: `127.0.0.1:${port}`, ...headers } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks).toString() }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

const inspector = new FakeInspector({ nowMs: Date.UTC(2026, 0, 1) });
let running: RunningConsole;
beforeAll(async () => {
  running = await startConsole({ inspector });
});
afterAll(() => running.close());
afterEach(() => inspector.asked.splice(0));

const own = { 'x-faasten-console': '1', 'content-type': 'application/json' };
const get = (path: string, headers = {}) => ask(running.port, 'GET', path, headers);
const post = (path: string, body: unknown, headers: Record<string, string> = own) =>
  ask(running.port, 'POST', path, headers, typeof body === 'string' ? body : JSON.stringify(body));
const codeOf = ({ body }: Answer) => JSON.parse(body).error.code;

describe('who may ask', () => {
  test.each(['evil.example', 'evil.example:4321', '10.0.0.7', 'localhost.evil.example', '127.0.0.1.evil.example', '[::1]x'])(
    'not a page that made its name %j lead here',
    async (host) => {
      for (const path of ['/', '/api/graph', '/api/stream', '/assets/none.js']) {
        const answer = await get(path, { host });
        expect([path, answer.status, codeOf(answer)]).toEqual([path, 403, 'forbidden']);
      }
    },
  );
  test.each(['localhost', 'localhost:9', '127.0.0.1', '[::1]:4321'])(
    'but whoever asks for %s, through a forwarded port too',
    async (host) => {
      expect((await get('/api/graph', { host })).status).toBe(200);
    },
  );

  test('not a page of another origin, not even of another port of this machine', async () => {
    for (const origin of ['https://evil.example', 'http://127.0.0.1:3000', 'null', `https://127.0.0.1:${running.port}`]) {
      expect((await get('/api/graph', { origin })).status).toBe(403);
      expect((await get('/api/stream', { origin })).status).toBe(403);
      expect((await post('/api/queues/Shop%2FOrders/purge', { which: 'dead' }, { ...own, origin })).status).toBe(403);
    }
    for (const site of ['cross-site', 'same-site'])
      expect((await get('/api/graph', { 'sec-fetch-site': site })).status).toBe(403);
    expect(inspector.asked).toEqual([]);
  });
  test('but the console itself', async () => {
    const headers = { origin: `http://127.0.0.1:${running.port}`, 'sec-fetch-site': 'same-origin' };
    expect((await get('/api/graph', headers)).status).toBe(200);
    expect((await post('/api/queues/Shop%2FOrders/redrive', {}, { ...own, ...headers })).status).toBe(200);
    expect(inspector.asked).toEqual(['redrive Shop/Orders all']);
  });
  test('nothing changes without the header that no form can send', async () => {
    const answer = await post('/api/queues/Shop%2FOrders/purge', { which: 'dead' }, { 'content-type': 'application/json' });
    expect(answer.status).toBe(403);
    expect(answer.body).toContain('x-faasten-console: 1');
    const changing = [
      'DELETE saved-events/a',
      'DELETE connections/a',
      'POST sockets/a/connections',
      'POST connections/a/messages',
    ];
    for (const [method, path] of changing.map((each) => each.split(' ')))
      expect((await ask(running.port, method!, `/api/${path}`)).status).toBe(403);
    expect(
      (await post('/api/queues/Shop%2FOrders/purge', { which: 'dead' }, { ...own, 'content-type': 'text/plain' })).status,
    ).toBe(415);
    expect(inspector.asked).toEqual([]);
  });
  test('every answer says what a browser may do with it', async () => {
    for (const path of ['/', '/api/graph', '/api/none', '/queues/Shop%2FOrders']) {
      const { headers } = await get(path);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
      });
      expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'/);
      expect(headers['content-security-policy']).not.toMatch(/unsafe|\*|https?:/);
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
  });
  test('it listens on addresses of this machine only', async () => {
    await expect(startConsole({ inspector, host: '0.0.0.0' })).rejects.toThrow(
      "console '0.0.0.0': it is not an address of this machine alone; use 127.0.0.1, ::1, localhost, and forward the port",
    );
  });
});

describe('the API', () => {
  test('answers with what the inspector says', async () => {
    const graph = JSON.parse((await get('/api/graph')).body);
    expect(graph).toEqual(JSON.parse(JSON.stringify(inspector.graph())));
    const { items, nextCursor } = JSON.parse((await get('/api/invocations?limit=2&status=failed,timedOut')).body);
    expect(items.map(({ status }: { status: string }) => status)).toEqual(['failed', 'failed']);
    expect(nextCursor).toBe('2');
    const detail = JSON.parse((await get(`/api/invocations/${items[0].id}`)).body);
    expect(detail.logs.length).toBeGreaterThan(0);
  });
  test.each([
    ['GET', '/api/none', 404, 'not-found'],
    ['GET', '/api/', 404, 'not-found'],
    ['GET', '/api/invocations/nothing', 404, 'not-found'],
    ['GET', '/api/invocations/%E0%A4%A', 404, 'not-found'],
    ['GET', '/api/send', 405, 'method-not-allowed'],
    ['PUT', '/api/graph', 405, 'method-not-allowed'],
    ['GET', '/api/invocations?limit=0', 400, 'invalid-value'],
    ['GET', '/api/invocations?limit=100000', 400, 'invalid-value'],
    ['GET', '/api/invocations?status=lost', 400, 'invalid-value'],
    ['GET', '/api/metrics', 400, 'invalid-value'],
    ['GET', '/api/timeline?fromTimeMs=5&toTimeMs=5', 400, 'invalid-value'],
    ['GET', '/api/queues/Shop%2FOrders/messages?state=gone', 400, 'invalid-value'],
    ['GET', '/api/logs?level=loud', 400, 'invalid-value'],
    ['DELETE', '/api/connections/nothing', 404, 'not-found'],
  ])('%s %s is %i %s', async (method, path, status, code) => {
    const answer = await ask(running.port, method, path, own);
    expect([answer.status, codeOf(answer)]).toEqual([status, code]);
  });
  test.each([
    ['no JSON', '{', 'the body is no JSON: '],
    ['a list', '[]', 'the body is no JSON object; send one'],
    ['no kind', {}, "field 'kind': undefined is not one of http, queue, topic, schedule, objects, call, authorizer, bus; send"],
    ['no body', { kind: 'queue', queueId: 'q' }, "field 'body': undefined is not a text"],
    [
      'a method of small letters',
      { kind: 'http', apiId: 'a', method: 'get', path: '/' },
      "field 'method': 'get' is not an HTTP method",
    ],
    [
      'a path to elsewhere',
      { kind: 'http', apiId: 'a', method: 'GET', path: 'http://evil.example/' },
      "field 'path': 'http://evil",
    ],
    ['attributes that are no texts', { kind: 'queue', queueId: 'q', body: '', attributes: { a: 1 } }, "field 'attributes'"],
    ['a delay of years', { kind: 'queue', queueId: 'q', body: '', delaySeconds: 1e9 }, "field 'delaySeconds': 1000000000 is"],
  ])('refuses an event with %s', async (_, body, message) => {
    const answer = await post('/api/send', body);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body).error.message).toContain(message);
    expect(inspector.asked).toEqual([]);
  });
  test('takes only what it knows of an event', async () => {
    await post('/api/send', { kind: 'schedule', scheduleId: 'Shop/NightlyReport/Nightly', __proto__: { a: 1 }, more: 1 });
    expect(inspector.asked).toEqual(['send {"kind":"schedule","scheduleId":"Shop/NightlyReport/Nightly"}']);
  });
  test('refuses a body that is too large, whether it says so or not, and goes on', async () => {
    const large = `{"kind":"call","functionId":"f","input":"${'a'.repeat(13 * 1024 * 1024)}"}`;
    const answer = await post('/api/send', large).catch((error) => ({ status: error.code, body: '' }));
    expect([413, 'EPIPE', 'ECONNRESET']).toContain(answer.status);
    const chunked = await new Promise<string>((resolve) => {
      const socket = connect(running.port, '127.0.0.1');
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk;
        if (text.includes('too-large')) socket.destroy();
      });
      socket.on('close', () => resolve(text));
      socket.on('error', () => {});
      const head = `POST /api/send HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nx-faasten-console: 1\r\n`;
      socket.write(`${head}transfer-encoding: chunked\r\n\r\n`);
      const piece = 'a'.repeat(1024 * 1024);
      for (let index = 0; index < 13; index++) socket.write(`100000\r\n${piece}\r\n`);
    });
    expect(chunked).toMatch(/^HTTP\/1\.1 413 /);
    expect((await get('/api/graph')).status).toBe(200);
  });
  test('an error of the engine is a sentence, not a stack', async () => {
    const spy = vi.spyOn(inspector, 'trace').mockImplementation(() => {
      throw new TypeError('cannot read spans');
    });
    const answer = await get('/api/traces/a');
    spy.mockRestore();
    expect(answer.status).toBe(500);
    expect(JSON.parse(answer.body)).toEqual({
      error: { code: 'internal', message: 'the local platform failed: cannot read spans; see the terminal it runs in' },
    });
  });
  test('whatever is asked for gets an answer that is JSON, and no error of the engine', async () => {
    const path = fc.webPath().map((text) => `/api/${text.slice(1)}`);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('GET', 'POST', 'DELETE', 'PATCH'), path, fc.json(), async (method, target, body) => {
        const answer = await ask(running.port, method, target, own, method === 'POST' ? body : undefined);
        expect(answer.status).toBeGreaterThanOrEqual(200);
        expect(answer.status).toBeLessThan(500);
        JSON.parse(answer.body);
      }),
      { numRuns: 300 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.object({ key: fc.constantFrom('kind', 'queueId', 'body', 'path', 'method', 'apiId', 'attributes') }),
        async (body) => {
          const answer = await post('/api/send', body);
          expect(answer.status === 200 || answer.status === 400).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('the stream', () => {
  /** What comes within one connection until `enough`. */
  function listen(enough: (text: string) => boolean): Promise<string> {
    return new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port: running.port, path: '/api/stream', agent: false }, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
          if (!enough(text)) return;
          sent.destroy();
          resolve(text);
        });
      });
      sent.on('error', reject);
      sent.end();
    });
  }

  test('begins with the run’s id, then brings what happens, merged', async () => {
    const traffic = setInterval(() => {
      for (let index = 0; index < 10; index++)
        inspector.emit({ type: 'traffic', edgeId: 'e', count: 2, failed: 1, throttled: 0 });
    }, 5);
    const text = await listen((soFar) => soFar.split('\n\n').length > 2);
    clearInterval(traffic);
    const [hello, first] = text.split('\n\n').map((message) => JSON.parse(message.replace(/^data: /, '') || 'null'));
    expect(hello).toEqual([{ type: 'hello', runId: expect.stringMatching(/^[0-9a-f-]{36}$/) }]);
    expect(first).toEqual([
      { type: 'traffic', edgeId: 'e', count: expect.any(Number), failed: expect.any(Number), throttled: 0 },
    ]);
    expect(first[0].count).toBe(2 * first[0].failed);
    expect(first[0].count).toBeGreaterThanOrEqual(20);
  });

  test('keeps the last state of each thing, sums traffic, keeps every log line, and says what it dropped', () => {
    const pending = new Pending();
    const line = { timeMs: 1, level: 'info', message: 'm' } as const;
    pending.add({ type: 'graph', revision: 1 });
    pending.add({ type: 'graph', revision: 2 });
    pending.add({ type: 'log', invocationId: 'i', line });
    pending.add({ type: 'log', invocationId: 'i', line });
    expect(pending.take()).toEqual([
      { type: 'graph', revision: 2 },
      { type: 'log', invocationId: 'i', line },
      { type: 'log', invocationId: 'i', line },
    ]);
    expect(pending.isEmpty).toBe(true);
    for (let index = 0; index < 2100; index++) pending.add({ type: 'log', invocationId: 'i', line });
    // What there is only so much of still comes: numbers on the graph stay true.
    for (let index = 0; index < 10; index++) pending.add({ type: 'traffic', edgeId: 'late', count: 3, failed: 1, throttled: 1 });
    expect(pending.take().slice(-2)).toEqual([
      { type: 'traffic', edgeId: 'late', count: 30, failed: 10, throttled: 10 },
      { type: 'dropped', count: 100 },
    ]);
  });

  test('ends with the console, and no more than 32 are open', async () => {
    const mine = await startConsole({ inspector });
    const open = await Promise.all(
      Array.from(
        { length: 32 },
        () =>
          new Promise<{ closed: Promise<void> }>((resolve) => {
            const sent = request({ host: '127.0.0.1', port: mine.port, path: '/api/stream', agent: false }, (response) => {
              resolve({ closed: new Promise((done) => response.once('close', done)) });
              response.on('error', () => {});
              response.resume();
            });
            sent.on('error', () => {});
            sent.end();
          }),
      ),
    );
    expect((await ask(mine.port, 'GET', '/api/stream')).status).toBe(429);
    await mine.close();
    await Promise.all(open.map(({ closed }) => closed));
  });
});

describe('pages', () => {
  const folder = mkdtempSync(join(tmpdir(), 'faasten-pages-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('are those of the package: one document for every view, assets that never change under their name', async () => {
    const page = await get('/queues/Shop%2FOrders');
    expect([page.status, page.headers['content-type'], page.headers['cache-control']]).toEqual([
      200,
      'text/html; charset=utf-8',
      'no-cache',
    ]);
    const scripts = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path!);
    expect(scripts.length).toBeGreaterThanOrEqual(3);
    for (const path of scripts) {
      const asset = await get(path);
      expect([path, asset.status, asset.headers['cache-control']]).toEqual([path, 200, 'max-age=31536000, immutable']);
      expect((await get(path, { 'if-none-match': asset.headers.etag! })).status).toBe(304);
    }
    expect((await get('/assets/../index.html')).status).toBe(404);
    expect((await get('/assets/%2e%2e/%2e%2e/package.json')).status).toBe(404);
    expect((await ask(running.port, 'POST', '/', own, '{}')).status).toBe(405);
  });
  test('are small: what a browser loads is far below 100 kB when packed', async () => {
    const page = (await get('/')).body;
    const assets = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path!);
    const bodies = await Promise.all(assets.map(async (path) => (await get(path)).body));
    const packed = bodies.reduce((sum, body) => sum + gzipSync(body).length, 0);
    process.stdout.write(`console: ${packed} bytes packed\n`);
    expect(packed).toBeLessThan(80_000);
  });
  test('that are not built say so', async () => {
    writeFileSync(join(folder, 'secret.txt'), 'no');
    const bare = await startConsole({ inspector, pages: folder });
    const answer = await ask(bare.port, 'GET', '/');
    expect([answer.status, JSON.parse(answer.body).error.message]).toEqual([404, expect.stringContaining("run 'npm run build'")]);
    expect((await ask(bare.port, 'GET', '/secret.txt')).status).toBe(404);
    await bare.close();
  });
});
