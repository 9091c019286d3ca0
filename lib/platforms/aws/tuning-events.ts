import type { EventBusProps } from 'aws-cdk-lib/aws-events';
import type { CfnEventSourceMappingProps } from 'aws-cdk-lib/aws-lambda';

/** Settings of `events.EventBus`, such as `eventBusName`, `kmsKey` and `logConfig`. */
export type AwsEventBusTuning = Partial<Omit<EventBusProps, 'eventSourceName'>>;

/** Settings of the EventBridge rule of `bus.events()`. */
export interface AwsEventsTuning {
  /**
   * More conditions, in the language of event patterns: `{ detail: { cents: [{ numeric: ['>', 1000] }] } }`.
   * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
   * @default - none
   */
  readonly pattern?: Readonly<Record<string, unknown>>;
  /** @default 'ENABLED' */
  readonly state?: 'ENABLED' | 'DISABLED';
}

/** Settings of the event source mapping of a table or data stream. */
export type AwsRecordsTuning = Partial<
  Pick<CfnEventSourceMappingProps, 'enabled' | 'destinationConfig' | 'kmsKeyArn' | 'loggingConfig' | 'metricsConfig' | 'tags'>
>;
