import { randomUUID } from 'node:crypto';
import type { ErrorSummary, InvocationStatus, InvocationSummary, LogLine, Origin } from '../console/protocol.js';
import type { LocalFunctionModel } from '../model.js';
import type { Fault, FaultInjector } from './faults.js';
import { OutputReader } from './output.js';
import type { Traces } from './traces.js';
import { Pool, type PoolSettings, THROTTLED } from './worker/pool.js';
import type { Head, Result, Task } from './worker/protocol.js';
import type { Invocation, LinkHost } from './worker/worker.js';

/** What is to be run, and why. */
export interface Call {
  readonly task: Task;
  readonly origin: Origin;
  /** @default - a new trace */
  readonly traceId?: string;
  /** The invocation that caused this one. */
  readonly parentId?: string;
  /** Header of a request from outside, whose trace goes on. */
  readonly traceparent?: string;
  /** Further traces that it belongs to: those of the other messages of a batch. */
  readonly joined?: readonly Joined[];
  readonly attempt?: number;
  /** When it was sent, of what had to wait. */
  readonly sentTimeMs?: number;
  readonly eventId?: string;
  /** Milliseconds to wait for a free worker. @default - as long as it takes */
  readonly patience?: number;
  onHead?(head: Head): void;
  onChunk?(chunk: Uint8Array): Promise<void>;
  /** Is given what ends the wait for an answer that nobody wants any more. */
  onStart?(abort: () => void): void;
}

export interface Joined {
  readonly traceId: string;
  readonly parentId?: string;
}

export interface Done {
  readonly summary: InvocationSummary;
  readonly result?: Result;
  readonly error?: ErrorSummary;
}

/** Hears of everything that runs. */
export interface Recorder {
  begins(summary: InvocationSummary, call: Call): void;
  log(invocationId: string, line: LogLine): void;
  ends(summary: InvocationSummary, done: Done, call: Call): void;
}

/** Error of invocations that a test wants to go wrong. */
const ON_PURPOSE: ErrorSummary = { name: 'InjectedFault', message: 'failed on purpose' };

/** One function: runs invocations in its pool, and tells what came of each. */
export class FunctionRunner {
  private readonly pool: Pool;
  /** Invocations of this function that run now. */
  active = 0;

  constructor(
    readonly model: LocalFunctionModel,
    settings: PoolSettings,
    links: LinkHost,
    code: () => Promise<string>,
    private readonly recorder: Recorder,
    private readonly traces: Traces,
    private readonly now: () => number,
    private readonly faults?: FaultInjector,
  ) {
    this.pool = new Pool(settings, links, code);
    this.pool.warm();
  }

  reload(): void {
    this.pool.reload();
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  /** Runs an invocation. Never rejects: what went wrong is in what it gives. */
  async run(call: Call): Promise<Done> {
    const fault = this.faults?.invocation(this.model.path);
    if (fault === 'duplicate' && (call.task.kind === 'call' || 'items' in call.task)) await this.once(call);
    return this.once(call, fault);
  }

  private async once(call: Call, fault?: Fault): Promise<Done> {
    const { task, origin, parentId, eventId, attempt = 1 } = call;
    const id = randomUUID();
    const trace = this.traces.of(id, call);
    let summary: InvocationSummary = {
      ...{ id, functionId: this.model.path, traceId: trace.traceId, parentId, origin, attempt, eventId },
      status: 'running',
      startTimeMs: this.now(),
    };
    const output = new OutputReader((line) => this.recorder.log(id, line));
    let head: Head | undefined;
    const invocation: Invocation = {
      task,
      about: { requestId: id, trace },
      millis: this.model.timeoutSeconds * 1000,
      onStart: call.onStart,
      onOutput: (text, dropped) => output.take(text, dropped),
      onHead: (given) => {
        head = given;
        call.onHead?.(given);
      },
      onChunk: call.onChunk,
    };
    this.active++;
    this.recorder.begins(summary, call);
    if (fault === 'fail') {
      this.active--;
      return this.end(call, { ...summary, status: 'failed', durationMs: 0, error: ON_PURPOSE }, { error: ON_PURPOSE });
    }
    const asked = performance.now();
    const outcome = await this.pool.run(invocation, call.patience);
    const tookMs = performance.now() - asked;
    this.active--;
    output.end();
    if (outcome === THROTTLED) {
      const error = { name: 'Throttled', message: 'all workers of the function were busy' };
      return this.end(call, { ...summary, status: 'throttled', durationMs: 0, error }, { error });
    }
    const { coldStart, durationMs } = outcome;
    const waitMs = Math.floor(tookMs - durationMs - (coldStart ?? 0));
    summary = {
      ...summary,
      durationMs,
      ...(coldStart !== undefined && { coldStartMs: coldStart }),
      ...(waitMs > 0 && { waitMs }),
    };
    if (fault === 'crashAfter')
      return this.end(call, { ...summary, status: 'crashed', error: ON_PURPOSE }, { error: ON_PURPOSE });
    if ('crash' in outcome) {
      const { kind, name, message, stack } = outcome.crash;
      const who = `function '${this.model.path}': `;
      const error = { name, message: message.startsWith(who) ? message : who + message, stack };
      return this.end(call, { ...summary, status: kind, error }, { error });
    }
    const { result, heapBytes } = outcome;
    const httpStatus = result.of === 'http' ? (result.head ?? head)?.status : undefined;
    const status = statusOf(result, task, httpStatus);
    const error = status === 'succeeded' ? undefined : (output.error ?? errorOf(result));
    const memoryUsedMiB = Math.round(heapBytes / 104_857.6) / 10;
    return this.end(call, { ...summary, status, memoryUsedMiB, httpStatus, error }, { result, error });
  }

  private end(call: Call, summary: InvocationSummary, rest: Omit<Done, 'summary'>): Done {
    const done = { summary, ...rest };
    this.recorder.ends(summary, done, call);
    return done;
  }
}

function statusOf(result: Result, task: Task, httpStatus?: number): InvocationStatus {
  switch (result.of) {
    case 'http':
      return result.broken !== undefined || (httpStatus ?? 500) >= 500 ? 'failed' : 'succeeded';
    case 'call':
      return result.error === undefined ? 'succeeded' : 'failed';
    case 'answer':
      return result.error === undefined && !(result.value?.statusCode >= 500) ? 'succeeded' : 'failed';
    case 'events': {
      if (result.failed.length === 0) return 'succeeded';
      return 'items' in task && result.failed.length < task.items.length ? 'partial' : 'failed';
    }
  }
}

function errorOf(result: Result): ErrorSummary | undefined {
  if ((result.of === 'call' || result.of === 'answer') && result.error !== undefined)
    return { name: 'Error', message: result.error };
  if (result.of === 'http' && result.broken !== undefined)
    return { name: 'Error', message: `the answer broke off: ${result.broken}` };
  return undefined;
}
