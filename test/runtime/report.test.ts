import { spawnSync } from 'node:child_process';
import type { Server } from 'node:http';
import Ajv from 'ajv';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { serve as serveHttp } from '../../lib/runtime/adapters/http.js';
import { serve } from '../../lib/runtime/adapters/lambda.js';
import { call, handlers, http, queue, schedule } from '../../lib/runtime/index.js';
import { prometheus, Registry } from '../../lib/runtime/prometheus.js';
import type { Report } from '../../lib/runtime/report.js';
import { scheduleInput } from '../../lib/runtime/wire.js';
import { lambdaContext, logged, options, payload, post, sqsEvent } from './support.js';

afterEach(() => vi.restoreAllMocks());

const environment = {
  FAASTEN_FUNCTION: 'shop/Test',
  FAASTEN_SERVICE: 'shop',
  FAASTEN_METRICS: 'json',
  FAASTEN_MEMORY_MIB: '512',
};

describe('the report of an invocation', () => {
  it('is one line, with every field', async () => {
    const fn = serve(
      call(async () => 1),
      options({ environment }),
    );
    const lines = logged();
    await fn({}, lambdaContext());
    expect(lines).toEqual([
      {
        timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
        level: 'INFO',
        severity: 'INFO',
        message: 'invocation',
        function: 'shop/Test',
        service: 'shop',
        requestId: 'request-1',
        traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
        kind: 'call',
        attempt: 1,
        outcome: 'ok',
        durationMs: expect.any(Number),
        coldStart: true,
        initMs: expect.any(Number),
        memoryUsedMiB: expect.any(Number),
        billedMs: expect.any(Number),
        billedGBs: expect.any(Number),
        invocations: 1,
        errors: 0,
        timeouts: 0,
        coldStarts: 1,
      },
    ]);
    const [{ initMs, durationMs, billedMs, billedGBs, memoryUsedMiB }] = lines;
    expect(billedMs).toBe(Math.ceil((initMs + durationMs) / 100) * 100);
    expect(billedGBs).toBeCloseTo((billedMs / 1000) * 0.5, 6);
    expect(memoryUsedMiB).toBeGreaterThan(20);
    await fn({}, lambdaContext());
    expect(lines[1]).toMatchObject({ coldStart: false, coldStarts: 0 });
    expect(lines[1].initMs).toBeUndefined();
  });

  it('is not written unless synthesis asked for it', async () => {
    const lines = logged();
    await serve(
      call(async () => 1),
      options(),
    )({}, lambdaContext());
    expect(lines).toEqual([]);
  });

  const failing = () => {
    throw Object.assign(new RangeError('the password is hunter2'), {});
  };
  it.each([
    ['a call', call(failing), {}, 'RangeError'],
    ['a schedule', schedule(failing), JSON.parse(scheduleInput('Nightly')), 'RangeError'],
    ['messages', queue(failing), sqsEvent([{}, {}]), 'RangeError'],
    ['one message', queue(async ([first]) => first!.retry()), sqsEvent([{}, {}]), 'Retry'],
    ['a request', http(failing), payload('api-gateway-v2'), 'RangeError'],
    ['an answer', http(async () => new Response('', { status: 503 })), payload('api-gateway-v2'), 'Error'],
  ])('says what failed: %s', async (_, handler, event, errorType) => {
    const lines = logged();
    await Promise.resolve(serve(handler as never, options({ environment }))(event, lambdaContext())).catch(() => {});
    const reports = lines.filter(({ message }) => message === 'invocation');
    expect(reports).toEqual([expect.objectContaining({ outcome: 'error', errorType, errors: 1, timeouts: 0 })]);
    expect(JSON.stringify(reports)).not.toContain('hunter2');
  });

  it.each([
    ['404', new Response('', { status: 404 })],
    ['200', new Response('')],
  ])('calls an answer of %s no error', async (_, response) => {
    const lines = logged();
    await serve(
      http(async () => response),
      options({ environment }),
    )(payload('api-gateway-v2'), lambdaContext());
    expect(lines).toEqual([expect.objectContaining({ outcome: 'ok', errors: 0, kind: 'http' })]);
  });

  it('is written shortly before the end of an invocation that runs out of time, and once', async () => {
    const lines = logged();
    const fn = serve(
      call(() => new Promise((resolve) => setTimeout(resolve, 300))),
      options({ environment }),
    );
    const running = fn({}, lambdaContext(120));
    await vi.waitFor(() => expect(lines).toHaveLength(1));
    expect(lines[0]).toMatchObject({ outcome: 'timeout', errors: 1, timeouts: 1 });
    await running;
    expect(lines).toHaveLength(1);
  });

  it('shows no name of an error that somebody made up', async () => {
    const lines = logged();
    const fn = serve(
      call(() => Promise.reject({ name: 'card 4111 1111' })),
      options({ environment }),
    );
    await fn({}, lambdaContext()).catch(() => {});
    expect(lines.at(-1)).toMatchObject({ message: 'invocation', errorType: 'Error' });
  });
});

