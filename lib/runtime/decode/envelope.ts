import { Buffer } from 'node:buffer';
import type { RawMessage } from '../dispatch.js';
import { HttpProblem } from '../problem.js';
import { decoded, parsed } from '../text.js';
import { PUBSUB_TRACE_ATTRIBUTE } from '../trace.js';
import { extensionAttribute } from '../wire.js';

/** An event that arrived over HTTP, out of the envelope it came in. */
export interface Envelope extends RawMessage {
  /** `type` of a CloudEvent. */
  readonly type?: string;
  /** `source` of a CloudEvent. */
  readonly source?: string;
}

/** Headers that belong to the transport. Unwrapped messages of Pub/Sub have their attributes among the headers, by their own names. */
const TRANSPORT = /^(accept|authorization|connection|content-|forwarded|from|host|te|trace|transfer|user-agent|via|x-)/;

/**
 * Reads an event: a CloudEvent in binary or structured mode, or a message of Pub/Sub, wrapped or not. Other bodies have no envelope:
 * their `id` is empty.
 * @throws HttpProblem for a batch, and for an envelope that is malformed
 */
export async function readEnvelope(request: Request): Promise<Envelope> {
  const { headers } = request;
  const type = headers.get('content-type') ?? '';
  const text = await request.text();
  if (type.startsWith('application/cloudevents')) {
    if (type.startsWith('application/cloudevents+json')) return structured(parsed(text));
    throw new HttpProblem(415, 'CloudEvents are taken one by one, as JSON');
  }
  if (headers.has('ce-specversion')) return binary(headers, text);
  const id = headers.get('x-goog-pubsub-message-id');
  if (id) {
    const attributes = [...headers].filter(([name]) => !TRANSPORT.test(name));
    const time = date(headers.get('x-goog-pubsub-publish-time'));
    return { id, text, attributes: Object.fromEntries(attributes), time, attempt: 1 };
  }
  return pubsub(text) ?? { id: '', text, attributes: {}, time: date(null), attempt: 1 };
}

/** The wrapped form: https://cloud.google.com/pubsub/docs/push#receive_push. Undefined for anything else. */
function pubsub(text: string): Envelope | undefined {
  const { message, subscription, deliveryAttempt } = parsed(text) ?? {};
  if (!message || typeof subscription !== 'string') return undefined;
  const attributes = Object.entries<string>(message.attributes ?? {}).filter(
    ([name]) => !/^(googclient_|CloudPubSubDeadLetterSource)/.test(name),
  );
  return {
    id: String(message.messageId ?? message.message_id),
    text: Buffer.from(message.data ?? '', 'base64').toString(),
    attributes: Object.fromEntries(attributes),
    time: date(message.publishTime ?? message.publish_time),
    attempt: Number(deliveryAttempt ?? 1),
    group: message.orderingKey || undefined,
    traceparent: message.attributes?.[PUBSUB_TRACE_ATTRIBUTE],
  };
}

/** https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md#31-binary-content-mode */
function binary(headers: Headers, text: string): Envelope {
  return cloudEvent(
    Object.fromEntries(
      [...headers].filter(([name]) => name.startsWith('ce-')).map(([name, value]) => [name.slice(3), decoded(value) ?? value]),
    ),
    text,
  );
}

/** https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md */
function structured(json: any): Envelope {
  const { data, data_base64: base64, ...attributes } = json ?? {};
  const isText = typeof data === 'string' && /^(?!.*[/+]json)./.test(attributes.datacontenttype ?? '');
  const text = base64 ? Buffer.from(base64, 'base64').toString() : isText ? data : JSON.stringify(data);
  return cloudEvent(attributes, text ?? '');
}

function cloudEvent(all: Readonly<Record<string, unknown>>, text: string): Envelope {
  const { id, source, type, time, specversion, traceparent } = all as Readonly<Record<string, string>>;
  if (!id || !source || !type || !specversion?.startsWith('1.')) {
    throw new HttpProblem(400, 'A CloudEvent needs id, source, type and specversion 1.0');
  }
  const attributes = Object.entries(all).flatMap(([name, value]) => {
    const attribute = extensionAttribute(name);
    return attribute ? [[attribute, String(value)]] : [];
  });
  return { id, type, source, text, time: date(time), attributes: Object.fromEntries(attributes), attempt: 1, traceparent };
}

function date(text: string | null | undefined): Date {
  const time = new Date(text ?? Number.NaN);
  return Number.isNaN(time.getTime()) ? new Date() : time;
}
