import { CloudSchedulerJob } from '@cdktf/provider-google/lib/cloud-scheduler-job/index.js';
import { PubsubTopic } from '@cdktf/provider-google/lib/pubsub-topic/index.js';
import { PubsubTopicIamMember } from '@cdktf/provider-google/lib/pubsub-topic-iam-member/index.js';
import { StorageNotification } from '@cdktf/provider-google/lib/storage-notification/index.js';
import type { Construct } from 'constructs';
import type {
  EventTriggerSpec,
  ObjectsTriggerSpec,
  RecurringExpression,
  ScheduleTriggerSpec,
  TopicTriggerSpec,
} from '../../core/model.js';
import { eventPath } from '../../runtime/wire.js';
import type { GoogleBucketBackend } from './bucket.js';
import type { Delivery } from './delivery.js';
import { attributeFilter, REALLY_REMOVED } from './filter.js';
import type { GoogleFunctionBackend } from './function.js';
import { NAME_LENGTH } from './limits.js';
import { googleName } from './names.js';
import { jobTimes } from './schedule.js';
import { plainText } from './text.js';
import type { GoogleTopicBackend } from './topic.js';

/**
 * A Cloud Scheduler job. It publishes, instead of calling the function, so that a run that fails is tried again and kept as
 * `retry` says: jobs that call by HTTP have neither dead letters nor more than five retries.
 */
export function addScheduleTrigger(
  scope: Construct,
  name: string,
  trigger: ScheduleTriggerSpec,
  fn: GoogleFunctionBackend,
): Delivery {
  const { schedule, timeZone } = jobTimes(scope.node.path, trigger.expression as RecurringExpression);
  const topic = eventTopic(scope, fn);
  new CloudSchedulerJob(scope, 'Resource', {
    name: googleName(scope.node.path, NAME_LENGTH.job),
    region: fn.context.region,
    project: fn.context.projectArgument,
    description: `Runs ${fn.spec.path}`,
    schedule,
    timeZone,
    paused: trigger.enabled === false || undefined,
    // A message needs content; all that a run is about is in its envelope.
    pubsubTarget: { topicName: topic.id, data: Buffer.from('{}').toString('base64') },
    retryConfig: { retryCount: 5 },
  });
  return fn.deliver(scope, topic, (settings) => eventPath('schedule', name, settings));
}

export function addTopicTrigger(
  scope: Construct,
  name: string,
  trigger: TopicTriggerSpec,
  topic: GoogleTopicBackend,
  fn: GoogleFunctionBackend,
): void {
  const filter = attributeFilter(scope.node.path, trigger.filter);
  fn.deliver(scope, topic.topic, (settings) => eventPath('topic', name, settings), {
    filter: filter && plainText(filter),
    ordered: topic.spec.fifo !== undefined,
  });
}

/** The bus is a topic: type and source of an event are attributes of its message. */
export function addEventTrigger(
  scope: Construct,
  name: string,
  { types, sources }: EventTriggerSpec,
  bus: GoogleTopicBackend,
  fn: GoogleFunctionBackend,
): void {
  const conditions = Object.entries({ type: types, source: sources }).filter(([, values]) => values.length > 0);
  const filter = attributeFilter(scope.node.path, Object.fromEntries(conditions));
  fn.deliver(scope, bus.topic, (settings) => eventPath('event', name, settings), { filter: filter && plainText(filter) });
}

/** What Cloud Storage calls it when an object of that kind of bucket comes or goes. */
const EVENT_TYPES = {
  created: () => 'OBJECT_FINALIZE',
  // Of a versioned bucket, an object that is deleted becomes an older version; a deleted older version is no object any more.
  deleted: (bucket: GoogleBucketBackend) => (bucket.spec.versioned ? 'OBJECT_ARCHIVE' : 'OBJECT_DELETE'),
} as const;

export function addObjectsTrigger(
  scope: Construct,
  name: string,
  trigger: ObjectsTriggerSpec,
  bucket: GoogleBucketBackend,
  fn: GoogleFunctionBackend,
): void {
  const topic = eventTopic(scope, fn);
  const publish = new PubsubTopicIamMember(scope, 'Publish', {
    topic: topic.name,
    project: fn.context.projectArgument,
    role: 'roles/pubsub.publisher',
    member: fn.context.storageAgent,
  });
  new StorageNotification(scope, 'Resource', {
    bucket: bucket.bucket.name,
    payloadFormat: 'JSON_API_V1',
    topic: topic.id,
    eventTypes: trigger.events.map((event) => EVENT_TYPES[event](bucket)).sort(),
    objectNamePrefix: plainText(trigger.prefix) || undefined,
    dependsOn: [publish],
  });
  const filter = trigger.events.includes('deleted') ? REALLY_REMOVED : undefined;
  fn.deliver(scope, topic, (settings) => eventPath('objects', name, { ...settings, suffix: trigger.suffix }), { filter });
}

/** A topic of one trigger's own. */
function eventTopic(scope: Construct, fn: GoogleFunctionBackend): PubsubTopic {
  return new PubsubTopic(scope, 'Topic', {
    name: googleName(scope.node.path, NAME_LENGTH.topic),
    project: fn.context.projectArgument,
    labels: fn.labels,
  });
}
