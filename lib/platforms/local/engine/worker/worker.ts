import { join } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import { Begun } from './begun.js';
import { Inbox, Outbox } from './channel.js';
import type { About, FromWorker, Head, Lined, Result, Task, ToWorker, WorkerStart } from './protocol.js';
import { Ring } from './ring.js';

/** MiB of a worker's heap for objects that have just been made; the rest of its memory is for those that stay. */
const YOUNG_MIB = 16;

/** Bytes of what is on its way to a worker, and to the engine: what there is more waits, or goes by the port. */
const TO_WORKER = 64 * 1024;
const TO_ENGINE = 256 * 1024;

/**
 * Milliseconds that code has to be loaded, as on Lambda.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib
 */
const LOAD = 10_000;

/** Milliseconds of computing after which a worker counts as held up. */
const STALL = 50;

export interface WorkerSettings {
  readonly memoryMiB: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** What a worker's function asks of the engine. */
export type LinkHost = (address: string, operation: string, argument: unknown, invocation: Invocation) => Promise<unknown>;

/** An invocation while it runs: who wants to know what. */
export interface Invocation {
  readonly about: About;
  readonly task: Task;
  /** Milliseconds it may take. */
  readonly millis: number;
  /** Is given what tells the function that nobody waits for the answer any more. */
  onStart?(abort: () => void): void;
  onOutput(text: string, dropped: boolean): void;
  onHead?(head: Head): void;
  /** Resolves when the next chunk may come. */
  onChunk?(chunk: Uint8Array): Promise<void>;
}

/** Why a worker, and the invocation in it, came to an end. */
export interface Crash {
  readonly kind: 'crashed' | 'timedOut';
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
}

export type Outcome =
  | { readonly result: Result; readonly heapBytes: number; readonly durationMs: number }
  | { readonly crash: Crash; readonly durationMs: number };

/** Who waits for an invocation. */
export interface Job {
  readonly invocation: Invocation;
  end(outcome: Outcome): void;
}

/**
 * One worker thread with one function in it. It runs one invocation at a time, as an instance of Lambda does. Others may stand in line
 * behind it, and can be taken back as long as they are not begun.
 */
export class FunctionWorker {
  /** Resolves when the code is loaded. Rejects when it cannot be. */
  readonly loaded: Promise<void>;
  /** When the invocation that runs came to be the first in line, as `performance.now()`. */
  since = 0;
  private readonly thread: Worker;
  private readonly outbox: Outbox;
  private readonly inbox: Inbox<FromWorker, never>;
  private readonly begun = new Begun();
  private readonly line: Job[] = [];
  private newest = 0;
  private readonly unsent: Lined[] = [];
  private sending = false;
  private timer?: NodeJS.Timeout;
  /** What ran when somebody last asked whether it is held up, and how long the thread had been idle then. */
  private seen?: { readonly job: Job; readonly idle: number };
  private crash?: Crash;
  private ready!: { resolve(): void; reject(error: Error): void };
  private links!: LinkHost;
  private loading?: NodeJS.Timeout;
  /** What ran last: what comes from the function when nothing runs is of it. */
  private last?: Invocation;
  private stopped = false;
  /** Called once, when the thread is gone, with what it had not begun. */
  onExit: (left: readonly Job[]) => void = () => {};

  constructor(readonly memoryMiB: number) {
    this.loaded = new Promise<void>((resolve, reject) => {
      this.ready = { resolve, reject };
    });
    this.loaded.catch(() => {});
    const { port1, port2 } = new MessageChannel();
    const [toWorker, toEngine] = [new Ring(TO_WORKER), new Ring(TO_ENGINE)];
    this.outbox = new Outbox(toWorker, port1);
    const start: WorkerStart = {
      port: port2,
      begun: this.begun.memory,
      toWorker: toWorker.memory,
      toEngine: toEngine.memory,
      memoryMiB,
    };
    this.thread = new Worker(join(__dirname, 'main.js'), {
      env: {},
      execArgv: ['--enable-source-maps', '--no-warnings'],
      workerData: start,
      transferList: [port2],
      resourceLimits: {
        maxOldGenerationSizeMb: Math.max(YOUNG_MIB, memoryMiB - YOUNG_MIB),
        maxYoungGenerationSizeMb: YOUNG_MIB,
      },
      stdin: false,
      stdout: true,
      stderr: true,
    });
    this.inbox = new Inbox(
      toEngine,
      port1,
      () => {},
      () => this.drain(),
    );
    this.drain();
    this.thread.on('error', (error: NodeJS.ErrnoException) => {
      this.crash ??= crashOf(error, memoryMiB);
    });
    this.thread.once('exit', (code) => {
      clearTimeout(this.loading);
      this.drain();
      clearTimeout(this.timer);
      this.crash ??= { kind: 'crashed', name: 'ProcessExit', message: `the function called process.exit(${code})` };
      this.ready.reject(Object.assign(new Error(this.crash.message), { name: this.crash.name, stack: this.crash.stack }));
      const left = this.notBegun(this.begun.last);
      if (this.line.length > 0) this.settle({ crash: this.crash, durationMs: performance.now() - this.since });
      else if (!this.stopped) this.last?.onOutput(lateCrash(this.crash), false);
      this.onExit(left);
    });
  }

  /** Invocations in line, with the one that runs. */
  get length(): number {
    return this.line.length;
  }

  /**
   * Whether what runs is to be waited for no longer: it has taken so many milliseconds and waits for something itself, or it has taken
   * very long. A thread that is ready and gets no processor is in no one's way.
   */
  isHeldUp(millis: number): boolean {
    const [job] = this.line;
    const took = performance.now() - this.since;
    if (!job || took < millis) return false;
    if (took > STALL) return true;
    if (this.begun.last !== this.ticketOf(0)) return false;
    const { idle } = this.thread.performance.eventLoopUtilization();
    if (this.seen?.job !== job) this.seen = { job, idle };
    return idle - this.seen.idle > 1;
  }

