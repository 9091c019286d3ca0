import type { HandlerKind } from '../context.js';
import type { Item, RawMessage } from '../dispatch.js';
import { parsed } from '../text.js';
import { TRACE_ATTRIBUTE } from '../trace.js';
import { s3EventOfEventBridge, s3Events } from './s3.js';

/** Events of one source for one kind of handler. */
export interface Delivery {
  readonly kind: HandlerKind;
  /** Queue ARN, topic ARN, bucket name or rule ARN. */
  readonly source: string;
  readonly trigger?: string;
  readonly items: readonly Item[];
}

/** Which kinds a function answers, and by which trigger it knows a source. */
export interface Receiver {
  readonly kinds: readonly HandlerKind[];
  triggerOf(source: string): string | undefined;
}

/** The notification in a message of SNS, whole as SQS gets it, or in a record of Lambda's. */
function snsMessage({ MessageId, Message, MessageAttributes = {}, Timestamp }: any): RawMessage {
  const attributes = Object.entries<any>(MessageAttributes ?? {}).map(([name, { Value }]) => [name, String(Value)] as const);
  return { id: MessageId, text: Message, ...traced(attributes), time: new Date(Timestamp), attempt: 1 };
}

/** Attributes, and the trace that travels as one of them. */
function traced(values: readonly (readonly [string, string])[]): Pick<RawMessage, 'attributes' | 'traceparent'> {
  const { [TRACE_ATTRIBUTE]: traceparent, ...attributes } = Object.fromEntries(values);
  return { attributes, traceparent };
}

/** What keeps a record of SQS in order: its group, where the queue is one that has an order. */
export function groupOf({ eventSourceARN, attributes }: any): string | undefined {
  return eventSourceARN?.endsWith('.fifo') ? attributes?.MessageGroupId : undefined;
}

/** The message in a record of SQS. */
export function sqsMessage(record: any): RawMessage {
  const { messageId, body, messageAttributes = {}, attributes } = record;
  const values = Object.entries<any>(messageAttributes).map(
    ([name, { stringValue, binaryValue }]) => [name, stringValue ?? binaryValue] as const,
  );
  return {
    id: messageId,
    text: body,
    ...traced(values),
    time: new Date(Number(attributes?.SentTimestamp ?? Date.now())),
    attempt: Number(attributes?.ApproximateReceiveCount ?? 1),
    group: groupOf(record),
  };
}

/**
 * What a text holds that came through SQS or SNS: a notification of SNS or S3, if the function answers such. A function that has
 * queues too must know its source by name: what a queue's own senders write is a message, whatever it looks like.
 */
export function wrapped(text: string, attempt: number, receiver: Receiver): Delivery | undefined {
  const json = parsed(text);
  const accepts = (kind: HandlerKind, source: string) =>
    receiver.kinds.includes(kind) && (!receiver.kinds.includes('queue') || receiver.triggerOf(source) !== undefined);
  if (json?.Type === 'Notification' && json.TopicArn) {
    const inner = wrapped(json.Message, attempt, receiver);
    if (inner) return inner;
    return accepts('topic', json.TopicArn)
      ? { kind: 'topic', source: json.TopicArn, items: [{ ...snsMessage(json), attempt }] }
      : undefined;
  }
  const objects = s3Events(json) ?? s3EventOfEventBridge(json);
  const bucket = objects?.[0]?.bucket ?? json?.Bucket;
  return objects && accepts('objects', bucket)
    ? { kind: 'objects', source: bucket, items: objects.map((event) => ({ ...event, attempt })) }
    : undefined;
}

/**
 * What an event of SNS, S3, EventBridge or Scheduler holds; undefined for anything else, and for what the function has no handler
 * for. SQS is not here, as its records succeed and fail one by one.
 */
export function awsEvent(event: any, receiver: Receiver): Delivery | Delivery[] | undefined {
  if (event?.Records?.[0]?.EventSource === 'aws:sns') {
    return event.Records.map(
      ({ Sns }: any) => wrapped(Sns.Message, 1, receiver) ?? { kind: 'topic', source: Sns.TopicArn, items: [snsMessage(Sns)] },
    );
  }
  const named = event?.faasten === 'objects' ? event : undefined;
  const objects = s3Events(event) ?? s3EventOfEventBridge(named ? named.event : event);
  if (objects) return { kind: 'objects', source: objects[0]?.bucket ?? '', trigger: named?.name, items: objects };
  if (event?.faasten === 'schedule') {
    const { name, id, time } = event;
    return { kind: 'schedule', source: name, trigger: name, items: [{ id, name, time: new Date(time) }] };
  }
  if (!event?.['detail-type']) return undefined;
  const { id, time, source, resources = [], detail, 'detail-type': type } = event;
  const rule: string = resources[0] ?? '';
  if (type === 'Scheduled Event' && receiver.kinds.includes('schedule')) {
    return { kind: 'schedule', source: rule, items: [{ id, name: rule.split('/').pop() ?? rule, time: new Date(time) }] };
  }
  if (!receiver.kinds.includes('topic')) return undefined;
  const message = {
    id,
    text: JSON.stringify(detail),
    attributes: { source, 'detail-type': type },
    time: new Date(time),
    attempt: 1,
  };
  return { kind: 'topic', source: rule, items: [message] };
}
