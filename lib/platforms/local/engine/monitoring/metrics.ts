import { Registry } from '../../../../runtime/prometheus.js';
import type { Report } from '../../../../runtime/report.js';
import type { LocalModel } from '../../model.js';

/** Gauges of a mailbox, as they are when somebody asks. */
export interface QueueGauges {
  readonly queue: string;
  readonly kind: 'queue' | 'function';
  readonly waiting: number;
  readonly inFlight: number;
  readonly deadLetters: number;
  readonly oldestAgeSeconds: number;
}

/**
 * What Prometheus reads: the metrics that functions have on Kubernetes, of all functions at one address, and what only the engine
 * knows. https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export class Metrics {
  readonly registry: Registry;
  private readonly throttles = new Map<string, { readonly labels: object; count: number }>();

  constructor(private readonly model: LocalModel) {
    const bounds = Object.values(model.functions).flatMap(({ reports }) => reports?.thresholdsMillis ?? []);
    this.registry = new Registry(bounds);
  }

  add(report: Report): void {
    this.registry.observe(report);
  }

  throttled(functionPath: string): void {
    const { reports } = this.model.functions[functionPath]!;
    if (!reports) return;
    const { service } = reports;
    const known = this.throttles.get(functionPath);
    if (known) known.count++;
    else this.throttles.set(functionPath, { labels: { function: functionPath, ...(service && { service }) }, count: 1 });
  }

  text(queues: readonly QueueGauges[]): string {
    const lines: string[] = [];
    const metric = (name: string, type: string, help: string, samples: readonly (readonly [labels: object, value: number])[]) => {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
      for (const [labels, value] of samples) lines.push(`${name}${labelsOf(labels)} ${value}`);
    };
    const gauge = (name: string, help: string, of: (queue: QueueGauges) => number) =>
      metric(
        name,
        'gauge',
        help,
        queues.map((queue) => [{ queue: queue.queue, kind: queue.kind }, of(queue)]),
      );
    const throttles = [...this.throttles.values()].map(({ labels, count }) => [labels, count] as const);
    metric('faasten_throttles_total', 'counter', 'Invocations that were turned away.', throttles);
    gauge('faasten_queue_messages', 'Messages that wait.', ({ waiting }) => waiting);
    gauge('faasten_queue_in_flight', 'Messages that functions are working on.', ({ inFlight }) => inFlight);
    gauge('faasten_queue_dead_letters', 'Dead letters.', ({ deadLetters }) => deadLetters);
    gauge('faasten_queue_oldest_age_seconds', 'Age of the oldest message.', ({ oldestAgeSeconds }) => oldestAgeSeconds);
    return `${this.registry.text()}${lines.join('\n')}\n`;
  }
}

function labelsOf(labels: object): string {
  const text = Object.entries(labels).map(
    ([name, value]) => `${name}="${String(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
  );
  return `{${text.join(',')}}`;
}
