import type { Report } from './report.js';
import type { Trace } from './trace.js';

/** Milliseconds between two batches. */
const INTERVAL = 2000;
/** Spans of one batch, and spans that wait at most; more are dropped rather than kept without end. */
const BATCH = 512;
const WAITING = 2048;
/** Milliseconds for a collector to answer: OpenTelemetry's default. */
const TIMEOUT = 10_000;

type Variables = Readonly<Record<string, string | undefined>>;

/** https://opentelemetry.io/docs/specs/semconv/attributes-registry/faas/ */
const TRIGGERS: Variables = {
  http: 'http',
  queue: 'pubsub',
  topic: 'pubsub',
  event: 'pubsub',
  schedule: 'timer',
  objects: 'datasource',
};

/** https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto (`SpanKind`) */
export const SPAN_KIND = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const;

/**
 * Where a signal is to be sent, by the variables that every OpenTelemetry SDK reads; undefined where nobody asked.
 * https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 */
export function collectorOf(variables: Variables, signal: 'traces' | 'metrics'): Collector | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_HEADERS: given = '' } = variables;
  const url =
    variables[`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`] || (base && `${base.replace(/\/$/, '')}/v1/${signal}`);
  if (!url) return undefined;
  const headers = given.split(',').flatMap((pair) => {
    const at = pair.indexOf('=');
    return at > 0 ? [[pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())]] : [];
  });
  return { url, headers: Object.fromEntries(headers) };
}

export interface Collector {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Posts a message of OTLP as JSON. Rejects when the collector did not take it. https://opentelemetry.io/docs/specs/otlp/#otlphttp */
export async function post({ url, headers }: Collector, body: object): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`the collector answered ${response.status}`);
}

/** Attributes as OTLP has them; those without a value are left out. */
export function attributesOf(values: Readonly<Record<string, string | number | boolean | undefined>>): object[] {
  return Object.entries(values).flatMap(([key, value]): object[] =>
    value === undefined ? [] : [{ key, value: anyValue(value) }],
  );
}

function anyValue(value: string | number | boolean): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

/** What is said of the function that spans or metrics are of. */
export function resourceOf(functionName: string, service: string | undefined): object {
  return { attributes: attributesOf({ 'service.name': service ?? functionName, 'faas.name': functionName }) };
}

/** Times in OTLP are nanoseconds, as text: they do not fit into a number. */
export function nanoseconds(millis: number): string {
  return `${Math.round(millis * 1000)}000`;
}

/** The span of an invocation. It ends at the report's time. */
export function spanOf(report: Report, { traceId, spanId, parentId, sampled }: Trace, links?: readonly object[]): object {
  const { kind, route, trigger, errorType, timestamp, durationMs } = report;
  const end = Date.parse(timestamp);
  const incoming = kind === 'http' || kind === 'call' ? 'server' : kind === 'schedule' ? 'internal' : 'consumer';
  return {
    traceId,
    spanId,
    parentSpanId: parentId,
    flags: sampled ? 1 : 0,
    name: route ?? trigger ?? kind,
    kind: SPAN_KIND[incoming],
    startTimeUnixNano: nanoseconds(end - durationMs),
    endTimeUnixNano: nanoseconds(end),
    attributes: attributesOf({
      'faas.trigger': TRIGGERS[kind] ?? 'other',
      'faas.invocation_id': report.requestId,
      'faas.coldstart': report.coldStart,
      'http.route': route?.slice(route.indexOf(' ') + 1),
      'error.type': errorType,
      'faasten.attempt': report.attempt,
    }),
    links,
    // Unset, or an error: success is for people to say.
    status: errorType === undefined ? {} : { code: 2, message: errorType },
  };
}

/** Sends spans in batches, a moment after they ended. */
export class SpanExporter {
  private waiting: { readonly resource: object; readonly span: object }[] = [];
  private timer?: NodeJS.Timeout;
  private failed = false;

  constructor(private readonly collector: Collector) {}

  add(resource: object, span: object): void {
    if (this.waiting.length < WAITING) this.waiting.push({ resource, span });
    if (this.waiting.length >= BATCH) void this.flush();
    else this.timer ??= setTimeout(() => void this.flush(), INTERVAL).unref();
  }

  /** Sends what waits. Never rejects: what a collector does not take is lost, which is said once. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const batch = this.waiting;
    if (batch.length === 0) return;
    this.waiting = [];
    const resources = [...new Set(batch.map(({ resource }) => resource))];
    try {
      await post(this.collector, {
        resourceSpans: resources.map((resource) => ({
          resource,
          scopeSpans: [
            { scope: { name: 'faasten' }, spans: batch.flatMap((each) => (each.resource === resource ? [each.span] : [])) },
          ],
        })),
      });
      this.failed = false;
    } catch (error) {
      if (!this.failed) process.stderr.write(`spans are not sent: ${(error as Error).message}\n`);
      this.failed = true;
    }
  }
}
