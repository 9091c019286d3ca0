import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Everything, type Started, start } from './service.js';

/** Requests, and events, that are made up. */
const RUNS = 10_000;
/** Of them at a time. */
const TOGETHER = 40;
/** Milliseconds after which a request counts as one that is not whole: it said that more is to come. */
const PATIENCE = 150;

let running: Started;
beforeAll(async () => {
  running = await start((app) => new Everything(app));
  await fetch(`${running.url}/echo`);
});
afterAll(() => running?.close());

const whatever = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('', '\r\n', '\0', '..', '%', '%00', 'é🫖'));
/** Mostly what is well formed: else the parser's refusal would hide all that comes after it. */
const mostly = <T>(sound: fc.Arbitrary<T>, rest: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 19, arbitrary: sound }, { weight: 1, arbitrary: rest });

const method = mostly(fc.constantFrom('GET', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'DELETE'), fc.stringMatching(/^[A-Z]{1,8}$/));
const path = mostly(
  fc.oneof(
    fc.constantFrom('/echo', '/none', '/fixed/a/b', '/fixed/../x', '//', '/_faasten/queue/Jobs', '/echo?%', '/%ff', '/x%00'),
    fc.webPath().map((each) => `/${each}`),
  ),
  fc.oneof(fc.constantFrom('*', 'http://localhost/echo'), whatever),
);
const headerName = mostly(
  fc.oneof(
    fc.constantFrom('content-type', 'traceparent', 'origin', 'x-faasten-route', 'cookie', 'x-request-id', 'ce-id'),
    fc.stringMatching(/^[a-z][a-z-]{0,10}$/),
  ),
  fc.oneof(fc.constantFrom('content-length', 'transfer-encoding', 'expect'), whatever),
);
const headerValue = mostly(
  fc.oneof(fc.constantFrom('0', 'null', 'text/plain', 'http://localhost'), fc.stringMatching(/^[!-~]{0,20}$/)),
  fc.oneof(fc.constantFrom('-1', '5', '1e9', 'chunked', 'gzip', '100-continue'), whatever),
);
const header = fc.tuple(headerName, headerValue);
const host = mostly(fc.constant('localhost'), whatever);

/** What goes over the wire, well formed or not. */
const message = fc
  .record({ method, path, host, headers: fc.array(header, { maxLength: 4 }), body: fc.oneof(fc.constant(''), whatever) })
  .map(({ method: verb, path: target, host: name, headers, body }) =>
    Buffer.from(
      [
        `${verb} ${target} HTTP/1.1`,
        `host: ${name}`,
        ...headers.map((each) => each.join(': ')),
        'connection: close',
        '',
        body,
      ].join('\r\n'),
      'latin1',
    ),
  );

/** Sends bytes, and gives what comes back before the connection ends. */
function exchange(bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(Number(new URL(running.url).port), '127.0.0.1');
    const end = () => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(PATIENCE, end);
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      // Whoever said that more is to come does not send it.
      if (answer.includes('\r\n\r\n')) end();
    });
    socket.on('error', end);
    socket.on('close', end);
    socket.write(bytes);
  });
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  await Promise.all(
    Array.from({ length: TOGETHER }, async () => {
      for (const item of rest) await work(item);
    }),
  );
}

test(`${RUNS} requests that are well formed or not are answered, and nothing ends`, async () => {
  const statuses = new Map<string, number>();
  await inParallel(fc.sample(message, RUNS), async (bytes) => {
    const status = /^HTTP\/1\.1 (\d{3})/.exec(await exchange(bytes))?.[1] ?? 'none';
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  });
  process.stderr.write(`answers: ${JSON.stringify(Object.fromEntries([...statuses].sort()))}\n`);
  // The functions echo: whatever they are asked, they do not fail, and nor does what is around them.
  expect([...statuses.keys()].filter((status) => status >= '500' && status !== 'none' && status !== '501')).toEqual([]);
  expect(statuses.get('200')).toBeGreaterThan(RUNS / 20);
  expect(statuses.get('404')).toBeGreaterThan(100);
  expect(statuses.get('400')).toBeGreaterThan(100);
  expect(await (await fetch(`${running.url}/echo`, { method: 'POST', body: 'fine' })).text()).toBe('fine');
});

const attributes = fc.dictionary(whatever, whatever, { maxKeys: 3 });
const id = (known: string) => fc.oneof({ weight: 9, arbitrary: fc.constant(known) }, { weight: 1, arbitrary: whatever });
const json = fc.oneof(fc.json(), whatever, fc.constant('{"n":1}'));
const event = fc.oneof(
  fc.record({ kind: fc.constant('queue' as const), queueId: id('Test/Jobs'), body: json, attributes }),
  fc.record({ kind: fc.constant('topic' as const), topicId: id('Test/News'), body: json, attributes }),
  fc.record({ kind: fc.constant('call' as const), functionId: id('Test/Worker'), input: json }),
  fc.record({ kind: fc.constant('schedule' as const), scheduleId: id('Test/Worker/Nightly') }),
  fc.record({
    ...{
      kind: fc.constant('objects' as const),
      bucketId: id('Test/Files'),
      type: fc.constantFrom('created' as const, 'deleted' as const),
    },
    ...{ key: fc.oneof(fc.constant('raw/a.jpg'), whatever), body: whatever },
  }),
  fc.record({ kind: whatever, body: whatever }),
);

test(`${RUNS} events of any content are delivered or refused with a sentence, and nothing ends`, async () => {
  let refused = 0;
  const wrong: unknown[] = [];
  await inParallel(fc.sample(event, RUNS), async (each) => {
    try {
      await running.inspector.send(each as never);
    } catch (error) {
      refused++;
      if ((error as Error).name !== 'FaastenError') wrong.push([each, error]);
    }
  });
  process.stderr.write(`refused: ${refused} of ${RUNS}\n`);
  expect(wrong.slice(0, 3)).toEqual([]);
  expect(refused).toBeGreaterThan(RUNS / 20);
  expect(refused).toBeLessThan(RUNS / 2);
  await running.settled();
  expect((await running.inspector.invocations({ status: ['crashed', 'timedOut'] })).items).toEqual([]);
  expect(running.ended.length).toBeGreaterThan(RUNS / 4);
});
