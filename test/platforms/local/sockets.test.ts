import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { Authorizer, ServerlessFunction, Service, WebSocketApi } from '../../../lib/index.js';
import { type Started, start } from './service.js';

let running: Started;
beforeAll(async () => {
  running = await start((app) => {
    const service = new Service(app, 'Test', { root: __dirname });
    const sockets = new WebSocketApi(service, 'Sockets', {
      authorizer: Authorizer.function('Names', new ServerlessFunction(service, 'Names', { entry: 'handlers/chat.ts' }), {
        query: ['name'],
      }),
    });
    const chat = new ServerlessFunction(service, 'Chat', { entry: 'handlers/chat.ts', maxConcurrency: 1, links: { sockets } });
    for (const route of ['$connect', '$disconnect', 'quiet']) sockets.addRoute(route, chat);
    sockets.addRoute('say', { handler: chat, replies: true });
  });
});
afterAll(() => running?.close());

interface Client {
  send(message: unknown): void;
  next(): Promise<any>;
  /** Resolves with code and reason when the connection ends. */
  readonly gone: Promise<[number, string]>;
  close(): void;
}

async function connect(name: string, options: object = {}): Promise<Client> {
  const socket = new WebSocket(`${running.url}/?name=${name}`, options);
  const received: any[] = [];
  let wake = () => {};
  socket.on('message', (data) => {
    received.push(JSON.parse(data.toString()));
    wake();
  });
  await once(socket, 'open');
  return {
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    async next() {
      while (received.length === 0)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      return received.shift();
    },
    gone: once(socket, 'close').then(([code, reason]) => [code, reason.toString()]),
    close: () => socket.close(1000, 'bye'),
  };
}

/** Status of the answer to a request that is not let in. */
async function refused(path: string, options: object = {}): Promise<number> {
  const socket = new WebSocket(running.url + path, options);
  socket.on('error', () => {});
  const [, response] = await once(socket, 'unexpected-response');
  socket.terminate();
  return response.statusCode;
}

const seen = (type: string) => running.seen.filter((each) => each.type === type);

test('clients connect, send, are answered and leave; each handler knows who it is', async () => {
  const ann = await connect('ann');
  ann.send({ action: 'say', text: 'hello' });
  expect(await ann.next()).toEqual({ echo: { action: 'say', text: 'hello' } });
  ann.close();
  expect(await ann.gone).toEqual([1000, 'bye']);
  await expect.poll(() => seen('disconnect')).toHaveLength(1);
  const facts = { subject: 'ann', admin: true };
  expect(running.seen).toEqual([
    { type: 'connect', route: '$connect', query: { name: 'ann' }, ...facts },
    { type: 'message', route: 'say', body: { action: 'say', text: 'hello' }, ...facts },
    { type: 'disconnect', route: '$disconnect', reason: { code: 1000, text: 'bye' }, ...facts },
  ]);
});

test('a function sends to all, and hears who has gone', async () => {
  const [ann, bob] = [await connect('ann'), await connect('bob')];
  ann.send({ action: 'say', wish: 'all', text: 'tea' });
  expect(await bob.next()).toEqual({ said: 'tea' });
  expect([await ann.next(), await ann.next()]).toEqual([{ said: 'tea' }, { told: [true, true, false] }]);
  bob.send({ action: 'say', wish: 'leave' });
  expect((await bob.gone)[0]).toBe(1005);
  ann.close();
  await ann.gone;
});

test('messages of no route, too large ones, and handlers that fail', async () => {
  const ann = await connect('ann');
  for (const text of ['no json', '{"action":"other"}', '{"action":"$connect"}', '[]', 'null']) {
    ann.send(text);
    expect(await ann.next()).toMatchObject({ message: 'Forbidden', connectionId: expect.any(String) });
  }
  ann.send({ action: 'quiet' });
  ann.send({ action: 'quiet', wish: 'fail' });
  expect(await ann.next()).toMatchObject({ message: 'Internal server error' });
  ann.send({ action: 'say', wish: 'large' });
  expect(await ann.next()).toMatchObject({ message: 'Internal server error' });
  ann.send({ action: 'say', text: 'x'.repeat(128 * 1024) });
  expect((await ann.gone)[0]).toBe(1009);
});

test('who may not connect is told so', async () => {
  expect(await refused('/')).toBe(401);
  expect(await refused('/?name=mallory')).toBe(403);
  expect(await refused('/?name=broken')).toBe(500);
  expect(await refused('/?name=eve')).toBe(403);
  expect(await refused('/elsewhere?name=ann')).toBe(404);
  expect(await refused('/?name=ann', { origin: 'https://evil.example' })).toBe(403);
  expect(await refused('/?name=ann', { headers: { host: 'evil.example' } })).toBe(403);
  const plain = await fetch(running.url.replace('ws:', 'http:'));
  expect([plain.status, plain.headers.get('upgrade')]).toEqual([426, 'websocket']);
  expect((await connect('ann', { origin: 'http://localhost:5173' })).close()).toBeUndefined();
});

test('a connection ends after ten minutes without messages, and after two hours', async () => {
  const [idle, busy] = [await connect('idle'), await connect('busy')];
  for (let minute = 0; minute < 120; minute += 8) {
    busy.send({ action: 'say' });
    await busy.next();
    await running.pass(8 * 60_000);
    if (minute === 8) expect(await idle.gone).toEqual([1001, 'Going away']);
  }
  expect(await busy.gone).toEqual([1001, 'Connection duration exceeded']);
});

test('the console shows routes, links and who decides', async () => {
  const { nodes, edges } = await running.inspector.graph();
  expect(nodes.find(({ kind }) => kind === 'websocket')).toMatchObject({
    ...{ id: 'Test/Sockets', label: 'Sockets', facts: { url: running.url, 'routed by': 'action' } },
  });
  const of = (from: string) => edges.filter((edge) => edge.from === from).map(({ to, label }) => `${label} ${to}`);
  expect(of('Test/Sockets').sort()).toEqual([
    '$connect Test/Chat',
    '$disconnect Test/Chat',
    'Names Test/Names',
    'quiet Test/Chat',
    'say Test/Chat',
  ]);
  expect(of('Test/Chat')).toEqual(['sockets Test/Sockets']);
});

test('when the platform stops, clients are told, and their ends are taken', async () => {
  const last = await connect('last');
  await running.close();
  expect(await last.gone).toEqual([1001, 'Going away']);
  expect(seen('disconnect').filter(({ subject }) => subject === 'last')).toHaveLength(1);
});
