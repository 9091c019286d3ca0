/** Spans of a function that listens, sent where OpenTelemetry's variables say. */
import { expect, it } from 'vitest';
import { serve } from '../../lib/runtime/adapters/http-server.js';
import { http } from '../../lib/runtime/index.js';
import { collectorOf } from '../../lib/runtime/otlp.js';
import { startCollector } from '../engines/otlp.js';
import { logged, options } from './support.js';

const ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

it('a function on Kubernetes sends a span of each sampled invocation, the last ones when it ends', async () => {
  const collector = await startCollector();
  logged();
  const fn = serve(
    http(async (_, { params }) => {
      if (params.what === 'fail') throw new TypeError('no');
      return new Response('');
    }),
    options({
      kinds: ['http'],
      routes: ['GET /{what}'],
      environment: {
        PORT: '0',
        FAASTEN_FUNCTION: 'shop/Web',
        FAASTEN_SERVICE: 'shop',
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      },
    }),
  );
  await expect.poll(() => fn.server.listening).toBe(true);
  const { port } = fn.server.address() as { port: number };
  const get = (what: string, flags = '01') =>
    fetch(`http://127.0.0.1:${port}/_faasten/http/${what}`, { headers: { traceparent: `00-${ID}-${PARENT}-${flags}` } });
  expect([(await get('work')).status, (await get('fail')).status, (await get('unseen', '00')).status]).toEqual([200, 500, 200]);
  await fn.close();
  collector.close();
  expect(collector.problems).toEqual([]);
  const common = { traceId: ID, parentSpanId: PARENT, of: 'shop/Web', name: 'GET /{what}', kind: 2 };
  expect(collector.spans).toMatchObject([
    { ...common, status: {} },
    { ...common, status: { code: 2, message: 'TypeError' } },
  ]);
  const [{ startTimeUnixNano: start, endTimeUnixNano: end }] = collector.spans as any;
  expect(BigInt(end) >= BigInt(start) && Math.abs(Number(BigInt(start) / 1_000_000n) - Date.now()) < 60_000).toBe(true);
});

it('collectors are those of OpenTelemetry’s variables', () => {
  const of = (variables: Record<string, string>) => collectorOf(variables, 'traces');
  expect(of({})).toBeUndefined();
  expect(of({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel:4318/' })).toEqual({ url: 'http://otel:4318/v1/traces', headers: {} });
  expect(
    of({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel:4318',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://tempo/push',
      OTEL_EXPORTER_OTLP_HEADERS: 'a=1, b=x%3Dy',
    }),
  ).toEqual({ url: 'http://tempo/push', headers: { a: '1', b: 'x=y' } });
});
