import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ServerlessFunction, Service, WebSocketApi } from '../../../../lib/index.js';
import { type RunningConsole, startConsole } from '../../../../lib/platforms/local/index.js';
import { Everything, type Started, start } from '../service.js';
import { bytesOf, exchange, heapMiB, inParallel, mostly, RUNS, Statuses, sample, whatever } from './made-up.js';

let running: Started;
let site: RunningConsole;
beforeAll(async () => {
  running = await start((app) => {
    new Everything(app);
    const service = new Service(app, 'More', { root: __dirname });
    const entry = '../handlers/chat.ts';
    const sockets = new WebSocketApi(service, 'Sockets');
    sockets.addRoute('say', { handler: new ServerlessFunction(service, 'Chat', { entry, links: { sockets } }), replies: true });
  });
  site = await startConsole({ inspector: running.inspector });
});
afterAll(async () => {
  await site?.close();
  await running?.close();
});

const id = fc.oneof(
  fc.constantFrom('Test/Jobs', 'Test/News', 'Test/Files', 'Test/Worker', 'Test/Worker/Nightly', 'Test/Api', 'More/Sockets'),
  whatever,
);
/** Each call of the API, with made-up ids, and paths of which it has none. */
const CALLS = [
  ...[
    'graph',
    'invocations',
    'invocations/*',
    'traces/*',
    'queues',
    'queues/*/messages',
    'topics',
    'buckets',
    'buckets/*/objects',
  ],
  ...[
    'buckets/*/objects/*',
    'schedules',
    'functions/*/samples',
    'events',
    'saved-events',
    'metrics',
    'timeline',
    'alarms',
    'firings',
    'logs',
    'sockets',
    'connections',
    'stream',
  ],
].map((path) => ['GET', path] as const);
const CHANGES = [
  ...[
    'send',
    'send',
    'send',
    'tokens',
    'saved-events',
    'queues/*/redrive',
    'queues/*/purge',
    'events/*/replay',
    'sockets/*/connections',
    'connections/*/messages',
  ].map((path) => ['POST', path] as const),
  ...['sockets/*/connections', 'connections/*/messages'].map((path) => ['POST', path] as const),
  ...['saved-events/*', 'connections/*'].map((path) => ['DELETE', path] as const),
];
const known = fc.oneof(
  ...[...CALLS, ...CHANGES].map(([method, pattern]) => filled(`/api/${pattern}`).map((path) => ({ method, path }))),
);
const unknown = fc.record({
  method: fc.constantFrom('GET', 'POST', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'),
  path: fc.oneof(
    fc.constantFrom('*', '//', '/', '/api/%ff', '/../x', '/assets/../../package.json'),
    fc.webPath().map((each) => `/${each}`),
    fc.oneof(...CALLS.map(([, pattern]) => filled(`/api/${pattern}`))),
    whatever,
  ),
});
const call = mostly<{ readonly method: string; readonly path: string }>(known, unknown, 7);

const field = fc.constantFrom(
  ...['limit', 'cursor', 'state', 'status', 'functionId', 'fromTimeMs', 'toTimeMs', 'points', 'pixels', 'prefix'],
);
const query = fc.array(fc.tuple(field, fc.oneof(fc.constantFrom('0', '1', '-1', '1e9', 'NaN', 'dead', 'failed'), whatever)), {
  maxLength: 3,
});
type Header = readonly string[];
const header = (name: string, value: string): fc.Arbitrary<Header> => fc.constant([name, value]);
const headers = fc.tuple(
  mostly<Header>(
    header('host', '127.0.0.1'),
    whatever.map((host) => ['host', host]),
  ),
  mostly<Header>(header('x-faasten-console', '1'), header('accept', '*/*')),
  mostly<Header>(
    header('content-type', 'application/json'),
    whatever.map((type) => ['content-type', type]),
  ),
  mostly<Header>(
    header('accept', '*/*'),
    fc.tuple(fc.constantFrom('origin', 'sec-fetch-site', 'content-length', 'transfer-encoding'), whatever),
  ),
);
const json = fc.oneof(fc.json(), whatever);
const sent = fc
  .record(
    {
      kind: mostly(fc.constantFrom('http', 'queue', 'topic', 'schedule', 'objects', 'call', 'bus', 'authorizer'), whatever),
      ...{ apiId: id, queueId: id, topicId: id, functionId: id, scheduleId: id, bucketId: id, busId: id },
      ...{ body: json, input: json, data: json, text: whatever, key: whatever, group: whatever, delaySeconds: fc.anything() },
      method: mostly(fc.constantFrom('GET', 'POST', 'HEAD'), whatever),
      path: mostly(fc.constantFrom('/echo', '/none'), whatever),
      type: fc.constantFrom('created', 'deleted'),
      attributes: fc.oneof(fc.dictionary(whatever, whatever, { maxKeys: 2 }), fc.anything()),
      headers: fc.oneof(fc.dictionary(whatever, whatever, { maxKeys: 2 }), fc.anything()),
      ...{ which: fc.constantFrom('dead', 'waiting'), name: whatever, messageId: whatever, authorizerId: id },
    },
    { requiredKeys: ['kind'] },
  )
  .map((fields) =>
    JSON.stringify({ ...fields, request: fields }, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
  );
const body = fc
  .oneof({ weight: 4, arbitrary: sent }, { weight: 1, arbitrary: json })
  .map((each) => Buffer.from(each).toString('latin1'));
const request = fc
  .record({ call, query, headers, body })
  .map(({ call: { method, path }, query: pairs, headers: given, body: text }) => {
    const search = new URLSearchParams(pairs.map(([key, value]) => [key, value] as [string, string])).toString();
    const hasLength = given.some(([name]) => name === 'content-length' || name === 'transfer-encoding');
    const length = hasLength || method === 'GET' ? [] : [['content-length', String(text.length)]];
    const target = search === '' ? path : `${path}?${search}`;
    return { method, path: target, headers: [...given, ...length], body: method === 'GET' ? '' : text };
  });

function filled(pattern: string): fc.Arbitrary<string> {
  const parts = pattern.split('*');
  return fc
    .array(
      id.map((each) => encodeURIComponent(Buffer.from(each).toString())),
      { minLength: parts.length - 1, maxLength: parts.length - 1 },
    )
    .map((ids) => parts.map((part, index) => part + (ids[index] ?? '')).join(''));
}

test(`${RUNS} calls of the console’s API are answered, and nothing ends`, async () => {
  const statuses = new Statuses();
  const internal: string[] = [];
  let heap = 0;
  await inParallel(sample(request), async (each, index) => {
    if (index === RUNS / 2) heap = heapMiB();
    const answer = await exchange(site.url, bytesOf(each));
    statuses.add(answer);
    if (answer.startsWith('HTTP/1.1 500')) internal.push(`${each.method} ${each.path} ${each.body}\n${answer}`);
  });
  await running.settled();
  const growth = heapMiB() - heap;
  process.stderr.write(`answers: ${statuses}, ${growth.toFixed(1)} MiB more in the second half\n`);
  expect(internal.slice(0, 3)).toEqual([]);
  expect(statuses.failures).toEqual([]);
  for (const status of ['200', '400', '403', '404', '405', '415']) expect([status, statuses.of(status)]).not.toEqual([status, 0]);
  expect(statuses.of('200')).toBeGreaterThan(RUNS / 10);
  expect(growth).toBeLessThan(20);
  expect((await (await fetch(`${site.url}/api/queues`)).json()) as object[]).toHaveLength(4);
});
