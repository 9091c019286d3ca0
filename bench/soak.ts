// npm run soak [-- <seconds>]: the local platform at this machine's limit for ten minutes, with clients and pages that stay connected and
// come back. Fails when its memory goes on growing, when a request is not answered, when a message is lost, or a connection is left.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Bucket, HttpApi, Queue, ServerlessFunction, Service, Topic, WebSocketApi } from 'faasten';
import { LocalApp, startConsole, startLocal } from 'faasten/local';
import { WebSocket } from 'ws';
import { median } from './measure.js';

const SECONDS = Number(process.argv[2] ?? 600);
const CLIENTS = 16;
/** Clients of the WebSocket API, and pages of the console. */
const CONNECTED = 8;
/** Messages, or events, after which one of these comes anew. */
const STAY = 200;
/** How much more memory the last third may take than the second one. */
const GROWTH = 1.15;

const HANDLERS = {
  'web.ts': `import { http } from 'faasten/runtime';
export default http<any>(async (request, { links, log }) => {
  const order = await request.json();
  await links.orders.send(order);
  if (order.n % 10 === 0) await links.files.put('orders/' + (order.n % 1000) + '.json', JSON.stringify(order));
  log.info('accepted', { n: order.n });
  return Response.json({ n: order.n }, { status: 202 });
});`,
  'work.ts': `import { queue } from 'faasten/runtime';
export default queue<any>(async (messages, { links }) => {
  for (const message of messages) {
    if (message.attempt === 1 && message.body.n % 50 === 0) message.retry();
    else await links.done.publish({ n: message.body.n });
  }
});`,
  'chat.ts': `import { websocket } from 'faasten/runtime';
export default websocket(async (event) => ({ echo: event.body }));`,
  'note.ts': "import { topic } from 'faasten/runtime';\nexport default topic(async () => {});",
};

const folder = mkdtempSync(join(tmpdir(), 'faasten-soak-'));
mkdirSync(join(folder, 'node_modules'));
writeFileSync(join(folder, 'package.json'), '{}');
for (const [name, text] of Object.entries(HANDLERS)) writeFileSync(join(folder, name), text);

const app = new LocalApp();
const service = new Service(app, 'Soak', { root: folder });
const orders = new Queue(service, 'Orders');
const done = new Topic(service, 'Done');
const files = new Bucket(service, 'Files');
const web = new ServerlessFunction(service, 'Web', { entry: 'web.ts', links: { orders, files: files.writeOnly() } });
new HttpApi(service, 'Api', { routes: { 'POST /orders': web } });
const work = { Orders: orders.messages({ batchSize: 10 }) };
new ServerlessFunction(service, 'Work', { entry: 'work.ts', links: { done }, triggers: work });
const chat = new ServerlessFunction(service, 'Chat', { entry: 'chat.ts' });
const sockets = new WebSocketApi(service, 'Sockets');
for (const route of ['$connect', '$disconnect']) sockets.addRoute(route, chat);
sockets.addRoute('say', { handler: chat, replies: true });
new ServerlessFunction(service, 'Note', { entry: 'note.ts', triggers: { Done: done.messages() } });

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');
/** MiB that the engine itself keeps: without what is only not collected yet, and without workers. */
function kept(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1024 ** 2;
}

async function main(): Promise<void> {
  const running = await startLocal(app, { port: 0, metricsPort: 0, dataDirectory: join(folder, 'data'), envFile: false });
  const site = await startConsole({ inspector: running.inspector });
  const url = running.urls['Soak/Api'];
  const end = performance.now() + SECONDS * 1000;
  const memory: number[] = [];
  const keeps: number[] = [];
  let sent = 0;
  let wrong = 0;
  const sampling = setInterval(() => {
    memory.push(process.memoryUsage().rss / 1024 ** 2);
    const left = Math.max(0, Math.round((end - performance.now()) / 1000));
    if (memory.length % 10 !== 0) return;
    keeps.push(kept());
    console.log(`${memory.at(-1)!.toFixed(0)} MiB, ${keeps.at(-1)!.toFixed(1)} kept, ${sent} requests, ${left} s to go`);
  }, 1000);
  const client = async () => {
    while (performance.now() < end) {
      const waiting = (await running.inspector.queues()).reduce((sum, { ready }) => sum + ready, 0);
      // The limit is what is worked off, not what can be piled up.
      if (waiting > 1000) await new Promise((next) => setTimeout(next, 50));
      const answer = await fetch(`${url}/orders`, { method: 'POST', body: JSON.stringify({ n: ++sent }) }).catch(() => undefined);
      if (answer?.status !== 202) wrong++;
      await answer?.arrayBuffer();
    }
  };
  let visits = 0;
  const talk = () =>
    new Promise<void>((resolve, reject) => {
      const socket = new WebSocket(running.urls['Soak/Sockets']!);
      let heard = 0;
      const say = () => {
        if (heard++ === STAY || performance.now() > end) socket.close();
        else setTimeout(() => socket.send('{"action":"say"}'), 10);
      };
      socket.on('open', say);
      socket.on('message', say);
      socket.on('close', () => resolve());
      socket.on('error', reject);
    });
  const watch = async () => {
    const stream = await fetch(`${site.url}/api/stream`);
    let heard = 0;
    for await (const _ of stream.body!) if (heard++ === STAY || performance.now() > end) break;
  };
  const visit = async (once: () => Promise<void>) => {
    for (; performance.now() < end; visits++) await once();
  };
  await Promise.all([
    ...Array.from({ length: CLIENTS }, client),
    ...Array.from({ length: CONNECTED }, () => visit(talk)),
    ...Array.from({ length: CONNECTED }, () => visit(watch)),
  ]);
  clearInterval(sampling);
  const busy = async () =>
    (await running.inspector.queues()).some(({ ready, delayed, inFlight }) => ready + delayed + inFlight > 0);
  while (await busy()) await new Promise((next) => setTimeout(next, 100));
  await running.settled();
  const [topic] = await running.inspector.topics();
  const { connectionCount } = (await running.inspector.sockets())[0]!;
  await site.close();
  await running.close();
  rmSync(folder, { recursive: true, force: true });

  const thirds = (values: readonly number[]) => {
    const third = Math.floor(values.length / 3);
    return [median(values.slice(third, 2 * third)), median(values.slice(2 * third))] as const;
  };
  const [before, after] = thirds(memory);
  const [first, last] = thirds(keeps);
  console.log(
    `${sent} requests in ${SECONDS} s, ${wrong} not answered 202, ${sent - wrong - topic!.publishedCount} messages lost`,
  );
  console.log(`${visits} visits of clients and pages, ${connectionCount} connections left`);
  console.log(`memory: ${before.toFixed(0)} MiB in the second third, ${after.toFixed(0)} MiB in the last`);
  console.log(`kept by the engine: ${first.toFixed(1)} MiB in the second third, ${last.toFixed(1)} MiB in the last`);
  const grows = after > before * GROWTH || last > first * GROWTH;
  if (connectionCount > 0 || wrong > 0 || topic!.publishedCount !== sent - wrong || grows) process.exitCode = 1;
}

void main();
