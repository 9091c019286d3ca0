import { unsupported } from './errors.js';
import { hasConditions } from './filter.js';
import type {
  CodeSpec,
  FilterSpec,
  FunctionSpec,
  QueueTriggerSpec,
  RouteSpec,
  ScheduleTriggerSpec,
  TriggerSpec,
} from './model.js';

/**
 * Everything a target may or may not have, with the words that the support table and errors use. A feature added here does not
 * compile until every platform says what it makes of it.
 */
export const FEATURES = {
  'code.entry': 'code bundled from a file (`entry`)',
  'code.prebuilt': 'code that is already built (`code`)',
  'code.image': 'a container image (`image`)',
  'code.build': 'an image built from a Dockerfile (`build`)',
  'function.memory': 'memory per function (`memoryMiB`)',
  'function.timeout': 'timeout per function (`timeout`)',
  'function.environment': 'environment variables (`environment`)',
  'function.secrets': 'secrets by reference (`secrets`)',
  'function.maxConcurrency': 'concurrency limit (`maxConcurrency`)',
  'function.warmInstances': 'instances kept warm (`warmInstances`)',
  'function.rollout': 'gradual deployment (`rollout`)',
  'function.retry': 'attempts for events (`retry.maxAttempts`)',
  'function.deadLetters': 'dead letters of events (`retry.deadLetters`)',
  'function.logRetention': 'log retention (`logRetention`)',
  'function.tags': 'tags (`tags`)',
  'function.description': 'description (`description`)',
  'trigger.http': 'HTTP routes (`HttpApi`)',
  'trigger.schedule.cron': 'schedules by cron (`Schedule.cron`)',
  'trigger.schedule.rate': 'schedules by rate (`Schedule.rate`)',
  'trigger.schedule.at': 'schedules that run once (`Schedule.at`)',
  'trigger.schedule.enabled': 'schedules that are switched off (`enabled: false`)',
  'trigger.schedule.timeZone': 'IANA time zones (`timeZone`)',
  'trigger.queue': 'queue messages (`queue.messages`)',
  'trigger.queue.batch': 'batches of more than one message (`batchSize`)',
  'trigger.queue.window': 'waiting for a batch to fill (`window`)',
  'trigger.queue.partialFailure': 'failing some messages of a batch (`message.retry()`)',
  'trigger.queue.maxConcurrency': 'concurrency per trigger (`maxConcurrency`)',
  'trigger.topic': 'topic messages (`topic.messages`)',
  'trigger.topic.filter': 'filter by attributes (`filter`)',
  'trigger.topic.conditions': 'filter by prefix, exclusion and presence (`{ prefix }`, `{ not }`, `{ exists }`)',
  'trigger.objects': 'object events (`bucket.objects`)',
  'trigger.objects.prefix': 'filter by key prefix (`prefix`)',
  'trigger.objects.suffix': 'filter by key suffix (`suffix`)',
  'trigger.changes': 'changes of a table (`AwsTable`)',
  'trigger.stream': 'records of a data stream (`AwsStream`)',
  'trigger.event': 'events of a bus (`EventBus`)',
  'trigger.call': 'direct calls (`call()` handlers)',
  'api.cors': 'CORS answered before the function (`cors`)',
  'api.rest': 'routes with a rest parameter (`/files/{path+}`)',
  'api.authorizer.jwt': 'JSON Web Tokens (`Authorizer.jwt`)',
  'api.authorizer.scopes': 'scopes of tokens (`scopes`)',
  'api.authorizer.function': 'a function that decides (`Authorizer.function`)',
  'api.authorizer.iam': 'identities of the target (`Authorizer.iam`)',
  'api.throttle': 'limits of requests per API (`throttle`)',
  'api.throttle.route': 'limits of requests per route (`throttle`)',
  'websocket.api': 'WebSocket APIs (`WebSocketApi`)',
  'queue.deadLetters': 'dead-letter queue',
  'queue.fifo': 'order by group (`fifo`)',
  'queue.contentBasedDeduplication': 'equal messages sent once (`contentBasedDeduplication`)',
  'queue.delay': 'delay of all messages (`delay`)',
  'queue.subscribe': 'messages of a topic into a queue (`queue.subscribe`)',
  'queue.retention': 'message retention (`retention`)',
  'topic.fifo': 'topics in order by group (`fifo`)',
  'bucket.versioned': 'object versions (`versioned`)',
  'bucket.removal': 'deleting the objects with the bucket (`removal`)',
  'link.queue': 'send to a queue (`QueueClient`)',
  'link.queue.delay': 'delay of one message (`send(…, { delaySeconds })`)',
  'link.deduplication': 'sending once (`send(…, { deduplicationId })`)',
  'link.topic': 'publish to a topic (`TopicClient`)',
  'link.bus': 'publish to an event bus (`EventBusClient`)',
  'link.bucket': 'read and write objects (`BucketClient`)',
  'link.bucket.signedUrl': 'signed URLs (`signedUrl`)',
  'link.websocket': 'send to connections (`WebSocketClient`)',
  'link.function.call': 'call a function (`FunctionClient.call`)',
  'link.function.start': 'start a function without waiting (`FunctionClient.start`)',
  'runtime.streaming': 'streaming responses',
  'monitoring.signals': 'a log line and a set of metrics for each invocation',
  'monitoring.alarm.errors': 'alarm when invocations fail (`errors`)',
  'monitoring.alarm.duration': 'alarm near the timeout (`duration`)',
  'monitoring.alarm.memory': 'alarm near the memory limit (`memory`)',
  'monitoring.alarm.throttles': 'alarm when invocations are turned away (`throttles`)',
  'monitoring.alarm.deadLetters': 'alarm on dead letters (`deadLetters`)',
  'monitoring.alarm.serverErrors': 'alarm when an API answers 5xx (`serverErrors`)',
  'monitoring.alarm.latency': 'alarm when an API is slow (`latency`)',
  'monitoring.alarm.messageAge': 'alarm when messages wait too long (`messageAge`)',
  'monitoring.alarm.missedRun': 'alarm when a schedule did not run (`missedRun`)',
  'monitoring.silences': 'times without notifications (`silences`)',
  'monitoring.slo': 'service level objectives (`slo`)',
  'monitoring.dashboard': 'a dashboard per service (`dashboard`)',
  'monitoring.dashboard.existing': 'rows in a dashboard that exists (`dashboard`)',
  'monitoring.channel.email': 'alarms by email (`AlertChannel`)',
  'monitoring.channel.webhook': 'alarms by webhook (`AlertChannel`)',
  'monitoring.channel.slack': 'alarms in Slack (`AlertChannel`)',
  'monitoring.channel.pagerDuty': 'alarms in PagerDuty (`AlertChannel`)',
  'monitoring.channel.existing': 'alarms to a channel that exists (`AlertChannel`)',
} as const;

