import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { ServerlessFunction, Service, WebSocketApi } from '../../../lib/index.js';
import { type RunningConsole, startConsole } from '../../../lib/platforms/local/index.js';
import { heapMiB } from './fuzz/made-up.js';
import { Everything, type Started, start } from './service.js';

/** How often all clients come and go. */
const ROUNDS = 12;
/** Of each kind at a time; of streams, the console lets 32 in. */
const CLIENTS = 16;

let running: Started;
let site: RunningConsole;
beforeAll(async () => {
  running = await start((app) => {
    new Everything(app);
    const service = new Service(app, 'More', { root: __dirname });
    const sockets = new WebSocketApi(service, 'Sockets');
    const chat = new ServerlessFunction(service, 'Chat', { entry: 'handlers/chat.ts', links: { sockets } });
    for (const route of ['$connect', '$disconnect']) sockets.addRoute(route, chat);
    sockets.addRoute('say', { handler: chat, replies: true });
  });
  site = await startConsole({ inspector: running.inspector });
});
afterAll(async () => {
  await site?.close();
  await running?.close();
});

/** A page of the console: leaves after it has seen something. */
function page(): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(`${site.url}/api/stream`, { agent: false }, (response) => {
      expect(response.statusCode).toBe(200);
      let events = 0;
      response.on('data', () => {
        // The first one greets.
        if (++events === 3) sent.destroy();
      });
      response.on('close', resolve);
      response.on('error', () => {});
    });
    sent.on('error', (error) => (sent.destroyed ? resolve() : reject(error)));
    sent.end();
  });
}

/** A client that talks a little, and leaves in one way or another. */
async function client(index: number): Promise<void> {
  const socket = new WebSocket(running.urls['More/Sockets']!);
  await once(socket, 'open');
  for (let n = 0; n < 3; n++) {
    socket.send('{"action":"say"}');
    await once(socket, 'message');
  }
  const closed = once(socket, 'close');
  if (index % 2 === 0) socket.terminate();
  else socket.close();
  await closed;
}

/** Requests and messages, as long as they are wanted. */
async function load(wanted: () => boolean): Promise<number> {
  let sent = 0;
  for (; wanted(); sent++) {
    const answer = await fetch(`${running.url}/send`, { method: 'POST', body: JSON.stringify({ n: sent }) });
    expect(answer.status).toBe(202);
    await answer.arrayBuffer();
  }
  return sent;
}

test('clients and pages that come and go leave nothing behind, whatever else is done', async () => {
  const warnings: Error[] = [];
  process.on('warning', (warning) => warnings.push(warning));
  const files = () => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0);
  let before = { heap: 0, files: 0 };
  let done = false;
  const loads = [load(() => !done), load(() => !done)];
  for (let round = 0; round < ROUNDS; round++) {
    await Promise.all(Array.from({ length: CLIENTS }, (_, index) => Promise.all([page(), client(index)])));
    // By then, all that is made on first use is there.
    if (round === 2) before = { heap: heapMiB(), files: files() };
  }
  done = true;
  const sent = (await Promise.all(loads)).reduce((sum, each) => sum + each);
  await expect.poll(async () => (await running.inspector.sockets())[0]!.connectionCount, { timeout: 10_000 }).toBe(0);
  await expect
    .poll(() => running.seen.filter(({ type }) => type === 'disconnect').length, { timeout: 10_000 })
    .toBe(ROUNDS * CLIENTS);
  await running.settled();
  const taken = running.seen.flatMap(({ ids }) => (ids as number[] | undefined) ?? []);
  expect(taken).toHaveLength(sent);
  await pause(100);
  const growth = { heap: heapMiB() - before.heap, files: files() - before.files };
  process.stderr.write(
    `${ROUNDS * CLIENTS} clients and pages, ${sent} messages, ${growth.heap.toFixed(1)} MiB and ${growth.files} files more\n`,
  );
  expect(growth.heap).toBeLessThan(25);
  // Connections of `fetch` stay.
  expect(growth.files).toBeLessThan(10);
  expect(warnings.map(({ message }) => message)).toEqual([]);
});
