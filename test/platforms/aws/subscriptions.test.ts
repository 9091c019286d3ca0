import { Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, test } from 'vitest';
import { describe as model, Queue, ServerlessFunction, Topic } from '../../../lib/index.js';
import { AwsQueue, AwsTopic } from '../../../lib/platforms/aws/index.js';
import { entry, errorOf, newStack, resourcesOf, typesOf } from './template.js';

const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

describe('a queue gets the messages of a topic', () => {
  test('raw, and from that topic only', () => {
    const stack = newStack();
    const events = new Topic(stack, 'Events');
    const orders = new Queue(stack, 'Orders');
    orders.subscribe('Paid', events, { filter: { status: ['paid'] } });
    const found = resourcesOf(stack);
    expect(found.OrdersSubscriptionsPaid).toEqual({
      Type: 'AWS::SNS::Subscription',
      Properties: {
        TopicArn: { Ref: 'Events' },
        Protocol: 'sqs',
        Endpoint: arn('Orders'),
        RawMessageDelivery: true,
        FilterPolicy: { status: ['paid'] },
        FilterPolicyScope: 'MessageAttributes',
        RedrivePolicy: { deadLetterTargetArn: arn('OrdersDeadLetters') },
      },
      DependsOn: ['OrdersDeadLettersPolicy', 'OrdersPolicy'].map((id) => expect.stringContaining(id)),
    });
    for (const queue of ['Orders', 'OrdersDeadLetters']) {
      const [overTls, ...allowed] = found[`${queue}Policy`]!.Properties.PolicyDocument.Statement;
      expect(overTls.Effect).toBe('Deny');
      expect(allowed).toEqual([
        {
          Action: 'sqs:SendMessage',
          Effect: 'Allow',
          Principal: { Service: 'sns.amazonaws.com' },
          Resource: arn(queue),
          Condition: { ArnEquals: { 'aws:SourceArn': { Ref: 'Events' } } },
        },
      ]);
    }
    expect(model(stack).queues).toMatchObject([
      { path: 'shop/Orders', subscriptions: { Paid: { filter: { status: ['paid'] }, topic: 'shop/Events' } } },
    ]);
  });

  test('with a key: the topic may use it', () => {
    const stack = newStack();
    const encryptionMasterKey = new Key(stack, 'Key');
    const orders = new Queue(stack, 'Orders', { tuning: [AwsQueue.tune({ encryptionMasterKey })] });
    orders.subscribe('All', new Topic(stack, 'Events'));
    expect(resourcesOf(stack).Key!.Properties.KeyPolicy.Statement).toContainEqual({
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Effect: 'Allow',
      Principal: { Service: 'sns.amazonaws.com' },
      Resource: '*',
      Condition: { ArnEquals: { 'aws:SourceArn': { Ref: 'Events' } } },
    });
  });

  test('in order, from a topic with order; one without is refused', () => {
    const stack = newStack();
    const events = new Topic(stack, 'Events', { fifo: true });
    const orders = new Queue(stack, 'Orders', { fifo: true });
    const copies = new Queue(stack, 'Copies');
    orders.subscribe('All', events);
    copies.subscribe('All', events);
    const found = resourcesOf(stack);
    expect(found.OrdersSubscriptionsAll!.Properties.RedrivePolicy).toEqual({ deadLetterTargetArn: arn('OrdersDeadLetters') });
    // Dead letters of a FIFO topic's subscription must be in a FIFO queue.
    expect(found.CopiesSubscriptionsAll!.Properties).not.toHaveProperty('RedrivePolicy');
    expect(errorOf(() => orders.subscribe('More', new Topic(stack, 'Plain') as never)).message).toBe(
      "queue 'shop/Orders': subscribe('More') got the topic 'shop/Plain', which keeps no order, and this queue does; " +
        'set fifo: true on the topic, or leave it out of the queue',
    );
    expect(errorOf(() => orders.subscribe('All', events)).message).toBe(
      "queue 'shop/Orders': subscribe('All') was called before; choose another id",
    );
  });
});

describe('filters', () => {
  test('by prefix, exclusion and presence', () => {
    const stack = newStack();
    const filter = { status: ['paid', { prefix: 'part' }], region: [{ not: ['us', 'cn'] }], test: [{ exists: false }] };
    new ServerlessFunction(stack, 'Notify', { entry, triggers: { Events: new Topic(stack, 'Events').messages({ filter }) } });
    expect(resourcesOf(stack).NotifyTriggersEvents!.Properties.FilterPolicy).toEqual({
      status: ['paid', { prefix: 'part' }],
      region: [{ 'anything-but': ['us', 'cn'] }],
      test: [{ exists: false }],
    });
  });

  test('of AWS only, by tuning', () => {
    const stack = newStack();
    const filterPolicy = { cents: [{ numeric: ['>=', 1000] }] };
    const tuning = [AwsTopic.tuneSubscription({ filterPolicy, filterPolicyScope: 'MessageBody' })];
    new ServerlessFunction(stack, 'Notify', { entry, triggers: { Events: new Topic(stack, 'Events').messages({ tuning }) } });
    expect(resourcesOf(stack).NotifyTriggersEvents!.Properties).toMatchObject({
      FilterPolicy: filterPolicy,
      FilterPolicyScope: 'MessageBody',
    });
  });

  test.each([
    [[]],
    [['']],
    [[{ prefix: '' }]],
    [[{ not: [] }]],
    [[{ exists: 'yes' }]],
    [[{ prefix: 'a', exists: true }]],
    [[null]],
  ])('refuse %j', (values) => {
    const stack = newStack();
    expect(errorOf(() => new Topic(stack, 'Events').messages({ filter: { status: values as never } })).message).toContain(
      `trigger of topic 'shop/Events': filter.status is ${JSON.stringify(values)}; give one or more of: a non-empty string`,
    );
  });
});

test('settings of the event source mapping', () => {
  const stack = newStack();
  const pattern = JSON.stringify({ body: { kind: ['order'] } });
  const tuning = [
    AwsQueue.tuneMessages({
      filterCriteria: { filters: [{ pattern }] },
      provisionedPollerConfig: { minimumPollers: 2, maximumPollers: 10 },
    }),
  ];
  new ServerlessFunction(stack, 'Fulfil', { entry, triggers: { Orders: new Queue(stack, 'Orders').messages({ tuning }) } });
  expect(resourcesOf(stack).FulfilTriggersOrders!.Properties).toMatchObject({
    FilterCriteria: { Filters: [{ Pattern: pattern }] },
    ProvisionedPollerConfig: { MinimumPollers: 2, MaximumPollers: 10 },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
  expect(typesOf(stack)).toContain('AWS::Lambda::EventSourceMapping');
});
