import { afterEach, describe, expect, it, vi } from 'vitest';
import { serve } from '../../lib/runtime/adapters/lambda.js';
import { call, handlers, http, LinkError, type QueueClient, schedule } from '../../lib/runtime/index.js';
import { logger } from '../../lib/runtime/log.js';
import { matchRoute } from '../../lib/runtime/routes.js';
import { lambdaContext, logged, options } from './support.js';

afterEach(() => vi.restoreAllMocks());

describe('links', () => {
  const environment = {
    FAASTEN_FUNCTION: 'shop/Test',
    FAASTEN_LINK_orders: 'fake:https://queue.example/a:b#c',
    FAASTEN_LINK_odd: 'gone:x',
  };
  const driver = vi.fn(({ name, address }) => ({ name, address }) as never);
  const use = (name: string) =>
    serve(
      call(async (_: unknown, { links }) => (links as any)[name]),
      options({ environment, links: { fake: driver } }),
    );

  it('are made when they are first used, once', async () => {
    const fn = use('orders');
    expect(driver).not.toHaveBeenCalled();
    expect(await fn({}, lambdaContext())).toEqual({ name: 'orders', address: 'https://queue.example/a:b#c' });
    await fn({}, lambdaContext());
    expect(driver.mock.calls).toEqual([[{ name: 'orders', address: 'https://queue.example/a:b#c', environment }]]);
  });

  it.each([
    ['missing', "function 'shop/Test' has no link 'missing', but odd, orders; give it links: { missing: ... }"],
    ['odd', "there is no driver for 'odd', which is 'gone:x'; deploy the function again"],
  ])('say what is wrong: %s', async (name, message) => {
    const lines = logged();
    await expect(use(name)({}, lambdaContext())).rejects.toThrow('Internal Server Error');
    expect(lines[0].error).toMatchObject({ name: 'LinkError', message });
  });

  it('say that there are none', async () => {
    const lines = logged();
    const fn = serve(
      http<{ orders: QueueClient }>(async (_, { links }) => new Response(String(links.orders))),
      options(),
    );
    await fn({ version: '2.0', requestContext: { http: { method: 'GET' } }, rawPath: '/' }, lambdaContext());
    expect(lines[0].error.message).toBe(
      "function 'shop/Test' has no link 'orders', but none at all; give it links: { orders: ... }",
    );
    expect(new LinkError('x', 503).status).toBe(503);
  });
});

describe('secrets', () => {
  it('are read once, before the first invocation, and a failure is tried again', async () => {
    const lines = logged();
    let broken = true;
    const read = vi.fn(async (address: string) => {
      if (broken) throw new Error('store is down');
      return `value of ${address}`;
    });
    const environment = { FAASTEN_SECRET_KEY: 'store:arn:aws:x#f', FAASTEN_SECRET_OTHER: 'store:o' };
    const fn = serve(
      call(async (_: unknown, { secrets, log }) => {
        log.info('using', { key: secrets.KEY, nested: [`Bearer ${secrets.KEY}`] });
        return secrets;
      }),
      options({ environment, secrets: { store: read } }),
    );
    expect(read).not.toHaveBeenCalled();
    await expect(fn({}, lambdaContext())).rejects.toThrow('Internal Server Error');
    broken = false;
    const values = { KEY: 'value of arn:aws:x#f', OTHER: 'value of o' };
    expect(await Promise.all([fn({}, lambdaContext()), fn({}, lambdaContext())])).toEqual([values, values]);
    await fn({}, lambdaContext());
    expect(read.mock.calls.map(([address]) => address)).toEqual(['arn:aws:x#f', 'arn:aws:x#f', 'o']);
    expect(JSON.stringify(lines)).not.toContain('value of arn');
    expect(lines.at(-1)).toMatchObject({ key: '[secret]', nested: ['Bearer [secret]'] });
  });
});

