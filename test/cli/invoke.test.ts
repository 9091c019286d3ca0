import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faasten, projectOf } from './command.js';

const CONFIG = `import type { Construct } from 'constructs';
import { Bucket, HttpApi, Queue, Secret, ServerlessFunction, Service } from 'faasten';

export default (scope: Construct) => {
  const shop = new Service(scope, 'Shop', { root: __dirname });
  const orders = new Queue(shop, 'Orders');
  const photos = new Bucket(shop, 'Photos');
  const hello = new ServerlessFunction(shop, 'Hello', { entry: 'hello.ts', secrets: { KEY: Secret.fromName('key') } });
  new HttpApi(shop, 'Api', { routes: { 'GET /hello/{name}': hello, 'POST /hello': hello } });
  const charge = new ServerlessFunction(shop, 'Charge', { entry: 'charge.ts' });
  new ServerlessFunction(shop, 'Work', {
    entry: 'work.ts',
    links: { charge, photos: photos.readOnly() },
    triggers: { Orders: orders.messages(), Upload: photos.objects({ prefix: 'raw/' }) },
  });
};
`;
const HELLO = `import { http } from 'faasten/runtime';
export default http(async (request, { params, log, secrets }) => {
  log.info('asked', { method: request.method });
  if (params.name === 'nobody') throw new Error('there is nobody');
  return Response.json({ hello: params.name ?? (await request.text()), key: secrets.KEY }, { status: params.name === 'teapot' ? 418 : 200 });
});
`;
const CHARGE = `import { call } from 'faasten/runtime';
export default call(async (input: { cents?: number }) => ({ accepted: (input?.cents ?? 0) < 100 }));
`;
const WORK = `import { type BucketReader, handlers, objects, queue } from 'faasten/runtime';
export default handlers({
  queue: queue(async (messages, { log }) => {
    for (const message of messages) {
      log.info('order', { id: message.body.id, status: message.attributes.status });
      if (message.body.id === 'bad') message.retry();
    }
  }),
  objects: objects<{ photos: BucketReader }>(async ({ key }, { links, log }) => {
    log.info('photo', { key, text: await (await links.photos.get(key))?.text() });
  }),
});
`;

let folder: string;
let remove: () => void;
beforeAll(() => {
  const files = { 'faasten.config.ts': CONFIG, 'hello.ts': HELLO, 'charge.ts': CHARGE, 'work.ts': WORK, '.env': 'KEY=sesame\n' };
  ({ folder, remove } = projectOf({ 'package.json': '{}', ...files }));
});
afterAll(() => remove());
const invoke = (args: string[], event?: unknown) =>
  faasten(['invoke', ...args], { cwd: folder, input: event === undefined ? undefined : JSON.stringify(event) });

describe('the result is on stdout, and nothing else', () => {
  test('of a request, by a sample that its first route takes', () => {
    const { status, stdout, stderr } = invoke(['Hello']);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '{"hello":"name","key":"sesame"}\n' });
    expect(stderr).toMatch(/^\d\d:\d\d:\d\d {2}Hello +GET \/hello\/name {2}200 .*\n {10}info {2}asked method=GET\n$/);
  });

  test('of a request from a file', () => {
    writeFileSync(
      join(folder, 'event.json'),
      JSON.stringify({ kind: 'http', method: 'POST', path: '/hello?a=1', body: { a: 1 } }),
    );
    expect(invoke(['Shop/Hello', '--event', 'event.json'])).toMatchObject({
      status: 0,
      stdout: '{"hello":"{\\"a\\":1}","key":"sesame"}\n',
    });
  });

  test('of a call from stdin, as all that is known of it', () => {
    const { status, stdout } = invoke(['Charge', '--event', '-', '--json'], { kind: 'call', input: { cents: 500 } });
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      functionId: 'Shop/Charge',
      status: 'succeeded',
      durationMs: expect.any(Number),
      coldStartMs: expect.any(Number),
      result: { accepted: false },
    });
  });

  test('messages and objects have none', () => {
    const messages = [{ body: { id: 'good' }, attributes: { status: 'paid' } }];
    const work = invoke(['Work', '--event', '-'], { kind: 'queue', messages });
    expect(work).toMatchObject({
      status: 0,
      stdout: '',
      stderr: expect.stringMatching(/Work +1 message {2}ok .*\n.* order id=good status=paid\n$/),
    });
    const photo = invoke(['Work', '--event', '-'], { kind: 'objects', key: 'raw/a.jpg', body: 'pixels' });
    expect(photo).toMatchObject({ status: 0, stdout: '', stderr: expect.stringContaining('photo key=raw/a.jpg text=pixels') });
  });
});

describe('what fails exits with 1', () => {
  test('a handler that throws, with its line', () => {
    const { status, stdout, stderr } = invoke(['Hello', '--event', '-'], { kind: 'http', path: '/hello/nobody' });
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ status: 500 });
    expect(stderr).toMatch(/Error: there is nobody\n +at hello\.ts:4:\d+\n$/);
  });

  test('a message that is to come again; a client error is an answer', () => {
    const messages = [{ body: { id: 'good' } }, { body: { id: 'bad' } }];
    const { status, stdout } = invoke(['Work', '--event', '-', '--json'], { kind: 'queue', messages });
    expect({ status, ...JSON.parse(stdout) }).toMatchObject({ status: 'partial', failed: [1] });
    expect(status).toBe(1);
    expect(invoke(['Hello', '--event', '-'], { kind: 'http', path: '/hello/teapot' })).toMatchObject({ status: 0 });
  });
});

describe('what cannot be is said', () => {
  test.each<[string[], unknown, number, RegExp]>([
    [['Helo'], undefined, 1, /^error: there is no function 'Helo'; did you mean 'Hello'\?\n$/],
    [['Nothing'], undefined, 1, /^error: there is no function 'Nothing'; there is Charge, Hello, Work\n$/],
    [[], undefined, 2, /^error: <function> is missing: its construct path/],
    [
      ['Work'],
      undefined,
      2,
      /^error: 'Shop\/Work' takes (objects and queue|queue and objects); say which with --kind, or give --event\n/,
    ],
    [['Charge', '--kind', 'http'], undefined, 1, /^error: 'Shop\/Charge' takes no http event, but call\n$/],
    [['Charge', '-e', 'none.json'], undefined, 1, /^error: cannot read the event '.*none\.json' \(ENOENT\)/],
    [['Charge', '-e', '-'], 'text', 1, /^error: the event on stdin has the kind undefined; faasten invoke takes its own form/],
    [['Work', '-e', '-'], { kind: 'queue', messages: [] }, 1, /^error: the event on stdin has the messages \[\]; give a list/],
    [
      ['Work', '-e', '-'],
      { Records: [{ eventSource: 'aws:sqs' }] },
      1,
      /^error: the event on stdin is what a cloud sends; faasten invoke/,
    ],
    [
      ['Work', '-e', '-'],
      { kind: 'objects', key: 'other/a' },
      1,
      /^error: no trigger of 'Shop\/Work' takes the object 'other\/a'/,
    ],
  ])('%j %j', (args, event, status, expected) => {
    const result = invoke(args, event);
    expect(result).toMatchObject({ status, stdout: '' });
    expect(result.stderr).toMatch(expected);
  });
});
