/** A collector that takes OTLP over HTTP as JSON, and judges every message by OpenTelemetry's own protocol definition. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import protobuf from 'protobufjs';

const root = new protobuf.Root();
root.resolvePath = (_origin, target) => join(__dirname, target);
root
  .loadSync(['trace', 'metrics'].map((signal) => `opentelemetry/proto/collector/${signal}/v1/${signal}_service.proto`))
  .resolveAll();

const REQUESTS: Readonly<Record<string, string>> = {
  '/v1/traces': 'opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest',
  '/v1/metrics': 'opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest',
};

/** Digits of ids, which are hexadecimal in OTLP, unlike other bytes: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
const IDS: Readonly<Record<string, number>> = { traceId: 32, spanId: 16, parentSpanId: 16 };

/** What is wrong with a message, by the definition of its path. */
export function problemsOf(path: string, message: unknown): string[] {
  const name = REQUESTS[path];
  return name === undefined ? [`nothing is taken at ${path}`] : check(root.lookupType(name), message, path);
}

function check(type: protobuf.Type, value: unknown, at: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${at} is no ${type.name}`];
  return Object.entries(value).flatMap(([name, item]) => {
    const field = type.fields[name];
    if (!field) return [`${at}.${name} is no field of ${type.name}`];
    if (field.repeated && !Array.isArray(item)) return [`${at}.${name} is no list`];
    const items: unknown[] = field.repeated ? (item as unknown[]) : [item];
    return items.flatMap((each, index) => checkField(field, each, `${at}.${name}${field.repeated ? `[${index}]` : ''}`));
  });
}

function checkField(field: protobuf.Field, value: unknown, at: string): string[] {
  if (field.resolvedType instanceof protobuf.Type) return check(field.resolvedType, value, at);
  return fits(field, value) ? [] : [`${at} is ${JSON.stringify(value)}, no ${field.type}`];
}

function fits(field: protobuf.Field, value: unknown): boolean {
  if (field.resolvedType instanceof protobuf.Enum) return (value as number) in field.resolvedType.valuesById;
  const digits = IDS[field.name];
  if (digits) return typeof value === 'string' && /^[0-9a-f]+$/.test(value) && value.length === digits && !/^0+$/.test(value);
  if (/64$/.test(field.type)) return typeof value === 'string' && /^-?\d+$/.test(value);
  if (/32$/.test(field.type)) return Number.isInteger(value);
  return typeof value === { string: 'string', bool: 'boolean', double: 'number' }[field.type];
}

export interface CollectorServer {
  readonly url: string;
  /** Spans that came, each with the name of the function it is of. */
  readonly spans: (Record<string, any> & { readonly of: string })[];
  readonly metrics: Record<string, any>[];
  readonly problems: string[];
  readonly headers: Record<string, unknown>[];
  close(): void;
}

export async function startCollector(): Promise<CollectorServer> {
  const spans: CollectorServer['spans'] = [];
  const metrics: Record<string, any>[] = [];
  const problems: string[] = [];
  const headers: Record<string, unknown>[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      headers.push(request.headers);
      const body = JSON.parse(text);
      problems.push(...problemsOf(request.url!, body));
      for (const { resource, scopeSpans } of body.resourceSpans ?? []) {
        const of = resource.attributes.find(({ key }: any) => key === 'faas.name').value.stringValue;
        for (const scope of scopeSpans) spans.push(...scope.spans.map((span: object) => ({ ...span, of })));
      }
      for (const { scopeMetrics } of body.resourceMetrics ?? []) metrics.push(...scopeMetrics[0].metrics);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, spans, metrics, problems, headers, close: () => server.close() };
}
