import type { HttpApiProps, ThrottleSettings } from 'aws-cdk-lib/aws-apigatewayv2';
import type { FunctionProps, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { BucketProps } from 'aws-cdk-lib/aws-s3';
import type { TopicProps } from 'aws-cdk-lib/aws-sns';
import type { QueueProps } from 'aws-cdk-lib/aws-sqs';

/** Props of `lambda.Function` that faasten fills from the function's own settings, or that its parts rely on. */
type OwnedByFunction =
  | 'code'
  | 'handler'
  | 'role'
  | 'memorySize'
  | 'timeout'
  | 'environment'
  | 'runtime'
  | 'logGroup'
  | 'logRetention'
  | 'logRetentionRole'
  | 'logRetentionRetryOptions'
  | 'logRemovalPolicy'
  | 'deadLetterQueue'
  | 'deadLetterQueueEnabled'
  | 'deadLetterTopic'
  | 'onFailure'
  | 'onSuccess'
  | 'retryAttempts'
  | 'maxEventAge'
  | 'durableConfig'
  | 'architectures';

/** Settings of `lambda.Function` for one function or a whole service. */
export interface AwsFunctionTuning extends Partial<Omit<FunctionProps, OwnedByFunction>> {
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
}

/** Settings of the API Gateway HTTP API and of its one stage. */
export interface AwsApiTuning
  extends Partial<
    Omit<
      HttpApiProps,
      'createDefaultStage' | 'corsPreflight' | 'defaultIntegration' | 'defaultAuthorizer' | 'defaultAuthorizationScopes'
    >
  > {
  /**
   * Most requests per second, and at once.
   * @default - the account's own limits
   */
  readonly throttle?: ThrottleSettings;
}

/** Settings of `sqs.Queue`. The encryption also holds for the dead-letter queue. */
export type AwsQueueTuning = Partial<
  Omit<
    QueueProps,
    | 'visibilityTimeout'
    | 'retentionPeriod'
    | 'deadLetterQueue'
    | 'fifo'
    | 'contentBasedDeduplication'
    | 'deduplicationScope'
    | 'fifoThroughputLimit'
  >
>;

/** Settings of `sns.Topic`. */
export type AwsTopicTuning = Partial<
  Omit<TopicProps, 'fifo' | 'contentBasedDeduplication' | 'fifoThroughputScope' | 'messageRetentionPeriodInDays'>
>;

/** Settings of `s3.Bucket`. */
export type AwsBucketTuning = Partial<
  Omit<BucketProps, 'versioned' | 'removalPolicy' | 'autoDeleteObjects' | 'eventBridgeEnabled'>
>;
