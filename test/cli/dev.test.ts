import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { faasten, projectOf } from './command.js';
import { type Dev, startDev } from './running.js';

const SHOP = `import type { Construct } from 'constructs';
import { HttpApi, Secret, ServerlessFunction, Service } from 'faasten';

export default (scope: Construct) => {
  const shop = new Service(scope, 'Shop', { root: __dirname });
  const hello = new ServerlessFunction(shop, 'Hello', { entry: 'hello.ts', secrets: { KEY: Secret.fromName('shop/key') } });
  new HttpApi(shop, 'Api', { routes: { 'GET /hello/{name}': hello } });
};
`;
const HELLO = `import { http } from 'faasten/runtime';

export default http(async (_request, { params, log, secrets }) => {
  log.info('greeting', { name: params.name });
  if (params.name === 'nobody') throw new TypeError('there is nobody');
  return new Response(\`hello \${params.name}, \${secrets.KEY}\`);
});
`;

let folder: string;
let remove: () => void;
let dev: Dev | undefined;
beforeEach(() => {
  ({ folder, remove } = projectOf({
    'faasten.config.ts': SHOP,
    'hello.ts': HELLO,
    '.env': 'SHOP_KEY=sesame\n',
    'package.json': '{}',
  }));
});
afterEach(async () => {
  await dev?.end('SIGKILL');
  dev = undefined;
  remove();
});
const ask = async (url: string, path: string) => {
  const response = await fetch(`${url}${path}`);
  return [response.status, await response.text()];
};

test('runs the service, tells of each invocation, loads what changes, ends with Ctrl+C', async () => {
  dev = startDev(folder, ['--port', '0']);
  const [, url] = await dev.said(/^ {2}Shop\/Api +(http:\/\/\S+)$/m);
  expect(dev.stdout()).toMatch(/^faasten runs faasten\.config\.ts with 1 function, ready in [\d.]+ ms\n/);

  expect(await ask(url!, '/hello/ada')).toEqual([200, 'hello ada, sesame']);
  await dev.said(/^\d\d:\d\d:\d\d {2}Hello +GET \/hello\/ada {2}200 {2}[\d.]+ ms, cold start \d+ ms$/m);
  await dev.said(/^ {10}info {2}greeting name=ada$/m);
  expect((await ask(url!, '/hello/nobody'))[0]).toBe(500);
  await dev.said(
    /Hello +GET \/hello\/nobody {2}500 .*\n.*info .*\n.*error the handler failed\n +TypeError: there is nobody\n +at hello\.ts:5:\d+$/m,
  );

  writeFileSync(join(folder, 'faasten.config.ts'), SHOP.replace('/hello/{name}', '/hi/{name}'));
  await dev.said(/the service was loaded again in [\d.]+ ms/);
  expect((await ask(url!, '/hello/ada'))[0]).toBe(404);
  expect(await ask(url!, '/hi/ada')).toEqual([200, 'hello ada, sesame']);

  writeFileSync(join(folder, 'faasten.config.ts'), SHOP.replace('Secret.from', 'Secret.nothing'));
  await dev.said(/the service cannot be loaded, and goes on as it was\nerror: TypeError: .*\n {2}at faasten\.config\.ts:6:\d+/);
  expect(await ask(url!, '/hi/eve')).toEqual([200, 'hello eve, sesame']);

  expect(dev.stdout() + dev.stderr()).not.toContain('sesame');
  expect(await dev.end()).toBe(0);
});

test('--json is one object a line', async () => {
  dev = startDev(folder, ['--port', '0', '--json']);
  const [, url] = await dev.said(/"(http:[^"]+)"/);
  await ask(url!, '/hello/ada');
  await dev.said(/"type":"invocation"/);
  expect(await dev.end('SIGTERM')).toBe(0);
  const lines = dev
    .stdout()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toMatchObject([
    { type: 'ready', urls: { 'Shop/Api': url }, functions: ['Shop/Hello'] },
    { type: 'log', level: 'info', message: 'greeting', fields: { name: 'ada' } },
    { type: 'invocation', functionId: 'Shop/Hello', status: 'succeeded', httpStatus: 200, origin: { title: 'GET /hello/ada' } },
  ]);
});

describe('where it listens', () => {
  const taken = createServer();
  let port: number;
  beforeEach(async () => {
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    port = (taken.address() as { port: number }).port;
  });
  afterEach(() => new Promise((resolve) => taken.close(resolve)));

  test('a port that is taken is said', () => {
    expect(faasten(['dev', '--port', String(port)], { cwd: folder })).toEqual({
      status: 1,
      stdout: '',
      stderr: `error: port ${port} is taken by another program; end that, or choose another with --port\n`,
    });
  });

  test('an address of somebody else’s too', () => {
    const { status, stderr } = faasten(['dev', '--host', '192.0.2.1', '--port', '0'], { cwd: folder });
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^warning: --host 192\.0\.2\.1 lets everybody on the network .*\nerror: cannot listen on '192\.0\.2\.1' \(EADDRNOTAVAIL\); give an address of this machine/,
    );
  });
});
