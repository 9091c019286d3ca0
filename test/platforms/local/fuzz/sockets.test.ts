import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { ServerlessFunction, Service, WebSocketApi } from '../../../../lib/index.js';
import { type Started, start } from '../service.js';
import { bytesOf, exchange, heapMiB, inParallel, mostly, RUNS, Statuses, sample, whatever } from './made-up.js';

let running: Started;
beforeAll(async () => {
  running = await start((app) => {
    const service = new Service(app, 'Test', { root: __dirname });
    const sockets = new WebSocketApi(service, 'Sockets');
    const chat = new ServerlessFunction(service, 'Chat', { entry: '../handlers/chat.ts', links: { sockets } });
    for (const route of ['$connect', '$disconnect', 'quiet']) sockets.addRoute(route, chat);
    sockets.addRoute('say', { handler: chat, replies: true });
  });
});
afterAll(() => running?.close());

async function isFine(): Promise<void> {
  const socket = new WebSocket(running.url);
  await once(socket, 'open');
  socket.send('{"action":"say","text":"fine"}');
  const [data] = await once(socket, 'message');
  expect(String(data)).toBe('{"echo":{"action":"say","text":"fine"}}');
  socket.close();
  await once(socket, 'close');
}

const KEY = randomBytes(16).toString('base64');
const handshake = fc
  .record({
    method: mostly(fc.constant('GET'), fc.constantFrom('POST', 'HEAD', 'CONNECT')),
    path: mostly(fc.constantFrom('/', '/?name=ann', '/?%'), fc.oneof(fc.constantFrom('/x', '*', '//', '/../'), whatever)),
    host: mostly(fc.constant('localhost'), fc.oneof(fc.constant('evil.example'), whatever)),
    origin: fc.option(
      mostly(fc.constant('http://localhost:5173'), fc.oneof(fc.constantFrom('https://evil.example', 'null'), whatever)),
    ),
    upgrade: mostly(fc.constant('websocket'), fc.oneof(fc.constant('h2c'), whatever)),
    version: mostly(fc.constant('13'), fc.oneof(fc.constantFrom('8', '14', '-1'), whatever)),
    key: mostly(fc.constant(KEY), whatever),
    extensions: mostly(fc.constant(''), fc.oneof(fc.constant('permessage-deflate; server_max_window_bits=99'), whatever)),
    protocol: mostly(fc.constant(''), whatever),
    body: mostly(fc.constant(''), whatever),
  })
  .map(({ method, path, host, origin, upgrade, version, key, extensions, protocol, body }) => {
    const headers = [
      ...[
        ['host', host],
        ['connection', 'Upgrade'],
        ['upgrade', upgrade],
        ['sec-websocket-version', version],
      ],
      ...[['sec-websocket-key', key], ...(origin === null ? [] : [['origin', origin]])],
      ...(extensions === '' ? [] : [['sec-websocket-extensions', extensions]]),
      ...(protocol === '' ? [] : [['sec-websocket-protocol', protocol]]),
    ];
    return { method, path, headers, body };
  });

interface Frame {
  readonly first: number;
  readonly masked: boolean;
  /** Length that it claims, if another one than it has. */
  readonly claims: number | null;
  readonly payload: Uint8Array;
}

/** RFC 6455, 5.2. */
function frame({ first, masked, claims, payload }: Frame): Buffer {
  const length = claims ?? payload.length;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = first;
  head[1] = (masked ? 0x80 : 0) | (length < 126 ? length : length < 65_536 ? 126 : 127);
  if (head.length === 4) head.writeUInt16BE(length, 2);
  else if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  if (!masked) return Buffer.concat([head, payload]);
  const mask = randomBytes(4);
  return Buffer.concat([head, mask, payload.map((byte, index) => byte ^ mask[index % 4]!)]);
}

const text = fc
  .oneof(
    fc.constantFrom(
      '{"action":"say"}',
      '{"action":"quiet","wish":"fail"}',
      '{"action":"say","wish":"large"}',
      '{"action":"$connect"}',
    ),
    fc.constantFrom('{"action":"__proto__"}', '{"action":"toString"}', '{"action":1}', 'null', '[]'),
    fc.json(),
    whatever,
  )
  .map((each): Uint8Array => Buffer.from(each));
