import type { Capabilities } from '../../core/capabilities.js';

/** What AWS makes of every feature. */
export const capabilities: Capabilities = {
  'code.entry': { native: 'a zip file of the CDK’s assets' },
  'code.prebuilt': { native: 'a zip file of the CDK’s assets, in any runtime of Lambda' },
  'code.image': {
    native:
      'a Lambda function of an image in Amazon ECR, which brings the AWS Lambda Web Adapter; it answers routes, and takes events where `webAdapter` of `tune()` says so',
  },
  'code.build': {
    native: 'an image asset of the CDK, which `cdk deploy` builds and pushes; the image is like that of `image`',
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
  'trigger.schedule.at': { native: '`at` expression of EventBridge Scheduler' },
  'trigger.schedule.enabled': { native: '`State`' },
  'trigger.schedule.timeZone': { native: '`ScheduleExpressionTimezone`' },
  'trigger.queue': { native: 'SQS event source mapping' },
  'trigger.queue.batch': { native: '`BatchSize`; more than 10 needs a window' },
  'trigger.queue.window': { native: '`MaximumBatchingWindowInSeconds`' },
  'trigger.queue.partialFailure': { native: '`ReportBatchItemFailures`' },
  'trigger.queue.maxConcurrency': { native: '`ScalingConfig`, 2 to 1,000' },
  'trigger.topic': { native: 'SNS subscription' },
  'trigger.topic.filter': { native: 'filter policy on message attributes, up to 5 of them' },
  'trigger.topic.conditions': { native: '`prefix`, `anything-but` and `exists` of the filter policy' },
  'trigger.objects': { native: 'S3 events through EventBridge' },
  'trigger.objects.prefix': { native: 'event pattern of the EventBridge rule' },
  'trigger.objects.suffix': { native: 'event pattern of the EventBridge rule' },
  'trigger.changes': { native: 'event source mapping of a DynamoDB stream' },
  'trigger.stream': { native: 'event source mapping of a Kinesis data stream' },
  'trigger.event': { native: 'EventBridge rule' },
  'trigger.call': { native: 'Lambda invocation' },
  'api.cors': { native: 'CORS settings of the HTTP API' },
  'api.rest': { native: 'greedy path variables' },
  'api.authorizer.jwt': { native: 'JWT authorizer of the HTTP API; it reads the keys of the issuer’s discovery document' },
  'api.authorizer.scopes': { native: '`AuthorizationScopes` of the route' },
  'api.authorizer.function': { native: 'Lambda authorizer; answers are kept by route, headers and query parameters' },
  'api.authorizer.iam': { native: 'signatures of IAM principals, who need `execute-api:Invoke`' },
  'api.throttle': { native: 'default route settings of the stage' },
  'api.throttle.route': { native: 'route settings of the stage' },
  'websocket.api': { native: 'WebSocket API of API Gateway, with one stage' },
  'queue.deadLetters': { native: 'a second SQS queue and a redrive policy' },
  'queue.fifo': { native: '`FifoQueue`; order by message group, batches of up to 10' },
  'queue.contentBasedDeduplication': { native: '`ContentBasedDeduplication`' },
  'queue.delay': { native: '`DelaySeconds`, up to 15 minutes' },
  'queue.subscribe': { native: 'SNS subscription with raw delivery' },
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
  'link.bus': { native: '`events:PutEvents`' },
  'link.bucket': { native: '`s3:GetObject` and `s3:ListBucket`, `s3:PutObject` and `s3:DeleteObject`' },
  'link.bucket.signedUrl': { native: 'presigned URLs; they end with the role’s credentials, after hours' },
  'link.websocket': { native: '`execute-api:ManageConnections` on the connections of the stage' },
  'link.function.call': { native: '`lambda:InvokeFunction`, request and answer up to 6 MB' },
  'link.function.start': { native: 'asynchronous invocation, up to 1 MB' },
  'runtime.streaming': {
    emulated: 'an HTTP API takes whole answers: a stream is collected first, up to 6 MB (4.5 MB of binary data)',
  },
  'monitoring.signals': {
    native:
      'a line in the embedded metric format of CloudWatch, of code that faasten bundles; metrics of what AWS itself does not measure: `errors`, `coldStarts`, `memoryUsedMiB`',
  },
  'monitoring.alarm.errors': {
    native: 'metric math over the larger of what Lambda counts and what the function reports; ends a `rollout`',
  },
  'monitoring.alarm.duration': { native: '`Duration` of the function, or of its alias' },
  'monitoring.alarm.memory': { native: '`memoryUsedMiB`, of code that faasten bundles' },
  'monitoring.alarm.throttles': { native: '`Throttles`' },
  'monitoring.alarm.deadLetters': { native: 'visible messages of the dead-letter queue' },
  'monitoring.alarm.serverErrors': {
    native: '`5xx` of the HTTP API, `5XXError` of a REST API; `ExecutionError` of a WebSocket API',
  },
  'monitoring.alarm.latency': { native: '`Latency` of the API; `IntegrationLatency` of a WebSocket API' },
  'monitoring.alarm.messageAge': { native: '`ApproximateAgeOfOldestMessage`' },
  'monitoring.alarm.missedRun': {
    native:
      'runs that the function reports; of schedules with more than two days between two runs, a function looks for them each hour',
  },
  'monitoring.silences': { native: 'alarm mute rules, each for up to 100 alarms of a stack' },
  'monitoring.slo': { native: 'an alarm for each window, and a composite alarm of both' },
  'monitoring.dashboard': {
    native: 'a dashboard with a row for each construct; big services have their functions in few graphs',
  },
  'monitoring.dashboard.existing': { native: '`AwsDashboard.from(dashboard)`, a `Dashboard` of the CDK' },
  'monitoring.channel.email': { native: 'an SNS subscription, which the recipient confirms once' },
  'monitoring.channel.webhook': { native: 'a function that SNS invokes; the body is the alarm as CloudWatch tells it' },
  'monitoring.channel.slack': {
    native: 'Amazon Q Developer in chat applications, with a role that may do nothing; tells of beginnings only',
  },
  'monitoring.channel.pagerDuty': {
    native: 'a function that SNS invokes, to the Events API v2; an alarm that ends resolves its incident',
  },
  'monitoring.channel.existing': { native: '`AwsAlertChannel.from(topic)`; tells of beginnings only' },
};
