import type { Capabilities } from '../../core/capabilities.js';

const FROM_SOURCE =
  'google_cloudfunctions2_function builds functions from source; an image would be a google_cloud_run_v2_service, which is not made yet';

const NO_DEDUPLICATION = 'Pub/Sub takes every message that is published';

const POLICY = 'an alert policy';

const POSTED = 'incidents go to a Pub/Sub topic, and a function of the stack posts them, which reads the secret when one comes';

const NO_SOCKETS =
  'Google has no gateway that keeps connections and calls a function for each message; a Cloud Run service would have to hold them';
const NO_STREAMS = 'faasten knows streams of records on AWS only: DynamoDB and Kinesis';

/** What Google Cloud makes of every feature. */
export const capabilities: Capabilities = {
  'code.entry': { native: 'google_cloudfunctions2_function, HTTP signature, nodejs24; a zip named by the hash of its content' },
  'code.prebuilt': { native: 'google_cloudfunctions2_function; `handler` is the entry point, `runtime` Google’s id' },
  'code.image': { unsupported: FROM_SOURCE },
  'code.build': { unsupported: FROM_SOURCE },
  'function.memory': { native: 'service_config.available_memory, 128 MiB to 32 GiB; the CPU follows from it' },
  'function.timeout': { native: 'service_config.timeout_seconds, to 60 minutes; 10 minutes for functions that receive events' },
  'function.environment': { native: 'service_config.environment_variables' },
  'function.secrets': { native: 'Secret Manager, as secret_environment_variables; read when an instance starts' },
  'function.maxConcurrency': { native: 'service_config.max_instance_count; an instance answers one request at a time' },
  'function.warmInstances': { native: 'service_config.min_instance_count' },
  'function.rollout': {
    unsupported:
      'google_cloudfunctions2_function sends all traffic to the latest revision; only google_cloud_run_v2_service has shares, and Terraform does not move them by itself',
  },
  'function.retry': {
    emulated:
      'Pub/Sub dead-letter policy, 5 to 100 attempts; with fewer, the function refuses the deliveries past them without calling the ' +
      'handler, so that the event reaches the dead letters some minutes later',
  },
  'function.deadLetters': { native: 'Pub/Sub dead-letter topic with a subscription that keeps its messages for 14 days' },
  'function.logRetention': {
    unsupported:
      'Cloud Logging keeps logs by log bucket, not by function: `_Default` holds those of the whole project for 30 days',
  },
  'function.tags': { native: 'labels; letters become lower case, other characters _' },
  'function.description': { native: 'description' },
  'trigger.http': { native: 'API Gateway (google-beta); it calls functions with a service account of its own' },
  'trigger.schedule.cron': {
    native: 'Cloud Scheduler, through a Pub/Sub topic, so that runs are retried and kept like other events',
  },
  'trigger.schedule.rate': { emulated: 'Cloud Scheduler knows the clock only: the interval must divide an hour or a day' },
  'trigger.schedule.at': { unsupported: 'Cloud Scheduler repeats: its times have no year' },
  'trigger.schedule.enabled': { native: 'paused' },
  'trigger.schedule.timeZone': { native: 'time_zone' },
  'trigger.queue': { native: 'Pub/Sub topic with one push subscription; a queue has one consumer' },
  'trigger.queue.batch': { emulated: 'Pub/Sub pushes one message at a time: the array has one' },
  'trigger.queue.window': { emulated: 'Pub/Sub pushes each message at once: there is no batch to wait for' },
  'trigger.queue.partialFailure': { native: 'every message is a delivery of its own' },
  'trigger.queue.maxConcurrency': {
    unsupported: 'a push subscription has no limit of its own; set the function’s maxConcurrency, Pub/Sub slows down to it',
  },
  'trigger.topic': { native: 'Pub/Sub topic, one push subscription for each trigger' },
  'trigger.topic.filter': { native: 'filter of the subscription, up to 256 bytes' },
  'trigger.topic.conditions': { native: 'filter of the subscription' },
  'trigger.objects': { native: 'google_storage_notification to a Pub/Sub topic, push subscription' },
  'trigger.objects.prefix': { native: 'object_name_prefix' },
  'trigger.objects.suffix': {
    emulated: 'the function acknowledges other objects without calling the handler; each costs an invocation',
  },
  'trigger.changes': { unsupported: NO_STREAMS },
  'trigger.stream': { unsupported: NO_STREAMS },
  'trigger.event': {
    emulated:
      'a Pub/Sub topic is the bus, and a subscription of it the trigger: type and source are attributes, which it filters by',
  },
  'trigger.call': { native: 'HTTPS request with an identity token, roles/run.invoker' },
  'api.cors': {
    emulated:
      'API Gateway passes preflights on: a function of the path answers them without calling its handler, for an invocation each',
  },
  'api.rest': { native: 'path template {path=**}' },
  'api.authorizer.jwt': {
    native: 'securityDefinitions of API Gateway (`x-google-issuer`, `x-google-jwks_uri`, `x-google-audiences`)',
  },
  'api.authorizer.scopes': {
    unsupported: 'API Gateway compares issuer and audience only; compare `context.identity.scopes` in the handler',
  },
  'api.authorizer.function': { unsupported: 'API Gateway asks no function before it passes a request on' },
  'api.authorizer.iam': {
    unsupported: 'API Gateway does not look at IAM; service accounts can send tokens that they signed, see Authorizer.jwt',
  },
  'api.throttle': { unsupported: 'API Gateway counts requests only by API key and project, in quotas per minute' },
  'api.throttle.route': { unsupported: 'API Gateway counts requests only by API key and project, in quotas per minute' },
  'websocket.api': { unsupported: NO_SOCKETS },
  'queue.deadLetters': { native: 'Pub/Sub dead-letter topic with a subscription that keeps its messages' },
  'queue.fifo': {
    native:
      'ordering keys, within a region; Pub/Sub holds a group while a message of it is retried, and goes on after it is dead',
  },
  'queue.contentBasedDeduplication': { unsupported: NO_DEDUPLICATION },
  'queue.delay': { unsupported: 'Pub/Sub delivers at once; Cloud Tasks, which can wait, is not made yet' },
  'queue.subscribe': { native: 'a further subscription on the topic, which delivers to the consumer of the queue' },
  'queue.retention': { native: 'message_retention_duration, 10 minutes to 31 days' },
  'topic.fifo': { native: 'ordering keys, in every subscription of the topic' },
  'bucket.versioned': { native: 'versioning' },
  'bucket.removal': { native: 'force_destroy' },
  'link.queue': { native: 'roles/pubsub.publisher on the topic' },
  'link.queue.delay': { unsupported: 'Pub/Sub delivers at once: `send` throws a LinkError' },
  'link.deduplication': { unsupported: `${NO_DEDUPLICATION}: \`send\` throws a LinkError` },
  'link.topic': { native: 'roles/pubsub.publisher on the topic' },
  'link.bus': { emulated: 'a message to the topic that is the bus; `roles/pubsub.publisher` on it' },
  'link.bucket': { native: 'roles/storage.objectViewer, legacyBucketWriter or objectUser on the bucket' },
  'link.bucket.signedUrl': { native: 'V4 signatures by the function’s own service account (iam.serviceAccounts.signBlob)' },
  'link.websocket': { unsupported: NO_SOCKETS },
  'link.function.call': { native: 'roles/run.invoker on the function' },
  'link.function.start': { native: 'a Pub/Sub topic of the function, with retries and dead letters' },
  'runtime.streaming': {
    emulated: 'chunks leave the function as they are written; API Gateway may hold them back, and passes on 32 MB at most',
  },
  'monitoring.signals': {
    native: 'a line in the log for each invocation; Cloud Run’s own metrics count what functions cannot tell, and cost nothing',
  },
  'monitoring.alarm.errors': {
    native: `${POLICY} on Cloud Run’s answers with 5xx, which a process that is killed counts for, too`,
  },
  'monitoring.alarm.duration': {
    emulated: `${POLICY} on Cloud Run’s request_latencies: percentiles are estimated within Google’s own buckets`,
  },
  'monitoring.alarm.memory': {
    emulated: `${POLICY} on the 99th percentile of what Cloud Run samples each minute; a shorter peak may be missed`,
  },
  'monitoring.alarm.throttles': {
    native: `${POLICY} on a metric of the log of requests: those that find no instance are in no metric of Cloud Run`,
  },
  'monitoring.alarm.deadLetters': { native: `${POLICY} on what the subscription of dead letters keeps` },
  'monitoring.alarm.serverErrors': {
    emulated: `${POLICY} on what the API’s functions answer, with all that they are called for; what API Gateway answers itself is not in it`,
  },
  'monitoring.alarm.latency': {
    emulated: `${POLICY} on the time that the API’s functions take, with all that they are called for and without the time in API Gateway`,
  },
  'monitoring.alarm.messageAge': { native: `${POLICY} on oldest_unacked_message_age` },
  'monitoring.alarm.missedRun': {
    emulated: `${POLICY} on what the schedule’s subscription pushes; where runs are more than a day apart, or there are silences, it begins with the first run; runs more than six weeks apart are not awaited`,
  },
  'monitoring.silences': {
    emulated:
      'conditions of the policies do not hold at these times, as snoozes do not come back each week: an incident that is open ends, and ' +
      'one that lasts longer begins after them; daylight saving time is followed where it changes on the same days each year',
  },
  'monitoring.slo': {
    native:
      'google_monitoring_slo over metrics that are made of the functions’ reports, up to 99.99 % and 30 days; an alert policy for each pair of windows',
  },
  'monitoring.dashboard': { native: 'google_monitoring_dashboard; with more than 100 charts, constructs of a kind share them' },
  'monitoring.dashboard.existing': {
    unsupported: 'google_monitoring_dashboard owns a dashboard whole; copy the charts, or link the two',
  },
  'monitoring.channel.email': { native: 'a notification channel for each address' },
  'monitoring.channel.webhook': { native: `a notification channel for each; with a \`token\`, ${POSTED}` },
  'monitoring.channel.slack': { native: `\`webhook\`, the URL of an incoming webhook: ${POSTED}` },
  'monitoring.channel.pagerDuty': { native: `Events API v2: ${POSTED}` },
  'monitoring.channel.existing': { native: '`GoogleAlertChannel.from({ name })`' },
};

/** What the platform can do with or without monitoring. */
export function capabilitiesWith(monitoring: boolean): Capabilities {
  if (monitoring) return capabilities;
  const off = { unsupported: 'the platform was made without it: google({ monitoring: false })' };
  return Object.fromEntries(
    Object.entries(capabilities).map(([feature, support]) => [feature, feature.startsWith('monitoring.') ? off : support]),
  ) as Capabilities;
}
