/** The console's HTTP server: pages from the package, the API, the stream. On loopback, with a port of its own. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { invalid } from '../../../core/errors.js';
import { API_PREFIX, changes, route } from './api.js';
import { type Assets, loadAssets, sendAsset } from './assets.js';
import { drained, readJson } from './body.js';
import { problemOf, Refusal } from './errors.js';
import { checkCaller, checkHost, protect } from './guard.js';
import { Input } from './input.js';
import type { Inspector, Problem } from './protocol.js';
import { openStream } from './stream.js';

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];
/** A browser opens six connections to a server at most; a few browsers. */
const MAX_STREAMS = 32;

export interface ConsoleOptions {
  readonly inspector: Inspector;
  /**
   * Port to listen on; 0 is any free one.
   * @default 0
   */
  readonly port?: number;
  /**
   * Address to listen on: `127.0.0.1`, `::1` or `localhost`. The console starts functions and shows what went through them, so no
   * other address is taken; for a machine elsewhere, forward the port (`ssh -L`).
   * @default 127.0.0.1
   */
  readonly host?: string;
  /**
   * Folder of the built pages.
   * @default those of the package
   */
  readonly pages?: string;
}

export interface RunningConsole {
  /** `http://127.0.0.1:4321` */
  readonly url: string;
  readonly port: number;
  /** Ends open streams and stops listening. */
  close(): Promise<void>;
}

/**
 * Serves the console for a running service.
 *
 * @throws FaastenError when `host` is not of this machine, or the system's error when the port is taken (`EADDRINUSE`)
 */
export async function startConsole({ inspector, port = 0, host = '127.0.0.1', pages }: ConsoleOptions): Promise<RunningConsole> {
  if (!LOOPBACK.includes(host))
    throw invalid(
      'console',
      host,
      'it is not an address of this machine alone',
      `use ${LOOPBACK.join(', ')}, and forward the port`,
    );
  const site = new Site(inspector, loadAssets(pages));
  const server = createServer((request, response) => void site.answer(request, response));
  await listening(server, port, host);
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        site.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

class Site {
  private readonly runId = randomUUID();
  private readonly streams = new Set<() => void>();

  constructor(
    private readonly inspector: Inspector,
    private readonly assets: Assets,
  ) {}

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    protect(response);
    try {
      checkHost(request);
      const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
      if (path.startsWith(API_PREFIX)) await this.answerCall(path.slice(API_PREFIX.length), query, request, response);
      else sendAsset(this.assets, path, request, response);
    } catch (error) {
      await refuse(error, request, response);
    }
  }

  close(): void {
    for (const end of this.streams) end();
  }

  private async answerCall(path: string, query: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? 'GET';
    checkCaller(request, changes(method));
    if (path === 'stream' && method === 'GET') {
      this.stream(response);
      return;
    }
    const { handler, ids } = route(method, path);
    const input = method === 'POST' ? new Input(await readJson(request)) : Input.ofQuery(new URLSearchParams(query));
    const result = await handler(this.inspector, { ids, input });
    reply(response, result === undefined ? 204 : 200, result);
  }

  private stream(response: ServerResponse): void {
    if (this.streams.size >= MAX_STREAMS)
      throw new Refusal(429, 'too-many', `${MAX_STREAMS} consoles are open already; close some of them`);
    const end = openStream(this.inspector, this.runId, response, () => this.streams.delete(end));
    this.streams.add(end);
  }
}

function reply(response: ServerResponse, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, {
    ...(body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
    'cache-control': 'no-store',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

async function refuse(error: unknown, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status, code, message } = problemOf(error);
  const problem: Problem = { error: { code, message } };
  // A connection that is closed on unread bytes is reset, and the answer may be lost.
  if (status !== 413) await drained(request);
  reply(response, status, problem, error instanceof Refusal ? error.headers : {});
  request.resume();
}