describe('embedded metrics', () => {
  const validate = new Ajv({ allowUnionTypes: true }).compile(payload('emf.schema'));
  const run = async (metrics: string, handler: unknown, event: unknown) => {
    const lines = logged();
    await serve(handler, options({ environment: { ...environment, FAASTEN_METRICS: metrics } }))(event, lambdaContext());
    expect(validate(lines[0]), JSON.stringify(validate.errors)).toBe(true);
    for (const { Dimensions, Metrics } of lines[0]._aws.CloudWatchMetrics) {
      for (const name of Dimensions.flat()) expect(lines[0][name]).toEqual(expect.any(String));
      for (const { Name } of Metrics) expect(lines[0][Name]).toEqual(expect.any(Number));
    }
    return lines[0]._aws.CloudWatchMetrics.map(({ Dimensions, Metrics }: any) => [
      Dimensions,
      Metrics.map(({ Name }: any) => Name),
    ]);
  };
  const all = ['invocations', 'errors', 'timeouts', 'coldStarts', 'durationMs', 'initMs', 'memoryUsedMiB'];
  const both = handlers({ http: http(async () => new Response('')), schedule: schedule(async () => {}) });

  it('are by function and service', async () => {
    expect(await run('emf', both, payload('api-gateway-v2'))).toEqual([
      [[['function'], ['service']], all],
      [[['service', 'kind']], ['durationMs']],
    ]);
  });

  it('of a schedule are by trigger too', async () => {
    expect(await run('emf', both, JSON.parse(scheduleInput('Nightly')))).toEqual([
      [[['function'], ['service']], all],
      [[['function', 'trigger']], ['invocations']],
    ]);
  });

  it('may be a few of them', async () => {
    expect(
      await run(
        'emf:errors,memoryUsedMiB',
        call(async () => 1),
        {},
      ),
    ).toEqual([
      [
        [['function'], ['service']],
        ['errors', 'memoryUsedMiB'],
      ],
    ]);
  });

  it('may be of the service alone, and of nothing where there is none', async () => {
    const quiet = call(async () => 1);
    expect(await run('emf:service,errors', quiet, {})).toEqual([[[['service']], ['errors']]]);
    const lines = logged();
    const alone = { FAASTEN_FUNCTION: 'shop/Pay', FAASTEN_METRICS: 'emf:service,errors' };
    await serve(quiet, options({ environment: alone }))({}, lambdaContext());
    expect(lines.map(({ _aws, errors }) => [_aws.CloudWatchMetrics, errors])).toEqual([[[], 0]]);
  });

  it('are judged by the schema', () => {
    expect(validate({ _aws: { Timestamp: 1, CloudWatchMetrics: [{ Namespace: 'x', Metrics: [] }] } })).toBe(false);
    expect(
      validate({
        _aws: { Timestamp: 1, CloudWatchMetrics: [{ Namespace: 'x', Dimensions: [[]], Metrics: [{ Name: 'a', Unit: 'MiB' }] }] },
      }),
    ).toBe(false);
  });
});

