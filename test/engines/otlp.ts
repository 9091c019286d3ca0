/** A collector that takes OTLP over HTTP as JSON, and judges every message by OpenTelemetry's own classes of its protocol. */
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';

/** What protobufjs makes of a message's definition. */
interface MessageType {
  fromObject(message: object): object;
  toObject(made: object, options: object): object;
  /** What is wrong, if anything. */
  verify(made: object): string | null;
}

const { collector } = createRequire(__filename)('@opentelemetry/otlp-transformer/build/src/generated/root').opentelemetry.proto;

const REQUESTS: Readonly<Record<string, MessageType>> = {
  '/v1/traces': collector.trace.v1.ExportTraceServiceRequest,
  '/v1/metrics': collector.metrics.v1.ExportMetricsServiceRequest,
};

/** Digits of ids, which are hexadecimal in OTLP, unlike other bytes: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
const IDS: Readonly<Record<string, number>> = { traceId: 32, spanId: 16, parentSpanId: 16 };

/** What is wrong with a message, by the definition of its path: what is not in it again when it was read is none of its fields. */
export function problemsOf(path: string, message: object): string[] {
  const type = REQUESTS[path];
  if (!type) return [`nothing is taken at ${path}`];
  const problems: string[] = [];
  const sent = withBytes(message, path, problems);
  const made = type.fromObject(sent);
  const wrong = type.verify(made);
  return [...problems, ...(wrong ? [wrong] : []), ...lost(sent, type.toObject(made, { longs: String, bytes: String }), path)];
}

/** The message with its ids as other bytes are. */
function withBytes(value: object, at: string, problems: string[]): object {
  const entries = Object.entries(value).map(([name, item]) => {
    const digits = IDS[name];
    if (digits === undefined) return [name, typeof item === 'object' && item ? withBytes(item, `${at}.${name}`, problems) : item];
    const right = typeof item === 'string' && /^[0-9a-f]+$/.test(item) && item.length === digits && !/^0+$/.test(item);
    if (!right) problems.push(`${at}.${name} is ${JSON.stringify(item)}, no ${digits} hexadecimal digits`);
    return [name, Buffer.from(right ? item : '00', 'hex').toString('base64')];
  });
  return Array.isArray(value) ? entries.map(([, item]) => item) : Object.fromEntries(entries);
}

function lost(sent: unknown, read: unknown, at: string): string[] {
  if (Array.isArray(sent) && sent.length === 0 && read === undefined) return [];
  if (typeof sent !== 'object' || sent === null || typeof read !== 'object' || read === null)
    return sent === read ? [] : [`${at} is ${JSON.stringify(sent)}, and is read as ${JSON.stringify(read)}`];
  return Object.entries(sent).flatMap(([name, item]) => lost(item, (read as Record<string, unknown>)[name], `${at}.${name}`));
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
