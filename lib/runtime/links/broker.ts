import type { QueueClient, TopicClient } from '../clients.js';
import type { LinkDriver } from './driver.js';
import { postEvent } from './event.js';

/** Queues and topics on a Knative broker. */
export const broker: LinkDriver = (link) => {
  const client: Pick<QueueClient, 'send'> & Pick<TopicClient, 'publish'> = {
    send: (message, options) => postEvent(link, 'send', link.address, message, options),
    publish: (message, options) => postEvent(link, 'publish', link.address, message, options),
  };
  return client;
};
