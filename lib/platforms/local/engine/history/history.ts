import type {
  InvocationDetail,
  InvocationQuery,
  InvocationSummary,
  LiveEvent,
  LiveListener,
  LogEntry,
  LogLine,
  LogQuery,
  Trace,
} from '../../console/protocol.js';
import { DEFAULT_PAGE_LIMIT } from '../../console/protocol.js';
import type { LinkUse } from '../links.js';
import type { Call, Done, Recorder } from '../runner.js';
import { Sequence } from '../sequence.js';
import { type Change, keyOf, type Store } from '../store.js';
import type { Result } from '../worker/protocol.js';
import type { Credentials } from './credentials.js';
import { InvocationRecord } from './record.js';
import type { Redaction } from './redaction.js';
import { Runs } from './runs.js';
import type { Sampler } from './sampler.js';
import { waitsApart } from './waits.js';

/** Invocations that are kept in memory, with what they got and gave; those that failed among them, at most. */
const KEPT = 2000;
const KEPT_FAILED = 1000;
const KEPT_BYTES = 64 * 1024 * 1024;
/** Invocations that are kept over a restart, and how many of one flush. */
const STORED = 1000;
const WRITTEN = 100;
/** Spans of one trace. */
const SPANS = 500;

/** What ran. Hears of it from the runners, and tells whoever listens. */
export class History implements Recorder {
  redaction: Redaction | undefined;
  readonly runs = new Runs();
  private readonly records = new Map<string, InvocationRecord>();
  /** Those of them that failed: what succeeds does not take their place. */
  private readonly failed = new Map<string, InvocationRecord>();
  private begun = 0;
  private readonly past = new Map<string, InvocationDetail>();
  private bytes = 0;
  private ended: InvocationRecord[] = [];
  private stored: string[] = [];
  private readonly sequence = new Sequence();
  private readonly listeners = new Set<LiveListener>();

  constructor(
    private readonly store: Store,
    private readonly credentials: Credentials,
    /** Chooses among those of functions that run very often. @default - all are kept */
    private readonly sampler?: Sampler,
  ) {}

  /** Finds what an earlier process left. */
  async load(): Promise<void> {
    for (const [key, detail] of (await this.store.entries(keyOf('invocation', ''))) as [string, InvocationDetail][]) {
      this.stored.push(key);
      this.past.set(detail.id, detail);
      this.runs.add(detail, true);
      this.sequence.seen(key.slice(key.lastIndexOf('\0') + 1));
    }
    // There were more than are written.
    if (this.stored.length >= STORED) this.runs.leaveOut();
  }