describe('time', () => {
  it('is told, and the signal aborts before it is over', async () => {
    const fn = serve(
      call(async (_: unknown, { signal, remainingMillis }) => {
        const left = remainingMillis();
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        return { left, later: remainingMillis(), reason: signal.reason.name };
      }),
      options(),
    );
    const result = (await fn({}, lambdaContext(500))) as { left: number; later: number; reason: string };
    expect(result.reason).toBe('TimeoutError');
    expect(result.left).toBeGreaterThan(400);
    expect(result.later).toBeGreaterThan(0);
    expect(result.later).toBeLessThanOrEqual(60);
  });

  it('does not abort what came to its end', async () => {
    let after: AbortSignal | undefined;
    const fn = serve(
      handlers({
        call: call(async (_: unknown, { signal }) => {
          after = signal;
        }),
        schedule: schedule(async () => {}),
      }),
      options(),
    );
    await fn({}, lambdaContext(50));
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(after!.aborted).toBe(false);
  });
});

describe('log', () => {
  const write = (level?: string) => {
    const lines: string[] = [];
    const log = logger(
      { function: 'f', requestId: 'r' },
      { level, secrets: ['hunter2', 'abc'], write: (line) => lines.push(line) },
    );
    return { lines, log };
  };

  it('is one line of JSON for each entry, with what CloudWatch and Cloud Logging read', () => {
    vi.useFakeTimers({ now: new Date('2026-11-24T08:00:00Z') });
    const { lines, log } = write();
    log.warn('careful\nnow', { order: 7, requestId: 'forged', message: 'forged' });
    vi.useRealTimers();
    expect(lines).toEqual([
      '{"timestamp":"2026-11-24T08:00:00.000Z","level":"WARN","severity":"WARNING","message":"careful\\nnow","function":"f","requestId":"r","order":7}\n',
    ]);
  });

  it.each([
    [undefined, ['INFO', 'WARN', 'ERROR']],
    ['nonsense', ['INFO', 'WARN', 'ERROR']],
    ['debug', ['DEBUG', 'INFO', 'WARN', 'ERROR']],
    ['ERROR', ['ERROR']],
  ])('begins at the level %s', (level, expected) => {
    const { lines, log } = write(level);
    for (const name of ['debug', 'info', 'warn', 'error'] as const) log[name]('x');
    expect(lines.map((line) => JSON.parse(line).level)).toEqual(expected);
  });

  it('writes whatever it is given', () => {
    const { lines, log } = write();
    const circular: Record<string, unknown> = { a: 1 };
    circular.self = circular;
    const cause = new TypeError('the password is hunter2');
    const error = Object.assign(new Error('outer', { cause }), { status: 503 });
    const getter = {
      get broken(): never {
        throw new Error('no');
      },
    };
    log.error('all', {
      circular,
      error,
      big: 10n,
      bytes: new Uint8Array(5),
      day: new Date(0),
      none: undefined,
      getter,
      short: 'abc',
    });
    expect(JSON.parse(lines[0]!)).toMatchObject({
      circular: { a: 1, self: '[circular]' },
      error: {
        name: 'Error',
        message: 'outer',
        status: 503,
        stack: expect.stringContaining('dispatch.test.ts'),
        cause: { name: 'TypeError', message: 'the password is [secret]' },
      },
      big: '10',
      bytes: '[5 bytes]',
      day: '1970-01-01T00:00:00.000Z',
      getter: '[unreadable: Error: no]',
      short: 'abc',
    });
    expect(lines[0]).not.toContain('hunter2');
  });
});

it.each([
  ['GET', '/a', 'GET /a'],
  ['GET', '/a/b', 'GET /a/{x}'],
  ['PUT', '/a/b', 'ANY /a/{x}'],
  ['GET', '/a/c', 'GET /a/c'],
  ['PUT', '/a/c', 'ANY /a/{x}'],
  ['GET', '/a/b/c', 'GET /a/{rest+}'],
  ['GET', '/', 'GET /'],
  ['GET', '/a/', undefined],
  ['GET', '/A', undefined],
  ['POST', '/a', undefined],
])('%s %s takes the route %s', (method, path, route) => {
  const routes = ['GET /', 'GET /a', 'GET /a/{x}', 'ANY /a/{x}', 'GET /a/c', 'GET /a/{rest+}'];
  expect(matchRoute(routes, method, path)?.route).toBe(route);
});
