import { createHash, randomUUID } from 'node:crypto';
import { FaastenError } from '../../../../core/errors.js';
import type { SendRequest } from '../../console/protocol.js';
import type { Incoming } from '../history/events.js';
import { checkBytes } from './bytes.js';
import type { Letter } from './letter.js';

/** What comes with a message or event, from whoever sent it. */
export interface Sent {
  readonly body?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly group?: string;
  readonly deduplicationId?: string;
  readonly delaySeconds?: number;
  readonly traceId: string;
  readonly parentId?: string;
  readonly eventId?: string;
}

/** A queue or a topic that takes messages. */
export interface Receiver {
  readonly kind: 'queue' | 'topic';
  readonly path: string;
  readonly fifo?: { readonly contentBasedDeduplication: boolean };
}

/**
 * Makes a letter of what was sent. `record` keeps it, to be sent again.
 * @throws for a message that is too large, and for one without the group that it needs
 */
export function letterOf(
  { kind, path, fifo }: Receiver,
  sent: Sent,
  sentTimeMs: number,
  record: (event: Incoming) => string,
): Omit<Letter, 'kind' | 'origin'> {
  checkBytes(path, sent.body);
  const { body = '', attributes, group, delaySeconds, traceId, parentId } = sent;
  if (fifo && group === undefined) {
    throw new FaastenError('invalid-value', `'${path}' keeps the order by group, and the message has none; give it a group`);
  }
  const request = (): SendRequest =>
    kind === 'queue' ? { kind, queueId: path, body, attributes, group, delaySeconds } : { kind, topicId: path, body, attributes };
  const title = `message of ${body.length} bytes`;
  const eventId = sent.eventId ?? record({ kind, resourceId: path, title, timeMs: sentTimeMs, traceId, request });
  return {
    ...{ id: randomUUID(), body, attributes, traceId, parentId, eventId, sentTimeMs },
    group: fifo ? group : undefined,
  };
}

/** Messages of one are the same within some minutes; undefined where none is. */
export function deduplicationOf({ fifo }: Receiver, { body = '', deduplicationId }: Sent): string | undefined {
  if (!fifo) return undefined;
  if (deduplicationId !== undefined) return deduplicationId;
  return fifo.contentBasedDeduplication ? createHash('sha256').update(body).digest('hex') : undefined;
}

/** Groups of two topics, or triggers, are not one. None of the three has a line break. */
export function groupKey(topic: string, trigger: string, group: string): string {
  return [topic, trigger, group].join('\n');
}

/** As the sender gave it. */
export function groupName({ kind, group }: Letter): string {
  return kind === 'topic' ? group!.split('\n')[2]! : group!;
}
