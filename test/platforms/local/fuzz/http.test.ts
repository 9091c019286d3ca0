import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Everything, type Started, start } from '../service.js';
import { bytesOf, exchange, heapMiB, inParallel, mostly, RUNS, Statuses, sample, whatever } from './made-up.js';

let running: Started;
beforeAll(async () => {
  running = await start((app) => new Everything(app));
  await fetch(`${running.url}/echo`);
});
afterAll(() => running?.close());

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
const host = mostly(fc.constant('localhost'), whatever).map((name) => ['host', name]);
const headers = fc
  .tuple(host, fc.array(fc.tuple(headerName, headerValue), { maxLength: 4 }))
  .map(([first, rest]) => [first, ...rest]);
const request = fc.record({ method, path, headers, body: fc.oneof(fc.constant(''), whatever) });

test(`${RUNS} requests that are well formed or not are answered, and nothing ends`, async () => {
  const statuses = new Statuses();
  let heap = 0;
  await inParallel(sample(request), async (each, index) => {
    if (index === RUNS / 2) heap = heapMiB();
    statuses.add(await exchange(running.url, bytesOf(each)));
  });
  const growth = heapMiB() - heap;
  process.stderr.write(`answers: ${statuses}, ${growth.toFixed(1)} MiB more in the second half\n`);
  // The functions echo: whatever they are asked, they do not fail, and nor does what is around them.
  expect(statuses.failures).toEqual([]);
  expect(statuses.of('200')).toBeGreaterThan(RUNS / 20);
  expect(statuses.of('404')).toBeGreaterThan(100);
  expect(statuses.of('400')).toBeGreaterThan(100);
  expect(growth).toBeLessThan(10);
  expect(await (await fetch(`${running.url}/echo`, { method: 'POST', body: 'fine' })).text()).toBe('fine');
});
