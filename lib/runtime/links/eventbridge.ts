import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { type EventBusClient, LinkError } from '../clients.js';
import { FUNCTION_VARIABLE } from '../wire.js';
import { answered, perRegion, regionOf } from './aws.js';
import type { LinkDriver } from './driver.js';
import { toJson } from './message.js';

const client = perRegion((settings) => new EventBridgeClient(settings));

/** Event buses on Amazon EventBridge. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
export const eventbridge: LinkDriver = (link) => {
  const bus: Pick<EventBusClient, 'publish'> = {
    async publish(type, data, options) {
      const Source = options?.source ?? link.environment[FUNCTION_VARIABLE] ?? 'faasten';
      for (const [name, value, longest] of [
        ['type', type, 128],
        ['source', Source, 256],
      ] as const) {
        if (typeof value !== 'string' || value === '' || value.length > longest) {
          throw new LinkError(
            `link '${link.name}': publish got the ${name} ${JSON.stringify(value)}; give 1 to ${longest} characters`,
          );
        }
      }
      const Detail = toJson(link, 'publish', data);
      if (!Detail.startsWith('{')) {
        throw new LinkError(`link '${link.name}': publish got data that is no object; EventBridge takes objects only`);
      }
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