export type Feature = keyof typeof FEATURES;

/** The target has it. `how` names the resource or setting that does it. */
export interface Native {
  readonly native: string;
}
/** The target does not have it, but it behaves as declared; `how` says by what means and at what price. */
export interface Emulated {
  readonly emulated: string;
}
/** Refused at the user's line, for this reason. */
export interface Unsupported {
  readonly unsupported: string;
}
export type Support = Native | Emulated | Unsupported;

/** What one platform makes of each feature; the compiler forces it to be complete. */
export type Capabilities = { readonly [F in Feature]: Support };

/** Which features a function's settings use. */
export function featuresOfFunction(spec: FunctionSpec): Feature[] {
  const features: Feature[] = [CODE_FEATURES[spec.code.kind]];
  if (Object.keys(spec.environment).length > 0) features.push('function.environment');
  if (Object.keys(spec.secrets).length > 0) features.push('function.secrets');
  if (spec.maxConcurrency !== undefined) features.push('function.maxConcurrency');
  if (spec.warmInstances > 0) features.push('function.warmInstances');
  if (spec.rollout) features.push('function.rollout');
  if (spec.logRetentionDays !== undefined) features.push('function.logRetention');
  if (Object.keys(spec.tags).length > 0) features.push('function.tags');
  return features;
}

const CODE_FEATURES: Record<CodeSpec['kind'], Feature> = {
  entry: 'code.entry',
  prebuilt: 'code.prebuilt',
  image: 'code.image',
  build: 'code.build',
};

/** Which features a trigger uses. */
export function featuresOfTrigger(trigger: TriggerSpec): Feature[] {
  switch (trigger.kind) {
    case 'schedule':
      return featuresOfSchedule(trigger);
    case 'queue':
      return ['trigger.queue', ...featuresOfQueueTrigger(trigger)];
    case 'topic':
      return ['trigger.topic', ...featuresOfFilter(trigger.filter)];
    case 'changes':
    case 'stream':
    case 'event':
      return [`trigger.${trigger.kind}`];
    case 'objects':
      return [
        'trigger.objects',
        ...(trigger.prefix ? ['trigger.objects.prefix' as const] : []),
        ...(trigger.suffix ? ['trigger.objects.suffix' as const] : []),
      ];
  }
}

function featuresOfSchedule({ expression, enabled }: ScheduleTriggerSpec): Feature[] {
  return [
    `trigger.schedule.${expression.kind}`,
    ...(expression.kind === 'rate' || expression.timeZone === 'UTC' ? [] : ['trigger.schedule.timeZone' as const]),
    ...(enabled === false ? ['trigger.schedule.enabled' as const] : []),
  ];
}

/** Which features a filter uses. */
export function featuresOfFilter(filter: FilterSpec): Feature[] {
  return [
    ...(Object.keys(filter).length > 0 ? ['trigger.topic.filter' as const] : []),
    ...(hasConditions(filter) ? ['trigger.topic.conditions' as const] : []),
  ];
}

function featuresOfQueueTrigger(trigger: QueueTriggerSpec): Feature[] {
  return [
    ...(trigger.batchSize > 1 ? ['trigger.queue.batch' as const] : []),
    ...(trigger.windowSeconds > 0 ? ['trigger.queue.window' as const] : []),
    ...(trigger.maxConcurrency === undefined ? [] : ['trigger.queue.maxConcurrency' as const]),
  ];
}

/** Which features a route of an API uses. */
export function featuresOfRoute({ segments, authorizer, scopes, throttle }: RouteSpec): Feature[] {
  return [
    ...(segments.some(({ kind }) => kind === 'rest') ? ['api.rest' as const] : []),
    ...(authorizer ? [`api.authorizer.${authorizer.kind}` as const] : []),
    ...(scopes ? ['api.authorizer.scopes' as const] : []),
    ...(throttle ? ['api.throttle.route' as const] : []),
  ];
}

/** Throws for the first of `features` that the platform refuses. */
export function requireFeatures(
  platform: { readonly name: string; readonly capabilities: Capabilities },
  path: string,
  features: readonly Feature[],
): void {
  for (const feature of features) {
    const support = platform.capabilities[feature];
    if ('unsupported' in support) throw unsupported(platform.name, path, FEATURES[feature], support.unsupported);
  }
}
