import type { Invocation } from './dispatch.js';
import type { Environment } from './environment.js';
import type { Trace } from './trace.js';
import { MEMORY_VARIABLE, METRICS_VARIABLE, SERVICE_VARIABLE } from './wire.js';

/** What is told of one invocation: one line of JSON, with these names on every target. */
export interface Report {
  readonly timestamp: string;
  readonly level: 'INFO';
  readonly severity: 'INFO';
  readonly message: 'invocation';
  readonly function: string;
  readonly service?: string;
  readonly requestId: string;
  readonly traceId?: string;
  readonly kind: string;
  readonly trigger?: string;
  readonly route?: string;
  /** Number of this delivery. */
  readonly attempt: number;
  readonly outcome: 'ok' | 'error' | 'timeout';
  /** Name of the error's class, or `500` of an answer. */
  readonly errorType?: string;
  readonly durationMs: number;
  /** Whether it was the first of its process. */
  readonly coldStart: boolean;
  /** Of a cold start: from the start of the process until the code was loaded. */
  readonly initMs?: number;
  /** The most that the process has used so far. */
  readonly memoryUsedMiB: number;
  /** Estimate of what is paid for: whole milliseconds (on Google hundreds of them), cold start included. */
  readonly billedMs: number;
  readonly billedGBs?: number;
  /** 1 each, or 0: what metrics are summed of. */
  readonly invocations: 1;
  readonly errors: 0 | 1;
  readonly timeouts: 0 | 1;
  readonly coldStarts: 0 | 1;
}

/** Makes metrics of a report; what it gives is written in the report's place. `argument` follows the `:` in `FAASTEN_METRICS`. */
export type Format = (argument: string, environment: Environment) => (report: Report) => object;

/** Formats by name, those that an adapter brings beside `json`. */
export type Formats = Readonly<Record<string, Format>>;

/** Hears of each invocation that ended, whether or not it is written. */
export type Observer = (report: Report, trace: Trace) => void;

/** How an invocation went, as far as it is known. */
export interface Course {
  route?: string;
  error?: unknown;
  timedOut?: boolean;
}

/** Cloud Run rounds up to 100 ms (https://cloud.google.com/run/pricing), Lambda to 1 ms (https://aws.amazon.com/lambda/pricing/). */
const BILLED_MS = { json: 100 } as Readonly<Record<string, number>>;

/** An error's name that may stand in a line: a class, and no text that somebody made. */
const NAME = /^[\w.$-]{1,80}$/;

/** Tells of each invocation, if synthesis asked for it. */
export class Reporter {
  private readonly format?: (report: Report) => object;
  private readonly step: number;
  private readonly memoryMiB: number;
  private readonly initMs = performance.now();
  private cold: boolean;

  constructor(
    private readonly environment: Environment,
    formats: Formats,
    private readonly observer?: Observer,
  ) {
    const { variables } = environment;
    const [name = '', argument = ''] = (variables[METRICS_VARIABLE] ?? '').split(':', 2);
    if (name) this.format = formats[name]?.(argument, environment) ?? ((report) => report);
    this.step = BILLED_MS[name] ?? 1;
    this.memoryMiB = Number(variables[MEMORY_VARIABLE] ?? variables.AWS_LAMBDA_FUNCTION_MEMORY_SIZE);
    // Instances that are kept warm start before anybody waits.
    this.cold = variables.AWS_LAMBDA_INITIALIZATION_TYPE !== 'provisioned-concurrency';
  }

  /** Begins an invocation. What it gives ends it, the first time it is called; nothing where nobody is told. */
  begin(invocation: Invocation, attempt: number, trace: Trace): ((course: Course) => void) | undefined {
    if (!this.format && !this.observer) return;
    const start = performance.now();
    const coldStart = this.cold;
    this.cold = false;
    let done = false;
    return (course) => {
      if (done) return;
      done = true;
      const report = this.report(invocation, attempt, performance.now() - start, coldStart, course);
      if (this.format) process.stdout.write(`${JSON.stringify(this.format(report))}\n`);
      this.observer?.(report, trace);
    };
  }

  private report(
    { kind, trigger, requestId, traceId, trace }: Invocation,
    attempt: number,
    duration: number,
    coldStart: boolean,
    { error, timedOut, route }: Course,
  ): Report {
    const { functionName, variables } = this.environment;
    const outcome = timedOut ? 'timeout' : error === undefined ? 'ok' : 'error';
    const billedMs = Math.ceil((duration + (coldStart ? this.initMs : 0)) / this.step) * this.step;
    return {
      timestamp: new Date().toISOString(),
      level: 'INFO',
      severity: 'INFO',
      message: 'invocation',
      function: functionName,
      service: variables[SERVICE_VARIABLE],
      requestId,
      traceId,
      ...this.environment.lineFields(trace),
      kind,
      trigger,
      route,
      attempt,
      outcome,
      errorType: outcome === 'ok' ? undefined : typeOf(error),
      durationMs: rounded(duration),
      coldStart,
      initMs: coldStart ? rounded(this.initMs) : undefined,
      memoryUsedMiB: Math.round(process.resourceUsage().maxRSS / 1024),
      billedMs,
      billedGBs: this.memoryMiB ? Number(((billedMs / 1000) * (this.memoryMiB / 1024)).toFixed(6)) : undefined,
      invocations: 1,
      errors: outcome === 'ok' ? 0 : 1,
      timeouts: timedOut ? 1 : 0,
      coldStarts: coldStart ? 1 : 0,
    };
  }
}

function typeOf(error: unknown): string | undefined {
  const name = String((error as Error | undefined)?.name ?? '');
  return error === undefined ? undefined : NAME.test(name) ? name : 'Error';
}

function rounded(millis: number): number {
  return Math.round(millis * 100) / 100;
}
