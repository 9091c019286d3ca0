import { LinkError, type SendOptions } from '../clients.js';
import { outgoing } from '../trace.js';
import { attributeExtension, extensionValue } from '../wire.js';
import { halves } from './address.js';
import type { LinkConfiguration } from './driver.js';
import { checkedAttributes, refuse, toJson } from './message.js';
import { request } from './request.js';

/**
 * Posts one message to a Knative broker as a CloudEvent in binary mode. `address` is `<URL>#<type>,<source>`.
 * https://github.com/knative/specs/blob/main/specs/eventing/data-plane.md
 */
export async function postEvent(
  link: LinkConfiguration,
  operation: string,
  address: string,
  message: unknown,
  options?: SendOptions,
): Promise<void> {
  refuse(link, operation, options, {
    delaySeconds: 'a Broker cannot delay an event',
    group: 'a Broker keeps no order',
    deduplicationId: 'a Broker takes every event that is posted',
  });
  const [url, kind] = halves(address);
  const comma = kind.indexOf(',');
  if (comma < 1) throw new LinkError(`link '${link.name}': its address has no event type and source`);
  const extensions = checkedAttributes(link, operation, options).map(([name, value]) => [attributeExtension(name), value]);
  const attributes = { ...Object.fromEntries(extensions), type: kind.slice(0, comma), source: kind.slice(comma + 1) };
  await postCloudEvent(link, operation, url, attributes, toJson(link, operation, message));
}

/** Posts one CloudEvent; what is no type or source of it is an extension. */
export async function postCloudEvent(
  link: LinkConfiguration,
  operation: string,
  url: string,
  attributes: { readonly type: string; readonly source: string; readonly [extension: string]: string },
  body: string,
): Promise<void> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'ce-specversion': '1.0',
    // The same for every attempt: a receiver can tell a repetition by it.
    'ce-id': crypto.randomUUID(),
    'ce-time': new Date().toISOString(),
  };
  // https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/extensions/distributed-tracing.md
  const traceparent = outgoing();
  if (traceparent) headers['ce-traceparent'] = traceparent;
  for (const [name, value] of Object.entries(attributes)) headers[`ce-${name}`] = extensionValue(value);
  const response = await request(link, operation, { method: 'POST', url, headers: () => headers, body });
  await response.body?.cancel();
}
