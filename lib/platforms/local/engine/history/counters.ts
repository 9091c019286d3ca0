import type { InvocationSummary } from '../../console/protocol.js';

/** Upper bounds of the histogram's buckets, in seconds: those of Prometheus' own clients. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface Counts {
  readonly byStatus: Map<string, number>;
  coldStarts: number;
  readonly buckets: number[];
  count: number;
  seconds: number;
}

/** Gauges of a mailbox, as they are when somebody asks. */
export interface QueueGauges {
  readonly queue: string;
  readonly kind: 'queue' | 'function';
  readonly waiting: number;
  readonly inFlight: number;
  readonly deadLetters: number;
  readonly oldestAgeSeconds: number;
}

/** Counts since the process started, as Prometheus reads them. https://prometheus.io/docs/instrumenting/exposition_formats/ */
export class Counters {
  private readonly functions = new Map<string, Counts>();

  add({ functionId, status, durationMs = 0, coldStartMs }: InvocationSummary): void {
    let counts = this.functions.get(functionId);
    if (!counts) {
      counts = { byStatus: new Map(), coldStarts: 0, buckets: BUCKETS.map(() => 0), count: 0, seconds: 0 };
      this.functions.set(functionId, counts);
    }
    counts.byStatus.set(status, (counts.byStatus.get(status) ?? 0) + 1);
    if (coldStartMs !== undefined) counts.coldStarts++;
    if (status === 'throttled') return;
    const seconds = durationMs / 1000;
    counts.count++;
    counts.seconds += seconds;
    BUCKETS.forEach((bound, index) => {
      if (seconds <= bound) counts.buckets[index]!++;
    });
  }

  text(queues: readonly QueueGauges[]): string {
    const lines: string[] = [];
    const metric = (
      name: string,
      type: string,
      help: string,
      samples: readonly [labels: object, value: number, suffix?: string][],
    ) => {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
      for (const [labels, value, suffix = ''] of samples) lines.push(`${name}${suffix}${labelsOf(labels)} ${value}`);
    };
    const each = [...this.functions].sort(([a], [b]) => (a < b ? -1 : 1));
    metric(
      'faasten_invocations_total',
      'counter',
      'Invocations that ended.',
      each.flatMap(([fn, { byStatus }]) =>
        [...byStatus].map(([status, count]) => [{ function: fn, status }, count] as [object, number]),
      ),
    );
    metric(
      'faasten_cold_starts_total',
      'counter',
      'Invocations that a worker was started for.',
      each.map(([fn, { coldStarts }]) => [{ function: fn }, coldStarts]),
    );
    metric(
      'faasten_invocation_duration_seconds',
      'histogram',
      'How long handlers ran.',
      each.flatMap(([fn, { buckets, count, seconds }]) => [
        ...buckets.map(
          (value, index) => [{ function: fn, le: String(BUCKETS[index]) }, value, '_bucket'] as [object, number, string],
        ),
        [{ function: fn, le: '+Inf' }, count, '_bucket'] as [object, number, string],
        [{ function: fn }, seconds, '_sum'] as [object, number, string],
        [{ function: fn }, count, '_count'] as [object, number, string],
      ]),
    );
    const gauge = (name: string, help: string, of: (queue: QueueGauges) => number) =>
      metric(
        name,
        'gauge',
        help,
        queues.map((queue) => [{ queue: queue.queue, kind: queue.kind }, of(queue)]),
      );
    gauge('faasten_queue_messages', 'Messages that wait.', ({ waiting }) => waiting);
    gauge('faasten_queue_in_flight', 'Messages that functions are working on.', ({ inFlight }) => inFlight);
    gauge('faasten_queue_dead_letters', 'Dead letters.', ({ deadLetters }) => deadLetters);
    gauge('faasten_queue_oldest_age_seconds', 'Age of the oldest message.', ({ oldestAgeSeconds }) => oldestAgeSeconds);
    return `${lines.join('\n')}\n`;
  }
}

function labelsOf(labels: object): string {
  const text = Object.entries(labels).map(
    ([name, value]) => `${name}="${String(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
  );
  return `{${text.join(',')}}`;
}
