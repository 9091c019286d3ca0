import { Buffer } from 'node:buffer';
import { apiGatewayRequest } from '../decode/api-gateway.js';
import { awsIdentity } from '../identity/aws.js';
import type { HttpProblem } from '../problem.js';
import { SchemaError, validated } from '../schema.js';
import { parsed } from '../text.js';
import type { SocketEvent } from '../websocket.js';
import type { Entrance } from './entrance.js';

const TYPES: Readonly<Record<string, SocketEvent['type']>> = { CONNECT: 'connect', MESSAGE: 'message', DISCONNECT: 'disconnect' };

/**
 * Connections and messages of a WebSocket API of API Gateway. A connection is made when the answer's status is 200.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
 */
export const websocket: Entrance = {
  // An authorizer is asked with the same context.
  takes: (event) => Boolean(event?.requestContext?.connectionId && TYPES[event.requestContext.eventType] && !event.methodArn),

  async answer(event, dispatcher, about) {
    const { connectionId, connectedAt, eventType, routeKey, disconnectStatusCode, disconnectReason } = event.requestContext;
    const type = TYPES[eventType]!;
    return dispatcher.run({ ...about, kind: 'websocket' }, 1, async (context, course) => {
      try {
        const { schema, run } = dispatcher.part('websocket');
        const text = event.isBase64Encoded ? Buffer.from(event.body, 'base64').toString() : (event.body ?? '');
        const body = type === 'message' ? await validated(schema, parsed(text, text), 'the message') : undefined;
        const socket: SocketEvent = {
          type,
          connectionId,
          connectedAt: new Date(connectedAt),
          route: routeKey,
          body,
          ...(type === 'connect' && { request: apiGatewayRequest({ ...event, httpMethod: 'GET', path: '/' }).request }),
          ...(type === 'disconnect' && { reason: { code: disconnectStatusCode, text: disconnectReason ?? '' } }),
        };
        const identity = awsIdentity(event.requestContext);
        const reply = await run(socket, { ...(await dispatcher.ready(context)), identity });
        return { statusCode: 200, ...(type === 'message' && reply !== undefined && { body: JSON.stringify(reply) }) };
      } catch (error) {
        const { name, status } = error as HttpProblem;
        const statusCode = name === 'HttpProblem' ? status : error instanceof SchemaError ? 400 : 500;
        if (statusCode >= 500) {
          course.error = error;
          context.log.error(`${type} failed`, { error, connectionId });
        } else context.log.warn(`${type} was refused: ${(error as Error).message}`, { connectionId });
        return { statusCode };
      }
    });
  },
};
