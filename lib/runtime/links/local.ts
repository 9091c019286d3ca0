import {
  type BucketClient,
  type EventBusClient,
  type FunctionClient,
  LinkError,
  type ObjectInfo,
  type QueueClient,
  type QueueSendOptions,
  type SendOptions,
  type TopicClient,
  type WebSocketClient,
} from '../clients.js';
import { FUNCTION_VARIABLE, LOCAL_HOST } from '../wire.js';
import { eventData } from './bus.js';
import type { LinkDriver } from './driver.js';
import { checkedAttributes, checkedDelay, checkedOrder, toJson } from './message.js';
import { checkedExpiry, checkedKey, storedObject, toBytes } from './object.js';

type Host = (address: string, operation: string, argument: unknown) => Promise<any>;

/** Everything on the local platform: the worker that a function runs in asks the process around it. */
export const local: LinkDriver = (link) => {
  const ask = async (operation: string, argument: unknown): Promise<any> => {
    const host = (globalThis as Record<symbol, unknown>)[Symbol.for(LOCAL_HOST)] as Host | undefined;
    if (!host) throw new LinkError(`link '${link.name}': ${operation} works only inside the local platform`);
    try {
      return await host(link.address, operation, argument);
    } catch (error) {
      const { message, status } = error as LinkError;
      throw new LinkError(`link '${link.name}': ${operation} ${message}`, status);
    }
  };
  const message = (operation: string) => async (content: unknown, options?: SendOptions & QueueSendOptions) => {
    const attributes = Object.fromEntries(checkedAttributes(link, operation, options));
    const delaySeconds = checkedDelay(link, options?.delaySeconds);
    await ask(operation, {
      body: toJson(link, operation, content),
      attributes,
      delaySeconds,
      ...checkedOrder(link, operation, options),
    });
  };
  if (link.address.startsWith('websocket:')) {
    const sockets: Pick<WebSocketClient, 'send' | 'disconnect'> = {
      send: (connectionId, message) => ask('send', { connectionId, text: toJson(link, 'send', message) }),
      disconnect: (connectionId) => ask('disconnect', { connectionId }),
    };
    return sockets;
  }
  if (link.address.startsWith('bus:')) {
    const bus: Pick<EventBusClient, 'publish'> = {
      async publish(type, data, options) {
        const source = options?.source ?? link.environment[FUNCTION_VARIABLE] ?? 'faasten';
        await ask('publish', { type, source, data: eventData(link, type, source, data) });
      },
    };
    return bus;
  }
  const client: QueueClient & TopicClient & FunctionClient & Omit<BucketClient, '~link'> = {
    send: message('send'),
    publish: message('publish'),
    async call(input) {
      const text: string | undefined = await ask('call', { body: toJson(link, 'call', input) });
      return text === undefined ? undefined : JSON.parse(text);
    },
    async start(input) {
      await ask('start', { body: toJson(link, 'start', input) });
    },
    async get(key) {
      const found = await ask('get', { key: checkedKey(link, 'get', key) });
      if (!found) return undefined;
      const { bytes, ...facts } = found;
      return storedObject(key, new Response(bytes), facts);
    },
    async put(key, content, options) {
      const bytes = await toBytes(content);
      await ask('put', { key: checkedKey(link, 'put', key), bytes, contentType: options?.contentType });
    },
    async delete(key) {
      await ask('delete', { key: checkedKey(link, 'delete', key) });
    },
    async *list(options) {
      for (let after: string | undefined = ''; after !== undefined; ) {
        const page: { items: readonly ObjectInfo[]; after?: string } = await ask('list', {
          prefix: options?.prefix ?? '',
          after,
        });
        yield* page.items;
        after = page.after;
      }
    },
    signedUrl(key, options) {
      const expiresInSeconds = checkedExpiry(link, options);
      return ask('signedUrl', { key: checkedKey(link, 'signedUrl', key), method: options.method, expiresInSeconds });
    },
  };
  return client as never;
};
