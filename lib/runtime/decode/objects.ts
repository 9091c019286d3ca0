import type { ObjectEvent } from '../events.js';
import { parsed } from '../text.js';
import type { Envelope } from './envelope.js';
import { s3Events } from './s3.js';

/** Types of Google's events: of its notifications through Pub/Sub, and of its CloudEvents. */
const TYPES: Readonly<Record<string, ObjectEvent['type'] | undefined>> = {
  OBJECT_FINALIZE: 'created',
  OBJECT_DELETE: 'deleted',
  OBJECT_ARCHIVE: 'deleted',
  'google.cloud.storage.object.v1.finalized': 'created',
  'google.cloud.storage.object.v1.deleted': 'deleted',
  'google.cloud.storage.object.v1.archived': 'deleted',
};

/**
 * What happened to objects, as Google's storage or an S3 server tells it; undefined when an envelope holds neither. Changes of
 * metadata are left out, and so is the end of a version that was overwritten, which is a creation elsewhere.
 * https://cloud.google.com/storage/docs/pubsub-notifications
 */
export function objectEvents({ id, type, text, time, attributes }: Envelope): ObjectEvent[] | undefined {
  const json = parsed(text);
  // Unwrapped, attributes are headers, and those are lower case.
  const attribute = (name: string) => attributes[name] ?? attributes[name.toLowerCase()];
  const event = attribute('eventType') ?? (type?.startsWith('google.cloud.storage.') ? type : undefined);
  if (!event) return s3Events(json);
  const happened = TYPES[event];
  if (!happened || attribute('overwrittenByGeneration')) return [];
  const bucket = attribute('bucketId') ?? json?.bucket;
  const key = attribute('objectId') ?? json?.name;
  if (!bucket || !key) return undefined;
  const { size, etag, generation = attribute('objectGeneration'), timeCreated, timeDeleted } = json ?? {};
  return [
    {
      id,
      bucket,
      key,
      type: happened,
      size: size === undefined ? undefined : Number(size),
      etag,
      version: generation === undefined ? undefined : String(generation),
      time: new Date(attribute('eventTime') ?? (happened === 'created' ? timeCreated : timeDeleted) ?? time),
    },
  ];
}
