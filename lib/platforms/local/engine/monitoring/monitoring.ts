import type { SignalName } from '../../../../core/model.js';
import type { InvocationSummary, LogLine } from '../../console/protocol.js';
import type { LocalModel } from '../../model.js';
import type { Clock } from '../clock.js';
import type { History } from '../history/history.js';
import type { LinkUse } from '../links.js';
import type { Deliveries } from '../mail/deliveries.js';
import type { Mailbox } from '../mail/mailbox.js';
import type { Call, Done, Recorder } from '../runner.js';
import type { Change, Store } from '../store.js';
import type { Traces } from '../traces.js';
import { Alarms } from './alarms.js';
import { Metrics, type QueueGauges } from './metrics.js';
import { Otlp } from './otlp.js';
import { reportOf } from './report.js';

export interface MonitoringSettings {
  readonly clock: Clock;
  readonly traces: Traces;
  /** OpenTelemetry's, which say where spans and metrics are sent. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** Watches what runs: counts it, judges the alarms, and sends it to collectors. Passes everything on to the history. */
export class Monitoring implements Recorder {
  readonly alarms: Alarms;
  private readonly counted: Metrics;
  private readonly otlp: Otlp;
  private readonly clock: Clock;

  constructor(
    private readonly model: LocalModel,
    private readonly history: History,
    private readonly deliveries: Deliveries,
    { clock, traces, variables }: MonitoringSettings,
  ) {
    this.clock = clock;
    this.counted = new Metrics(model);
    this.otlp = new Otlp(traces, this.counted, variables);
    this.alarms = new Alarms(model, clock, (signal, path) => this.level(signal, path));
  }

  /** Finds what an earlier process left. */
  load(store: Store): Promise<void> {
    return this.alarms.load(store);
  }

  /** What is to be written since the last time. */
  changes(): Change[] {
    return this.alarms.changes();
  }

  /** Looks at what waits, from now on. */
  begin(): void {
    for (const box of this.deliveries.boxes) {
      const before = box.onChange;
      box.onChange = () => {
        before();
        this.alarms.wake();
      };
    }
    this.alarms.wake();
  }

  /** In Prometheus' text format. */
  metrics(): string {
    const gauges = (kind: QueueGauges['kind'], boxes: ReadonlyMap<string, Mailbox>) =>
      [...boxes].map(([queue, box]) => ({
        ...{ queue, kind, waiting: box.summary().waiting, inFlight: box.inFlight.size, deadLetters: box.dead.count },
        oldestAgeSeconds: this.ageOf(box),
      }));
    const { queues, functions } = this.deliveries;
    return this.counted.text([...gauges('queue', queues), ...gauges('function', functions)]);
  }

  async close(): Promise<void> {
    this.alarms.close();
    await this.otlp.close();
  }

  begins(summary: InvocationSummary, call: Call): void {
    this.history.begins(summary, call);
  }

  log(invocationId: string, line: LogLine): void {
    this.history.log(invocationId, line);
  }

  ends(summary: InvocationSummary, done: Done, call: Call): boolean {
    const kept = this.history.ends(summary, done);
    const fn = this.model.functions[summary.functionId]!;
    const report = reportOf(fn, summary, call.task);
    if (report) {
      this.counted.add(report);
      this.otlp.add(report, call);
    } else if (summary.status === 'throttled') this.counted.throttled(summary.functionId);
    this.alarms.observe(summary);
    return kept;
  }

  uses(use: LinkUse, functionPath: string): void {
    this.history.use(use);
    this.otlp.addUse(use, functionPath, this.model.functions[functionPath]!.reports?.service);
  }

  /** Of signals that are looked at. */
  private level(signal: SignalName, path: string): number | undefined {
    const { queues, functions } = this.deliveries;
    switch (signal) {
      case 'function.deadLetters':
        return functions.get(path)!.dead.count;
      case 'queue.deadLetters':
        return queues.get(path)!.dead.count;
      case 'queue.depth':
        return queues.get(path)!.summary().waiting + queues.get(path)!.inFlight.size;
      case 'queue.messageAge':
        return this.ageOf(queues.get(path)!);
      default:
        return undefined;
    }
  }

  private ageOf(box: Mailbox): number {
    const now = this.clock.now();
    return Math.max(0, now - (box.summary().oldestTimeMs ?? now)) / 1000;
  }
}
