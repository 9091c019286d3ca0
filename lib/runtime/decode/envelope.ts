import { Buffer } from 'node:buffer';
import type { RawMessage } from '../dispatch.js';
import { HttpProblem } from '../problem.js';
import { extensionAttribute } from '../wire.js';

/** An event that arrived over HTTP, out of the envelope it came in. */
export interface Envelope extends RawMessage {
  /** `type` of a CloudEvent. */
  readonly type?: string;
  /** Trace that it belongs to, in W3C's form. */
  readonly traceparent?: string;
}

/** Headers that belong to the transport. Unwrapped messages of Pub/Sub have their attributes among the headers, by their own names. */
const TRANSPORT =
  /^(accept|connection|content-|expect|forwarded|from$|host$|authorization|function-execution-id|keep-alive|te$|trace|transfer|upgrade|user-agent|via$|x-)/;

/**
 * Reads an event: a CloudEvent in binary or structured mode, or a message of Pub/Sub, wrapped or not. Other bodies have no envelope:
 * their `id` is empty.
 * @throws HttpProblem for a batch, and for an envelope that is malformed
 */
export async function readEnvelope(request: Request): Promise<Envelope> {
  const { headers } = request;
  const type = headers.get('content-type') ?? '';
  if (/^application\/cloudevents-batch\b/.test(type)) {
    throw new HttpProblem(415, 'Batches of CloudEvents are not taken', { detail: 'Send each event on its own.' });
  }
  const text = await request.text();
  if (/^application\/cloudevents\b/.test(type)) {
    if (!/^application\/cloudevents\+json\b/.test(type))
      throw new HttpProblem(415, `CloudEvents are taken as JSON, not as ${type}`);
    return structured(parsed(text));
  }
  if (headers.has('ce-specversion')) return unwrapEventarc(binary(headers, text));
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
  let json: any;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { message, subscription, deliveryAttempt } = json ?? {};
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
    traceparent: message.attributes?.googclient_traceparent,
  };
}

/** Eventarc puts Pub/Sub's envelope into a CloudEvent. */
function unwrapEventarc(event: Envelope): Envelope {
  return (event.type === 'google.cloud.pubsub.topic.v1.messagePublished' && pubsub(event.text)) || event;
}

/** https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md#31-binary-content-mode */
function binary(headers: Headers, text: string): Envelope {
  return cloudEvent(
    Object.fromEntries(
      [...headers].filter(([name]) => name.startsWith('ce-')).map(([name, value]) => [name.slice(3), percentDecoded(value)]),
    ),
    text,
  );
}

/** https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md */
function structured(json: any): Envelope {
  const { data, data_base64: base64, ...attributes } = json ?? {};
  const isJson = /^$|[/+]json\b/.test(attributes.datacontenttype ?? '');
  const text =
    base64 !== undefined
      ? Buffer.from(base64, 'base64').toString()
      : data === undefined
        ? ''
        : typeof data === 'string' && !isJson
          ? data
          : JSON.stringify(data);
  return unwrapEventarc(cloudEvent(attributes, text));
}

function cloudEvent(all: Readonly<Record<string, unknown>>, text: string): Envelope {
  const { id, source, type, time, specversion, traceparent } = all as Readonly<Record<string, string>>;
  if (!id || !source || !type || !specversion?.startsWith('1.')) {
    throw new HttpProblem(400, 'The CloudEvent is not complete', { detail: 'It needs id, source, type and specversion 1.0.' });
  }
  const attributes = Object.entries(all).flatMap(([name, value]) => {
    const attribute = extensionAttribute(name);
    return attribute ? [[attribute, String(value)]] : [];
  });
  return { id, type, text, time: date(time), attributes: Object.fromEntries(attributes), attempt: 1, traceparent };
}

/** @throws HttpProblem */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new HttpProblem(400, 'The body is no JSON', { cause });
  }
}

function percentDecoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function date(text: string | null | undefined): Date {
  const time = new Date(text ?? Number.NaN);
  return Number.isNaN(time.getTime()) ? new Date() : time;
}
