import type { EventBusClient } from '../clients.js';
import { FUNCTION_VARIABLE } from '../wire.js';
import { eventData } from './bus.js';
import type { LinkDriver } from './driver.js';
import { publishTo } from './publish.js';

/** Event buses on Google Cloud Pub/Sub: type and source of an event are attributes of its message. */
export const pubsubbus: LinkDriver = (link) => {
  const bus: Pick<EventBusClient, 'publish'> = {
    async publish(type, data, options) {
      const source = options?.source ?? link.environment[FUNCTION_VARIABLE] ?? 'faasten';
      eventData(link, type, source, data);
      await publishTo(link, 'publish', link.address, data, { attributes: { type, source } });
    },
  };
  return bus;
};
