import { createServer } from 'node:http';
import type { Format, Report } from './report.js';
import { DURATION_BOUNDS, LATENCY_BOUNDS_VARIABLE, METRICS_NAMESPACE, METRICS_PORT } from './wire.js';

/** https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

type Labels = Readonly<Record<string, string | undefined>>;

/** Of one function. */
interface Instance {
  readonly of: Labels;
  readonly labels: string;
  initSum: number;
  initCount: number;
  memoryBytes: number;
}

/** Of one function and one way into it. */
interface Series {
  readonly of: Labels;
  readonly labels: string;
  invocations: number;
  errors: number;
  timeouts: number;
  coldStarts: number;
  readonly buckets: number[];
  durationSum: number;
}

/** Metrics of the functions of a process, in Prometheus' text format. */
export class Registry {
  readonly instances = new Map<string, Instance>();
  readonly series = new Map<string, Series>();
  /** What was found before, as labels take their time. */
  private readonly known = new Map<string, [Instance, Series]>();
  /** Upper bounds of the histogram's buckets, in seconds. */
  readonly bounds: readonly number[];

  constructor(boundsMillis: readonly number[] = []) {
    this.bounds = [...new Set([...DURATION_BOUNDS, ...boundsMillis.map((millis) => millis / 1000)])].sort((a, b) => a - b);
  }

  observe(report: Report): void {
    const { function: fn, service, kind, trigger, durationMs, initMs } = report;
    const key = `${fn} ${kind} ${trigger}`;
    const known = this.known.get(key) ?? [
      this.instanceOf({ function: fn, service }),
      this.seriesOf({ function: fn, service, kind, trigger }),
    ];
    this.known.set(key, known);
    const [instance, series] = known;
    series.invocations++;
    series.errors += report.errors;
    series.timeouts += report.timeouts;
    series.coldStarts += report.coldStarts;
    const seconds = durationMs / 1000;
    series.durationSum += seconds;
    const bucket = this.bounds.findIndex((bound) => seconds <= bound);
    series.buckets[bucket < 0 ? this.bounds.length : bucket]! += 1;
    if (initMs !== undefined) {
      instance.initSum += initMs / 1000;
      instance.initCount += 1;
    }
    instance.memoryBytes = report.memoryUsedMiB * 1_048_576;
  }

  text(): string {
    const all = [...this.series.values()];
    const instances = [...this.instances.values()];
    const lines: string[] = [];
    const metric = (name: string, type: string, help: string, samples: readonly string[]) =>
      lines.push(`# HELP ${METRICS_NAMESPACE}_${name} ${help}`, `# TYPE ${METRICS_NAMESPACE}_${name} ${type}`, ...samples);
    const counter = (name: string, field: 'invocations' | 'errors' | 'timeouts' | 'coldStarts', help: string) =>
      metric(
        name,
        'counter',
        help,
        all.map((each) => sample(name, each.labels, each[field])),
      );
    counter('invocations_total', 'invocations', 'Invocations that ended.');
    counter('errors_total', 'errors', 'Invocations that failed.');
    counter('timeouts_total', 'timeouts', 'Invocations that used up their time.');
    counter('cold_starts_total', 'coldStarts', 'Invocations that were the first of their process.');
    metric(
      'duration_seconds',
      'histogram',
      'Time from event to answer.',
      all.flatMap((each) => this.histogram(each)),
    );
    metric(
      'init_duration_seconds',
      'summary',
      'Time from the start of the process until the code was loaded.',
      instances.flatMap(({ labels, initSum, initCount }) => [
        sample('init_duration_seconds_sum', labels, initSum),
        sample('init_duration_seconds_count', labels, initCount),
      ]),
    );
    metric(
      'memory_used_bytes',
      'gauge',
      'The most memory that the process has used.',
      instances.map(({ labels, memoryBytes }) => sample('memory_used_bytes', labels, memoryBytes)),
    );
    return `${lines.join('\n')}\n`;
  }

  private histogram({ labels, buckets, durationSum }: Series): string[] {
    let count = 0;
    const cumulative = buckets.map((each, index) => {
      count += each;
      return sample('duration_seconds_bucket', `${labels},le="${this.bounds[index] ?? '+Inf'}"`, count);
    });
    return [...cumulative, sample('duration_seconds_sum', labels, durationSum), sample('duration_seconds_count', labels, count)];
  }

  private instanceOf(of: Labels): Instance {
    const labels = labelsOf(of);
    let instance = this.instances.get(labels);
    if (!instance) {
      instance = { of, labels, initSum: 0, initCount: 0, memoryBytes: 0 };
      this.instances.set(labels, instance);
    }
    return instance;
  }

  private seriesOf(of: Labels): Series {
    const labels = labelsOf(of);
    let series = this.series.get(labels);
    if (!series) {
      const buckets = Array.from({ length: this.bounds.length + 1 }, () => 0);
      series = { of, labels, invocations: 0, errors: 0, timeouts: 0, coldStarts: 0, buckets, durationSum: 0 };
      this.series.set(labels, series);
    }
    return series;
  }
}

/** Metrics at a port of their own, which no gateway and no trigger leads to. */
export const prometheus: Format = (argument, { variables }) => {
  const bounds = (variables[LATENCY_BOUNDS_VARIABLE] ?? '')
    .split(',')
    .map(Number)
    .filter((bound) => bound > 0);
  const registry = new Registry(bounds);
  const server = createServer((request, response) => {
    const found = request.method === 'GET' && request.url?.split('?')[0] === '/metrics';
    response.writeHead(found ? 200 : 404, { 'content-type': CONTENT_TYPE }).end(found ? registry.text() : '');
  });
  // A port that is taken must not keep the function from working.
  server.on('error', (error) => process.stderr.write(`metrics are not served: ${error.message}\n`));
  server.listen(Number(argument || METRICS_PORT)).unref();
  return (report) => {
    registry.observe(report);
    return report;
  };
};

function sample(name: string, labels: string, value: number): string {
  return `${METRICS_NAMESPACE}_${name}${labels ? `{${labels}}` : ''} ${value}`;
}

function labelsOf(labels: Labels): string {
  return Object.entries(labels)
    .flatMap(([name, value]) => (value ? [`${name}="${value.replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`))}"`] : []))
    .join(',');
}
