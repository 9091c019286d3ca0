import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { Audit, KINDS } from './kill/audit.js';
import { Life, type Ready } from './kill/life.js';
import { temporaryFolder } from './service.js';

/** How often the process is killed: in CI 200 times. */
const KILLS = Number(process.env.FAASTEN_KILLS || 20);
/** What the moments of the kills come from. */
const SEED = Number(process.env.FAASTEN_SEED || Date.now() % 1_000_000);
/** Clients that send one after the other. */
const CLIENTS = 6;
/** Groups of the queue that keeps an order, by the client that sends to it. */
const GROUPS = 'abcd';

const folder = temporaryFolder();
let next: Life | undefined;
afterAll(async () => {
  await next?.kill().catch(() => {});
  folder.remove();
});

const random = generator(SEED);
const audit = new Audit(join(folder.path, 'log'));
/** Times at which a schedule is due, a few seconds apart, for longer than the kills should take. */
const times = Array.from({ length: 10 + Math.ceil(KILLS / 3) }, (_, index) =>
  new Date(Date.now() + (index + 1) * 3000).toISOString().slice(0, 19),
);
const environment = {
  KILL_LOG: audit.log,
  KILL_TIMES: times.join(' '),
  // What is bundled is not removed by whoever is killed.
  TMPDIR: join(folder.path, 'tmp'),
};

/** Mulberry32. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

let numbers = 0;
/** When the engine first had the schedules. */
let known: string | undefined;

/** Sends one thing after the other until the process is gone. `onAnswer` hears of each that was accepted. */
async function client(index: number, { url }: Ready, onAnswer: () => void): Promise<void> {
  for (let turn = index; ; turn++) {
    const kind = KINDS[turn % KINDS.length]!;
    if (kind === 'Orders' && index >= GROUPS.length) continue;
    const n = `${GROUPS[index] ?? 'x'}${++numbers}`;
    try {
      const { status } = await fetch(`${url}/${kind}/${n}`, { method: 'POST' });
      if (status !== 202) throw new Error(`answered ${status}`);
    } catch {
      return;
    }
    audit.accept(kind, n);
    onAnswer();
  }
}

/** What clients that stay connected have heard: they come back in each life. */
const heard = { sockets: 0, streams: 0 };

/** Talks until the connection ends, which it does with the process. */
async function talk({ sockets }: Ready): Promise<void> {
  const socket = new WebSocket(sockets);
  const say = () => socket.send('{"action":"say"}');
  socket.on('open', say);
  socket.on('message', () => {
    heard.sockets++;
    say();
  });
  // One that the kill finds on its way in.
  socket.on('error', () => {});
  await once(socket, 'close');
}

/** Follows what the console shows, as a page does. */
async function watch({ console }: Ready): Promise<void> {
  const stream = await fetch(`${console}/api/stream`).catch(() => undefined);
  try {
    for await (const _ of stream?.body ?? []) heard.streams++;
  } catch {}
}

interface Listed {
  readonly items: readonly { readonly body: { readonly text: string } }[];
  readonly nextCursor?: string;
}

async function ask<T>({ console }: Ready, path: string): Promise<T> {
  return (await (await fetch(`${console}/api/${path}`)).json()) as T;
}

/** Boxes of the engine, and the triggers of what is in each. */
const BOXES: Readonly<Record<string, readonly string[]>> = {
  Jobs: ['Jobs'],
  Orders: ['Orders'],
  Archive: ['Archive'],
  Work: ['News', 'Bus', 'Files', 'Start'],
};

function messages(ready: Ready, box: string, query = ''): Promise<Listed> {
  return ask(ready, `queues/${encodeURIComponent(`Kill/${box}`)}/messages?limit=200${query}`);
}

/** Of a message, an event of a bus, or one of an object. */
function numberOf({ body }: Listed['items'][number]): string | undefined {
  const { n, detail, key } = JSON.parse(body.text);
  return n ?? detail?.n ?? key?.slice('in/'.length);
}

/** What the console no longer shows of what was accepted, the engine has finished with. */
async function acknowledge(ready: Ready): Promise<void> {
  for (const [box, triggers] of Object.entries(BOXES)) {
    const before = audit.acceptedBy(triggers);
    const { items, nextCursor } = await messages(ready, box);
    // A second page would be of another moment.
    if (nextCursor !== undefined) continue;
    const there = new Set(items.map(numberOf));
    audit.acknowledge([...before].filter((key) => !there.has(key.split(' ')[1])));
  }
}

async function isIdle(ready: Ready): Promise<boolean> {
  const queues = await ask<{ ready: number; delayed: number; inFlight: number }[]>(ready, 'queues');
  return queues.every((queue) => queue.ready + queue.delayed + queue.inFlight === 0);
}