  load(file: string, environment: Readonly<Record<string, string>>, links: LinkHost): void {
    this.links = links;
    this.loading = setTimeout(() => {
      const message = `the function's code was not loaded within ${LOAD / 1000} s`;
      this.crash = { kind: 'crashed', name: 'TimeoutError', message };
      void this.terminate();
    }, LOAD);
    this.post({ type: 'load', file, environment });
  }

  /** Puts an invocation into the line. Its end is told to the job, unless it is taken back before it began. */
  add(job: Job): void {
    const { task, about, millis } = job.invocation;
    this.newest = (this.newest + 1) | 0;
    this.line.push(job);
    this.unsent.push({ ticket: this.newest, task, about, millis });
    // The worker is woken up once for all that came in this turn of the event loop.
    if (!this.sending) {
      this.sending = true;
      setImmediate(() => {
        this.sending = false;
        this.send();
      });
    }
    if (this.line.length === 1) this.head(job, this.newest);
  }

  /** Takes back what is not begun. */
  recall(): readonly Job[] {
    this.drain();
    return this.line.length === 0 ? [] : this.notBegun(this.begun.recall(this.newest));
  }

  /** Takes what the worker has sent and no event has told of yet. */
  drain(): void {
    do for (let next = this.inbox.next(); next; next = this.inbox.next()) this.take(next);
    while (!this.inbox.sleep());
    if (!this.sending) this.send();
  }

  /** Ends the thread, whatever it does. */
  async terminate(): Promise<void> {
    this.stopped = true;
    await this.thread.terminate();
  }

  /** Sends what there is room for; the rest when the worker has read some. */
  private send(): void {
    let sent = 0;
    while (sent < this.unsent.length && this.put(this.unsent[sent]!)) sent++;
    if (sent === 0) return;
    this.unsent.splice(0, sent);
    this.outbox.wake();
  }

  private put(lined: Lined): boolean {
    const { task } = lined;
    if (task.kind === 'http' && task.body) return this.outbox.json({ ...lined, task: { ...task, body: undefined } }, task.body);
    return task.kind === 'http' || task.kind === 'call' ? this.outbox.json(lined) : this.outbox.any(lined);
  }

  private head(job: Job, ticket: number): void {
    this.since = performance.now();
    this.timer ??= setTimeout(this.watch, job.invocation.millis).unref();
    job.invocation.onStart?.(() => this.post({ type: 'abort', ticket }));
  }

  private ticketOf(position: number): number {
    return (this.newest - this.line.length + 1 + position) | 0;
  }

  private notBegun(last: number): readonly Job[] {
    const count = (this.newest - last) | 0;
    return this.line.splice(this.line.length - count);
  }

  /** Ends what takes too long. One timer for all: to set one for each would cost more than most take. */
  private readonly watch = () => {
    this.timer = undefined;
    this.drain();
    const [job] = this.line;
    if (!job || this.timer) return;
    // It may have begun after the timer was set.
    const left = this.since + job.invocation.millis - performance.now();
    if (left > 0) this.timer = setTimeout(this.watch, left).unref();
    else this.timeOut(job);
  };

  private timeOut(job: Job): void {
    const message = `the function took longer than its timeout of ${job.invocation.millis / 1000} s`;
    this.crash = { kind: 'timedOut', name: 'TimeoutError', message };
    void this.thread.terminate();
  }

  private take(message: FromWorker): void {
    const invocation = this.line[0]?.invocation;
    switch (message.type) {
      case 'loaded':
        clearTimeout(this.loading);
        this.ready.resolve();
        break;
      case 'unloadable':
        this.ready.reject(Object.assign(new Error(message.error.message), message.error));
        break;
      case 'output':
        (invocation ?? this.last)?.onOutput(message.text, message.dropped ?? false);
        break;
      case 'head':
        invocation?.onHead?.(message.head);
        break;
      case 'chunk':
        void invocation?.onChunk?.(message.data!).then(() => this.post({ type: 'more' }));
        break;
      case 'result':
        if (message.data) this.settle({ ...message, result: { ...message.result, body: message.data } as Result });
        else this.settle(message);
        break;
      case 'link':
        void this.reply(message, invocation);
    }
  }

  private async reply(
    { id, address, operation, argument }: Extract<FromWorker, { type: 'link' }>,
    invocation: Invocation | undefined,
  ): Promise<void> {
    try {
      if (!invocation) throw new Error('came after the invocation had ended');
      this.post({ type: 'reply', id, value: await this.links(address, operation, argument, invocation) });
    } catch (error) {
      const { message, status } = error as Error & { status?: number };
      this.post({ type: 'reply', id, error: { message, status } });
    }
  }

  private settle(outcome: Outcome): void {
    const job = this.line.shift();
    this.last = job?.invocation;
    const [next] = this.line;
    if (next) this.head(next, this.ticketOf(0));
    job?.end(outcome);
  }

  private post(message: ToWorker): void {
    this.outbox.post(message);
  }
}

/** A line of the function's log, for what nobody waits for. */
function lateCrash({ name, message, stack }: Crash): string {
  return `${JSON.stringify({ level: 'ERROR', message: 'the function ended after its answer', error: { name, message, stack } })}\n`;
}

function crashOf(error: NodeJS.ErrnoException, memoryMiB: number): Crash {
  if (error?.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return { kind: 'crashed', name: 'OutOfMemory', message: `the function needed more than its memory of ${memoryMiB} MiB` };
  }
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return { kind: 'crashed', name, message, stack };
}
