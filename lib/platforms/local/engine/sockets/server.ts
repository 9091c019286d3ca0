import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocketServer } from 'ws';
import { FaastenError } from '../../../../core/errors.js';
import { SOCKET_MESSAGE_BYTES } from '../../limits.js';
import type { LocalWebSocketModel } from '../../model.js';
import type { Asked } from '../access/asked.js';
import { Gate } from '../access/gate.js';
import type { Issuer } from '../access/issuer.js';
import { Throttle } from '../access/throttle.js';
import type { Clock } from '../clock.js';
import { routeEdge } from '../edges.js';
import { refusal } from '../guard.js';
import { PATIENCE, problem } from '../http.js';
import { listening } from '../listening.js';
import type { Done, FunctionRunner } from '../runner.js';
import { Connection, GOING_AWAY, newConnectionId } from './connection.js';
import { type Client, connectEvent, disconnectEvent, messageEvent, socketQuestion } from './events.js';

export interface SocketServerOptions {
  readonly host: string;
  readonly port: number;
  readonly allowedHosts: readonly string[];
  readonly clock: Clock;
  readonly issuer: Issuer;
  /** Hears of connections and messages that were more than a route takes. */
  throttled(edgeId: string): void;
}

/** The port of one WebSocket API: lets clients in, and has functions take what they send. */
export class SocketServer {
  url = '';
  /** Somebody connected or left. */
  onChange: () => void = () => {};
  readonly connections = new Map<string, Connection>();
  private readonly server: Server;
  private readonly throttle: Throttle;
  private readonly ends = new Set<Promise<unknown>>();
  private runners!: ReadonlyMap<string, FunctionRunner>;
  private gate!: Gate;
  private sockets!: WebSocketServer;
  private closed = false;

  constructor(
    readonly model: LocalWebSocketModel,
    private readonly options: SocketServerOptions,
  ) {
    this.throttle = new Throttle(model.throttle, {});
    this.server = createServer((_request, response) =>
      problem(
        response,
        426,
        'Upgrade Required',
        `'${model.path}' speaks WebSocket: connect to ${this.url}`,
        {},
        { upgrade: 'websocket' },
      ),
    );
    this.server.on('upgrade', (request, socket, head) => {
      // A client that leaves before it is let in.
      socket.on('error', () => socket.destroy());
      this.upgrade(request, socket, head).catch((error) => refuse(request, socket, 500, 'Internal Server Error', String(error)));
    });
  }

  /** Says which functions take connections and messages. */
  route(runners: ReadonlyMap<string, FunctionRunner>): void {
    const { issuer, clock } = this.options;
    this.runners = runners;
    this.gate = new Gate({ issuer, runners, patience: PATIENCE, now: () => clock.now() }, socketQuestion);
  }

  /** @throws when the port is taken */
  async listen(): Promise<void> {
    // Only here: most services have none.
    const { WebSocketServer: Sockets } = require('ws') as typeof import('ws');
    this.sockets = new Sockets({ noServer: true, maxPayload: SOCKET_MESSAGE_BYTES, perMessageDeflate: false });
    this.url = (await listening(this.server, this.options.port, this.options.host)).replace('http:', 'ws:');
  }

  /** Sends to one client. False where it has gone. */
  async send(connectionId: string, text: string): Promise<boolean> {
    if (Buffer.byteLength(text) > SOCKET_MESSAGE_BYTES) {
      const said = `was given a message of more than ${SOCKET_MESSAGE_BYTES} bytes`;
      throw Object.assign(new FaastenError('invalid-value', said), { status: 413 });
    }
    return (await this.connections.get(connectionId)?.send(text)) ?? false;
  }

  disconnect(connectionId: string): void {
    this.connections.get(connectionId)?.close();
  }

