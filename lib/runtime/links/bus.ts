import { LinkError } from '../clients.js';
import type { LinkConfiguration } from './driver.js';
import { toJson } from './message.js';

/**
 * JSON of an event's data, where the event is one that EventBridge takes.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html
 * @throws LinkError where it is not
 */
export function eventData(link: LinkConfiguration, type: unknown, source: unknown, data: unknown): string {
  for (const [name, value, longest] of [
    ['type', type, 128],
    ['source', source, 256],
  ] as const) {
    if (typeof value !== 'string' || value === '' || value.length > longest) {
      throw new LinkError(
        `link '${link.name}': publish got the ${name} ${JSON.stringify(value)}; give 1 to ${longest} characters`,
      );
    }
  }
  const text = toJson(link, 'publish', data);
  if (!text.startsWith('{')) {
    throw new LinkError(`link '${link.name}': publish got data that is no object; EventBridge takes objects only`);
  }
  return text;
}
