import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { HttpApi, ServerlessFunction, Service } from '../../../lib/index.js';
import type { LiveEvent } from '../../../lib/platforms/local/index.js';
import { type Started, start, temporaryFolder } from './service.js';

let running: Started;
const folder = temporaryFolder();
afterEach(async () => {
  await running?.close();
  folder.remove();
});

const handler = (text: string) => `
  import { http } from 'faasten/runtime';
  import { suffix } from './shared.js';
  export default http(async (request) => {
    if (request.headers.has('x-slow')) await new Promise((resolve) => setTimeout(resolve, 500));
    return new Response('${text}' + suffix);
  });`;

test('a function is made again when a file of it is saved; what runs ends, and others stay warm', async () => {
  mkdirSync(join(folder.path, 'node_modules'), { recursive: true });
  writeFileSync(join(folder.path, 'package.json'), '{}');
  writeFileSync(join(folder.path, 'shared.ts'), "export const suffix = '!';");
  writeFileSync(join(folder.path, 'a.ts'), handler('one'));
  cpSync(join(folder.path, 'a.ts'), join(folder.path, 'b.ts'));
  running = await start(
    (app) => {
      const service = new Service(app, 'Test', { root: folder.path });
      const of = (id: string) => new ServerlessFunction(service, id.toUpperCase(), { entry: `${id}.ts` });
      new HttpApi(service, 'Api', { routes: { 'GET /a': of('a'), 'GET /b': of('b') } });
    },
    { watch: true },
  );
  const reloads: Extract<LiveEvent, { type: 'reload' }>[] = [];
  running.subscribe((event) => {
    if (event.type === 'reload') reloads.push(event);
  });
  const get = async (path: string, headers = {}) => {
    const answer = await fetch(running.url + path, { headers });
    return answer.status === 200 ? answer.text() : ((await answer.json()) as any).detail;
  };
  const reads = (path: string, text: string) =>
    vi.waitUntil(async () => (await get(path)).includes(text), { timeout: 10_000, interval: 20 });

  expect([await get('/a'), await get('/b')]).toEqual(['one!', 'one!']);
  const slow = get('/a', { 'x-slow': '1' });
  await vi.waitUntil(() => running.ended.length === 2, { timeout: 5000 });
  await new Promise((resolve) => setTimeout(resolve, 50));
  writeFileSync(join(folder.path, 'a.ts'), handler('two'));
  await reads('/a', 'two!');
  expect(await slow).toBe('one!');
  expect(reloads.map(({ functionId }) => functionId)).toEqual(['Test/A']);

  writeFileSync(join(folder.path, 'a.ts'), `${handler('three')} }`);
  await reads('/a', "function 'Test/A': cannot bundle");
  expect(await get('/a')).toContain('a.ts');
  expect(reloads.at(-1)!.problem).toContain('a.ts');
  expect((await running.inspector.graph()).nodes.find(({ id }) => id === 'Test/A')).toHaveProperty('problem');

  writeFileSync(join(folder.path, 'a.ts'), handler('four'));
  await reads('/a', 'four!');
  writeFileSync(join(folder.path, 'shared.ts'), "export const suffix = '?';");
  await reads('/a', 'four?');
  await reads('/b', 'one?');
  expect((await running.inspector.graph()).nodes.find(({ id }) => id === 'Test/A')).toMatchObject({ problem: undefined });

  // Code that never ends to load stands in the way of nothing that is saved after it.
  const count = reloads.length;
  writeFileSync(join(folder.path, 'a.ts'), `await new Promise(() => {});${handler('five')}`);
  await vi.waitUntil(() => reloads.length > count, { timeout: 10_000 });
  const waits = get('/a');
  writeFileSync(join(folder.path, 'a.ts'), handler('six'));
  expect(await waits).toBe('six?');
});