describe('metrics for Prometheus', () => {
  const report = (some: Partial<Report>) =>
    ({
      function: 'shop/A "b"',
      kind: 'http',
      durationMs: 12,
      memoryUsedMiB: 64,
      invocations: 1,
      errors: 0,
      timeouts: 0,
      coldStarts: 0,
      ...some,
    }) as Report;

  it('are text', () => {
    const registry = new Registry([300]);
    registry.observe(report({ coldStarts: 1, initMs: 250 }));
    registry.observe(report({ durationMs: 280, errors: 1 }));
    registry.observe(report({ kind: 'schedule', trigger: 'Nightly', durationMs: 400_000 }));
    const text = registry.text();
    expect(text.split('\n').filter((line) => !/_bucket/.test(line))).toEqual([
      '# HELP faasten_invocations_total Invocations that ended.',
      '# TYPE faasten_invocations_total counter',
      'faasten_invocations_total{function="shop/A \\"b\\"",kind="http"} 2',
      'faasten_invocations_total{function="shop/A \\"b\\"",kind="schedule",trigger="Nightly"} 1',
      '# HELP faasten_errors_total Invocations that failed.',
      '# TYPE faasten_errors_total counter',
      'faasten_errors_total{function="shop/A \\"b\\"",kind="http"} 1',
      'faasten_errors_total{function="shop/A \\"b\\"",kind="schedule",trigger="Nightly"} 0',
      '# HELP faasten_timeouts_total Invocations that used up their time.',
      '# TYPE faasten_timeouts_total counter',
      'faasten_timeouts_total{function="shop/A \\"b\\"",kind="http"} 0',
      'faasten_timeouts_total{function="shop/A \\"b\\"",kind="schedule",trigger="Nightly"} 0',
      '# HELP faasten_cold_starts_total Invocations that were the first of their process.',
      '# TYPE faasten_cold_starts_total counter',
      'faasten_cold_starts_total{function="shop/A \\"b\\"",kind="http"} 1',
      'faasten_cold_starts_total{function="shop/A \\"b\\"",kind="schedule",trigger="Nightly"} 0',
      '# HELP faasten_duration_seconds Time from event to answer.',
      '# TYPE faasten_duration_seconds histogram',
      'faasten_duration_seconds_sum{function="shop/A \\"b\\"",kind="http"} 0.29200000000000004',
      'faasten_duration_seconds_count{function="shop/A \\"b\\"",kind="http"} 2',
      'faasten_duration_seconds_sum{function="shop/A \\"b\\"",kind="schedule",trigger="Nightly"} 400',
      'faasten_duration_seconds_count{function="shop/A \\"b\\"",kind="schedule",trigger="Nightly"} 1',
      '# HELP faasten_init_duration_seconds Time from the start of the process until the code was loaded.',
      '# TYPE faasten_init_duration_seconds summary',
      'faasten_init_duration_seconds_sum{function="shop/A \\"b\\""} 0.25',
      'faasten_init_duration_seconds_count{function="shop/A \\"b\\""} 1',
      '# HELP faasten_memory_used_bytes The most memory that the process has used.',
      '# TYPE faasten_memory_used_bytes gauge',
      'faasten_memory_used_bytes{function="shop/A \\"b\\""} 67108864',
      '',
    ]);
    const buckets = text
      .split('\n')
      .filter((line) => /_bucket.*kind="http"/.test(line))
      .map((line) => /le="([^"]+)"} (\d+)/.exec(line)!.slice(1).join(':'));
    expect(buckets).toEqual([
      '0.005:0',
      '0.01:0',
      '0.025:1',
      '0.05:1',
      '0.1:1',
      '0.25:1',
      '0.3:2',
      '0.5:2',
      '1:2',
      '2.5:2',
      '5:2',
      '10:2',
      '30:2',
      '60:2',
      '300:2',
      '+Inf:2',
    ]);
    expect(text).toContain('trigger="Nightly",le="300"} 0');
    expect(text).toContain('trigger="Nightly",le="+Inf"} 1');
  });

  it('are accepted by promtool', ({ skip }) => {
    const registry = new Registry();
    registry.observe(report({}));
    const check = (input: string) => spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
    if (check('').error) skip('engine missing: promtool (Debian package prometheus)');
    expect(check(registry.text())).toMatchObject({ status: 0, stdout: '' });
    expect(check('faasten_x{ 1\n').status).not.toBe(0);
  });

  it('are served at a port of their own, and nothing else is', async () => {
    const servers: Server[] = [];
    const { createServer } = await import('node:http');
    const listen = vi.spyOn(Object.getPrototypeOf(createServer()), 'listen');
    const fn = serveHttp(
      http(async () => new Response('hello')),
      options({ kinds: ['http'], routes: ['GET /'], environment: { ...environment, FAASTEN_METRICS: 'prometheus:0' } }),
      { prometheus },
    );
    servers.push(listen.mock.contexts[0] as Server);
    const [server] = servers;
    await vi.waitFor(() => expect(server!.listening).toBe(true));
    const url = `http://127.0.0.1:${(server!.address() as { port: number }).port}`;
    logged();
    expect((await fn.fetch(new Request('http://fn.example/_faasten/http/'))).status).toBe(200);
    expect((await fn.fetch(post('/metrics', {}))).status).toBe(404);
    vi.restoreAllMocks();
    const answer = await fetch(`${url}/metrics`);
    expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    expect(await answer.text()).toContain('faasten_invocations_total{function="shop/Test",service="shop",kind="http"} 1');
    expect((await fetch(`${url}/`)).status).toBe(404);
    server!.closeAllConnections();
    server!.close();
  });
});
