/**
 * A WebSocket API of API Gateway, as its template describes it: clients connect to a loopback port, functions get its events, and send
 * through its management API.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-overview.html
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { allows, contextOf, type Invoke } from './aws-access.js';
import type { Template } from './aws-template.js';

interface Client {
  readonly socket: WebSocket;
  readonly context: object;
}

export class SocketGateway {
  private readonly clients = new Map<string, Client>();
  private readonly server = createServer((request, response) => this.manage(request, response));
  private readonly sockets = new WebSocketServer({ noServer: true });
  private template!: Template;
  private invoke!: Invoke;

  /** Base URL, known before anything is connected. */
  async listen(): Promise<string> {
    this.server.on('upgrade', (request, socket, head) => void this.upgrade(request, socket, head));
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  connect(template: Template, invoke: Invoke): void {
    this.template = template;
    this.invoke = invoke;
  }

  close(): void {
    for (const { socket } of this.clients.values()) socket.terminate();
    this.server.close();
    this.server.closeAllConnections();
  }

  private async upgrade(request: IncomingMessage, socket: import('node:stream').Duplex, head: Buffer): Promise<void> {
    const parameters = new URL(request.url!, 'http://here').searchParams;
    const connectionId = `${randomBytes(8).toString('base64url')}=`;
    const asked = {
      headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
      multiValueHeaders: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, [value].flat()])),
      ...(parameters.size > 0 && {
        queryStringParameters: Object.fromEntries(parameters),
        multiValueQueryStringParameters: Object.fromEntries(
          [...parameters.keys()].map((name) => [name, parameters.getAll(name)]),
        ),
      }),
      isBase64Encoded: false,
    };
    let context: Record<string, unknown> = {
      ...{ extendedRequestId: 'ABCD1234=', requestTime: '09/Feb/2024:18:11:43 +0000', messageDirection: 'IN', stage: 'live' },
      ...{ connectedAt: 1707502303419, requestTimeEpoch: 1707502303420, identity: { sourceIp: '192.0.2.1' } },
      ...{ requestId: 'ABCD1234=', domainName: 'abcd1234.execute-api.us-east-1.amazonaws.com', connectionId, apiId: 'abcd1234' },
    };
    const event = (more: object) => ({
      ...asked,
      requestContext: { ...context, routeKey: '$connect', eventType: 'CONNECT' },
      ...more,
    });
    const refuse = (status: number) => socket.end(`HTTP/1.1 ${status} Refused\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
    const route = this.route('$connect')!;
    if (route.AuthorizerId) {
      const { IdentitySource, AuthorizerUri } = this.template.properties(route.AuthorizerId.Ref);
      const names = IdentitySource.map((source: string) => source.replace('route.request.querystring.', ''));
      if (!names.every((name: string) => parameters.get(name))) return void refuse(401);
      const methodArn = 'arn:aws:execute-api:us-east-1:123456789012:abcd1234/live/$connect';
      const fn = this.template.idIn(AuthorizerUri, 'AWS::Lambda::Function')!;
      const { payload, error } = await this.invoke(fn, event({ type: 'REQUEST', methodArn }));
      if (error) return void refuse(500);
      if (!allows(payload, methodArn)) return void refuse(403);
      context = { ...context, authorizer: contextOf(payload) };
    }
    const { statusCode } = await this.run('$connect', event({}));
    if (statusCode !== 200) return void refuse(statusCode);
    this.sockets.handleUpgrade(request, socket, head, (client) => {
      this.clients.set(connectionId, { socket: client, context });
      client.on('message', (data) => void this.message(connectionId, data.toString()));
      client.on('close', (code, reason) => {
        this.clients.delete(connectionId);
        const gone = { disconnectStatusCode: code, disconnectReason: reason.toString() };
        void this.run('$disconnect', {
          ...asked,
          requestContext: { ...context, ...gone, routeKey: '$disconnect', eventType: 'DISCONNECT' },
        });
      });
    });
  }

  private async message(connectionId: string, body: string): Promise<void> {
    const { socket, context } = this.clients.get(connectionId)!;
    const named = fieldOf(body, this.api().RouteSelectionExpression.replace('$request.body.', ''));
    const routeKey = named !== undefined && !named.startsWith('$') && this.route(named) ? named : '$default';
    const requestContext = { ...context, routeKey, eventType: 'MESSAGE', messageId: 'ABCD1234=' };
    const answer = await this.run(routeKey, { requestContext, body, isBase64Encoded: false });
    if (this.route(routeKey)!.RouteResponseSelectionExpression && answer.body !== undefined) socket.send(answer.body);
  }

  /** `/live/@connections/<id>`: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html */
  private manage(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [, id] = /^\/live\/@connections\/(.+)$/.exec(decodeURIComponent(request.url!)) ?? [];
      const client = this.clients.get(id ?? '');
      if (!client) {
        response.writeHead(410, { 'x-amzn-errortype': 'GoneException' }).end();
        return;
      }
      if (request.method === 'POST') client.socket.send(Buffer.concat(chunks).toString());
      if (request.method === 'DELETE') client.socket.close();
      response.writeHead(request.method === 'DELETE' ? 204 : 200).end();
    });
  }

  private api(): Record<string, any> {
    return this.template.ofType('AWS::ApiGatewayV2::Api').find(([, { ProtocolType }]) => ProtocolType === 'WEBSOCKET')![1];
  }

  private route(key: string): Record<string, any> | undefined {
    return this.template.ofType('AWS::ApiGatewayV2::Route').find(([, { RouteKey }]) => RouteKey === key)?.[1];
  }

  private async run(key: string, event: object): Promise<{ statusCode: number; body?: string }> {
    const integration = this.template.idIn(this.route(key)!.Target, 'AWS::ApiGatewayV2::Integration')!;
    const fn = this.template.idIn(this.template.properties(integration).IntegrationUri, 'AWS::Lambda::Function')!;
    const { payload, error } = await this.invoke(fn, event);
    return error ? { statusCode: 500 } : (payload as { statusCode: number; body?: string });
  }
}

function fieldOf(text: string, name: string): string | undefined {
  try {
    const value = JSON.parse(text)?.[name];
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
