import type { Capabilities } from '../../core/capabilities.js';

const NOT_WATCHED = { unsupported: 'faasten does not set up monitoring here yet' };

/** What AWS makes of every feature. */
export const capabilities: Capabilities = {
  'code.entry': { native: 'a zip file of the CDK’s assets' },
  'code.prebuilt': { native: 'a zip file of the CDK’s assets, in any runtime of Lambda' },
  'code.image': {
    unsupported:
      'Lambda runs images that speak its runtime interface, not HTTP servers; the adapter between the two is not made yet',
  },
  'code.build': {
    unsupported:
      'an image must be pushed to a registry of the account, and Lambda runs no HTTP servers without an adapter, which is not made yet',
  },
  'function.memory': { native: '`MemorySize`, 128 to 10,240 MiB' },
  'function.timeout': { native: '`Timeout`, up to 15 minutes' },
  'function.environment': { native: '`Environment`, 4 KB in all' },
  'function.secrets': {
    native: 'AWS Secrets Manager, read when an instance starts; the role may read exactly these secrets',
  },
  'function.maxConcurrency': { native: '`ReservedConcurrentExecutions`, which is taken from the account’s concurrency' },
  'function.warmInstances': {
    native: 'provisioned concurrency of the alias `live`, to which everything leads then; `warmScaling` of `tune()` scales it',
  },
  'function.rollout': {
    native: 'CodeDeploy moves the alias `live`, and back when more than 1 % of the new version’s invocations fail',
  },
  'function.retry': { native: 'the function’s asynchronous invocation settings, 1 to 3 attempts' },
  'function.deadLetters': {
    native:
      'an SQS queue per function: its failure destination, and the dead-letter queue of its subscriptions, rules and schedules',
  },
  'function.logRetention': {
    native: 'the retention of the function’s own log group; the next longer period CloudWatch Logs offers',
  },
  'function.tags': { native: 'tags on every resource that has them' },
  'function.description': { native: '`Description`' },
  'trigger.http': { native: 'API Gateway HTTP API' },
  'trigger.schedule.cron': { native: 'EventBridge Scheduler' },
  'trigger.schedule.rate': { native: 'EventBridge Scheduler' },
  'trigger.schedule.timeZone': { native: '`ScheduleExpressionTimezone`' },
  'trigger.queue': { native: 'SQS event source mapping' },
  'trigger.queue.batch': { native: '`BatchSize`; more than 10 needs a window' },
  'trigger.queue.window': { native: '`MaximumBatchingWindowInSeconds`' },
  'trigger.queue.partialFailure': { native: '`ReportBatchItemFailures`' },
  'trigger.queue.maxConcurrency': { native: '`ScalingConfig`, 2 to 1,000' },
  'trigger.topic': { native: 'SNS subscription' },
  'trigger.topic.filter': { native: 'filter policy on message attributes, up to 5 of them' },
  'trigger.objects': { native: 'S3 events through EventBridge' },
  'trigger.objects.prefix': { native: 'event pattern of the EventBridge rule' },
  'trigger.objects.suffix': { native: 'event pattern of the EventBridge rule' },
  'trigger.call': { native: 'Lambda invocation' },
  'api.cors': { native: 'CORS settings of the HTTP API' },
  'api.rest': { native: 'greedy path variables' },
  'api.authorizer.jwt': { native: 'JWT authorizer of the HTTP API; it reads the keys of the issuer’s discovery document' },
  'api.authorizer.scopes': { native: '`AuthorizationScopes` of the route' },
  'api.authorizer.function': { native: 'Lambda authorizer; answers are kept by route, headers and query parameters' },
  'api.authorizer.iam': { native: 'signatures of IAM principals, who need `execute-api:Invoke`' },
  'api.throttle': { native: 'default route settings of the stage' },
  'api.throttle.route': { native: 'route settings of the stage' },
  'queue.deadLetters': { native: 'a second SQS queue and a redrive policy' },
  'queue.fifo': { native: '`FifoQueue`; order by message group, batches of up to 10' },
  'queue.contentBasedDeduplication': { native: '`ContentBasedDeduplication`' },
  'queue.delay': { native: '`DelaySeconds`, up to 15 minutes' },
  'queue.retention': { native: '`MessageRetentionPeriod`' },
  'topic.fifo': { native: '`FifoTopic`, which delivers to queues only' },
  'bucket.versioned': { native: '`VersioningConfiguration`' },
  'bucket.removal': {
    emulated:
      'CloudFormation deletes only empty buckets: the CDK’s own custom resource, a Lambda function of the stack, empties it first',
  },
  'link.queue': { native: '`sqs:SendMessage`' },
  'link.queue.delay': { native: '`DelaySeconds` of the message; not in queues with order' },
  'link.deduplication': { native: '`MessageDeduplicationId`, for five minutes' },
  'link.topic': { native: '`sns:Publish`' },
  'link.bucket': { native: '`s3:GetObject` and `s3:ListBucket`, `s3:PutObject` and `s3:DeleteObject`' },
  'link.bucket.signedUrl': { native: 'presigned URLs; they end with the role’s credentials, after hours' },
  'link.function.call': { native: '`lambda:InvokeFunction`, request and answer up to 6 MB' },
  'link.function.start': { native: 'asynchronous invocation, up to 1 MB' },
  'runtime.streaming': {
    emulated: 'an HTTP API takes whole answers: a stream is collected first, up to 6 MB (4.5 MB of binary data)',
  },
  'monitoring.signals': NOT_WATCHED,
  'monitoring.alarm.errors': NOT_WATCHED,
  'monitoring.alarm.duration': NOT_WATCHED,
  'monitoring.alarm.memory': NOT_WATCHED,
  'monitoring.alarm.throttles': NOT_WATCHED,
  'monitoring.alarm.deadLetters': NOT_WATCHED,
  'monitoring.alarm.serverErrors': NOT_WATCHED,
  'monitoring.alarm.latency': NOT_WATCHED,
  'monitoring.alarm.messageAge': NOT_WATCHED,
  'monitoring.alarm.missedRun': NOT_WATCHED,
  'monitoring.silences': NOT_WATCHED,
  'monitoring.slo': NOT_WATCHED,
  'monitoring.dashboard': NOT_WATCHED,
  'monitoring.dashboard.existing': NOT_WATCHED,
  'monitoring.channel.email': NOT_WATCHED,
  'monitoring.channel.webhook': NOT_WATCHED,
  'monitoring.channel.slack': NOT_WATCHED,
  'monitoring.channel.pagerDuty': NOT_WATCHED,
  'monitoring.channel.existing': NOT_WATCHED,
};
