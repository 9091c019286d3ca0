import { FifoThroughputScope } from 'aws-cdk-lib/aws-sns';
import { DeduplicationScope, FifoThroughputLimit } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, test } from 'vitest';
import { Duration, Queue, ServerlessFunction, Topic } from '../../../lib/index.js';
import { AwsQueue, AwsTopic } from '../../../lib/platforms/aws/index.js';
import { entry, environmentOf, errorOf, newStack, resourcesOf } from './template.js';

describe('a queue that keeps order', () => {
  test('is a FIFO queue with FIFO dead letters', () => {
    const stack = newStack();
    const orders = new Queue(stack, 'Orders', { fifo: true });
    new ServerlessFunction(stack, 'Fulfil', {
      entry,
      triggers: { Orders: orders.messages({ batchSize: 10, maxConcurrency: 5 }) },
    });
    const { Orders, OrdersDeadLetters, FulfilTriggersOrders } = resourcesOf(stack);
    expect(Orders!.Properties).toEqual({
      FifoQueue: true,
      MessageRetentionPeriod: 345_600,
      RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['OrdersDeadLetters', 'Arn'] }, maxReceiveCount: 5 },
      SqsManagedSseEnabled: true,
      VisibilityTimeout: 180,
    });
    expect(OrdersDeadLetters!.Properties.FifoQueue).toBe(true);
    expect(FulfilTriggersOrders!.Properties).toMatchObject({
      BatchSize: 10,
      ScalingConfig: { MaximumConcurrency: 5 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  test('tells messages apart by content, where asked; high throughput by tuning', () => {
    const stack = newStack();
    const orders = new Queue(stack, 'Orders', {
      fifo: true,
      contentBasedDeduplication: true,
      delay: Duration.seconds(5),
      tuning: [
        AwsQueue.tune({
          deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
          fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
        }),
      ],
    });
    const events = new Topic(stack, 'Events', {
      fifo: true,
      contentBasedDeduplication: true,
      tuning: [AwsTopic.tune({ fifoThroughputScope: FifoThroughputScope.MESSAGE_GROUP })],
    });
    new ServerlessFunction(stack, 'Send', { entry, links: { orders, events } });
    const found = resourcesOf(stack);
    expect(found.Orders!.Properties).toMatchObject({
      ContentBasedDeduplication: true,
      DeduplicationScope: 'messageGroup',
      FifoThroughputLimit: 'perMessageGroupId',
      DelaySeconds: 5,
    });
    expect(found.Events!.Properties).toEqual({
      FifoTopic: true,
      ContentBasedDeduplication: true,
      FifoThroughputScope: 'MessageGroup',
      TopicName: expect.stringMatching(/\.fifo$/),
    });
    expect(environmentOf(stack, 'Send')).toMatchObject({
      FAASTEN_LINK_orders: { 'Fn::Join': ['', ['sqs:', { Ref: 'Orders' }, '#content']] },
      FAASTEN_LINK_events: { 'Fn::Join': ['', ['sns:', { Ref: 'Events' }, '#content']] },
    });
  });

  const wrong: Record<string, [() => unknown, string]> = {
    'a window': [
      () => fulfil(new Queue(newStack(), 'Orders', { fifo: true }).messages({ window: Duration.seconds(1) })),
      "function 'other/Fulfil': triggers.Orders has a window of 1 seconds, and Lambda does not wait for batches of a fifo queue",
    ],
    'a large batch': [
      () => fulfil(new Queue(newStack(), 'Orders', { fifo: true }).messages({ batchSize: 11 })),
      'has batchSize 11, and Lambda takes at most 10 messages of a fifo queue at once',
    ],
    'a fifo topic to a function': [
      () => fulfil(new Topic(newStack(), 'Events', { fifo: true }).messages()),
      'triggers.Orders is of a fifo topic, and SNS delivers those to queues only',
    ],
    'content without order': [
      () => new Queue(newStack(), 'Orders', { contentBasedDeduplication: true as never }),
      "queue 'shop/Orders': contentBasedDeduplication is set without fifo; set fifo: true, or leave it out",
    ],
    'a long delay': [
      () => new Queue(newStack(), 'Orders', { delay: Duration.minutes(16) }),
      "queue 'shop/Orders': delay is 16 minutes; give whole seconds, from 0 to 900",
    ],
  };
  test.each(Object.entries(wrong))('refuses %s', (_, [run, message]) => {
    expect(errorOf(run).message).toContain(message);
  });
});

function fulfil(trigger: any): void {
  new ServerlessFunction(newStack('other'), 'Fulfil', { entry, triggers: { Orders: trigger } });
}
