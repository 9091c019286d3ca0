import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { type EventBusClient, LinkError } from '../clients.js';
import { FUNCTION_VARIABLE } from '../wire.js';
import { answered, perRegion, regionOf } from './aws.js';
import { eventData } from './bus.js';
import type { LinkDriver } from './driver.js';

const client = perRegion((settings) => new EventBridgeClient(settings));

/** Event buses on Amazon EventBridge. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
export const eventbridge: LinkDriver = (link) => {
  const bus: Pick<EventBusClient, 'publish'> = {
    async publish(type, data, options) {
      const Source = options?.source ?? link.environment[FUNCTION_VARIABLE] ?? 'faasten';
      const Detail = eventData(link, type, Source, data);
      const Entries = [{ EventBusName: link.address, DetailType: type, Source, Detail }];
      const answer = await answered(link, 'publish', client(regionOf(link.address)).send(new PutEventsCommand({ Entries })));
      const [entry] = answer.Entries ?? [];
      if (answer.FailedEntryCount) {
        throw new LinkError(`link '${link.name}': publish was answered ${entry?.ErrorCode}: ${entry?.ErrorMessage}`);
      }
    },
  };
  return bus;
};
