import { relative } from 'node:path';
import type { AlarmState, InvocationSummary, LiveEvent, LogLine } from '../../platforms/local/index.js';
import { placesOf } from '../problems.js';
import type { Terminal } from '../terminal.js';

/** Milliseconds after which an invocation's output is shown while it runs. */
const PATIENCE = 3000;
/** Lines of one invocation that wait for its end. */
const KEPT = 1000;

const OUTCOMES: Readonly<Record<InvocationSummary['status'], string>> = {
  running: 'running',
  succeeded: 'ok',
  partial: 'partly failed',
  failed: 'failed',
  timedOut: 'timed out',
  throttled: 'throttled',
  crashed: 'crashed',
};

interface Running {
  readonly summary: InvocationSummary;
  readonly started: number;
  lines: LogLine[];
  /** Whether a line says already that it runs. */
  shown: boolean;
  /** Whether it has logged an error, which is what it fails with. */
  hasError: boolean;
  /** Says so when it takes long. */
  timer?: NodeJS.Timeout;
}

/** Tells of a running service: one line for each invocation, and below it what the function printed. */
export class Lines {
  private readonly running = new Map<string, Running>();
  /** Alarms that a line says are on, with their severity. */
  private readonly alarms = new Map<string, AlarmState['severity']>();
  private width = 12;

  /** @param names of functions by construct path, short */
  constructor(
    private readonly out: Terminal,
    private names: ReadonlyMap<string, string>,
  ) {
    this.rename(names);
  }

  rename(names: ReadonlyMap<string, string>): void {
    this.names = names;
    this.width = Math.min(30, Math.max(12, ...[...names.values()].map((name) => name.length)));
  }

  take(event: LiveEvent): void {
    if (event.type === 'invocation') this.invocation(event.invocation);
    else if (event.type === 'log') this.log(event.invocationId, event.line);
    else if (event.type === 'reload') this.reload(event);
    else if (event.type === 'alarm') this.alarm(event.alarm);
  }

  private invocation(summary: InvocationSummary): void {
    const known = this.running.get(summary.id);
    if (summary.status === 'running') {
      if (!known) this.running.set(summary.id, { summary, started: performance.now(), lines: [], shown: false, hasError: false });
      return;
    }
    this.running.delete(summary.id);
    clearTimeout(known?.timer);
    this.head(summary);
    for (const line of known?.lines ?? []) this.line(line);
    if (summary.error && !known?.hasError) this.error(summary.error);
  }

  private log(id: string, line: LogLine): void {
    const known = this.running.get(id);
    if (!known) {
      this.line(line);
      return;
    }
    known.hasError ||= line.level === 'error';
    if (known.lines.length < KEPT) known.lines.push(line);
    const left = PATIENCE - (performance.now() - known.started);
    if (left <= 0) this.show(known);
    else known.timer ??= setTimeout(() => this.show(known), left).unref();
  }

  /** What an invocation that still runs has printed so far. */
  private show(known: Running): void {
    if (!known.shown) this.head(known.summary);
    known.shown = true;
    for (const each of known.lines) this.line(each);
    known.lines = [];
  }

  private head({
    functionId,
    origin,
    status,
    httpStatus,
    durationMs = 0,
    coldStartMs,
    attempt,
    startTimeMs,
  }: InvocationSummary): void {
    const { out } = this;
    const good = status === 'succeeded';
    const outcome = httpStatus !== undefined && (good || status === 'failed') ? String(httpStatus) : OUTCOMES[status];
    const cold = coldStartMs === undefined ? '' : `, cold start ${milliseconds(coldStartMs)}`;
    const colour =
      status === 'running' ? 'dim' : !good ? 'red' : httpStatus !== undefined && httpStatus >= 400 ? 'yellow' : 'green';
    const facts = [
      out.paint('dim', clockTime(startTimeMs)),
      out.paint('bold', this.nameOf(functionId).padEnd(this.width)),
      origin.title,
      out.paint(colour, outcome),
      ...(status === 'running' ? [] : [out.paint('dim', `${milliseconds(durationMs)}${cold}`)]),
      ...(attempt > 1 ? [out.paint('yellow', `attempt ${attempt}`)] : []),
    ];
    out.line(facts.join('  '));
  }

  private line({ level, message, fields }: LogLine): void {
    const { out } = this;
    const { error, ...rest } = fields ?? {};
    const more = Object.entries(rest).map(
      ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    );
    const colour = level === 'error' ? 'red' : level === 'warn' ? 'yellow' : 'dim';
    const [first = '', ...others] = message.split('\n');
    out.line(
      `          ${out.paint(colour, level.padEnd(5))} ${first}${more.length > 0 ? out.paint('dim', ` ${more.join(' ')}`) : ''}`,
    );
    for (const other of others) out.line(`                ${other}`);
    if (error !== undefined) this.error(error as { name?: string; message?: string; stack?: string });
  }

  private error({ name = 'Error', message = '', stack }: { name?: string; message?: string; stack?: string }): void {
    const [first, ...others] = `${name === 'FaastenError' ? '' : `${name}: `}${message}`.split('\n');
    this.out.line(`                ${this.out.paint('red', first!)}`);
    for (const other of others) this.out.line(`                ${other}`.trimEnd());
    const place = placesOf(stack)[0];
    if (place)
      this.out.line(`                at ${this.out.paint('cyan', `${relative('.', place.file)}:${place.line}:${place.column}`)}`);
  }

  private reload({ functionId, durationMs, problem }: Extract<LiveEvent, { type: 'reload' }>): void {
    const name = this.nameOf(functionId);
    if (problem === undefined)
      this.out.line(this.out.paint('dim', `${clockTime(Date.now())}  ${name} reloaded in ${milliseconds(durationMs)}`));
    else
      this.out.line(
        `${this.out.paint('dim', clockTime(Date.now()))}  ${this.out.paint('red', `${name} cannot run:`)} ${problem.replace(/\n(?=[^\n])/g, '\n          ')}`,
      );
  }

  /** One line when it begins, gets worse or ends. */
  private alarm({ id, label, resourceId = '', state, severity, reason, why, runbook, tells, silenced }: AlarmState): void {
    const { out } = this;
    const known = this.alarms.get(id);
    const isOn = state === 'alarm';
    if (silenced || (isOn ? known === severity : known === undefined)) return;
    if (isOn) this.alarms.set(id, severity);
    else this.alarms.delete(id);
    const what = `${this.nameOf(resourceId)} ${label}`;
    const told = tells.length > 0 ? `, for ${tells.join(', ')}` : '';
    const words = isOn
      ? `${out.paint('red', `alarm (${severity}${told})`)}  ${out.paint('bold', what)}: ${reason}. ${why} ${out.paint('dim', runbook)}`
      : `${out.paint('green', 'alarm over')}  ${out.paint('bold', what)}`;
    out.line(`${out.paint('dim', clockTime(Date.now()))}  ${words}`);
  }

  private nameOf(functionId: string): string {
    return this.names.get(functionId) ?? functionId;
  }
}

export function clockTime(timeMs: number): string {
  const time = new Date(timeMs);
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}

export function milliseconds(value: number): string {
  return value < 10 ? `${value.toFixed(1)} ms` : value < 10_000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`;
}
