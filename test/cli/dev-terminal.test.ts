/** What `faasten dev` does around the service: ports, data, its end, colours, what is saved while it runs. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { missing } from '../engines/engine.js';
import { faasten, projectOf } from './command.js';
import { type Dev, startDev, startInTerminal, terminalAvailable } from './running.js';

const CONFIG = `import type { Construct } from 'constructs';
import { Bucket, HttpApi, Service, ServerlessFunction } from 'faasten';

export default (scope: Construct) => {
  const shop = new Service(scope, 'Shop', { root: __dirname });
  const data = new Bucket(shop, 'Data');
  const hello = new ServerlessFunction(shop, 'Hello', { entry: 'hello.ts', links: { data: data.readWrite() } });
  new HttpApi(shop, 'Api', { routes: { 'GET /{what}': hello, 'PUT /{what}': hello } });
};
`;
const HELLO = `import { type BucketClient, http } from 'faasten/runtime';

export default http<{ data: BucketClient }>(async (request, { links, params, log }) => {
  if (params.what === 'slow') {
    log.info('slow');
    await new Promise((resolve) => setTimeout(resolve, 30_000));
  }
  if (request.method === 'PUT') await links.data.put(params.what!, 'there');
  const stored = await links.data.get(params.what!);
  return new Response('hello ' + ((await stored?.text()) ?? 'nothing'));
});
`;

let folder: string;
let remove: () => void;
const open: Dev[] = [];
beforeEach(() => {
  ({ folder, remove } = projectOf({ 'faasten.config.ts': CONFIG, 'hello.ts': HELLO, 'package.json': '{}' }));
});
afterEach(async () => {
  for (const each of open.splice(0)) await each.end('SIGKILL');
  remove();
});
function dev(...args: string[]): Dev {
  const started = startDev(folder, args);
  open.push(started);
  return started;
}
const urlOf = async (running: Dev) => (await running.said(/^ {2}Shop\/Api +(http:\/\/\S+?)\r?$/m))[1]!;
const ask = async (url: string, method = 'GET', what = 'a') => {
  const answer = await fetch(`${url}/${what}`, { method });
  return [answer.status, await answer.text()] as const;
};

describe('a port that is taken', () => {
  const taken = createServer();
  // Somebody else may have it: it is taken all the same.
  beforeAll(
    () => new Promise<void>((resolve) => taken.once('error', () => resolve()).listen(3000, '127.0.0.1', () => resolve())),
  );
  afterAll(() => taken.close());

  test('is passed by where none was asked for, and said', async () => {
    const running = dev();
    const url = await urlOf(running);
    const [, port] = await running.said(/^ {2}port 3000 is taken, so it is (\d+)$/m);
    expect(url).toBe(`http://localhost:${port}`);
    expect(await ask(url)).toEqual([200, 'hello nothing']);
    expect(await running.end()).toBe(0);
  });
});

test('what is stored is there the next time, and not after --fresh, which keeps the key of tokens', async () => {
  const first = dev('--port', '0');
  expect(await ask(await urlOf(first), 'PUT')).toEqual([200, 'hello there']);
  expect(await first.end()).toBe(0);
  writeFileSync(join(folder, '.faasten/local/issuer.json'), 'key');
  const second = dev('--port', '0');
  expect(await ask(await urlOf(second))).toEqual([200, 'hello there']);
  expect(await second.end()).toBe(0);
  const third = dev('--port', '0', '--fresh');
  expect(await ask(await urlOf(third))).toEqual([200, 'hello nothing']);
  expect(existsSync(join(folder, '.faasten/local/issuer.json'))).toBe(true);
  expect(await third.end()).toBe(0);
  expect(readdirSync(join(folder, '.faasten'))).toEqual(['local']);
});

test('asked to end twice, it does not wait for what runs', async () => {
  const running = dev('--port', '0');
  const slow = ask(await urlOf(running), 'GET', 'slow').catch(() => 'broken off');
  // What runs for long is shown while it does.
  await running.said(/^\d\d:\d\d:\d\d {2}Hello +GET \/slow {2}running\n +info {2}slow$/m);
  running.signal('SIGINT');
  await running.said(/^ending, when what runs has ended; Ctrl\+C again ends at once$/m);
  expect(await running.end('SIGINT')).toBe(1);
  expect(await slow).toBe('broken off');
});

test('a saved handler is told of; one that does not compile is answered with its place, until it does', async () => {
  const running = dev('--port', '0');
  const url = await urlOf(running);
  expect(await ask(url)).toEqual([200, 'hello nothing']);
  writeFileSync(join(folder, 'hello.ts'), HELLO.replace("'hello '", "'hi '"));
  await running.said(/^\d\d:\d\d:\d\d {2}Hello reloaded in [\d.]+ ms$/m);
  expect(await ask(url)).toEqual([200, 'hi nothing']);

  writeFileSync(join(folder, 'hello.ts'), HELLO.replace('const stored', 'const const'));
  await running.said(
    /^\d\d:\d\d:\d\d {2}Hello cannot run: cannot bundle 'Shop\/Hello': esbuild says\n.*\n\n +hello\.ts:9:8:\n +9 │ {3}const const = /m,
  );
  const [status, text] = await ask(url);
  expect(status).toBe(502);
  expect(JSON.parse(text).detail).toMatch(/^function 'Shop\/Hello': cannot bundle .*hello\.ts:9:8/s);

  writeFileSync(join(folder, 'hello.ts'), HELLO);
  await running.said(/Hello cannot run.*Hello reloaded in/s);
  expect(await ask(url)).toEqual([200, 'hello nothing']);
  expect(await running.end()).toBe(0);
});

describe.skipIf(missing('script', terminalAvailable()))('in a terminal', () => {
  const ESCAPE = '\u001b[';
  test('what is said has colours, and Ctrl+C ends it', async () => {
    const running = startInTerminal(folder, ['dev', '--port', '0']);
    open.push(running);
    await running.said(/Ctrl\+C ends/);
    expect(running.stdout()).toContain(`${ESCAPE}1mfaasten${ESCAPE}22m runs faasten.config.ts`);
    const [, url] = await running.said(/(http:\/\/localhost:\d+)/);
    await ask(url!);
    await running.said(/GET \/a/);
    expect(running.stdout()).toContain(`${ESCAPE}32m200${ESCAPE}39m`);
    running.type('\u0003');
    expect(await running.closed).toBe(0);
  });

  test('NO_COLOR and a terminal that knows none have it say the same without', async () => {
    const plain = faasten(['help', 'dev']).stdout;
    const said = async (environment: Record<string, string>) => {
      const running = startInTerminal(folder, ['help', 'dev'], environment);
      expect(await running.closed).toBe(0);
      return running.stdout().replaceAll('\r\n', '\n');
    };
    expect(await said({ NO_COLOR: '1' })).toBe(plain);
    expect(await said({ TERM: 'dumb' })).toBe(plain);
    const coloured = await said({});
    expect(coloured).toContain(ESCAPE);
    expect(stripVTControlCharacters(coloured)).toBe(plain);
  });
});
