import type { EventBusClient } from '../clients.js';
import { FUNCTION_VARIABLE } from '../wire.js';
import { eventData } from './bus.js';
import type { LinkDriver } from './driver.js';
import { postCloudEvent } from './event.js';

/** Event buses on a Knative broker. */
export const brokerbus: LinkDriver = (link) => {
  const bus: Pick<EventBusClient, 'publish'> = {
    async publish(type, data, options) {
      const source = options?.source ?? link.environment[FUNCTION_VARIABLE] ?? 'faasten';
      const body = eventData(link, type, source, data);
      await postCloudEvent(link, 'publish', link.address, { type, source }, body);
    },
  };
  return bus;
};
