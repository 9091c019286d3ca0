import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { LinkError, type WebSocketClient } from '../clients.js';
import { answered, PATIENCE } from './aws.js';
import type { LinkConfiguration, LinkDriver } from './driver.js';
import { toJson } from './message.js';

/**
 * Connections of a WebSocket API of API Gateway.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
export const websocket: LinkDriver = (link) => {
  const client = new ApiGatewayManagementApiClient({ requestHandler: PATIENCE, endpoint: link.address });
  const sockets: Pick<WebSocketClient, 'send' | 'disconnect'> = {
    async send(ConnectionId, message) {
      const Data = new TextEncoder().encode(toJson(link, 'send', message));
      return there(link, 'send', client.send(new PostToConnectionCommand({ ConnectionId, Data })));
    },
    async disconnect(ConnectionId) {
      await there(link, 'disconnect', client.send(new DeleteConnectionCommand({ ConnectionId })));
    },
  };
  return sockets;
};

/** False where the client has gone. */
async function there(link: LinkConfiguration, operation: string, sent: Promise<unknown>): Promise<boolean> {
  try {
    await answered(link, operation, sent);
    return true;
  } catch (error) {
    if (error instanceof LinkError && error.status === 410) return false;
    throw error;
  }
}
