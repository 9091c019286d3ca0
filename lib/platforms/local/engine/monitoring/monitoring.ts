import type { SignalName } from '../../../../core/model.js';
import type { InvocationSummary, LogLine } from '../../console/protocol.js';
import type { LocalModel } from '../../model.js';
import type { Clock } from '../clock.js';
import type { Deliveries } from '../mail/deliveries.js';
import type { Mailbox } from '../mail/mailbox.js';
import type { Call, Done, Recorder } from '../runner.js';
import { Alarms } from './alarms.js';
import { Metrics, type QueueGauges } from './metrics.js';
import { reportOf } from './report.js';

/** Watches what runs: counts it for Prometheus, and judges the alarms. Passes everything on to the history. */
export class Monitoring implements Recorder {
  readonly alarms: Alarms;
  private readonly counted: Metrics;

  constructor(
    private readonly model: LocalModel,
    private readonly history: Recorder,
    private readonly deliveries: Deliveries,
    private readonly clock: Clock,
  ) {
    this.counted = new Metrics(model);
    this.alarms = new Alarms(model, clock, (signal, path) => this.level(signal, path));
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
        ...{ queue, kind, waiting: box.summary().waiting, inFlight: box.inFlight.size, deadLetters: box.deadCount },
        oldestAgeSeconds: this.ageOf(box),
      }));
    const { queues, functions } = this.deliveries;
    return this.counted.text([...gauges('queue', queues), ...gauges('function', functions)]);
  }

  close(): void {
    this.alarms.close();
  }

  begins(summary: InvocationSummary, call: Call): void {
    this.history.begins(summary, call);
  }

  log(invocationId: string, line: LogLine): void {
    this.history.log(invocationId, line);
  }

  ends(summary: InvocationSummary, done: Done, call: Call): void {
    this.history.ends(summary, done, call);
    const fn = this.model.functions[summary.functionId]!;
    const report = reportOf(fn, summary, call.task);
    if (report) this.counted.add(report);
    else if (summary.status === 'throttled') this.counted.throttled(summary.functionId);
    this.alarms.observe(summary);
  }

  /** Of signals that are looked at. */
  private level(signal: SignalName, path: string): number | undefined {
    const { queues, functions } = this.deliveries;
    switch (signal) {
      case 'function.deadLetters':
        return functions.get(path)!.deadCount;
      case 'queue.deadLetters':
        return queues.get(path)!.deadCount;
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
