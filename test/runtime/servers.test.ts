/** The HTTP adapters in processes of their own, over real sockets: node:http alone, and Google's functions framework. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request as rawRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../engines/engine.js';

const ROOT = join(__dirname, '../..');
const FRAMEWORK = join(ROOT, 'node_modules/@google-cloud/functions-framework/build/src/main.js');

const HANDLER = `
import { handlers, http, queue } from 'faasten/runtime/index.js';
const wait = (millis) => new Promise((resolve) => setTimeout(resolve, millis));
const text = new TextEncoder();
export default handlers({
  http: http(async (request, { params, signal, log }) => {
    const url = new URL(request.url);
    switch (url.pathname) {
      case '/stream':
        return new Response(new ReadableStream({
          async start(controller) {
            for (const part of ['one', 'two', 'three']) {
              controller.enqueue(text.encode(part));
              await wait(150);
            }
            controller.close();
          },
        }), { headers: { 'content-type': 'text/plain' } });
      case '/broken':
        return new Response(new ReadableStream({
          async start(controller) {
            controller.enqueue(text.encode('begun'));
            await wait(50);
            controller.error(new Error('cut'));
          },
        }));
      case '/slow':
        log.info('began');
        await wait(400);
        return new Response('done');
      case '/gone':
        log.info('began');
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        log.info('aborted', { reason: signal.reason.name });
        return new Response('nobody reads this');
      case '/unread':
        return new Response('not read');
      case '/half-read':
        await request.body.getReader().read();
        return new Response('half read');
      case '/control':
        return new Response('x', { headers: { 'content-length': '1', 'x-control': '\\x01' } });
      case '/used': {
        const used = new Response('used');
        await used.text();
        return used;
      }
      case '/kept':
        return new Response(new ReadableStream({ cancel: () => { throw new Error('no'); } }));
      case '/late':
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        return new Response(signal.reason.name);
    }
    const body = new Uint8Array(await request.arrayBuffer());
    return Response.json({
      method: request.method,
      path: url.pathname,
      query: url.search,
      xs: request.headers.get('x-several'),
      cookie: request.headers.get('cookie'),
      body: [...body],
      params,
    }, { status: 201, headers: [['set-cookie', 'a=1; Path=/'], ['set-cookie', 'b=2']] });
  }),
  queue: queue(async ([message]) => {
    if (message.body.fail) throw new Error('no');
  }),
});`;

const ENTRY = (adapter: string) => `
import entry from './handler.mjs';
import { serve } from 'faasten/runtime/adapters/${adapter}.js';
export const handler = serve(entry, { kinds: ['http', 'queue'], routes: ['ANY /{path+}'], links: {}, secrets: {} });`;

interface Running {
  readonly process: ChildProcess;
  readonly origin: string;
  output(): string;
  readonly exit: Promise<number | null>;
}

const folder = mkdtempSync(join(tmpdir(), 'faasten-servers-'));
const running: Running[] = [];

async function start(adapter: string): Promise<Running> {
  const file = join(folder, `${adapter}.mjs`);
  const port = await freePort();
  const framework = adapter === 'functions-framework';
  const args = framework ? [FRAMEWORK, `--source=${file}`, '--target=handler', '--signature-type=http'] : [file];
  const env = { ...process.env, PORT: String(port), FAASTEN_FUNCTION: 'shop/Test', FAASTEN_TIMEOUT_MS: '2000' };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => {
      output += data;
    });
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const server = { process: child, origin: `http://127.0.0.1:${port}`, output: () => output, exit };
  running.push(server);
  for (let tries = 0; ; tries++) {
    try {
      await fetch(server.origin);
      return server;
    } catch {
      if (tries > 100 || child.exitCode !== null) throw new Error(`the server did not start: ${output}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 100) throw new Error('it did not happen within 5 seconds');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

beforeAll(async () => {
  writeFileSync(join(folder, 'handler.mjs'), HANDLER);
  for (const adapter of ['http-server', 'functions-framework']) {
    await build({
      stdin: { contents: ENTRY(adapter), resolveDir: folder },
      outfile: join(folder, `${adapter}.mjs`),
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      alias: { 'faasten/runtime': join(ROOT, 'dist/esm/runtime') },
    });
  }
});

afterAll(() => {
  for (const server of running) server.process.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

describe.each(['http-server', 'functions-framework'])('%s', (adapter) => {
  let server: Running;
  beforeAll(async () => {
    server = await start(adapter);
  });

  it('passes requests on byte by byte', async () => {
    const body = new Uint8Array([0, 255, 10, 137]);
    const headers: [string, string][] = [
      ['x-several', 'a'],
      ['x-several', 'b'],
      ['cookie', 'c=1; d=2'],
      ['content-type', 'image/png'],
    ];
    const response = await fetch(`${server.origin}/_faasten/http/a%2Fb/c?q=1&q=%20`, { method: 'POST', body, headers });
    expect(response.status).toBe(201);
    expect(response.headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2']);
    expect(await response.json()).toEqual({
      method: 'POST',
      path: '/a%2Fb/c',
      query: '?q=1&q=%20',
      xs: 'a, b',
      cookie: 'c=1; d=2',
      body: [...body],
      params: { path: 'a/b/c' },
    });
    const head = await fetch(`${server.origin}/_faasten/http/x`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([201, '']);
  });

  it('sends a stream as it is written', async () => {
    const response = await fetch(`${server.origin}/_faasten/http/stream`);
    const parts: [string, number][] = [];
    for await (const part of response.body!) parts.push([Buffer.from(part).toString(), Date.now()]);
    expect(parts.map(([text]) => text)).toEqual(['one', 'two', 'three']);
    expect(parts[2]![1] - parts[0]![1]).toBeGreaterThan(200);
  });

  it('breaks off when a stream breaks, and says so in the log', async () => {
    const response = await fetch(`${server.origin}/_faasten/http/broken`);
    await expect(response.text()).rejects.toThrow();
    await until(() => server.output().includes('the answer broke off'));
  });

  it('takes the next request of a connection, whatever was left unread of a body', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const send = (path: string, body?: Uint8Array) =>
      new Promise<[string, number | undefined]>((resolve, reject) => {
        const { port } = new URL(server.origin);
        const request = rawRequest({ port, path, agent, method: body ? 'POST' : 'GET' }, (response) => {
          let text = '';
          response.on('data', (data) => {
            text += data;
          });
          response.on('end', () => resolve([text, request.socket?.localPort]));
        }).on('error', reject);
        request.end(body);
      });
    const long = new Uint8Array(5_000_000);
    const [first, connection] = await send('/_faasten/http/unread', long);
    expect(first).toBe('not read');
    expect(await send('/_faasten/http/half-read', long)).toEqual(['half read', connection]);
    expect(await send('/_faasten/http/unread')).toEqual(['not read', connection]);
    agent.destroy();
  });

  it('answers 500 for what cannot be sent, and lives on', async () => {
    for (const path of ['control', 'used']) {
      const response = await fetch(`${server.origin}/_faasten/http/${path}`);
      expect([response.status, await response.json()]).toEqual([500, { title: 'Internal Server Error', status: 500 }]);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
    }
    for (const path of ['kept', 'used']) await fetch(`${server.origin}/_faasten/http/${path}`, { method: 'HEAD' });
    expect((await fetch(`${server.origin}/_faasten/http/unread`)).status).toBe(200);
    expect(server.process.exitCode).toBe(null);
    expect(server.output()).not.toContain('Exception from a finished function');
  });

  it('answers events, and nothing that has no mark', async () => {
    const push = (data: object) => ({
      message: {
        data: Buffer.from(JSON.stringify(data)).toString('base64'),
        messageId: '1',
        publishTime: '2026-11-24T08:00:00Z',
      },
      subscription: 'projects/p/subscriptions/s',
    });
    const send = async (path: string, body: object) =>
      (
        await fetch(server.origin + path, {
          method: 'POST',
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json' },
        })
      ).status;
    expect(await send('/_faasten/queue/Orders', push({}))).toBe(204);
    expect(await send('/_faasten/queue/Orders', push({ fail: true }))).toBe(500);
    expect(await send('/orders', {})).toBe(404);
  });

  it.each([
    '/_faasten/http/../queue/Orders',
    '/_faasten/http/%2e%2E/queue/Orders',
    '/_faasten/http/..\\queue/Orders',
    '/_faasten/./queue/Orders',
  ])('refuses a path that means another one: %s', async (path) => {
    const status = await new Promise((resolve, reject) => {
      const { port } = new URL(server.origin);
      rawRequest({ port, path, method: 'POST', headers: { 'content-length': 0 } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(400);
  });

  it('aborts when the client has gone, and before the time is over', async () => {
    const gone = new AbortController();
    const lost = fetch(`${server.origin}/_faasten/http/gone`, { signal: gone.signal }).catch(() => 'lost');
    await until(() => server.output().includes('"began"'));
    gone.abort();
    expect(await lost).toBe('lost');
    await until(() => server.output().includes('"aborted"'));
    expect(await (await fetch(`${server.origin}/_faasten/http/late`)).text()).toBe('TimeoutError');
  });
});

it('http-server finishes what it has begun when it is told to stop, and then exits', async () => {
  const server = await start('http-server');
  const agent = new Agent({ keepAlive: true });
  const { port } = new URL(server.origin);
  const get = (path: string) =>
    new Promise<string>((resolve, reject) => {
      rawRequest({ port, path, agent }, (response) => {
        let text = '';
        response.on('data', (data) => {
          text += data;
        });
        response.on('end', () => resolve(text));
      })
        .on('error', reject)
        .end();
    });
  await get('/_faasten/http/x'); // leaves a connection open that waits for more
  const slow = get('/_faasten/http/slow');
  await until(() => server.output().includes('"began"'));
  server.process.kill('SIGTERM');
  expect(await slow).toBe('done');
  const exit = await Promise.race([server.exit, new Promise((resolve) => setTimeout(resolve, 3000, 'still running'))]);
  expect(exit).toBe(0);
  await expect(fetch(server.origin)).rejects.toThrow();
  agent.destroy();
});
