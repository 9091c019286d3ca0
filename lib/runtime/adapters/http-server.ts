import { createServer, type Server } from 'node:http';
import { collectorOf, resourceOf, SpanExporter, spanOf } from '../otlp.js';
import { prometheus } from '../prometheus.js';
import type { Observer } from '../report.js';
import type { ServeOptions } from '../serve.js';
import { serve as serveHttp } from './http.js';
import { answer } from './node.js';

/** Port without `PORT`: Knative's default (https://github.com/knative/specs/blob/main/specs/serving/runtime-contract.md). */
const DEFAULT_PORT = 8080;

/**
 * How long an idle connection stays open, in milliseconds: longer than the proxies in front keep theirs, which then never send into
 * a connection that is being closed.
 */
const KEEP_ALIVE = 620_000;

/** A function that listens. */
export interface FunctionServer {
  readonly server: Server;
  /** Accepts nothing more, and resolves when all that was accepted is answered. */
  close(): Promise<void>;
}

/**
 * Starts a server on `$PORT`. On SIGTERM it finishes what it has begun and exits: the platform has stopped to send requests by then,
 * and ends the process by force when that takes too long.
 */
export function serve(entry: unknown, options: ServeOptions): FunctionServer {
  const spans = spansOf(options.environment ?? process.env);
  const fn = serveHttp(entry, options, { prometheus }, spans?.observer);
  const server = createServer((request, response) => {
    // close() ends connections that are idle then; those that were busy would stay open for more.
    response.once('close', () => setImmediate(() => server.listening || server.closeIdleConnections()));
    void answer(fn, request, response);
  });
  server.keepAliveTimeout = KEEP_ALIVE;
  // Bodies may take as long as the function may; the proxy in front guards against slow clients.
  server.requestTimeout = 0;
  const close = async () => {
    await new Promise<void>((resolve) => server.close(() => resolve()));
    await spans?.exporter.flush();
  };
  process.once('SIGTERM', () => {
    // The exit is not left to an empty event loop: handlers may hold connections open.
    void close().then(() => process.exit(0));
  });
  server.listen(Number((options.environment ?? process.env).PORT || DEFAULT_PORT));
  return { server, close };
}

/** Sends a span of each sampled invocation where OpenTelemetry's variables say. */
function spansOf(variables: NonNullable<ServeOptions['environment']>) {
  const collector = collectorOf(variables, 'traces');
  if (!collector) return undefined;
  const exporter = new SpanExporter(collector);
  let resource: object | undefined;
  const observer: Observer = (report, trace) => {
    resource ??= resourceOf(report.function, variables.OTEL_SERVICE_NAME ?? report.service);
    if (trace.sampled) exporter.add(resource, spanOf(report, trace));
  };
  return { exporter, observer };
}