const payload = mostly<Uint8Array>(
  text,
  fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.constantFrom(127, 65_536, 131_073).map((length) => Buffer.alloc(length, 0x20)),
  ),
);
const whole = { masked: fc.constant(true), claims: fc.constant(null) };
const short = fc.constantFrom('', 'x', 'x'.repeat(125)).map((each): Uint8Array => Buffer.from(each));
const sound = fc.oneof(
  { weight: 4, arbitrary: fc.record({ ...whole, first: fc.constantFrom(0x81, 0x81, 0x82), payload }) },
  { weight: 1, arbitrary: fc.record({ ...whole, first: fc.constantFrom(0x89, 0x8a), payload: short }) },
);
const any = fc.record({
  first: fc.oneof(fc.constantFrom(0x01, 0x00, 0x80, 0x88, 0xc1), fc.nat(255)),
  masked: mostly(fc.constant(true), fc.constant(false), 4),
  claims: mostly<number | null>(fc.constant(null), fc.constantFrom(0, 125, 126, 200_000, 2 ** 40), 4),
  payload,
});
const session = fc.record({
  frames: fc.array(mostly<Frame>(sound, any, 60), { minLength: 10, maxLength: 20 }),
  leaves: mostly(fc.constant(false), fc.constant(true), 4),
});

const LAST = Buffer.from('{"action":"say","text":"last"}');

/** Connects, writes frames as they are, and resolves when the server ends it, or answers what came last. */
async function talk(frames: readonly Frame[], leaves: boolean): Promise<string> {
  const socket: Socket = connect(Number(new URL(running.url).port), '127.0.0.1');
  socket.on('error', () => {});
  const upgrade = bytesOf({ method: 'GET', path: '/', headers: UPGRADE, body: '' }).toString('latin1');
  socket.write(upgrade.replace('connection: close\r\n', ''));
  await once(socket, 'data');
  let answers = '';
  socket.on('data', (chunk) => {
    answers += chunk.toString('latin1');
    if (answers.includes('"last"')) socket.destroy();
  });
  for (const each of frames) socket.write(frame(each));
  socket.write(frame({ first: 0x81, masked: true, claims: null, payload: LAST }));
  if (leaves) socket.destroy();
  // Of one that claims more than it has, the rest may never come.
  socket.setTimeout(1000, () => socket.destroy());
  if (!socket.closed) await once(socket, 'close');
  return answers;
}

const UPGRADE = [
  ['host', 'localhost'],
  ['connection', 'Upgrade'],
  ['upgrade', 'websocket'],
  ['sec-websocket-version', '13'],
  ['sec-websocket-key', KEY],
];

test(`${RUNS} messages of any frames are taken or end their connection, and nothing else`, async () => {
  const sessions = sample(session, RUNS / 12);
  let [frames, heap] = [0, 0];
  const answers = { Forbidden: 0, 'Internal server error': 0, echo: 0 };
  await inParallel(sessions, async (each, index) => {
    if (index === Math.floor(sessions.length / 2)) heap = heapMiB();
    frames += each.frames.length;
    const said = await talk(each.frames, each.leaves);
    for (const word of Object.keys(answers) as (keyof typeof answers)[]) answers[word] += said.split(`"${word}"`).length - 1;
  });
  // Whoever was connected is known to have gone.
  const of = (type: string) => running.seen.filter((each) => each.type === type).length;
  await expect.poll(() => of('disconnect'), { timeout: 20_000 }).toBe(sessions.length);
  await running.settled();
  const growth = heapMiB() - heap;
  process.stderr.write(
    `${sessions.length} clients, ${frames} frames, ${of('message')} taken, answers: ${JSON.stringify(answers)}, ${growth.toFixed(1)} MiB more\n`,
  );
  expect(of('connect')).toBe(sessions.length);
  expect(frames).toBeGreaterThan(RUNS);
  expect(of('message')).toBeGreaterThan(RUNS / 20);
  expect(Math.min(...Object.values(answers))).toBeGreaterThan(RUNS / 200);
  expect((await running.inspector.invocations({ status: ['crashed', 'timedOut'] })).items).toEqual([]);
  expect(growth).toBeLessThan(30);
  await isFine();
});

test('2000 handshakes that are well formed or not let a client in or say why not', async () => {
  const statuses = new Statuses();
  await inParallel(sample(handshake, 2000), async (each) => {
    // Without the line that ends the connection.
    const bytes = bytesOf(each).toString('latin1').replace('connection: close\r\n', '');
    statuses.add(await exchange(running.url.replace('ws:', 'http:'), Buffer.from(bytes, 'latin1')));
  });
  process.stderr.write(`answers: ${statuses}\n`);
  expect(statuses.failures).toEqual([]);
  expect(statuses.of('101')).toBeGreaterThan(100);
  for (const status of ['400', '403', '404']) expect([status, statuses.of(status) > 0]).toEqual([status, true]);
  await isFine();
});
