import type { ObjectEvent } from '../events.js';

/** `ObjectCreated:Put` (S3, Ceph) or `s3:ObjectCreated:Put` (MinIO, test events). */
const CREATED = /ObjectCreated/;
/** Ceph calls expiry `ObjectLifecycle:Expiration:Current`, S3 `LifecycleExpiration:Delete`. */
const DELETED = /ObjectRemoved|Lifecycle:?Expiration/;

/**
 * Events of an S3 notification; undefined for anything else. Those that are neither a creation nor a deletion are left out, as is
 * the test event that S3 sends when a notification is set up.
 *
 * S3 and MinIO encode keys like form fields (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html),
 * Ceph does not.
 */
export function s3Events(json: any): ObjectEvent[] | undefined {
  if (json?.Event === 's3:TestEvent') return [];
  const records = json?.Records ?? (json?.s3 ? [json] : undefined);
  if (!Array.isArray(records) || !records.every((record) => record?.s3?.object && record.eventName)) return undefined;
  return records.flatMap(({ eventSource, eventName, eventTime, responseElements, s3: { bucket, object } }) => {
    const type = typeOf(eventName);
    if (!type) return [];
    const { size, eTag = object.etag, versionId, sequencer } = object;
    const key = eventSource?.startsWith('ceph') ? object.key : decodeURIComponent(object.key.replaceAll('+', ' '));
    return {
      id: [responseElements?.['x-amz-request-id'] ?? key, sequencer ?? eventTime].join('.'),
      bucket: bucket.name,
      key,
      type,
      size: size === undefined ? undefined : Number(size),
      etag: unquoted(eTag),
      version: versionId || undefined,
      time: new Date(eventTime),
    };
  });
}

/** An S3 event of EventBridge, which does not encode keys; undefined for anything else. */
export function s3EventOfEventBridge(event: any): ObjectEvent[] | undefined {
  if (event?.source !== 'aws.s3' || !event.detail?.object) return undefined;
  const happened: string = event['detail-type'];
  const type = happened === 'Object Created' ? 'created' : happened === 'Object Deleted' ? 'deleted' : 'changed';
  const { bucket, object } = event.detail;
  return [
    {
      id: event.id,
      bucket: bucket.name,
      key: object.key,
      type,
      ...(type === 'changed' && { change: happened }),
      size: object.size,
      etag: unquoted(object.etag),
      version: object['version-id'],
      time: new Date(event.time),
    },
  ];
}

function typeOf(eventName: string): ObjectEvent['type'] | undefined {
  return CREATED.test(eventName) ? 'created' : DELETED.test(eventName) ? 'deleted' : undefined;
}

function unquoted(etag: string | undefined): string | undefined {
  return etag?.replaceAll('"', '') || undefined;
}
