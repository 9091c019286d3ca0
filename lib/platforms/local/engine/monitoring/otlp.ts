import { randomBytes } from 'node:crypto';
import {
  attributesOf,
  type Collector,
  collectorOf,
  nanoseconds,
  post,
  resourceOf,
  SPAN_KIND,
  SpanExporter,
  spanOf,
} from '../../../../runtime/otlp.js';
import type { Report } from '../../../../runtime/report.js';
import type { LinkUse } from '../links.js';
import type { Call } from '../runner.js';
import { spanIdOf, type Traces } from '../traces.js';
import type { Metrics } from './metrics.js';

/** Milliseconds between two exports of metrics, without `OTEL_METRIC_EXPORT_INTERVAL`: OpenTelemetry's default. */
const INTERVAL = 60_000;

/** Counts since the start: https://opentelemetry.io/docs/specs/otel/metrics/data-model/#temporality */
const CUMULATIVE = 2;

const PRODUCERS = ['send', 'publish', 'start'];

/** Sends spans and metrics to collectors, where OpenTelemetry's variables name some. */
export class Otlp {
  private readonly spans: SpanExporter | undefined;
  private readonly collector: Collector | undefined;
  private readonly resources = new Map<string, object>();
  private readonly start = Date.now();
  private timer?: NodeJS.Timeout;
  private failed = false;

  constructor(
    private readonly traces: Traces,
    private readonly metrics: Metrics,
    variables: Readonly<Record<string, string | undefined>>,
  ) {
    const collector = collectorOf(variables, 'traces');
    this.spans = collector && new SpanExporter(collector);
    this.collector = collectorOf(variables, 'metrics');
    const interval = Number(variables.OTEL_METRIC_EXPORT_INTERVAL) || INTERVAL;
    if (this.collector) this.timer = setInterval(() => void this.sendMetrics(), interval).unref();
  }

  /** Begins with the report of an invocation that ended. */
  add(report: Report, call: Call): void {
    if (!this.spans) return;
    const trace = this.traces.of(report.requestId, { ...call, traceId: report.traceId });
    if (!trace.sampled) return;
    const links = call.joined?.flatMap(({ traceId, parentId }) => (parentId ? [{ traceId, spanId: spanIdOf(parentId) }] : []));
    this.spans.add(this.resource(report.function, report.service), spanOf(report, trace, links));
  }

  /** A link that an invocation used, as a span below that of the invocation. */
  addUse(use: LinkUse, functionPath: string, service: string | undefined): void {
    if (!this.spans || !this.traces.isSampled(use.traceId)) return;
    const kind = PRODUCERS.includes(use.name) ? 'producer' : 'client';
    // The use is told when it ended; spans have the machine's time, as those of invocations do.
    const start = Date.now() - use.durationMs;
    this.spans.add(this.resource(functionPath, service), {
      traceId: use.traceId,
      spanId: randomBytes(8).toString('hex'),
      parentSpanId: spanIdOf(use.invocationId),
      flags: 1,
      name: use.name,
      kind: SPAN_KIND[kind],
      startTimeUnixNano: nanoseconds(start),
      endTimeUnixNano: nanoseconds(start + use.durationMs),
      attributes: attributesOf({ 'faasten.resource': use.resourceId }),
      status: use.error === undefined ? {} : { code: 2, message: use.error },
    });
  }

  /** Sends what is left. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all([this.spans?.flush(), this.sendMetrics()]);
  }

  private resource(functionPath: string, service: string | undefined): object {
    const known = this.resources.get(functionPath) ?? resourceOf(functionPath, service);
    this.resources.set(functionPath, known);
    return known;
  }

  private async sendMetrics(): Promise<void> {
    if (!this.collector) return;
    const { series, instances, bounds } = this.metrics.registry;
    if (series.size === 0) return;
    const times = { startTimeUnixNano: nanoseconds(this.start), timeUnixNano: nanoseconds(Date.now()) };
    const points = <T extends { readonly of: object }>(all: ReadonlyMap<string, T>, value: (each: T) => object) =>
      [...all.values()].map((each) => ({ attributes: attributesOf({ ...each.of }), ...times, ...value(each) }));
    const counter = (name: string, field: 'invocations' | 'errors' | 'timeouts' | 'coldStarts') => ({
      ...{ name: `faasten.${name}`, unit: '1' },
      sum: {
        dataPoints: points(series, (each) => ({ asInt: String(each[field]) })),
        aggregationTemporality: CUMULATIVE,
        isMonotonic: true,
      },
    });
    const metrics = [
      counter('invocations', 'invocations'),
      counter('errors', 'errors'),
      counter('timeouts', 'timeouts'),
      counter('cold_starts', 'coldStarts'),
      {
        ...{ name: 'faasten.duration', unit: 's' },
        histogram: {
          dataPoints: points(series, ({ invocations, durationSum, buckets }) => ({
            ...{ count: String(invocations), sum: durationSum, bucketCounts: buckets.map(String), explicitBounds: bounds },
          })),
          aggregationTemporality: CUMULATIVE,
        },
      },
      {
        ...{ name: 'faasten.init_duration', unit: 's' },
        summary: { dataPoints: points(instances, ({ initCount, initSum }) => ({ count: String(initCount), sum: initSum })) },
      },
      {
        ...{ name: 'faasten.memory_used', unit: 'By' },
        gauge: { dataPoints: points(instances, ({ memoryBytes }) => ({ asDouble: memoryBytes })) },
      },
    ];
    const resource = { attributes: attributesOf({ 'service.name': 'faasten' }) };
    try {
      await post(this.collector, { resourceMetrics: [{ resource, scopeMetrics: [{ scope: { name: 'faasten' }, metrics }] }] });
      this.failed = false;
    } catch (error) {
      if (!this.failed) process.stderr.write(`metrics are not sent: ${(error as Error).message}\n`);
      this.failed = true;
    }
  }
}
