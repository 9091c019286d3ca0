import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Everything, type Started, start } from './service.js';

let running: Started;
beforeAll(async () => {
  running = await start((app) => new Everything(app));
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
