import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { serve as serveOnGoogle } from '../../lib/runtime/adapters/functions-framework.js';
import { serve as serveHttp } from '../../lib/runtime/adapters/http.js';
import { serve } from '../../lib/runtime/adapters/lambda.js';
import { call, handlers, http, queue, type Trace, topic } from '../../lib/runtime/index.js';
import { messageAttributes } from '../../lib/runtime/links/aws.js';
import { ofXRay, traceOf } from '../../lib/runtime/trace.js';
import { lambdaContext, logged, options, payload, post, sqsEvent } from './support.js';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

// The example of https://www.w3.org/TR/trace-context/#examples-of-http-traceparent-headers
const ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';
const INCOMING = `00-${ID}-${PARENT}-01`;

describe('a traceparent', () => {
  it('is continued with a span of its own', () => {
    const trace = traceOf(INCOMING);
    expect(trace).toEqual({
      traceId: ID,
      parentId: PARENT,
      sampled: true,
      spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
      traceparent: `00-${ID}-${trace.spanId}-01`,
    });
    expect(traceOf(INCOMING).spanId).not.toBe(trace.spanId);
  });

  it.each([
    ['00', false],
    ['01', true],
    ['02', false],
    ['03', true],
  ])('with the flags %s keeps what was decided', (flags, sampled) => {
    const trace = traceOf(`00-${ID}-${PARENT}-${flags}`);
    expect([trace.sampled, trace.traceparent.slice(-2)]).toEqual([sampled, sampled ? '01' : '00']);
  });

  it('of a later version is read as far as it is known', () => {
    expect(traceOf(`cc-${ID}-${PARENT}-01-what-the-future-brings`).traceId).toBe(ID);
  });

  it.each([
    undefined,
    '',
    'nonsense',
    `ff-${ID}-${PARENT}-01`,
    `00-${'0'.repeat(32)}-${PARENT}-01`,
    `00-${ID}-${'0'.repeat(16)}-01`,
    `00-${ID.toUpperCase()}-${PARENT}-01`,
  ])('that is none begins a trace: %s', (text) => {
    const trace = traceOf(text);
    expect(trace.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect([trace.traceId === ID, trace.parentId, trace.sampled]).toEqual([false, undefined, true]);
  });

  it('is X-Ray’s header in another form', () => {
    // https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
    const header = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
    expect(ofXRay(header)).toEqual({ traceparent: '00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01' });
    expect(ofXRay(header.replace('Sampled=1', 'Sampled=0')).traceparent).toMatch(/-00$/);
    expect(ofXRay(undefined)).toEqual({});
    expect(ofXRay('Root=nonsense;Sampled=0')).toEqual({});
    // X-Ray began it: nothing is above.
    const begun = ofXRay('Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0;Lineage=1:a87bd80c:0');
    expect(begun).toEqual({ traceId: '5759e988bd862e3fe1be46a994272793', sampled: false });
    expect(traceOf(undefined, begun)).toMatchObject({
      ...begun,
      parentId: undefined,
      traceparent: expect.stringMatching(/-00$/),
    });
  });
});

/** What a link would send on now. The test runner's own copy of trace.ts is not the one that compiled code requires. */
const outgoing = () => messageAttributes([]).traceparent?.StringValue;

describe('an invocation', () => {
  const traces: Trace[] = [];
  const sent: (string | undefined)[] = [];
  const note = async (trace: Trace) => {
    traces.push(trace);
    await new Promise((resolve) => setTimeout(resolve, 1));
    sent.push(outgoing());
  };
  const handler = handlers({
    http: http(async (_, { trace, log }) => {
      await note(trace);
      log.info('seen');
      return new Response('');
    }),
    queue: queue(async (messages, { trace }) => {
      expect(messages.every(({ attributes }) => !('traceparent' in attributes))).toBe(true);
      await note(trace);
    }),
    topic: topic((_, { trace }) => note(trace)),
    call: call((_: unknown, { trace }) => note(trace)),
  });
  const lambda = serve(handler, options());
  afterEach(() => {
    traces.length = 0;
    sent.length = 0;
  });
  const withTrace = { messageAttributes: { traceparent: { stringValue: INCOMING, dataType: 'String' } } };
  const request = () => {
    const event = payload('api-gateway-v2');
    return { ...event, headers: { ...event.headers, traceparent: INCOMING } };
  };

  it.each([
    ['a request', request(), lambdaContext()],
    ['messages', sqsEvent([{}, {}], withTrace), lambdaContext()],
    ['a call', {}, { ...lambdaContext(), clientContext: { custom: { traceparent: INCOMING } } }],
  ])('on Lambda continues the trace of %s', async (_, event, context) => {
    const lines = logged();
    vi.stubEnv('_X_AMZN_TRACE_ID', 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1');
    await lambda(event, context);
    expect(traces).toEqual([expect.objectContaining({ traceId: ID, parentId: PARENT })]);
    expect(sent).toEqual([traces[0]!.traceparent]);
    for (const line of lines) expect(line.traceId).toBe(ID);
  });

  it('on Lambda continues X-Ray’s where nobody sent one', async () => {
    vi.stubEnv('_X_AMZN_TRACE_ID', 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0');
    await lambda({}, lambdaContext());
    expect(traces[0]).toMatchObject({
      traceId: '5759e988bd862e3fe1be46a994272793',
      parentId: '53995c3f42cd8ad8',
      sampled: false,
    });
  });

  it('on Lambda logs and sends on the id by which X-Ray knows a run that it began', async () => {
    const lines = logged();
    vi.stubEnv('_X_AMZN_TRACE_ID', 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1;Lineage=1:a87bd80c:0');
    await lambda(sqsEvent([{}]), lambdaContext());
    await lambda(request(), lambdaContext());
    expect(traces.map(({ traceId, parentId }) => [traceId, parentId])).toEqual([
      ['5759e988bd862e3fe1be46a994272793', undefined],
      [ID, PARENT],
    ]);
    expect(sent[0]).toMatch(/^00-5759e988bd862e3fe1be46a994272793-[0-9a-f]{16}-01$/);
    expect(lines.map(({ traceId }) => traceId)).toEqual([ID]);
    const other = 'Root=1-6759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
    await lambda({}, { ...lambdaContext(), xRayTraceId: other });
    expect(traces[2]!.traceId).toBe('6759e988bd862e3fe1be46a994272793');
  });

  const event = { 'content-type': 'application/json', 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': 's', 'ce-type': 't' };
  const pubsub = { message: { messageId: '1', data: '', attributes: { googclient_traceparent: INCOMING } }, subscription: 's' };
  it.each([
    ['a call', post('/_faasten/call', {}, { 'content-type': 'application/json', traceparent: INCOMING })],
    ['a CloudEvent', post('/_faasten/queue/Orders', {}, { ...event, 'ce-traceparent': INCOMING })],
    ['a message of Pub/Sub', post('/_faasten/topic/Events', pubsub)],
  ])('over HTTP continues the trace of %s', async (_, incoming) => {
    const fn = serveHttp(handler, options({ kinds: ['queue', 'topic', 'call'] }));
    expect((await fn.fetch(incoming)).ok).toBe(true);
    expect(traces).toEqual([expect.objectContaining({ traceId: ID, parentId: PARENT })]);
    expect(sent).toEqual([traces[0]!.traceparent]);
  });

  it('keeps its trace apart from others at the same time', async () => {
    const other = INCOMING.replace('4bf9', '5bf9');
    const contexts = [INCOMING, other].map((traceparent) => ({ ...lambdaContext(), clientContext: { custom: { traceparent } } }));
    await Promise.all(contexts.map((context) => lambda({}, context)));
    expect(sent.map((text) => text!.slice(3, 7))).toEqual(['4bf9', '5bf9']);
    expect(outgoing()).toBeUndefined();
  });

  it('sends its trace beside attributes, where there is room', async () => {
    let attributes: object[] = [];
    const ten = Array.from({ length: 10 }, (_, index) => [`a${index}`, 'x'] as [string, string]);
    const fn = serve(
      call(async (_: unknown, { trace }) => {
        attributes = [messageAttributes([['a', 'x']]), messageAttributes(ten)];
        return trace.traceparent;
      }),
      options(),
    );
    const traceparent = await fn({}, lambdaContext());
    expect(attributes[0]).toEqual({
      a: { DataType: 'String', StringValue: 'x' },
      traceparent: { DataType: 'String', StringValue: traceparent },
    });
    expect(attributes[1]).not.toHaveProperty('traceparent');
  });
});

describe('lines of the log on Google Cloud', () => {
  const environment = { FAASTEN_FUNCTION: 'shop/Test', FAASTEN_METRICS: 'json', FAASTEN_TRACE_PROJECT: 'tea-shop' };
  const fn = serveOnGoogle(
    http(async (_, { log }) => {
      log.info('hello');
      return new Response('x');
    }),
    options({ kinds: ['http'], routes: ['GET /'], environment }),
  );
  const request = async (headers: Record<string, string>) => {
    const server = createServer(fn).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const lines = logged();
    await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/_faasten/http/`, { headers });
    await new Promise((done) => server.close(done));
    return lines;
  };

  it.each([
    ['01', true],
    ['00', false],
  ])('name their trace as Cloud Logging reads it, below the span of Cloud Run (flags %s)', async (flags, sampled) => {
    const lines = await request({ traceparent: `00-${ID}-${PARENT}-${flags}` });
    const linked = {
      traceId: ID,
      'logging.googleapis.com/trace': `projects/tea-shop/traces/${ID}`,
      'logging.googleapis.com/spanId': PARENT,
      'logging.googleapis.com/trace_sampled': sampled,
    };
    expect(lines).toEqual([
      expect.objectContaining({ ...linked, message: 'hello' }),
      expect.objectContaining({ ...linked, message: 'invocation' }),
    ]);
  });

  it('that begin a trace have no span above them', async () => {
    const lines = await request({});
    expect(lines[0]['logging.googleapis.com/trace']).toBe(`projects/tea-shop/traces/${lines[0].traceId}`);
    expect(lines[0]).not.toHaveProperty('logging.googleapis.com/spanId');
  });
});
