import { randomUUID } from 'node:crypto';
import type { ErrorSummary, InvocationStatus, InvocationSummary, LogLine, Origin } from '../console/protocol.js';
import type { LocalFunctionModel } from '../model.js';
import type { Fault, FaultInjector } from './faults.js';
import { OutputReader } from './output.js';
import type { Traces } from './traces.js';
import { Pool, type PoolSettings, THROTTLED } from './worker/pool.js';
import type { About, Head, Result, Task } from './worker/protocol.js';
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
  /** Is told when it is over and was not kept: neither need be what led to it. */
  onForgotten?(): void;
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
  /** @returns whether it is kept, to be looked at */
  ends(summary: InvocationSummary, done: Done, call: Call): boolean;
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
  run(call: Call): Promise<Done> {
    const fault = this.faults?.invocation(this.model.path);
    const twice = fault === 'duplicate' && (call.task.kind === 'call' || 'items' in call.task);
    return twice ? this.once(call).then(() => this.once(call, fault)) : this.once(call, fault);
  }

  private async once(call: Call, fault?: Fault): Promise<Done> {
    const id = randomUUID();
    const trace = this.traces.of(id, call);
    const summary: InvocationSummary = {
      id,
      functionId: this.model.path,
      traceId: trace.traceId,
      parentId: call.parentId,
      origin: call.origin,
      attempt: call.attempt ?? 1,
      eventId: call.eventId,
      status: 'running',
      startTimeMs: this.now(),
    };
    const run = new Run(call, { requestId: id, trace }, this.model.timeoutSeconds * 1000, this.recorder);
    this.active++;
    this.recorder.begins(summary, call);
    if (fault === 'fail') {
      this.active--;
      return this.end(call, { ...summary, status: 'failed', durationMs: 0, error: ON_PURPOSE });
    }
    const asked = performance.now();
    const outcome = await this.pool.run(run, call.patience);
    const tookMs = performance.now() - asked;
    this.active--;
    run.output?.end();
    if (outcome === THROTTLED) {
      const error = { name: 'Throttled', message: 'all workers of the function were busy' };
      return this.end(call, { ...summary, status: 'throttled', durationMs: 0, error });
    }
    const { coldStart, durationMs } = outcome;
    const waitMs = Math.floor(tookMs - durationMs - (coldStart ?? 0));
    const times = { durationMs, coldStartMs: coldStart, waitMs: waitMs > 0 ? waitMs : undefined };
    if (fault === 'crashAfter') return this.end(call, { ...summary, ...times, status: 'crashed', error: ON_PURPOSE });
    if ('crash' in outcome) {
      const { kind, name, message, stack } = outcome.crash;
      const who = `function '${this.model.path}': `;
      const error = { name, message: message.startsWith(who) ? message : who + message, stack };
      return this.end(call, { ...summary, ...times, status: kind, error });
    }
    const { result, heapBytes } = outcome;
    const httpStatus = result.of === 'http' ? (result.head ?? run.head)?.status : undefined;
    const status = statusOf(result, call.task, httpStatus);
    const ended: InvocationSummary = {
      // Written out, as it is done for each: to copy one object into another takes longer.
      id,
      functionId: summary.functionId,
      traceId: summary.traceId,
      parentId: summary.parentId,
      origin: summary.origin,
      attempt: summary.attempt,
      eventId: summary.eventId,
      status,
      startTimeMs: summary.startTimeMs,
      durationMs,
      coldStartMs: coldStart,
      waitMs: times.waitMs,
      memoryUsedMiB: Math.round(heapBytes / 104_857.6) / 10,
      httpStatus,
      error: status === 'succeeded' ? undefined : (run.output?.error ?? errorOf(result)),
    };
    return this.end(call, ended, result);
  }

  private end(call: Call, summary: InvocationSummary, result?: Result): Done {
    const done = { summary, result, error: summary.error };
    if (!this.recorder.ends(summary, done, call)) call.onForgotten?.();
    return done;
  }
}

/** What a worker tells of one invocation. */
class Run implements Invocation {
  head?: Head = undefined;
  /** Where it printed something. */
  output?: OutputReader = undefined;

  constructor(
    private readonly call: Call,
    readonly about: About,
    readonly millis: number,
    private readonly recorder: Recorder,
  ) {}

  get task(): Task {
    return this.call.task;
  }

  onStart(abort: () => void): void {
    this.call.onStart?.(abort);
  }

  onOutput(text: string, dropped: boolean): void {
    this.output ??= new OutputReader((line) => this.recorder.log(this.about.requestId, line));
    this.output.take(text, dropped);
  }

  onHead(head: Head): void {
    this.head = head;
    this.call.onHead?.(head);
  }

  async onChunk(chunk: Uint8Array): Promise<void> {
    await this.call.onChunk?.(chunk);
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
