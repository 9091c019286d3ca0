import type { SendOptions } from '../clients.js';
import { outgoing, PUBSUB_TRACE_ATTRIBUTE } from '../trace.js';
import type { LinkConfiguration } from './driver.js';
import { accessHeader } from './google.js';
import { checkedAttributes, checkedOrder, refuse, toJson } from './message.js';
import { request } from './request.js';

/**
 * Publishes one message to a Pub/Sub topic (`projects/<project>/topics/<topic>`).
 * https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.topics/publish
 */
export async function publishTo(
  link: LinkConfiguration,
  operation: string,
  topic: string,
  message: unknown,
  options?: SendOptions,
): Promise<void> {
  refuse(link, operation, options, {
    delaySeconds: 'Pub/Sub cannot delay a message',
    deduplicationId: 'Pub/Sub takes every message that is published',
  });
  const { group: orderingKey } = checkedOrder(link, operation, options);
  const traceparent = outgoing();
  const attributes = {
    ...Object.fromEntries(checkedAttributes(link, operation, options)),
    ...(traceparent && { [PUBSUB_TRACE_ATTRIBUTE]: traceparent }),
  };
  const data = Buffer.from(toJson(link, operation, message)).toString('base64');
  // The variable by which Google's own libraries find the emulator, which wants no token, and shall get none.
  const emulator = link.environment.PUBSUB_EMULATOR_HOST;
  const response = await request(link, operation, {
    method: 'POST',
    url: `${emulator ? `http://${emulator}` : 'https://pubsub.googleapis.com'}/v1/${topic}:publish`,
    headers: async () => ({ 'content-type': 'application/json', ...(emulator ? {} : await accessHeader(link)) }),
    body: JSON.stringify({ messages: [{ data, attributes, orderingKey }] }),
  });
  await response.body?.cancel();
}
