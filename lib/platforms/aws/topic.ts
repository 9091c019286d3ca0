import { CfnSubscription, type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { FifoSpec, TopicSpec, TopicTriggerSpec } from '../../core/model.js';
import type { TopicBackend, Tuning } from '../../core/platform.js';
import { filterPolicy } from './filter.js';
import type { LambdaBackend } from './function.js';
import { allowInvocation } from './permissions.js';
import { otherRegion, warnOfOtherAccount } from './place.js';
import { tag } from './tags.js';
import type { AwsSubscriptionTuning, AwsTopicTuning } from './tuning.js';

const SERVICE = 'sns.amazonaws.com';

/** A topic as triggers and links see it: one of ours, or one that exists. */
export interface SnsBackend extends TopicBackend {
  readonly resource: ITopic;
  readonly fifo: FifoSpec | undefined;
}

/**
 * An SNS topic. No KMS key by default: SNS encrypts its disks anyway, AWS has stopped to recommend a key for that reason, and the
 * managed key `alias/aws/sns` would keep EventBridge, S3 and CloudWatch alarms from publishing. `tune({ masterKey })` sets one.
 */
export class TopicResources implements SnsBackend {
  readonly resource: Topic;
  readonly fifo: FifoSpec | undefined;

  constructor(scope: Construct, spec: TopicSpec, tuning: Tuning) {
    this.fifo = spec.fifo;
    this.resource = new Topic(scope, 'Resource', {
      enforceSSL: true,
      ...tuning.for<AwsTopicTuning>('aws', 'topic'),
      fifo: spec.fifo ? true : undefined,
      contentBasedDeduplication: spec.fifo?.contentBasedDeduplication || undefined,
    });
    tag('topic', scope, spec.tags);
  }
}

/** A subscription; what SNS cannot deliver goes to the function's dead letters. */
export function triggerByTopic(
  scope: Construct,
  fn: LambdaBackend,
  { filter }: TopicTriggerSpec,
  topic: SnsBackend,
  tuning: Tuning,
): void {
  const { topicArn } = topic.resource;
  const events = fn.async();
  const policy = filterPolicy(filter);
  warnOfOtherAccount(fn, 'topic', topic.resource, 'sns:Subscribe');
  new CfnSubscription(scope, 'Resource', {
    topicArn,
    region: otherRegion(scope, topic.resource),
    protocol: 'lambda',
    endpoint: fn.target.arn,
    filterPolicy: policy,
    filterPolicyScope: policy && 'MessageAttributes',
    ...tuning.for<AwsSubscriptionTuning>('aws', 'subscription'),
    redrivePolicy: events.deadLetters && { deadLetterTargetArn: events.deadLetters.queueArn },
  });
  allowInvocation(scope, fn.target, SERVICE, topicArn);
  events.acceptFrom(SERVICE, topicArn);
}
