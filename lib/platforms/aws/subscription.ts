import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSubscription } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { invalid } from '../../core/errors.js';
import type { SubscriptionSpec } from '../../core/model.js';
import type { Tuning } from '../../core/platform.js';
import { filterPolicy } from './filter.js';
import { checkFilter } from './limits.js';
import { otherRegion } from './place.js';
import type { SqsBackend } from './queue.js';
import type { SnsBackend } from './topic.js';
import type { AwsSubscriptionTuning } from './tuning.js';

const SERVICE = 'sns.amazonaws.com';

/**
 * A subscription that puts messages into a queue as they were published. What SNS cannot deliver goes to the queue's dead letters, where
 * those are of the topic's kind: https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html
 */
export function subscribeQueue(
  scope: Construct,
  { filter }: SubscriptionSpec,
  queue: SqsBackend,
  topic: SnsBackend,
  tuning: Tuning,
): void {
  checkFilter('subscription', scope.node.path, 'it', filter);
  const { topicArn } = topic.resource;
  const deadLetters = Boolean(topic.fifo) === Boolean(queue.fifo) ? queue.deadLetters : undefined;
  const policy = filterPolicy(filter);
  const subscription = new CfnSubscription(scope, 'Resource', {
    topicArn,
    region: otherRegion(scope, topic.resource),
    protocol: 'sqs',
    endpoint: queue.resource.queueArn,
    rawMessageDelivery: true,
    filterPolicy: policy,
    filterPolicyScope: policy && 'MessageAttributes',
    ...tuning.for<AwsSubscriptionTuning>('aws', 'subscription'),
    redrivePolicy: deadLetters && { deadLetterTargetArn: deadLetters.queueArn },
  });
  for (const each of [queue.resource, deadLetters]) {
    if (!each) continue;
    const { statementAdded, policyDependable } = letSend(each, topicArn);
    if (!statementAdded) {
      throw invalid(
        'queue',
        scope.node.path,
        `'${each.node.path}' is declared elsewhere, and the subscription needs a statement in its policy`,
        `let sns.amazonaws.com send to it there, for the topic, and subscribe it there`,
      );
    }
    if (policyDependable) subscription.node.addDependency(policyDependable);
  }
}

/** Lets one topic send to a queue, and use the key that the queue is encrypted with. */
function letSend(queue: IQueue, topicArn: string) {
  const statement = (actions: string[], resource: string) =>
    new PolicyStatement({
      principals: [new ServicePrincipal(SERVICE)],
      actions,
      resources: [resource],
      conditions: { ArnEquals: { 'aws:SourceArn': topicArn } },
    });
  queue.encryptionMasterKey?.addToResourcePolicy(statement(['kms:Decrypt', 'kms:GenerateDataKey'], '*'));
  return queue.addToResourcePolicy(statement(['sqs:SendMessage'], queue.queueArn));
}
