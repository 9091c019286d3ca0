import { eventBridge } from './aws-messages.js';
import { ACCOUNT, ETAG, idOf, REGION, type Sample, type SampleSettings, TIME } from './sample.js';

const TAKES = ['key', 'name', 'deleted', 'time'] as const;
const KEY = 'raw/photo.jpg';
const SIZE = 1024;
const GENERATION = '1768446000000000';

export const STORAGE: Readonly<Record<string, Sample>> = {
  s3: {
    origin: 'AWS',
    summary: 'a notification of an S3 bucket',
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html',
    takes: TAKES,
    make: s3,
  },
  's3-eventbridge': {
    origin: 'AWS',
    summary: 'the same through EventBridge',
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html',
    takes: TAKES,
    make: s3OfEventBridge,
  },
  storage: {
    origin: 'Google Cloud',
    summary: 'a notification of a Cloud Storage bucket, through Pub/Sub push',
    source: 'https://cloud.google.com/storage/docs/pubsub-notifications',
    takes: TAKES,
    make: storage,
  },
};

/** Keys are encoded like form fields. */
const encoded = (key: string) => encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/');

function s3({ key = KEY, name = 'photos', deleted = false, time = TIME }: SampleSettings): object {
  const object = { key: encoded(key), ...(!deleted && { size: SIZE, eTag: ETAG }), sequencer: '0055AED6DCD90281E5' };
  return {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: REGION,
        eventTime: new Date(time).toISOString(),
        eventName: deleted ? 'ObjectRemoved:Delete' : 'ObjectCreated:Put',
        userIdentity: { principalId: 'AWS:AIDAIENQZJOLO23YVJ4VO' },
        requestParameters: { sourceIPAddress: '203.0.113.7' },
        responseElements: {
          'x-amz-request-id': 'C3D13FE58DE4C810',
          'x-amz-id-2': 'FMyUVURIY8/IgAtTv8xRjskZQpcIZ9KG4V5Wp6S7S/JRWeUWerMUE5JgHvANOjpD',
        },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: 'uploads',
          bucket: { name, ownerIdentity: { principalId: 'A3NL1KOZZKExample' }, arn: `arn:aws:s3:::${name}` },
          object,
        },
      },
    ],
  };
}

function s3OfEventBridge({ key = KEY, name = 'photos', deleted = false, time = TIME }: SampleSettings): object {
  const object = deleted
    ? { key, sequencer: '617f08299329d189', 'deletion-type': 'Permanently Deleted' }
    : { key, size: SIZE, etag: ETAG, sequencer: '617f08299329d189' };
  return {
    ...eventBridge(deleted ? 'Object Deleted' : 'Object Created', 'aws.s3', time, [`arn:aws:s3:::${name}`], {
      version: '0',
      bucket: { name },
      object,
      'request-id': 'N4N7GDK58NMKJ12R',
      requester: ACCOUNT,
      'source-ip-address': '203.0.113.7',
      reason: deleted ? 'DeleteObject' : 'PutObject',
    }),
  };
}

function storage({ key = KEY, name = 'photos', deleted = false, time = TIME }: SampleSettings): object {
  const at = new Date(time).toISOString();
  const resource = {
    kind: 'storage#object',
    id: `${name}/${key}/${GENERATION}`,
    name: key,
    bucket: name,
    generation: GENERATION,
    metageneration: '1',
    contentType: 'image/jpeg',
    timeCreated: at,
    updated: at,
    storageClass: 'STANDARD',
    size: String(SIZE),
    md5Hash: Buffer.from(ETAG, 'hex').toString('base64'),
    etag: 'CMj1sMGDg5IDEAE=',
  };
  return {
    message: {
      attributes: {
        bucketId: name,
        eventTime: at,
        eventType: deleted ? 'OBJECT_DELETE' : 'OBJECT_FINALIZE',
        notificationConfig: `projects/_/buckets/${name}/notificationConfigs/1`,
        objectGeneration: GENERATION,
        objectId: key,
        payloadFormat: 'JSON_API_V1',
      },
      data: Buffer.from(JSON.stringify(resource)).toString('base64'),
      messageId: idOf(),
      message_id: idOf(),
      publishTime: at,
      publish_time: at,
    },
    subscription: `projects/tea-shop/subscriptions/${name}`,
  };
}
