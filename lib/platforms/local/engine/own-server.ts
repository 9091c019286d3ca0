import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { refusal } from './guard.js';
import { problem } from './http.js';
import { OBJECTS_PATH, type Signer } from './objects/signer.js';

export interface OwnServerOptions {
  readonly host: string;
  /** Any free port where this one is taken. */
  readonly port: number;
  readonly allowedHosts: readonly string[];
  metrics(): string;
}

/** The engine's own port, apart from those of APIs so that no route can be in the way: `/metrics`, and signed URLs of objects. */
export class OwnServer {
  url = '';
  private readonly server: Server;

  constructor(
    private readonly signer: Signer,
    private readonly options: OwnServerOptions,
  ) {
    this.server = createServer((request, response) => {
      this.answer(request, response).catch((error) => {
        if (response.headersSent) response.destroy();
        else problem(response, 500, 'Internal Server Error', (error as Error).message);
      });
    });
  }

  async listen(): Promise<void> {
    const { host, port } = this.options;
    const listening = (wanted: number) =>
      new Promise<void>((resolve, reject) => {
        this.server.once('error', reject);
        this.server.listen(wanted, host, () => {
          this.server.off('error', reject);
          resolve();
        });
      });
    await listening(port).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') throw error;
      return listening(0);
    });
    this.url = `http://localhost:${(this.server.address() as AddressInfo).port}`;
    this.signer.origin = this.url;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refused = refusal(request, this.options.allowedHosts);
    if (refused) return problem(response, 403, 'Forbidden', refused);
    const url = URL.canParse(request.url ?? '', this.url) ? new URL(request.url!, this.url) : undefined;
    if (url?.pathname === '/metrics' && request.method === 'GET') {
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
      response.end(this.options.metrics());
      return;
    }
    if (url?.pathname.startsWith(OBJECTS_PATH)) return this.signer.answer(request, response, url);
    problem(response, 404, 'Not Found', 'there are /metrics, and the signed URLs of objects');
  }
}
