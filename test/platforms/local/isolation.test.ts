import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Duration, HttpApi, Queue, ServerlessFunction, Service } from '../../../lib/index.js';
import type { InvocationSummary } from '../../../lib/platforms/local/index.js';
import { Everything, type Started, start } from './service.js';

let running: Started;
/** What takes ten seconds, while the others are tried. */
let stuck: Promise<Response>;
let busy: Promise<Response>[];
beforeAll(async () => {
  running = await start((app) => {
    new Everything(app);
    const service = new Service(app, 'Bad', { root: __dirname });
    const jobs = new Queue(service, 'Jobs', { maxAttempts: 2 });
    const triggers = { Jobs: jobs.messages() };
    new ServerlessFunction(service, 'Takes', { entry: 'handlers/worker.ts', timeout: Duration.seconds(1), triggers });
    const stuck = new ServerlessFunction(service, 'Stuck', { entry: 'handlers/stuck.mts' });
    const one = new ServerlessFunction(service, 'One', { entry: 'handlers/web.ts', maxConcurrency: 1 });
    new HttpApi(service, 'Api', { routes: { 'GET /stuck': stuck, 'GET /{what}': one } });
  });
  const url = running.urls['Bad/Api'];
  stuck = fetch(`${url}/stuck`);
  busy = ['wait', 'echo'].map((what) => fetch(`${url}/${what}`));
});
afterAll(() => running?.close());

/** Asks for trouble, and something else at the same time. */
async function trouble(what: string) {
  const bad = fetch(`${running.url}/${what}`);
  const good = await fetch(`${running.url}/echo`, { method: 'POST', body: 'fine' });
  expect(await good.text()).toBe('fine');
  const answer = await bad;
  const problem = (await answer.json()) as any;
  const detail = await running.inspector.invocation(problem.requestId);
  expect(await (await fetch(`${running.url}/echo`, { method: 'POST', body: 'still' })).text()).toBe('still');
  return {
    answered: answer.status,
    detail: problem.detail,
    status: detail.status,
    printed: detail.logs.map((line) => line.message),
  };
}

describe('what goes wrong in a function hurts its invocation only, and is told with the function’s name', () => {
  test('an endless loop ends with the timeout', async () => {
    expect(await trouble('loop')).toEqual({
      answered: 504,
      detail: "function 'Test/Web': the function took longer than its timeout of 2 s",
      status: 'timedOut',
      printed: ['round and round'],
    });
  });

  test('process.exit ends the worker, not the platform', async () => {
    const detail = "function 'Test/Web': the function called process.exit(3)";
    expect(await trouble('exit')).toEqual({ answered: 502, detail, status: 'crashed', printed: ['and out'] });
  });

  test('memory is as much as was declared', async () => {
    const detail = "function 'Test/Web': the function needed more than its memory of 64 MiB";
    expect(await trouble('memory')).toEqual({ answered: 502, detail, status: 'crashed', printed: [] });
  });

  test('a rejection that nobody handles', async () => {
    expect(await trouble('rejection')).toEqual({
      answered: 502,
      detail: "function 'Test/Web': nobody listens",
      status: 'crashed',
      printed: [],
    });
  });

  test('memory outside of the heap counts too', async () => {
    const detail = "function 'Test/Web': the function needed more than its memory of 64 MiB";
    expect(await trouble('buffers')).toMatchObject({ answered: 502, detail, status: 'crashed' });
  });

  test('what goes wrong after the answer is in the log, and the next request has another worker', async () => {
    expect(await (await fetch(`${running.url}/late`)).text()).toBe('done');
    const [{ id }] = (await running.inspector.invocations({ functionId: 'Test/Web' })).items as [InvocationSummary];
    const logs = async () => (await running.inspector.invocation(id)).logs.map(({ level, message }) => `${level} ${message}`);
    await expect.poll(logs).toEqual(['info after the answer', 'error the function ended after its answer']);
    const answer = await fetch(`${running.url}/echo`, { method: 'POST', body: 'still' });
    expect(await answer.text()).toBe('still');
  });

  test('a message that loops or exits holds up no other, and is dead in the end', async () => {
    const send = (n: number, wish?: string) =>
      running.inspector.send({ kind: 'queue', queueId: 'Bad/Jobs', body: JSON.stringify({ n, wish }) });
    await Promise.all([send(0, 'loop'), send(1, 'exit'), ...[2, 3, 4, 5, 6].map((n) => send(n))]);
    const taken = () => running.seen.flatMap(({ ids }) => (ids as number[] | undefined) ?? []);
    await expect.poll(() => new Set(taken()).size, { timeout: 10_000 }).toBe(7);
    await running.pass(1000);
    await running.pass(10_000);
    expect(taken().sort()).toEqual([0, 0, 1, 1, 2, 3, 4, 5, 6]);
    const dead = await running.inspector.messages('Bad/Jobs', { state: 'dead' });
    expect(dead.items.map(({ lastError }) => lastError!.message).sort()).toEqual([
      "function 'Bad/Takes': the function called process.exit(0)",
      "function 'Bad/Takes': the function took longer than its timeout of 1 s",
    ]);
  });

  test('code that is never loaded', async () => {
    const answer = await stuck;
    expect([answer.status, ((await answer.json()) as any).detail]).toEqual([
      502,
      "function 'Bad/Stuck': the function's code was not loaded within 10 s",
    ]);
  });

  test('requests that find all workers busy wait ten seconds, and no longer', async () => {
    expect((await busy[1]!).status).toBe(429);
    expect(await (await busy[0]!).text()).toBe('waited');
  });

  test('output without an end is cut', async () => {
    expect(await (await fetch(`${running.url}/flood`)).text()).toBe('done');
    const [latest] = (await running.inspector.invocations({ functionId: 'Test/Web' })).items;
    const { logs, logsDropped } = await running.inspector.invocation(latest!.id);
    expect(logsDropped).toBeGreaterThan(0);
    expect(logs.reduce((sum, { message }) => sum + message.length, 0)).toBeLessThan(100_000);
  });

  test('workers are used again, and one runs one invocation at a time', async () => {
    const before = running.ended.length;
    for (let n = 0; n < 5; n++) await fetch(`${running.url}/echo`);
    const cold = running.ended.slice(before).filter(({ coldStartMs }) => coldStartMs !== undefined);
    expect(cold.length).toBeLessThanOrEqual(1);
  });
});
