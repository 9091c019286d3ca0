import { isUtf8 } from 'node:buffer';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { CorsSpec } from '../../../core/model.js';
import { parseRoute } from '../../../core/route.js';
import { readTraceparent } from '../../../runtime/trace.js';
import { MAX_PAYLOAD_BYTES, type SendRequest } from '../console/protocol.js';
import { REQUEST_BYTES } from '../limits.js';
import type { LocalApiModel, LocalRoute } from '../model.js';
import { httpQuestion } from './access/asked.js';
import { Gate } from './access/gate.js';
import type { Issuer } from './access/issuer.js';
import { Throttle } from './access/throttle.js';
import { routeEdge } from './edges.js';
import { refusal } from './guard.js';
import type { Incoming } from './history/events.js';
import { headerOf } from './history/record.js';
import { traceId as newTraceId } from './ids.js';
import { listening } from './listening.js';
import { Router } from './router.js';
import type { FunctionRunner } from './runner.js';
import type { Head } from './worker/protocol.js';

/** Segments that URLs resolve: such a path would mean another one. */
const DOT_SEGMENT = /\/(\.|%2e){1,2}(\/|$)|\\/i;

/** Milliseconds that a request waits for a free worker: Cloud Run's. https://cloud.google.com/run/docs/about-instance-autoscaling */
export const PATIENCE = 10_000;

/** Of requests that have none. */
const NO_BODY = Buffer.alloc(0);

interface Target {
  readonly key: string;
  readonly edgeId: string;
  readonly runner: FunctionRunner;
  readonly route: LocalRoute;
}

export interface ApiServerOptions {
  readonly host: string;
  readonly port: number;
  readonly allowedHosts: readonly string[];
  readonly issuer: Issuer;
  now(): number;
  /** Keeps a request, to be sent again. Gives its id. */
  record(event: Incoming): string;
  /** Takes a request back that nobody need see. */
  forget(eventId: string): void;
  /** Hears of requests that were more than a route takes. */
  throttled(edgeId: string): void;
}

/** The port of one API: finds the function of a request, and has it answer. */
export class ApiServer {
  url = '';
  private readonly server: Server;
  private readonly router = new Router<Target>();
  private readonly throttle: Throttle;
  private gate!: Gate;

  constructor(
    readonly model: LocalApiModel,
    private readonly options: ApiServerOptions,
  ) {
    this.throttle = new Throttle(model.throttle, model.routes);
    this.server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
      this.answer(request, response).catch((error) => {
        if (!response.headersSent) problem(response, 500, 'Internal Server Error', String(error));
        else response.destroy();
      });
    });
  }

  /** Says which functions answer. */
  route(runners: ReadonlyMap<string, FunctionRunner>): void {
    const { issuer, now } = this.options;
    this.gate = new Gate({ issuer, runners, patience: PATIENCE, now }, httpQuestion);
    for (const [key, route] of Object.entries(this.model.routes)) {
      const edgeId = routeEdge(this.model.path, key);
      this.router.add(parseRoute(this.model.path, key), { key, edgeId, route, runner: runners.get(route.function)! });
    }
  }

  /** @throws when the port is taken */
  async listen(): Promise<void> {
    this.url = await listening(this.server, this.options.port, this.options.host);
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeIdleConnections();
    const timer = setTimeout(() => this.server.closeAllConnections(), 1000);
    await closed;
    clearTimeout(timer);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = request;
    const { cors } = this.model;
    const refused = refusal(request, this.options.allowedHosts, cors?.origins);
    if (refused) return problem(response, 403, 'Forbidden', refused);
    const end = url.indexOf('?');
    const path = end < 0 ? url : url.slice(0, end);
    if (!path.startsWith('/') || DOT_SEGMENT.test(path))
      return problem(response, 400, 'Bad Request', 'the path is no plain path');
    const preflight = cors && method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
    const target = preflight ? this.router.findAny(path) : this.router.find(method, path);
    if (!target) return this.unknown(response, method, path);
    const traceparent = headers.traceparent as string | undefined;
    const traceId = (traceparent && readTraceparent(traceparent)?.traceId) || newTraceId();
    let authorizer: object | undefined;
    if (!preflight) {
      const allowed = corsHeaders(cors, headers.origin);
      const wait = this.throttle.refuses(target.key, this.options.now());
      if (wait !== undefined) {
        this.options.throttled(target.edgeId);
        const retry = { 'retry-after': String(Math.ceil(wait / 1000)) };
        return problem(response, 429, 'Too Many Requests', 'more requests than throttle allows', {}, { ...allowed, ...retry });
      }
      if (target.route.authorizer) {
        const admitted = await this.gate.admit(target.route, {
          ...{
            api: this.model.path,
            route: target.key,
            method,
            path,
            query: end < 0 ? '' : url.slice(end + 1),
            headers,
            traceId,
          },
          sourceIp: request.socket.remoteAddress ?? '',
        });
        if ('status' in admitted) {
          const { status, title, detail } = admitted;
          return problem(response, status, title, detail, {}, { ...allowed, ...admitted.headers });
        }
        authorizer = admitted.authorizer;
      }
    }
    const body = hasBody(request) ? await bodyOf(request) : NO_BODY;
    if (!body) return problem(response, 413, 'Content Too Large', `a body may have ${REQUEST_BYTES} bytes`);

    const { runner, key, edgeId } = target;
    const title = `${method} ${path}`;
    const eventId = this.options.record({
      kind: 'http',
      resourceId: this.model.path,
      title,
      timeMs: this.options.now(),
      traceId,
      request: again(this.model.path, method, url, headers, body),
    });
    const { result, error, summary } = await runner.run({
      task: {
        kind: 'http',
        method,
        url: `http://${headers.host}${url}`,
        headers: request.rawHeaders,
        body: body.length > 0 ? body : undefined,
        route: key,
        cors,
        authorizer,
      },
      origin: { kind: 'http', resourceId: this.model.path, edgeId, title },
      traceId,
      traceparent,
      eventId,
      patience: PATIENCE,
      onStart: (abort) => {
        response.on('close', () => {
          if (!response.writableFinished) abort();
        });
      },
      onForgotten: () => this.options.forget(eventId),
      onHead: ({ status, headers: list }) => {
        response.writeHead(status, list as string[]);
      },
      onChunk: (chunk) => written(response, chunk),
    });
    if (result?.of === 'http' && result.broken === undefined) {
      if (result.head) response.writeHead(result.head.status, sized(method, result.head, result.body));
      response.end(result.body);
    } else if (response.headersSent) {
      // Once the status is sent, all that is left to say is that the answer is not whole.
      response.destroy();
    } else if (summary.status === 'throttled') {
      problem(response, 429, 'Too Many Requests', error?.message, { requestId: summary.id }, { 'retry-after': '1' });
    } else {
      problem(response, summary.status === 'timedOut' ? 504 : 502, 'The function failed', error?.message, {
        requestId: summary.id,
      });
    }
  }

  private unknown(response: ServerResponse, method: string, path: string): void {
    const routes = Object.keys(this.model.routes).sort();
    problem(response, 404, 'Not Found', `no route of '${this.model.path}' answers ${method} ${path}`, { routes });
  }
}

