import type { QueueClient, TopicClient } from '../clients.js';
import type { LinkDriver } from './driver.js';
import { publishTo } from './publish.js';

/** Queues and topics on Google Cloud Pub/Sub. A queue is a topic with one subscription. */
export const pubsub: LinkDriver = (link) => {
  const client: Pick<QueueClient, 'send'> & Pick<TopicClient, 'publish'> = {
    send: (message, options) => publishTo(link, 'send', link.address, message, options),
    publish: (message, options) => publishTo(link, 'publish', link.address, message, options),
  };
  return client;
};
