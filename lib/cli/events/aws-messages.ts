import { createHash } from 'node:crypto';
import {
  ACCOUNT,
  BODY,
  EVENT_SOURCE,
  EVENT_TYPE,
  idOf,
  parsed,
  REGION,
  type Sample,
  type SampleSettings,
  TIME,
  times,
} from './sample.js';

const EPOCH = Date.parse(TIME);
const MESSAGE = ['body', 'attributes', 'name'] as const;

export const AWS_MESSAGES: Readonly<Record<string, Sample>> = {
  sqs: {
    origin: 'AWS',
    summary: 'messages of an SQS queue',
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event',
    takes: [...MESSAGE, 'count'],
    make: (settings) => ({ Records: times(settings.count, (index) => sqsRecord(settings, index)) }),
  },
  sns: {
    origin: 'AWS',
    summary: 'a message of an SNS topic',
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html#sns-sample-event',
    takes: MESSAGE,
    make: (settings) => ({ Records: [snsRecord(settings)] }),
  },
  scheduler: {
    origin: 'AWS',
    summary: 'a run of an EventBridge Scheduler schedule, as faasten’s own schedules send it',
    source: 'https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html',
    takes: ['name', 'time'],
    make: ({ name = 'Nightly', time = TIME }) => ({ faasten: 'schedule', name, id: idOf(), time }),
  },
  'eventbridge-schedule': {
    origin: 'AWS',
    summary: 'a run of an EventBridge rule with a schedule',
    source: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html',
    takes: ['name', 'time'],
    make: ({ name = 'nightly', time = TIME }) => eventBridge('Scheduled Event', 'aws.events', time, [ruleArn(name)], {}),
  },
  eventbridge: {
    origin: 'AWS',
    summary: 'an event of your own on an EventBridge bus',
    source: 'https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html',
    takes: ['type', 'source', 'body', 'time'],
    make: ({ type = EVENT_TYPE, source = EVENT_SOURCE, body = BODY, time = TIME }) =>
      eventBridge(type, source, time, [], parsed(body)),
  },
  dynamodb: {
    origin: 'AWS',
    summary: 'a change in a DynamoDB stream',
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html',
    takes: ['body', 'name', 'count'],
    make: (settings) => ({ Records: times(settings.count, (index) => dynamoRecord(settings, index)) }),
  },
  kinesis: {
    origin: 'AWS',
    summary: 'records of a Kinesis data stream',
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html',
    takes: ['body', 'name', 'count'],
    make: (settings) => ({ Records: times(settings.count, (index) => kinesisRecord(settings, index)) }),
  },
};

export function eventBridge(type: string, source: string, time: string, resources: readonly string[], detail: unknown): object {
  return { version: '0', id: idOf(), 'detail-type': type, source, account: ACCOUNT, time, region: REGION, resources, detail };
}

const ruleArn = (name: string) => `arn:aws:events:${REGION}:${ACCOUNT}:rule/${name}`;
const md5 = (text: string) => createHash('md5').update(text).digest('hex');

function sqsRecord({ body = BODY, attributes = {}, name = 'orders' }: SampleSettings, index: number): object {
  return {
    messageId: idOf(index),
    receiptHandle: `AQEB${Buffer.from(`receipt ${index}`).toString('base64')}`,
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: String(EPOCH),
      SenderId: 'AIDAIENQZJOLO23YVJ4VO',
      ApproximateFirstReceiveTimestamp: String(EPOCH + 1),
    },
    messageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([key, stringValue]) => [
        key,
        { stringValue, stringListValues: [], binaryListValues: [], dataType: 'String' },
      ]),
    ),
    md5OfBody: md5(body),
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`,
    awsRegion: REGION,
  };
}

function snsRecord({ body = BODY, attributes = {}, name = 'order-events' }: SampleSettings): object {
  const arn = `arn:aws:sns:${REGION}:${ACCOUNT}:${name}`;
  const endpoint = `https://sns.${REGION}.amazonaws.com`;
  return {
    EventVersion: '1.0',
    EventSubscriptionArn: `${arn}:${idOf(1)}`,
    EventSource: 'aws:sns',
    Sns: {
      SignatureVersion: '1',
      Timestamp: new Date(EPOCH).toISOString(),
      Signature: 'c2FtcGxl',
      SigningCertUrl: `${endpoint}/SimpleNotificationService-sample.pem`,
      MessageId: idOf(),
      Message: body,
      MessageAttributes: Object.fromEntries(Object.entries(attributes).map(([key, Value]) => [key, { Type: 'String', Value }])),
      Type: 'Notification',
      UnsubscribeUrl: `${endpoint}/?Action=Unsubscribe&SubscriptionArn=${arn}:${idOf(1)}`,
      TopicArn: arn,
      Subject: null,
    },
  };
}

/** Attribute values: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html */
function attributeValue(value: unknown): object {
  if (value === null || value === undefined) return { NULL: true };
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (Array.isArray(value)) return { L: value.map(attributeValue) };
  return { M: attributes(value as object) };
}

const attributes = (item: object) => Object.fromEntries(Object.entries(item).map(([key, value]) => [key, attributeValue(value)]));

function dynamoRecord({ body = BODY, name = 'orders' }: SampleSettings, index: number): object {
  const content = parsed(body);
  const item = content !== null && typeof content === 'object' && !Array.isArray(content) ? content : { id: content };
  const image = attributes(item);
  return {
    eventID: md5(String(index)),
    eventName: 'INSERT',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: REGION,
    dynamodb: {
      ApproximateCreationDateTime: EPOCH / 1000,
      Keys: Object.fromEntries(Object.entries(image).slice(0, 1)),
      NewImage: image,
      SequenceNumber: String(4421584500000000017450439091n + BigInt(index)),
      SizeBytes: Buffer.byteLength(body),
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
    eventSourceARN: `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${name}/stream/2026-01-01T00:00:00.000`,
  };
}

function kinesisRecord({ body = BODY, name = 'orders' }: SampleSettings, index: number): object {
  const sequence = String(49590338271490256608559692538361571095921575989136588898n + BigInt(index));
  const shard = 'shardId-000000000000';
  return {
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: String(index + 1),
      sequenceNumber: sequence,
      data: Buffer.from(body).toString('base64'),
      approximateArrivalTimestamp: EPOCH / 1000,
    },
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: `${shard}:${sequence}`,
    eventName: 'aws:kinesis:record',
    invokeIdentityArn: `arn:aws:iam::${ACCOUNT}:role/lambda-role`,
    awsRegion: REGION,
    eventSourceARN: `arn:aws:kinesis:${REGION}:${ACCOUNT}:stream/${name}`,
  };
}