async function deadLetters(ready: Ready): Promise<string[]> {
  const dead: string[] = [];
  let cursor: string | undefined;
  do {
    const { items, nextCursor } = await messages(
      ready,
      'Poison',
      `&state=dead${cursor === undefined ? '' : `&cursor=${cursor}`}`,
    );
    dead.push(...items.map((item) => `Poison ${numberOf(item)}`));
    cursor = nextCursor;
  } while (cursor !== undefined);
  return dead;
}

/** Has clients send until so many answers have come, and is then killed while they go on. */
async function killUnderLoad(life: Life): Promise<void> {
  const ready = await life.ready;
  // It ended by itself: says why.
  if (!ready) return life.kill();
  const isFirst = known === undefined;
  known ??= new Date().toISOString();
  let wanted = Math.ceil(random() * 40);
  let enough = () => {};
  const answered = new Promise<void>((resolve) => {
    enough = resolve;
  });
  const onAnswer = () => {
    if (--wanted === 0) enough();
  };
  const clients = Array.from({ length: CLIENTS }, (_, index) => client(index, ready, onAnswer));
  const connected = [talk(ready), talk(ready), watch(ready)];
  await Promise.race([answered, Promise.all(clients)]);
  // The log of events is written twice a second: once, it is to be.
  if (isFirst) await pause(1000);
  // Where it has ended by itself, that is what is told.
  if (isFirst || random() < 0.3) await acknowledge(ready).catch((error) => life.kill().then(() => Promise.reject(error)));
  await pause(random() * 20);
  await life.kill();
  await Promise.all([...clients, ...connected]);
}

test(`kill -9 of 'faasten dev' at ${KILLS} random moments under load loses nothing that was accepted, and runs nothing again that was done`, async () => {
  writeFileSync(audit.log, '');
  mkdirSync(environment.TMPDIR);
  const data = join(folder.path, 'data');
  const started = performance.now();
  let startups = 0;
  next = new Life(data, environment);
  for (let kills = 0; kills < KILLS; kills++) {
    const life = next;
    life.go();
    // Node starts while the one before it works.
    next = new Life(data, environment);
    if (kills === 0 || random() < 0.7) await killUnderLoad(life);
    else {
      startups++;
      await Promise.race([life.ready, pause(random() * 500)]);
      await life.kill();
    }
  }
  next.go();
  const lastBegun = Date.now();
  const ready = (await next.ready)!;
  const lastDue = new Date(Date.now() - 1000).toISOString();
  await expect.poll(() => isIdle(ready), { timeout: 120_000, interval: 100 }).toBe(true);
  const dead = await deadLetters(ready);
  const { items } = await ask<{ items: readonly { timeMs: number }[] }>(ready, 'events?limit=200');
  await next.kill('SIGINT');
  next = undefined;

  const { lost, again, doubled, disordered, ...counts } = audit.findings(new Set(dead));
  const took = Math.round((performance.now() - started) / 1000);
  process.stderr.write(
    `seed ${SEED}: ${KILLS} kills in ${took} s, ${startups} of them at the start; ${JSON.stringify({ ...counts, ...heard })}\n`,
  );
  expect({ lost, again, doubled, disordered }).toEqual({ lost: [], again: [], doubled: [], disordered: [] });
  // The log of events is that of the lives before, but for the last half second of each.
  expect(items.some(({ timeMs }) => timeMs < lastBegun)).toBe(true);
  // Of an object that is there, an event has come, whether or not its client was told before the kill.
  const stored = readdirSync(join(data, 'buckets/Kill.Files/in'));
  const noticed = new Set(readFileSync(audit.log, 'utf8').match(/^Files \S+/gm));
  expect(stored.filter((name) => !noticed.has(`Files ${name}`))).toEqual([]);
  expect(readdirSync(join(data, 'buckets/Kill.Files/.writing'))).toEqual([]);
  // What fails each time is a dead letter, once.
  expect([...audit.acceptedBy(['Poison'])].filter((key) => !dead.includes(key))).toEqual([]);
  expect(new Set(dead).size).toBe(dead.length);
  // Whatever was due while the process was away came when it was there again.
  const ran = new Set(readFileSync(audit.log, 'utf8').match(/^At\d+/gm));
  expect(times.filter((time, index) => time > known! && time < lastDue && !ran.has(`At${index}`))).toEqual([]);
  // Else the kills came at no interesting moment.
  expect(counts.accepted).toBeGreaterThan(KILLS * 5);
  expect(counts.interrupted).toBeGreaterThan(KILLS / 50);
  expect(heard.sockets).toBeGreaterThan(KILLS / 2);
  expect(heard.streams).toBeGreaterThan(KILLS / 4);
  expect(counts.acknowledged).toBeGreaterThan(0);
}, 900_000);
