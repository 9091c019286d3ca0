/**
 * What runs in a worker: loads a function's bundle, and runs its invocations one after the other. Others may stand in line meanwhile,
 * so that neither thread has to wake the other up for each. Everything that the function
 * prints, and everything that its links ask for, goes the same way as the results, in order.
 */
import { pathToFileURL } from 'node:url';
import { getHeapStatistics } from 'node:v8';
import { workerData } from 'node:worker_threads';
import { LOCAL_HOST } from '../../../../runtime/wire.js';
import { Begun } from './begun.js';
import { Inbox, Outbox } from './channel.js';
import type { FromWorker, Head, HttpTask, Lined, Result, Task, ToWorker, WorkerStart } from './protocol.js';
import { Ring } from './ring.js';
import { fetch, Request, requestOf } from './web/request.js';
import { Response, wholeOf } from './web/response.js';
import { listOf } from './web/stand-in.js';

/** Characters that one invocation may print; more is dropped, and said so. */
const OUTPUT = 1024 * 1024;
/** Microtasks that the end of a whole body takes at most. */
const TURNS = 10;
/** Characters of a body that goes as text; to quote more than that costs more than to copy it. */
const TEXT = 4096;
/** Milliseconds of work after which timers, and what is not in line, get their turn. */
const TURN = 5;
/** Milliseconds after which what an invocation prints is told at once: it may be at it for long. */
const LONG = 10;
/** Milliseconds between measurements of the heap. */
const MEASURE = 100;
/** Milliseconds between looks at what is outside of the heap, which Node does not limit. */
const LOOK = 250;
/** MiB of buffers that nobody needs any more, and that are not collected yet. */
const GARBAGE = 64;

/** The bundle's export: `LocalFunction` of lib/runtime/adapters/local.ts. */
interface Entry {
  http(request: Request, route: string, cors: HttpTask['cors'], about: object, authorizer?: object): Promise<Response>;
  events(kind: string, trigger: string | undefined, items: readonly object[], about: object): Promise<number[]>;
  call(input: unknown, about: object): Promise<unknown>;
  enter(event: object, about: object): Promise<unknown>;
}

const { port, begun: memory, toWorker, toEngine, memoryMiB } = workerData as WorkerStart;
const begun = new Begun(memory);
const ring = new Ring(toEngine);
const outbox = new Outbox(ring, port);
const inbox = new Inbox<Lined, ToWorker>(new Ring(toWorker), port, take, () => void work());

// What handlers know by these names. Objects that Node itself makes say that they are made by them, too.
Object.assign(globalThis, { Request, Response, fetch });
Request.prototype.constructor = Request;
Response.prototype.constructor = Response;

// Node makes these when they are first used. A worker in reserve has the time for it.
void import('node:url');
requestOf({ method: 'POST', url: 'http://localhost/', headers: [] }, Buffer.from('{}')).signal.throwIfAborted();
new Response(new ReadableStream()).headers.has('x');

let entry: Entry;
let printed = 0;
let running = false;
let current = 0;
let started = 0;
/** Whose answer nobody waits for any more, of the last that was told. */
let givenUp = 0;
/** Of the invocation that runs, if it asked for it. */
let gone: AbortController | undefined;
let aborted = false;
let taken: (() => void) | undefined;
let heapBytes = 0;
let measured = Number.NEGATIVE_INFINITY;
let waking = false;

/** Sends plain JSON, with bytes. */
function post(message: FromWorker, data?: Uint8Array): void {
  while (!outbox.json(message, data)) stand();
  if (message.type !== 'output' || performance.now() - started > LONG) outbox.wake();
  else if (!waking) {
    // Most that print come to an end soon: who hears of it need not be woken up for both.
    waking = true;
    setImmediate(() => {
      waking = false;
      outbox.wake();
    });
  }
}

/** Sends what JSON cannot hold. */
function postAny(message: FromWorker): void {
  while (!outbox.any(message)) stand();
  outbox.wake();
}

/** The engine is behind: nothing is lost, and this thread waits for it. */
function stand(): void {
  outbox.wake();
  ring.waitForRoom();
}

const write = (chunk: unknown, encoding?: unknown, done?: unknown): boolean => {
  const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk as Uint8Array).toString();
  printed += text.length;
  if (printed <= OUTPUT) post({ type: 'output', text });
  else if (printed - text.length <= OUTPUT) post({ type: 'output', text: '', dropped: true });
  const callback = typeof encoding === 'function' ? encoding : done;
  if (typeof callback === 'function') queueMicrotask(callback as () => void);
  return true;
};
process.stdout.write = write;
process.stderr.write = write;

const asked = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
let questions = 0;
Object.defineProperty(globalThis, Symbol.for(LOCAL_HOST), {
  value: (address: string, operation: string, argument: unknown) =>
    new Promise((resolve, reject) => {
      const id = ++questions;
      asked.set(id, { resolve, reject });
      postAny({ type: 'link', id, address, operation, argument });
    }),
});

setInterval(() => {
  if (process.memoryUsage().arrayBuffers <= (memoryMiB + GARBAGE) * 1024 ** 2) return;
  // As Node says it of the heap.
  throw Object.assign(new Error('out of memory'), { code: 'ERR_WORKER_OUT_OF_MEMORY' });
}, LOOK).unref();

