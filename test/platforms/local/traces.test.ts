/** One request through functions, a queue, a topic and a bucket: as the console shows it, and as a collector gets it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CollectorServer, problemsOf, startCollector } from '../../engines/otlp.js';
import { Everything, type Started, start } from './service.js';

// The example of https://www.w3.org/TR/trace-context/#examples-of-http-traceparent-headers
const ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const CLIENT = '00f067aa0ba902b7';

let collector: CollectorServer;
let running: Started;
beforeAll(async () => {
  collector = await startCollector();
  const telemetry = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20b' };
  running = await start((app) => new Everything(app), { telemetry });
});
afterAll(async () => {
  await running.close();
  collector.close();
});

const post = (what: string, traceparent: string, body: object | string = {}, headers: Record<string, string> = {}) =>
  fetch(`${running.url}/${what}`, {
    method: 'POST',
    headers: { traceparent, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

describe('a trace', () => {
  test('goes through queue, topic, bucket, call and start, and begins with the client’s', async () => {
    for (const what of ['send', 'call', 'start', 'publish'])
      expect((await post(what, `00-${ID}-${CLIENT}-01`, { attributes: { status: 'paid' } })).status).toBeLessThan(300);
    expect((await post('put', `00-${ID}-${CLIENT}-01`, 'x', { 'x-key': 'raw/a.jpg' })).status).toBe(201);
    await running.settled();
    const trace = await running.inspector.trace(ID);
    const byId = new Map(trace.spans.map((span) => [span.id, span]));
    const ways = trace.spans
      .filter(({ kind, resourceId }) => kind === 'invocation' && resourceId === 'Test/Worker')
      .map((span) => {
        const way: string[] = [];
        for (let at = span.parentId && byId.get(span.parentId); at; at = at.parentId ? byId.get(at.parentId) : undefined)
          way.unshift(`${at.kind} ${at.name}`);
        return way.join(' > ');
      });
    expect(ways.sort()).toEqual([
      'request POST /call > invocation Web',
      'request POST /publish > invocation Web > wait waited in News',
      'request POST /put > invocation Web > wait waited in Files',
      'request POST /send > invocation Web > wait waited in Jobs',
      'request POST /start > invocation Web > wait waited for Worker',
    ]);
    expect((await running.inspector.invocations({ traceId: ID, limit: 100 })).items).toHaveLength(10);
  });

  test('of a message that came in a batch with others has the invocation as well', async () => {
    const ids = ['a', 'b'].map((digit) => digit.repeat(32));
    // Both wait for the same time, and are delivered together then.
    const delayed = { delaySeconds: 60 };
    for (const id of ids)
      await running.inspector.send({ kind: 'queue', queueId: 'Test/Jobs', body: JSON.stringify({ id }), ...delayed });
    await running.pass(61_000);
    await running.settled();
    const [last] = (await running.inspector.invocations({ functionId: 'Test/Worker', limit: 1 })).items;
    const sent = (await running.inspector.events({ kind: 'queue', limit: 2 })).items;
    for (const { traceId } of sent)
      expect((await running.inspector.trace(traceId!)).spans.map(({ invocationId }) => invocationId)).toContain(last!.id);
  });

  test('is sent to a collector, in the form of OpenTelemetry', async () => {
    const unsampled = 'c'.repeat(32);
    expect((await post('send', `00-${unsampled}-${CLIENT}-00`)).status).toBe(202);
    await running.settled();
    await running.close();
    expect(collector.problems).toEqual([]);
    expect(collector.headers[0]).toMatchObject({ 'content-type': 'application/json', 'x-key': 'a b' });
    const spans = collector.spans.filter(({ traceId }) => traceId === ID);
    const named = (of: string, name: string) => spans.filter((span) => span.of === of && span.name === name);
    const [web] = named('Test/Web', 'ANY /{what}');
    expect(web).toMatchObject({ parentSpanId: CLIENT, kind: 2, flags: 1, status: {} });
    const [consumed] = named('Test/Worker', 'Jobs');
    expect(consumed!.kind).toBe(5);
    const parents = new Set(spans.map(({ spanId }) => spanId));
    const orphans = spans.filter(({ parentSpanId }) => !parents.has(parentSpanId));
    expect(orphans.every(({ parentSpanId }) => parentSpanId === CLIENT)).toBe(true);
    expect(named('Test/Web', 'send').map(({ kind }) => kind)).toEqual([4]);
    expect(collector.spans.some(({ traceId }) => traceId === unsampled)).toBe(false);
    const count = collector.metrics.find(({ name }) => name === 'faasten.invocations')!.sum.dataPoints;
    const of = (fn: string) =>
      count
        .filter(({ attributes }: any) => attributes.some(({ value }: any) => value.stringValue === fn))
        .reduce((sum: number, { asInt }: any) => sum + Number(asInt), 0);
    expect([of('Test/Web'), of('Test/Worker')]).toEqual([6, 7]);
  });

  test('that is malformed would be found', () => {
    const span = { traceId: 'x', spanId: CLIENT, name: 'a', kind: 9, startTimeUnixNano: 5, nonsense: 1 };
    expect(problemsOf('/v1/traces', { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })).toHaveLength(4);
  });
});