  /** Ends all connections, and gives what takes their ends `grace` milliseconds. */
  async close(grace: number): Promise<void> {
    this.closed = true;
    const open = [...this.connections.values()];
    for (const connection of open) {
      connection.close(GOING_AWAY, 'Going away');
      connection.terminate();
    }
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, grace);
    });
    const ended = Promise.all(open.map(({ gone }) => gone)).then(() => Promise.all(this.ends));
    await Promise.race([ended, late]);
    clearTimeout(timer);
  }

  private async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { model, options } = this;
    const { clock } = options;
    const refused = refusal(request, options.allowedHosts);
    if (refused) return refuse(request, socket, 403, 'Forbidden', refused);
    const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
    if (path !== '/') return refuse(request, socket, 404, 'Not Found', `connect to ${this.url}, without a path`);
    if (this.throttle.refuses('$connect', clock.now()) !== undefined) {
      options.throttled(routeEdge(model.path, '$connect'));
      return refuse(request, socket, 429, 'Too Many Requests', 'more connections and messages than throttle allows');
    }
    const asked: Asked = {
      ...{ api: model.path, route: '$connect', method: 'GET', path, query, headers: request.headers },
      sourceIp: request.socket.remoteAddress ?? '',
      traceId: randomBytes(16).toString('hex'),
    };
    // Answers are not kept, as API Gateway does not here.
    const authorizer = model.authorizer?.kind === 'function' ? { ...model.authorizer, cacheSeconds: 0 } : undefined;
    const admitted = await this.gate.admit({ authorizer }, asked);
    if ('status' in admitted) return refuse(request, socket, admitted.status, admitted.title, admitted.detail);
    const client: Client = {
      ...{ api: model.path, connectionId: newConnectionId(), connectedAt: clock.now(), asked },
      authorizer: admitted.authorizer,
    };
    if (model.routes.$connect) {
      const status = statusOf(await this.run('$connect', connectEvent(client), asked.traceId));
      if (status !== 200) return refuse(request, socket, status, 'The client is not let in', "by the function of '$connect'");
    }
    if (socket.destroyed || this.closed) return void socket.destroy();
    this.sockets.handleUpgrade(request, socket, head, (websocket) => {
      const connection = new Connection(client, websocket, clock, {
        onMessage: (from, text) => void this.message(from, text),
        onGone: (from, code, reason) => this.gone(from, code, reason),
      });
      this.connections.set(client.connectionId, connection);
      this.onChange();
    });
  }

  private async message(connection: Connection, text: string): Promise<void> {
    const { client } = connection;
    const { connectionId } = client;
    const requestId = randomBytes(16).toString('hex');
    const tell = (message: string) => connection.send(JSON.stringify({ message, connectionId, requestId }));
    const key = this.routeOf(text);
    if (this.throttle.refuses('', this.options.clock.now()) !== undefined) {
      if (key !== undefined) this.options.throttled(routeEdge(this.model.path, key));
      return void tell('Too Many Requests');
    }
    if (key === undefined) return void tell('Forbidden');
    const done = await this.run(key, messageEvent(client, key, text), requestId);
    // The reason is in the function's log, and no business of the client's.
    if (statusOf(done) !== 200) return void tell('Internal server error');
    const body = done.result?.of === 'answer' ? done.result.value.body : undefined;
    if (this.model.routes[key]!.replies && body !== undefined) await connection.send(body);
  }

  private gone(connection: Connection, code: number, reason: string): void {
    const { client } = connection;
    this.connections.delete(client.connectionId);
    this.onChange();
    if (!this.model.routes.$disconnect) return;
    const end = this.run('$disconnect', disconnectEvent(client, code, reason), randomBytes(16).toString('hex'));
    this.ends.add(end);
    void end.finally(() => this.ends.delete(end));
  }

  /** The route that a message names, or the one for all others. */
  private routeOf(text: string): string | undefined {
    const { routes, routeBy } = this.model;
    const named = fieldOf(text, routeBy);
    const isRoute = typeof named === 'string' && !named.startsWith('$') && Object.hasOwn(routes, named);
    return isRoute ? named : routes.$default && '$default';
  }

  private run(key: string, event: object, traceId: string): Promise<Done> {
    const { path, routes } = this.model;
    return this.runners.get(routes[key]!.function)!.run({
      task: { kind: 'websocket', event },
      origin: { kind: 'other', resourceId: path, edgeId: routeEdge(path, key), title: key },
      traceId,
      patience: PATIENCE,
    });
  }
}

function statusOf({ result }: Done): number {
  return result?.of === 'answer' && result.error === undefined ? result.value.statusCode : 500;
}

function fieldOf(text: string, name: string): unknown {
  try {
    const body = JSON.parse(text);
    return typeof body === 'object' && body !== null && Object.hasOwn(body, name) ? body[name] : undefined;
  } catch {
    return undefined;
  }
}

/** Answers a request that wanted to become a connection. */
function refuse(request: IncomingMessage, socket: Duplex, status: number, title: string, detail: string): void {
  if (socket.destroyed) return;
  const response = new ServerResponse(request);
  response.assignSocket(socket as never);
  response.once('finish', () => socket.end());
  problem(response, status, title, detail, {}, { connection: 'close' });
}