function take(message: ToWorker): void {
  switch (message.type) {
    case 'load':
      Object.assign(process.env, message.environment);
      return void load(message.file);
    case 'abort':
      givenUp = message.ticket;
      if (givenUp !== current) return;
      aborted = true;
      gone?.abort();
      taken?.();
      return;
    case 'more':
      taken?.();
      return;
    case 'reply': {
      const { resolve, reject } = asked.get(message.id)!;
      asked.delete(message.id);
      if (message.error) reject(Object.assign(new Error(message.error.message), { status: message.error.status }));
      else resolve(message.value);
    }
  }
}

async function load(file: string): Promise<void> {
  try {
    entry = (await import(pathToFileURL(file).href)).handler;
    post({ type: 'loaded' });
  } catch (error) {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    post({ type: 'unloadable', error: { name, message, stack } });
  }
}

async function work(): Promise<void> {
  if (running) return;
  running = true;
  let turned = performance.now();
  do {
    for (let next = inbox.next(); next; next = inbox.next()) {
      if (!begun.begin(next.ticket)) continue;
      await invoke(next);
      if (performance.now() - turned < TURN) continue;
      await new Promise(setImmediate);
      turned = performance.now();
    }
  } while (!inbox.sleep());
  running = false;
}

async function invoke({ ticket, task, about, millis, data }: Lined): Promise<void> {
  printed = 0;
  current = ticket;
  aborted = givenUp === ticket;
  gone = undefined;
  started = performance.now();
  // Objects that are made for each invocation are written out: a copy of another one takes longer.
  const { requestId, trace } = about;
  const known = { requestId, trace, traceId: trace.traceId, deadline: Date.now() + millis, signal };
  const result = await run(task, known, data);
  const ended = performance.now();
  if (ended - measured >= MEASURE) {
    measured = ended;
    const { used_heap_size, external_memory } = getHeapStatistics();
    heapBytes = used_heap_size + external_memory;
  }
  const durationMs = ended - started;
  if (result.of === 'answer') postAny({ type: 'result', result, heapBytes, durationMs });
  else if (result.of === 'http' && typeof result.body === 'object')
    post({ type: 'result', result: { of: 'http', head: result.head }, heapBytes, durationMs }, result.body);
  else post({ type: 'result', result, heapBytes, durationMs });
}

/** What tells that nobody waits for the answer any more. */
function signal(): AbortSignal {
  gone ??= new AbortController();
  if (aborted) gone.abort();
  return gone.signal;
}

async function run(task: Task, about: object, data: Uint8Array | undefined): Promise<Result> {
  switch (task.kind) {
    case 'http': {
      let request: globalThis.Request;
      try {
        request = requestOf(task, data);
      } catch (error) {
        // A method or a Host header that no Request may have.
        const body = JSON.stringify({ title: 'Bad Request', status: 400, detail: (error as Error).message });
        return { of: 'http', head: { status: 400, headers: ['content-type', 'application/problem+json'] }, body };
      }
      return answer(await entry.http(request, task.route, task.cors, about, task.authorizer));
    }
    case 'call':
      try {
        const output = await entry.call(task.body === undefined ? undefined : JSON.parse(task.body), about);
        return { of: 'call', body: JSON.stringify(output ?? null) };
      } catch (error) {
        return { of: 'call', error: (error as Error).message };
      }
    case 'authorizer':
    case 'websocket':
      return entry.enter(task.event, about).then(
        (value) => ({ of: 'answer', value }),
        ({ message }: Error) => ({ of: 'answer', error: message }),
      );
    case 'event': {
      const outcomes = await Promise.allSettled(task.items.map((item) => entry.enter(item, about)));
      return { of: 'events', failed: outcomes.flatMap(({ status }, index) => (status === 'rejected' ? [index] : [])) };
    }
    default:
      return { of: 'events', failed: await entry.events(task.kind, task.trigger, task.items, about) };
  }
}

/** A body that is there at once goes with the head; another one in chunks, each when the one before was taken. */
async function answer(response: Response): Promise<Result> {
  const whole = wholeOf(response);
  if (whole) {
    const { status, headers, body } = whole;
    return { of: 'http', head: { status, headers }, body: body === undefined || body.length <= TEXT ? body : Buffer.from(body) };
  }
  const head: Head = { status: response.status, headers: listOf(response.headers) };
  if (!response.body) return { of: 'http', head };
  const reader = response.body.getReader();
  try {
    const first = await reader.read();
    if (first.done) return { of: 'http', head, body: new Uint8Array() };
    let next: { readonly done: boolean } | undefined;
    const second = reader.read();
    second.then(
      (read) => {
        next = read;
      },
      () => {},
    );
    // A body that was given whole has ended within a few turns; another one has time for what is at hand.
    for (let turn = 0; turn < TURNS && !next; turn++) await undefined;
    if (!next) await new Promise(setImmediate);
    if (next?.done) return { of: 'http', head, body: first.value };
    post({ type: 'head', head });
    await send(first.value);
    for (let chunk = await second; !chunk.done; chunk = await reader.read()) {
      if (aborted) {
        await reader.cancel();
        break;
      }
      await send(chunk.value);
    }
    return { of: 'http' };
  } catch (error) {
    return { of: 'http', broken: (error as Error)?.message ?? String(error) };
  }
}

function send(chunk: Uint8Array): Promise<void> {
  post({ type: 'chunk' }, chunk);
  return new Promise<void>((resolve) => {
    taken = resolve;
  });
}
