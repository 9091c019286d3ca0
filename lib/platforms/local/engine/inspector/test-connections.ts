import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { WebSocket } from 'ws';
import { FaastenError } from '../../../../core/errors.js';
import { notFound } from '../../console/index.js';
import {
  type ConnectRequest,
  MAX_SOCKET_MESSAGES,
  MAX_SOCKET_TEXT,
  type SocketMessage,
  type TestConnection,
} from '../../console/protocol.js';
import type { Engine } from '../engine.js';

/** Test connections that are kept, open ones and closed ones. */
const KEPT = 10;
/** Milliseconds that letting a client in may take: a cold start, an authorizer, the function of `$connect`. */
const PATIENCE = 30_000;

interface Open {
  readonly socket: WebSocket;
  state: TestConnection;
}

/** Connections that the console opens to the service's WebSocket APIs: over the wire, as any client's. */
export class TestConnections {
  private readonly open = new Map<string, Open>();

  constructor(private readonly engine: Engine) {}

  get all(): TestConnection[] {
    return [...this.open.values()].map(({ state }) => state);
  }

  /** @throws when it is not let in: with status and reason */
  async connect({ socketId, query = '', headers = {} }: ConnectRequest): Promise<TestConnection> {
    const server = this.engine.sockets.get(socketId);
    if (!server) throw notFound('WebSocket API', socketId);
    const { WebSocket: Client } = require('ws') as typeof import('ws');
    let socket: WebSocket;
    try {
      socket = new Client(`${server.url}/${query && `?${query}`}`, { headers, handshakeTimeout: PATIENCE });
    } catch (error) {
      throw new FaastenError('invalid-value', `the connection cannot be opened: ${(error as Error).message}`);
    }
    const refused = once(socket, 'unexpected-response').then(async ([request, response]) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk);
      request.destroy();
      throw new FaastenError('conflict', `not let in: ${response.statusCode}, ${reasonOf(Buffer.concat(chunks).toString())}`);
    });
    const id = randomUUID();
    const now = () => this.engine.parts.now();
    const opened: Open = { socket, state: { id, socketId, openTimeMs: now(), messages: [], messagesDropped: 0 } };
    socket.on('error', () => {});
    socket.on('message', (data) => this.heard(opened, 'received', String(data)));
    socket.on('close', (code, reason) =>
      this.change(opened, { ...opened.state, closed: { timeMs: now(), code, reason: String(reason) } }),
    );
    await Promise.race([once(socket, 'open'), refused]);
    refused.catch(() => {});
    this.open.set(id, opened);
    for (const [oldId, old] of this.open) {
      if (this.open.size <= KEPT) break;
      old.socket.close(1000);
      this.open.delete(oldId);
    }
    this.change(opened, opened.state);
    return opened.state;
  }

  send(id: string, text: string): void {
    const open = this.named(id);
    if (open.state.closed) throw new FaastenError('conflict', 'the connection has ended; open another one');
    open.socket.send(text);
    this.heard(open, 'sent', text);
  }

  /** Ends an open one, and forgets one that has ended. */
  close(id: string): void {
    const { socket, state } = this.named(id);
    if (state.closed) this.open.delete(id);
    else socket.close(1000, 'closed by hand');
  }

  private named(id: string): Open {
    const open = this.open.get(id);
    if (!open) throw notFound('test connection', id);
    return open;
  }

  private heard(open: Open, direction: SocketMessage['direction'], text: string): void {
    const { messages, messagesDropped } = open.state;
    const dropped = messages.length === MAX_SOCKET_MESSAGES ? 1 : 0;
    const { history, now } = this.engine.parts;
    // Before it is cut: a part of a secret is not known as one.
    const safe = history.redaction?.text(text) ?? text;
    const shown = { direction, timeMs: now(), text: safe.slice(0, MAX_SOCKET_TEXT), truncated: safe.length > MAX_SOCKET_TEXT };
    const state = { messages: [...messages.slice(dropped), shown], messagesDropped: messagesDropped + dropped };
    this.change(open, { ...open.state, ...state });
  }

  private change(open: Open, state: TestConnection): void {
    open.state = state;
    this.engine.parts.history.emit({ type: 'connection', connection: state });
  }
}

/** Of a problem, as RFC 9457 has it. */
function reasonOf(body: string): string {
  try {
    const { title, detail } = JSON.parse(body);
    return [title, detail].filter(Boolean).join(': ');
  } catch {
    return body;
  }
}