/**
 * What makes a request that is sent again; it makes none where the body is too large to keep, or no text. Not inside of what answers
 * the request: it is kept for long, and would keep the connection.
 */
function again(
  apiId: string,
  method: string,
  url: string,
  headers: IncomingHttpHeaders,
  body: Buffer,
): () => SendRequest | undefined {
  return () => {
    if (body.length > MAX_PAYLOAD_BYTES || !isUtf8(body)) return undefined;
    const sent = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    return { kind: 'http', apiId, method, path: url, headers: sent, ...(body.length > 0 && { body: body.toString() }) };
  };
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
}

/** Undefined when it is too large; the rest is then left unread, and the connection ends with the answer. */
export function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    if (!hasBody(request)) return resolve(NO_BODY);
    if (Number(request.headers['content-length'] ?? 0) > REQUEST_BYTES) return resolve(undefined);
    const chunks: Buffer[] = [];
    let bytes = 0;
    const take = (chunk: Buffer) => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes <= REQUEST_BYTES) return;
      request.off('data', take).pause();
      resolve(undefined);
    };
    request.on('data', take);
    request.once('end', () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
    request.once('error', reject);
    request.once('close', () => reject(new Error('the request broke off')));
  });
}

/** Headers of an answer that is whole: with its length, it goes out in one piece. */
function sized(method: string, { status, headers }: Head, body: string | Uint8Array = ''): string[] {
  const hasNone = method === 'HEAD' || status < 200 || status === 204 || status === 304;
  const given = headers as string[];
  const says = (name: string) => headerOf(headers, name) !== undefined;
  return hasNone || says('content-length') || says('transfer-encoding')
    ? given
    : [...given, 'content-length', String(Buffer.byteLength(body))];
}

function written(response: ServerResponse, chunk: Uint8Array): Promise<void> {
  if (response.destroyed || response.write(chunk)) return Promise.resolve();
  return new Promise((resolve) => {
    response.once('drain', resolve);
    response.once('close', resolve);
  });
}

/** So that a page may read why it was refused. What a function answers has them already. */
function corsHeaders(cors: CorsSpec | undefined, origin: string | undefined): Record<string, string> {
  if (!cors || origin === undefined) return {};
  return {
    'access-control-allow-origin': cors.origins.includes('*') ? '*' : origin,
    ...(cors.credentials && { 'access-control-allow-credentials': 'true' }),
    vary: 'origin',
  };
}

/** RFC 9457, as the runtime's own problems. */
export function problem(
  response: ServerResponse,
  status: number,
  title: string,
  detail?: string,
  members: object = {},
  headers: Record<string, string> = {},
): void {
  if (response.destroyed) return;
  // What was not read of the body stands in the way of the next request.
  response.writeHead(status, {
    ...headers,
    'content-type': 'application/problem+json',
    ...(status === 413 && { connection: 'close' }),
  });
  response.end(JSON.stringify({ title, status, detail, ...members }));
}
