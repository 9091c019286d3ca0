import { type Asked, requestFacts } from '../access/asked.js';

/** What stays the same for as long as a client is connected. */
export interface Client {
  readonly api: string;
  readonly connectionId: string;
  readonly connectedAt: number;
  /** With which it connected. */
  readonly asked: Asked;
  /** What the authorizer found out. */
  readonly authorizer?: object;
}

/**
 * The form in which API Gateway tells of connections and messages.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
 */
function context({ connectionId, connectedAt, asked, authorizer }: Client, routeKey: string, eventType: string) {
  return {
    ...{ routeKey, eventType, connectionId, connectedAt, authorizer },
    stage: 'live',
    domainName: String(asked.headers.host),
    requestId: asked.traceId,
    identity: { sourceIp: asked.sourceIp, userAgent: asked.headers['user-agent'] },
  };
}

export function connectEvent(client: Client): object {
  return { ...requestParts(client.asked), requestContext: context(client, '$connect', 'CONNECT'), isBase64Encoded: false };
}

export function messageEvent(client: Client, route: string, body: string): object {
  return { requestContext: context(client, route, 'MESSAGE'), body, isBase64Encoded: false };
}

export function disconnectEvent(client: Client, code: number, text: string): object {
  const requestContext = {
    ...context(client, '$disconnect', 'DISCONNECT'),
    disconnectStatusCode: code,
    disconnectReason: text,
  };
  return { ...requestParts(client.asked), requestContext, isBase64Encoded: false };
}

/** The question of a WebSocket API's authorizer. */
export function socketQuestion(asked: Asked): object {
  const api = asked.api.replaceAll('/', '.');
  return {
    type: 'REQUEST',
    methodArn: `arn:aws:execute-api:local:000000000000:${api}/live/$connect`,
    ...requestParts(asked),
    requestContext: { routeKey: '$connect', eventType: 'CONNECT', stage: 'live', requestId: asked.traceId },
  };
}

function requestParts(asked: Asked) {
  const query = new URLSearchParams(asked.query);
  const several = Object.fromEntries([...new Set(query.keys())].map((name) => [name, query.getAll(name)]));
  return { ...requestFacts(asked), multiValueQueryStringParameters: several };
}
