import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { About, FromWorker, Head, Result, Task, ToWorker } from './protocol.js';

/** MiB of a worker's heap for objects that have just been made; the rest of its memory is for those that stay. */
const YOUNG_MIB = 16;

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

export type Outcome = { readonly result: Result; readonly heapBytes: number } | { readonly crash: Crash };

/** One worker thread with one function in it. It runs one invocation at a time, as an instance of Lambda does. */
export class FunctionWorker {
  /** Resolves when the code is loaded. Rejects when it cannot be. */
  readonly loaded: Promise<void>;
  private readonly thread: Worker;
  private invocation?: Invocation & { end(outcome: Outcome): void };
  private crash?: Crash;
  private ready!: { resolve(): void; reject(error: Error): void };
  private ended?: () => void;

  constructor(
    settings: WorkerSettings,
    private readonly links: LinkHost,
    /** Called once, when the thread is gone. */
    private readonly onExit: () => void,
  ) {
    this.loaded = new Promise<void>((resolve, reject) => {
      this.ready = { resolve, reject };
    });
    this.loaded.catch(() => {});
    this.thread = new Worker(join(__dirname, 'main.js'), {
      env: { ...settings.environment },
      execArgv: ['--enable-source-maps', '--no-warnings'],
      resourceLimits: {
        maxOldGenerationSizeMb: Math.max(YOUNG_MIB, settings.memoryMiB - YOUNG_MIB),
        maxYoungGenerationSizeMb: YOUNG_MIB,
      },
      stdin: false,
      stdout: true,
      stderr: true,
    });
    this.thread.on('message', (message: FromWorker) => this.take(message));
    this.thread.on('error', (error: NodeJS.ErrnoException) => {
      this.crash ??= crashOf(error, settings.memoryMiB);
    });
    this.thread.once('exit', (code) => {
      this.crash ??= { kind: 'crashed', name: 'ProcessExit', message: `the function called process.exit(${code})` };
      this.ready.reject(Object.assign(new Error(this.crash.message), { name: this.crash.name, stack: this.crash.stack }));
      this.settle({ crash: this.crash });
      this.ended?.();
      this.onExit();
    });
  }

  load(file: string): void {
    this.post({ type: 'load', file });
  }

  /** Resolves when the invocation is over, one way or another. */
  run(invocation: Invocation): Promise<Outcome> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.timeOut(invocation.millis), invocation.millis);
      this.invocation = Object.assign(Object.create(invocation) as Invocation, {
        end: (outcome: Outcome) => {
          clearTimeout(timer);
          resolve(outcome);
        },
      });
      const { task, about, millis } = invocation;
      this.post({ type: 'invoke', task, about, millis });
      invocation.onStart?.(() => this.post({ type: 'abort' }));
    });
  }

  /** Ends the thread, whatever it does. */
  async terminate(): Promise<void> {
    await this.thread.terminate();
  }

  private timeOut(millis: number): void {
    this.crash = {
      kind: 'timedOut',
      name: 'TimeoutError',
      message: `the function took longer than its timeout of ${millis / 1000} s`,
    };
    void this.thread.terminate();
  }

  private take(message: FromWorker): void {
    switch (message.type) {
      case 'loaded':
        this.ready.resolve();
        break;
      case 'unloadable':
        this.ready.reject(Object.assign(new Error(message.error.message), message.error));
        break;
      case 'output':
        this.invocation?.onOutput(message.text, message.dropped ?? false);
        break;
      case 'head':
        this.invocation?.onHead?.(message.head);
        break;
      case 'chunk':
        void this.invocation?.onChunk?.(message.chunk).then(() => this.post({ type: 'more' }));
        break;
      case 'result':
        this.settle({ result: message, heapBytes: message.heapBytes });
        break;
      case 'link':
        void this.reply(message);
    }
  }

  private async reply({ id, address, operation, argument }: Extract<FromWorker, { type: 'link' }>): Promise<void> {
    try {
      if (!this.invocation) throw new Error('came after the invocation had ended');
      this.post({ type: 'reply', id, value: await this.links(address, operation, argument, this.invocation) });
    } catch (error) {
      const { message, status } = error as Error & { status?: number };
      this.post({ type: 'reply', id, error: { message, status } });
    }
  }

  private settle(outcome: Outcome): void {
    const { invocation } = this;
    this.invocation = undefined;
    invocation?.end(outcome);
  }

  private post(message: ToWorker): void {
    this.thread.postMessage(message);
  }
}

function crashOf(error: NodeJS.ErrnoException, memoryMiB: number): Crash {
  if (error?.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return { kind: 'crashed', name: 'OutOfMemory', message: `the function needed more than its memory of ${memoryMiB} MiB` };
  }
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return { kind: 'crashed', name, message, stack };
}
