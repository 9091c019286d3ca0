import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CATALOGUE } from '../../lib/cli/events/catalogue.js';
import { NEUTRAL_KINDS } from '../../lib/cli/events/neutral.js';
import { eventOf } from '../../lib/cli/invoke/event.js';
import { faasten, projectOf } from './command.js';

const CONFIG = `import type { Construct } from 'constructs';
import { Authorizer, Bucket, EventBus, HttpApi, Queue, Schedule, Secret, ServerlessFunction, Service, Topic, WebSocketApi } from 'faasten';

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
  const guard = new ServerlessFunction(shop, 'Guard', { entry: 'guard.ts' });
  const who = new ServerlessFunction(shop, 'Who', { entry: 'who.ts' });
  new HttpApi(shop, 'Members', { routes: { 'GET /me/{id}': { handler: who, authorizer: Authorizer.function('Guard', guard) } } });
  const chat = new ServerlessFunction(shop, 'Chat', { entry: 'chat.ts' });
  new WebSocketApi(shop, 'Sockets', { routes: { $connect: chat, say: { handler: chat, replies: true } } });
  const bus = new EventBus(shop, 'Bus');
  new ServerlessFunction(shop, 'Thank', { entry: 'all.ts', triggers: { Paid: bus.events({ types: ['order.paid'] }) } });
  const every = new ServerlessFunction(shop, 'Every', {
    entry: 'all.ts',
    triggers: {
      Orders: new Queue(shop, 'Others').messages(),
      News: new Topic(shop, 'News').messages(),
      Nightly: Schedule.cron('0 3 * * *'),
      Upload: new Bucket(shop, 'Files').objects(),
      Events: bus.events(),
    },
  });
  new HttpApi(shop, 'Open', { routes: { 'GET /orders': { handler: every, authorizer: Authorizer.function('Every', every) } } });
  new WebSocketApi(shop, 'More', { routes: { $default: { handler: every, replies: true } } });
  new ServerlessFunction(shop, 'Caller', { entry: 'hello.ts', links: { every } });
};
`;
const GUARD = `import { authorizer } from 'faasten/runtime';
export default authorizer(async (request, { route, params }) => {
  const word = request.headers.get('authorization');
  if (word === 'broken') throw new Error('there is no such word');
  return word === 'Bearer sample' ? { subject: 'ann', claims: { route, ...params } } : undefined;
});
`;
const WHO = `import { http } from 'faasten/runtime';
export default http(async (_, { identity, params }) => Response.json({ ...identity, ...params }));
`;
const CHAT = `import { HttpProblem, websocket } from 'faasten/runtime';
export default websocket(async ({ type, route, body, request }, { identity, log }) => {
  log.info(type, { route });
  if (request?.url.endsWith('name=eve')) throw new HttpProblem(403, 'Not you');
  return { said: body?.text, by: identity?.subject };
});
`;
const ALL = `import { authorizer, call, event, handlers, http, objects, queue, schedule, topic, websocket } from 'faasten/runtime';
const seen = (kind: string) => async (_: unknown, { log }: any) => (log.info('took ' + kind), { kind });
export default handlers({
  http: http(async () => Response.json({ kind: 'http' })),
  queue: queue(seen('queue')),
  topic: topic(seen('topic')),
  schedule: schedule(seen('schedule')),
  objects: objects(seen('objects')),
  event: event(async ({ type, source, data }, { log, trigger }) => log.info('took event', { trigger, type, source, data })),
  websocket: websocket(seen('websocket')),
  authorizer: authorizer(async () => ({ subject: 'ann' })),
  call: call(seen('call')),
} as any);
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
  const more = { 'guard.ts': GUARD, 'who.ts': WHO, 'chat.ts': CHAT, 'all.ts': ALL };
  ({ folder, remove } = projectOf({ 'package.json': '{}', ...files, ...more }));
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

describe('what reaches a function through an API or a bus', () => {
  test('who sends a request, where an authorizer asked', () => {
    const identity = { subject: 'ann', claims: { email: 'ann@shop.example' }, scopes: ['a'] };
    const { stdout } = invoke(['Who', '--event', '-'], { kind: 'http', path: '/me/7', identity });
    expect(JSON.parse(stdout)).toEqual({
      ...identity,
      claims: { sub: 'ann', email: 'ann@shop.example' },
      id: '7',
    });
  });

  test('whom an authorizer lets in, on which route', () => {
    const { status, stdout } = invoke(['Guard', '--event', '-'], {
      ...{ kind: 'authorizer', path: '/me/a%20b?c=1', headers: { Authorization: 'Bearer sample' } },
    });
    expect({ status, said: JSON.parse(stdout) }).toEqual({
      status: 0,
      said: { subject: 'ann', claims: { route: 'GET /me/{id}', id: 'a b' } },
    });
    expect(invoke(['Guard', '--event', '-'], { kind: 'authorizer' })).toMatchObject({ status: 0, stdout: 'null\n' });
    const broken = invoke(['Guard', '--event', '-'], { kind: 'authorizer', headers: { authorization: 'broken' } });
    expect(broken).toMatchObject({ status: 1, stdout: '' });
    expect(broken.stderr).toMatch(/Error: there is no such word\n +at guard\.ts:4:\d+\n$/);
  });

  test('connections and messages, with the reply', () => {
    const sent = { kind: 'websocket', type: 'message', body: { action: 'say', text: 'tea' }, identity: { subject: 'ann' } };
    expect(invoke(['Chat', '--event', '-'], sent)).toMatchObject({ status: 0, stdout: '{"said":"tea","by":"ann"}\n' });
    const { stdout, stderr } = invoke(['Chat', '--event', '-', '--json'], {
      kind: 'websocket',
      type: 'connect',
      path: '/?name=eve',
    });
    expect(JSON.parse(stdout)).toMatchObject({ functionId: 'Shop/Chat', httpStatus: 403 });
    expect(stderr).toMatch(/Chat +\$connect .*\n.*info .*connect route=\$connect\n.*warn .*connect was refused: Not you/);
  });

  test('an event of a bus, by a sample that its trigger takes', () => {
    const { status, stdout, stderr } = invoke(['Thank']);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(stderr).toMatch(
      /order\.paid of shop {2}ok .*\n.*took event trigger=Paid type=order\.paid source=shop data=\{"id":"o-1","quantity":2\}/,
    );
  });
});

test.each(NEUTRAL_KINDS)('the sample of the kind %s is one that a function takes', (kind) => {
  const { status, stdout, stderr } = invoke(['Every', '--event', '-'], CATALOGUE.get(kind)!.make({}));
  expect({ status, stdout, stderr }).toMatchObject({ status: 0 });
  const results: Record<string, string> = { authorizer: '{"subject":"ann","claims":{}}\n' };
  const answers = ['http', 'websocket', 'call'].includes(kind) ? `{"kind":"${kind}"}\n` : '';
  expect(stdout).toBe(results[kind] ?? answers);
  if (kind !== 'http' && kind !== 'authorizer') expect(stderr).toContain(`took ${kind}`);
});

test('whatever is given as an event is taken, or refused with a sentence', () => {
  const fields = [
    'kind',
    'type',
    'messages',
    'body',
    'key',
    'path',
    'time',
    'data',
    'identity',
    'Records',
    'requestContext',
    'message',
  ];
  const kinds = fc.constantFrom<unknown>(...NEUTRAL_KINDS, 'other', 1, null);
  const event = fc
    .tuple(kinds, fc.dictionary(fc.constantFrom(...fields), fc.jsonValue(), { noNullPrototype: true }))
    .map(([kind, rest]) => ({ ...rest, kind }));
  const refusals = (value: unknown) => {
    try {
      eventOf('-', JSON.stringify(value));
    } catch (error) {
      expect((error as Error).name, JSON.stringify(value)).toBe('FaastenError');
    }
  };
  fc.assert(fc.property(fc.oneof(event, fc.jsonValue()), refusals), { numRuns: 2000 });
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
    [
      ['Nothing'],
      undefined,
      1,
      /^error: there is no function 'Nothing'; there is Caller, Charge, Chat, Every, Guard, Hello, Thank, Who, Work\n$/,
    ],
    [[], undefined, 2, /^error: <function> is missing: its construct path/],
    [
      ['Work'],
      undefined,
      2,
      /^error: 'Shop\/Work' takes (objects and queue|queue and objects); say which with --kind, or give --event\n/,
    ],
    [
      ['Caller'],
      undefined,
      1,
      /^error: nothing leads to 'Shop\/Caller': it has no route, no trigger and no link; declare one, which says what it takes\n$/,
    ],
    [['Charge', '--kind', 'http'], undefined, 1, /^error: 'Shop\/Charge' takes no http event, but call\n$/],
    [['Charge', '-e', 'none.json'], undefined, 1, /^error: cannot read the event '.*none\.json' \(ENOENT\)/],
    [['Charge', '-e', '-'], 'text', 1, /^error: the event on stdin has the kind undefined; faasten invoke takes its own form/],
    [['Work', '-e', '-'], { kind: 'queue', messages: [] }, 1, /^error: the event on stdin has the messages \[\]; give a list/],
    [
      ['Work', '-e', '-'],
      { Records: [{ eventSource: 'aws:sqs' }] },
      1,
      /^error: the event on stdin is what a cloud sends; faasten invoke takes its own form, as faasten events queue prints it\n$/,
    ],
    [
      ['Work', '-e', '-'],
      { kind: 'bus' },
      1,
      /^error: the event on stdin has the kind 'bus'; .* faasten events http, .*, call print\n$/,
    ],
    [
      ['Thank', '-e', '-'],
      { kind: 'event', type: 'order.sent' },
      1,
      /^error: no trigger of 'Shop\/Thank' takes the event 'order\.sent' of 'console': its types or sources are others\n$/,
    ],
    [['Thank', '-e', '-'], { kind: 'event' }, 1, /^error: the event on stdin has the type undefined; give "type"/],
    [['Thank', '-e', '-'], { kind: 'event', type: 'a', data: [1] }, 1, /has the data \[1\]; give an object/],
    [
      ['Chat', '-e', '-'],
      { kind: 'websocket', type: 'open' },
      1,
      /has the type 'open'; give one of connect, message, disconnect\n$/,
    ],
    [
      ['Chat', '-e', '-'],
      { kind: 'websocket', type: 'message', body: { action: 'shout' } },
      1,
      /^error: no route of 'Shop\/Chat' takes a message whose action is 'shout'; it has \$connect, say\n$/,
    ],
    [
      ['Chat', '-e', '-'],
      { kind: 'websocket', type: 'disconnect' },
      1,
      /^error: no route of 'Shop\/Chat' takes \$disconnect; it has \$connect, say\n$/,
    ],
    [['Who', '-e', '-'], { kind: 'http', identity: 'ann' }, 1, /has the identity 'ann'; give \{ "subject": "ann" \}/],
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