  subscribe(listener: LiveListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  get watched(): boolean {
    return this.listeners.size > 0;
  }

  emit(event: LiveEvent): void {
    for (const listener of this.listeners) listener(event);
  }

  begins(summary: InvocationSummary, call: Call): void {
    this.records.set(summary.id, new InvocationRecord(summary, call, this.begun++));
    if (this.watched) this.emit({ type: 'invocation', invocation: summary });
  }

  log(invocationId: string, line: LogLine): void {
    const shown = this.redaction?.value(line) ?? line;
    const kept = this.recordOf(invocationId)?.log(shown);
    if (kept && this.watched) this.emit({ type: 'log', invocationId, line: shown });
  }

  use(use: LinkUse): void {
    this.recordOf(use.invocationId)?.use(use);
    this.passes(use.edgeId, use.error === undefined ? undefined : 'failed');
  }

  /** Something passed an edge of the graph, or wanted to. */
  passes(edgeId: string, how?: 'failed' | 'throttled'): void {
    if (!this.watched) return;
    this.emit({ type: 'traffic', edgeId, count: 1, failed: how === 'failed' ? 1 : 0, throttled: how === 'throttled' ? 1 : 0 });
  }

  /** @returns whether it is kept */
  ends(ended: InvocationSummary, done: Done): boolean {
    const summary = ended.error ? { ...ended, error: this.redaction?.value(ended.error) ?? ended.error } : ended;
    const kept = this.keep(summary, done.result);
    this.runs.add(summary, kept);
    if (this.watched) this.tell(kept ? summary : { ...summary, isKept: false });
    return kept;
  }

  private keep(summary: InvocationSummary, result: Result | undefined): boolean {
    const record = this.records.get(summary.id);
    const kept = this.sampler?.keeps(summary) ?? true;
    const failed = summary.status !== 'succeeded';
    if (!kept || failed) this.records.delete(summary.id);
    if (!record || !kept) return false;
    if (failed) this.failed.set(summary.id, record);
    record.end(summary, result);
    this.bytes += record.bytes;
    this.ended.push(record);
    if (this.ended.length > 2 * WRITTEN) this.ended = this.ended.slice(-WRITTEN);
    this.forget();
    return true;
  }

  private tell(summary: InvocationSummary): void {
    const { origin, status } = summary;
    if (origin.edgeId !== undefined)
      this.passes(origin.edgeId, status === 'succeeded' ? undefined : status === 'throttled' ? 'throttled' : 'failed');
    this.emit({ type: 'invocation', invocation: summary });
  }

  detail(id: string): InvocationDetail | undefined {
    const detail = this.recordOf(id)?.detail(this.credentials) ?? this.past.get(id);
    return detail && (this.redaction?.value(detail) ?? detail);
  }

  /** The latest first. */
  *list(query: InvocationQuery): Iterable<InvocationSummary> {
    const { functionId, status, traceId, fromTimeMs = 0, toTimeMs = Number.POSITIVE_INFINITY } = query;
    const text = query.text?.toLowerCase();
    for (const { summary, logs } of this.all()) {
      const fits =
        (functionId === undefined || summary.functionId === functionId) &&
        (status === undefined || status.includes(summary.status)) &&
        (traceId === undefined || summary.traceId === traceId) &&
        summary.startTimeMs >= fromTimeMs &&
        summary.startTimeMs < toTimeMs &&
        (text === undefined || textOf(summary, logs).includes(text));
      if (fits) yield summary;
    }
  }

  trace(id: string): Trace | undefined {
    const records = this.kept().filter((record) => record.isOf(id));
    const past = [...this.past.values()].filter((detail) => detail.traceId === id).map((detail) => pastRecord(detail));
    const spans = waitsApart([...past, ...records].flatMap((record) => record.spans(id)));
    if (spans.length === 0) return undefined;
    spans.sort((a, b) => a.startTimeMs - b.startTimeMs);
    const shown = spans.slice(0, SPANS);
    return {
      ...{ id, startTimeMs: spans[0]!.startTimeMs, truncated: spans.length > SPANS },
      spans: this.redaction?.value(shown) ?? shown,
    };
  }

  /** The latest first. */
  logs(query: LogQuery): LogEntry[] {
    const entries: LogEntry[] = [];
    const { functionId, traceId, limit = DEFAULT_PAGE_LIMIT } = query;
    for (const { summary, logs } of this.all()) {
      if (functionId !== undefined && summary.functionId !== functionId) continue;
      if (traceId !== undefined && summary.traceId !== traceId) continue;
      // Those that began earlier may have logged later, but not by much.
      if (entries.length >= 2 * limit) break;
      for (const line of logs.toReversed()) {
        if (fits(line, query))
          entries.push({ ...line, invocationId: summary.id, functionId: summary.functionId, traceId: summary.traceId });
      }
    }
    const shown = entries.sort((a, b) => b.timeMs - a.timeMs).slice(0, limit);
    return this.redaction?.value(shown) ?? shown;
  }

  /** What is to be written of what ended since the last time. */
  changes(): Change[] {
    const ended = this.ended.slice(-WRITTEN);
    this.ended = [];
    const changes: Change[] = ended.map((record) => {
      const key = keyOf('invocation', this.sequence.next());
      this.stored.push(key);
      const detail = record.detail(this.credentials);
      return { key, value: this.redaction?.value(detail) ?? detail };
    });
    const old = this.stored.splice(0, Math.max(0, this.stored.length - STORED));
    return [...changes, ...old.map((key) => ({ key }))];
  }

  private forget(): void {
    while (this.failed.size > KEPT_FAILED) this.drop(this.failed);
    while (this.records.size + this.failed.size > KEPT) this.drop(this.records);
    while (this.bytes > KEPT_BYTES && this.records.size > 0) this.drop(this.records);
    while (this.bytes > KEPT_BYTES && this.failed.size > 1) this.drop(this.failed);
  }

  private drop(from: Map<string, InvocationRecord>): void {
    const [id, record] = from.entries().next().value!;
    from.delete(id);
    if (record.summary.status !== 'running') this.bytes -= record.bytes;
  }

  private recordOf(id: string): InvocationRecord | undefined {
    return this.records.get(id) ?? this.failed.get(id);
  }

  /** The oldest first. */
  private kept(): InvocationRecord[] {
    const all = [...this.records.values(), ...this.failed.values()];
    return this.failed.size === 0 ? all : all.sort((a, b) => a.number - b.number);
  }

  private *all(): Iterable<{ summary: InvocationSummary; logs: readonly LogLine[] }> {
    yield* this.kept().reverse();
    for (const detail of [...this.past.values()].reverse()) yield { summary: summaryOf(detail), logs: detail.logs };
  }
}

function summaryOf({
  request: _request,
  event: _event,
  result: _result,
  logs: _logs,
  logsDropped: _dropped,
  ...summary
}: InvocationDetail): InvocationSummary {
  return summary;
}

function pastRecord(detail: InvocationDetail): InvocationRecord {
  return new InvocationRecord(summaryOf(detail), { task: { kind: 'call' } }, 0);
}

function textOf({ id, traceId, origin, error }: InvocationSummary, logs: readonly LogLine[]): string {
  return [id, traceId, origin.title, error?.message ?? '', ...logs.map(({ message }) => message)].join('\n').toLowerCase();
}

const LEVELS: readonly LogLine['level'][] = ['debug', 'info', 'warn', 'error'];

function fits({ level, message, fields }: LogLine, { level: least = 'debug', text }: LogQuery): boolean {
  if (LEVELS.indexOf(level) < LEVELS.indexOf(least)) return false;
  return text === undefined || `${message} ${fields ? JSON.stringify(fields) : ''}`.toLowerCase().includes(text.toLowerCase());
}
