import type { MeasuredRun } from '../../console/index.js';
import type {
  InvocationDetail,
  InvocationQuery,
  InvocationSummary,
  LiveEvent,
  LiveListener,
  LogLine,
  Trace,
} from '../../console/protocol.js';
import type { LinkUse } from '../links.js';
import type { Call, Done, Recorder } from '../runner.js';
import { Sequence } from '../sequence.js';
import { type Change, keyOf, type Store } from '../store.js';
import { InvocationRecord } from './record.js';
import type { Redaction } from './redaction.js';

/** Invocations that are kept in memory, with what they got and gave. */
const KEPT = 2000;
const KEPT_BYTES = 64 * 1024 * 1024;
/** Invocations that are kept over a restart, and how many of one flush. */
const STORED = 1000;
const WRITTEN = 100;
/** Runs that figures are made of. */
const RUNS = 20_000;
/** Spans of one trace. */
const SPANS = 500;

/** What ran. Hears of it from the runners, and tells whoever listens. */
export class History implements Recorder {
  redaction: Redaction | undefined;
  /** The latest runs, for figures. */
  runs: MeasuredRun[] = [];
  private readonly records = new Map<string, InvocationRecord>();
  private readonly past = new Map<string, InvocationDetail>();
  private bytes = 0;
  private ended: InvocationRecord[] = [];
  private stored: string[] = [];
  private readonly sequence = new Sequence();
  private readonly listeners = new Set<LiveListener>();

  constructor(private readonly store: Store) {}

  /** Finds what an earlier process left. */
  async load(): Promise<void> {
    for (const [key, detail] of (await this.store.entries(keyOf('invocation', ''))) as [string, InvocationDetail][]) {
      this.stored.push(key);
      this.past.set(detail.id, detail);
      this.runs.push(measured(detail));
      this.sequence.seen(key.slice(key.lastIndexOf('\0') + 1));
    }
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
    this.records.set(summary.id, new InvocationRecord(summary, call));
    if (this.watched) this.emit({ type: 'invocation', invocation: summary });
  }

  log(invocationId: string, line: LogLine): void {
    const shown = this.redaction?.value(line) ?? line;
    const kept = this.records.get(invocationId)?.log(shown);
    if (kept && this.watched) this.emit({ type: 'log', invocationId, line: shown });
  }

  use(use: LinkUse): void {
    this.records.get(use.invocationId)?.use(use);
    if (this.watched) this.emit({ type: 'traffic', edgeId: use.edgeId, count: 1, failed: use.error === undefined ? 0 : 1 });
  }

  ends(summary: InvocationSummary, done: Done): void {
    this.runs.push(measured(summary));
    if (this.runs.length > RUNS * 1.2) this.runs = this.runs.slice(-RUNS);
    const record = this.records.get(summary.id);
    if (record) {
      record.end(done);
      this.bytes += record.bytes;
      this.ended.push(record);
      if (this.ended.length > 2 * WRITTEN) this.ended = this.ended.slice(-WRITTEN);
      this.forget();
    }
    if (!this.watched) return;
    const { edgeId } = summary.origin;
    if (edgeId !== undefined) this.emit({ type: 'traffic', edgeId, count: 1, failed: summary.status === 'succeeded' ? 0 : 1 });
    this.emit({ type: 'invocation', invocation: summary });
  }

  detail(id: string): InvocationDetail | undefined {
    const detail = this.records.get(id)?.detail() ?? this.past.get(id);
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
    const records = [...this.records.values()].filter((record) => record.isOf(id));
    const past = [...this.past.values()].filter((detail) => detail.traceId === id).map((detail) => pastRecord(detail));
    const spans = [...past, ...records].flatMap((record) => record.spans(id));
    if (spans.length === 0) return undefined;
    spans.sort((a, b) => a.startTimeMs - b.startTimeMs);
    return { id, startTimeMs: spans[0]!.startTimeMs, spans: spans.slice(0, SPANS), truncated: spans.length > SPANS };
  }

  /** What is to be written of what ended since the last time. */
  changes(): Change[] {
    const ended = this.ended.slice(-WRITTEN);
    this.ended = [];
    const changes: Change[] = ended.map((record) => {
      const key = keyOf('invocation', this.sequence.next());
      this.stored.push(key);
      const detail = record.detail();
      return { key, value: this.redaction?.value(detail) ?? detail };
    });
    const old = this.stored.splice(0, Math.max(0, this.stored.length - STORED));
    return [...changes, ...old.map((key) => ({ key }))];
  }

  private forget(): void {
    while (this.records.size > KEPT || (this.bytes > KEPT_BYTES && this.records.size > 1)) {
      const [id, record] = this.records.entries().next().value!;
      this.records.delete(id);
      if (record.summary.status !== 'running') this.bytes -= record.bytes;
    }
  }

  private *all(): Iterable<{ summary: InvocationSummary; logs: readonly LogLine[] }> {
    yield* [...this.records.values()].reverse();
    for (const detail of [...this.past.values()].reverse()) yield { summary: summaryOf(detail), logs: detail.logs };
  }
}

/** What counts, and no more: there are many. */
function measured({
  id,
  functionId,
  status,
  startTimeMs,
  durationMs,
  coldStartMs,
  memoryUsedMiB,
}: InvocationSummary): MeasuredRun {
  return { id, functionId, status, startTimeMs, durationMs, coldStartMs, memoryUsedMiB };
}

function summaryOf({
  event: _event,
  result: _result,
  logs: _logs,
  logsDropped: _dropped,
  ...summary
}: InvocationDetail): InvocationSummary {
  return summary;
}

function pastRecord(detail: InvocationDetail): InvocationRecord {
  return new InvocationRecord(summaryOf(detail), { task: { kind: 'call' } });
}

function textOf({ origin, error }: InvocationSummary, logs: readonly LogLine[]): string {
  return [origin.title, error?.message ?? '', ...logs.map(({ message }) => message)].join('\n').toLowerCase();
}
