import type { ScalingSchedule } from 'aws-cdk-lib/aws-applicationautoscaling';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type {
  CfnEventSourceMappingProps,
  FunctionProps,
  FunctionUrlOptions,
  IDestination,
  IFunction,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { BucketProps } from 'aws-cdk-lib/aws-s3';
import type { CfnScheduleProps } from 'aws-cdk-lib/aws-scheduler';
import type { CfnSubscriptionProps, TopicProps } from 'aws-cdk-lib/aws-sns';
import type { QueueProps } from 'aws-cdk-lib/aws-sqs';
import type { Duration } from 'aws-cdk-lib/core';
import type { ServerlessFunction } from '../../function.js';
import type { Queue } from '../../queue.js';
import type { Topic } from '../../topic.js';
import type { AwsExistingFunction } from './existing-function.js';

/** Props of `lambda.Function` that faasten fills from the function's own settings, or that its parts rely on. */
export type OwnedByFunction =
  | 'code'
  | 'handler'
  | 'role'
  | 'memorySize'
  | 'timeout'
  | 'environment'
  | 'logRetention'
  | 'logRetentionRole'
  | 'logRetentionRetryOptions'
  | 'logRemovalPolicy'
  | 'deadLetterQueue'
  | 'deadLetterQueueEnabled'
  | 'deadLetterTopic'
  | 'retryAttempts'
  | 'durableConfig'
  | 'architectures';

/** Settings of `lambda.Function` for one function or a whole service. */
export interface AwsFunctionTuning
  extends Partial<Omit<FunctionProps, OwnedByFunction | 'runtime' | 'logGroup' | 'onSuccess' | 'onFailure'>> {
  /**
   * Runtime of bundled code: one of the Node.js runtimes. The bundle is made for it.
   * @default - nodejs24.x
   */
  readonly runtime?: Runtime;
  /**
   * A log group of your own, which keeps its own retention.
   * @default - one per function, kept when the stack is deleted, with the function's `logRetention`
   */
  readonly logGroup?: ILogGroup;
  /**
   * The nested stack that the function is in: its number, which may be more than the service's `nestedStacks`, or `false` for none.
   * @default - the one that the function's id stands for, if the service has `nestedStacks`
   */
  readonly nestedStack?: number | false;
  /**
   * Where Lambda sends what became of events that nobody waits for and that succeeded, in an envelope of its own.
   * @default - nowhere
   */
  readonly onSuccess?: AwsDestination;
  /**
   * The same for events that failed for the last time.
   * @default - the function's dead letters
   */
  readonly onFailure?: AwsDestination;
  /**
   * An HTTPS address of the function itself, without an API: for answers that stream (`invokeMode: InvokeMode.RESPONSE_STREAM`) or take longer
   * than an API waits. With `AuthType.AWS_IAM`, the default, only principals that you allow may use it.
   * @default - none
   */
  readonly functionUrl?: FunctionUrlOptions;
  /**
   * How requests and events reach the server of an `image` or `build`, which brings the AWS Lambda Web Adapter. False where the image
   * speaks Lambda's runtime interface itself, as AWS's base images do.
   * @default - requests only
   */
  readonly webAdapter?: AwsWebAdapterTuning | false;
  /**
   * Publishes a version with every change, and an alias `live` that everything leads to.
   * @default - true where `warmInstances`, `rollout` or `snapStart` need it
   */
  readonly alias?: boolean;
  /**
   * Scales the `warmInstances`, which are the least then.
   * @default - always as many as `warmInstances` says
   */
  readonly warmScaling?: AwsWarmScaling;
  /**
   * What else a `rollout` depends on.
   * @default - on errors of the new version only
   */
  readonly rollout?: AwsRolloutTuning;
}

/**
 * A standard queue or topic, a function whose `call()` handler gets the envelope, one of `AwsFunction.from()`, or one of
 * `aws-cdk-lib/aws-lambda-destinations`: an event bus, a bucket (failures only), what exists already. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
export type AwsDestination = IDestination | Queue | Topic | ServerlessFunction<any> | AwsExistingFunction;

/** The AWS Lambda Web Adapter in an image: https://github.com/awslabs/aws-lambda-web-adapter */
export interface AwsWebAdapterTuning {
  /**
   * Path to which events and calls are posted, in Lambda's own JSON. An answer of 500 to 599, to a request too, is a failed invocation.
   * @default - triggers and calls are refused
   */
  readonly eventsPath?: string;
  /**
   * Path that answers when the server is ready.
   * @default '/'
   */
  readonly readinessPath?: string;
}

/** How instances that are kept warm are scaled: by use, by the clock, or both. */
export interface AwsWarmScaling {
  /** Most instances kept warm. */
  readonly max: number;
  /**
   * Share of the warm instances in use that scaling aims at, from 0.1 to 0.9.
   * @default - 0.7; none where there are `schedules`
   */
  readonly utilization?: number;
  /**
   * Other bounds at certain times, each under a name of its own.
   * @default - none
   */
  readonly schedules?: Readonly<Record<string, ScalingSchedule>>;
}

/** What a gradual deployment depends on. */
export interface AwsRolloutTuning {
  /**
   * Share of the new version's invocations, in percent, that fails in one minute when it is rolled back.
   * @default 1
   */
  readonly errorPercent?: number;
  /**
   * Fewest errors in that minute, so that one bad request among few does not roll back a good version.
   * @default 2
   */
  readonly minErrors?: number;
  /**
   * More alarms that stop it and roll it back.
   * @default - none
   */
  readonly alarms?: readonly IAlarm[];
  /**
   * Called before the new version gets traffic; it must answer CodeDeploy with `PutLifecycleEventHookExecutionStatus`.
   * @default - none
   */
  readonly beforeTraffic?: IFunction;
  /**
   * The same, called when the new version has all traffic.
   * @default - none
   */
  readonly afterTraffic?: IFunction;
}

/** Settings of a service. Services inside of it have them too, unless they have their own. */
export interface AwsServiceTuning {
  /**
   * Most nested stacks that functions are spread over, by their ids. They are children of the construct that the functions are
   * created in (`Functions1`, `Functions2`, …), and only those exist that have a function. Give enough of them at once, as another
   * number moves functions that are deployed: 25 to 30 functions for each leave room.
   * @default 0, which puts functions into the stack itself
   */
  readonly nestedStacks?: number;
  /**
   * Whether what functions report becomes metrics of each function, which cost up to 90 cents a month each. Without them, the metrics are of the service
   * only, the alarm `memory` is left out, and `errors` counts what Lambda counts. The reports in the logs stay as they are.
   * @default true
   */
  readonly functionMetrics?: boolean;
}

/**
 * Settings of `sqs.Queue`. The encryption also holds for the dead-letter queue. `deduplicationScope` and `fifoThroughputLimit`, both per
 * message group, are what a `fifo` queue needs for high throughput.
 */
export type AwsQueueTuning = Partial<
  Omit<QueueProps, 'visibilityTimeout' | 'retentionPeriod' | 'deadLetterQueue' | 'fifo' | 'contentBasedDeduplication'>
>;

/** Settings of `sns.Topic`. `fifoThroughputScope` and `messageRetentionPeriodInDays` are for `fifo` topics. */
export type AwsTopicTuning = Partial<Omit<TopicProps, 'fifo' | 'contentBasedDeduplication'>>;

/** Settings of `s3.Bucket`. */
export type AwsBucketTuning = Partial<
  Omit<BucketProps, 'versioned' | 'removalPolicy' | 'autoDeleteObjects' | 'eventBridgeEnabled'>
>;

/** Settings of the event source mapping of `queue.messages()`, such as `filterCriteria` and `provisionedPollerConfig`. */
export type AwsMessagesTuning = Partial<
  Pick<
    CfnEventSourceMappingProps,
    'enabled' | 'filterCriteria' | 'kmsKeyArn' | 'loggingConfig' | 'metricsConfig' | 'provisionedPollerConfig' | 'tags'
  >
>;

/**
 * Settings of a subscription: of `topic.messages()` and `queue.subscribe()`. `filterPolicy` replaces the neutral filter, for numeric
 * conditions and, with `filterPolicyScope: 'MessageBody'`, for those on the body.
 */
export type AwsSubscriptionTuning = Partial<
  Pick<CfnSubscriptionProps, 'deliveryPolicy' | 'filterPolicy' | 'filterPolicyScope' | 'replayPolicy'>
>;

/** Settings of the EventBridge rule of `bucket.objects()`. */
export interface AwsObjectsTuning {
  /**
   * What must have happened, in S3's own words, instead of `events`: `Object Restore Completed`, `Object Tags Added`,
   * `Object Storage Class Changed`, … The handler gets those that are neither a creation nor a deletion as `changed`.
   * https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html
   * @default - those of `events`
   */
  readonly detailTypes?: readonly string[];
  /**
   * More conditions on `detail`, in the language of event patterns: `{ reason: ['PutObject'] }`.
   * @default - none
   */
  readonly detail?: Readonly<Record<string, unknown>>;
  /** @default 'ENABLED' */
  readonly state?: 'ENABLED' | 'DISABLED';
}

/**
 * Settings of a schedule of EventBridge Scheduler, such as `flexibleTimeWindow`, `startDate`, `endDate` and `groupName`, which names a
 * schedule group that exists.
 */
export interface AwsScheduleTuning
  extends Partial<Omit<CfnScheduleProps, 'scheduleExpression' | 'scheduleExpressionTimezone' | 'state' | 'target'>> {
  /**
   * How often a run is tried again that Scheduler could not hand to Lambda, 0 to 185.
   * @default - the function's `retry.maxAttempts` less one
   */
  readonly retryAttempts?: number;
  /**
   * How old a run may become that Scheduler could not hand to Lambda, 1 minute to 24 hours.
   * @default - 24 hours
   */
  readonly maxEventAge?: Duration;
}
