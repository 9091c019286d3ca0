import type { Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, test } from 'vitest';
import { Bucket, Duration, Queue, Schedule, ServerlessFunction, Topic } from '../../../lib/index.js';
import { AwsFunction, AwsQueue } from '../../../lib/platforms/aws/index.js';
import { entry, environmentOf, errorOf, newStack, resourcesOf, statementsOf, typesOf } from './template.js';

const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

describe('queue', () => {
  test('is polled by Lambda, which reports the messages that failed', () => {
    const stack = newStack();
    const orders = new Queue(stack, 'Orders');
    const triggers = { Orders: orders.messages({ batchSize: 100, window: Duration.seconds(5), maxConcurrency: 3 }) };
    new ServerlessFunction(stack, 'Fulfil', { entry, timeout: Duration.seconds(20), triggers });
    const found = resourcesOf(stack);
    expect(found.FulfilTriggersOrders).toEqual({
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        EventSourceArn: arn('Orders'),
        FunctionName: { Ref: 'Fulfil' },
        BatchSize: 100,
        MaximumBatchingWindowInSeconds: 5,
        ScalingConfig: { MaximumConcurrency: 3 },
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      },
    });
    expect(statementsOf(stack, 'FulfilRole').slice(1)).toEqual([
      {
        Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
        Effect: 'Allow',
        Resource: arn('Orders'),
      },
    ]);
    expect(environmentOf(stack, 'Fulfil').FAASTEN_SOURCE_Orders).toEqual(arn('Orders'));
    // Six times the timeout, and the window.
    expect(found.Orders!.Properties.VisibilityTimeout).toBe(125);
    // The queue retries and keeps dead messages itself.
    expect(typesOf(stack)).not.toContain('AWS::Lambda::EventInvokeConfig');
  });

  test('hides a message as long as its slowest consumer takes', () => {
    const stack = newStack();
    const orders = new Queue(stack, 'Orders');
    for (const minutes of [1, 15, 2]) {
      const timeout = Duration.minutes(minutes);
      new ServerlessFunction(stack, `Take${'A'.repeat(minutes)}`, { entry, timeout, triggers: { Orders: orders.messages() } });
    }
    expect(resourcesOf(stack).Orders!.Properties.VisibilityTimeout).toBe(5400);
  });

  test('with a key of the user’s: the consumer may decrypt', () => {
    const stack = newStack();
    const encryptionMasterKey = new Key(stack, 'Key');
    const orders = new Queue(stack, 'Orders', { tuning: [AwsQueue.tune({ encryptionMasterKey })] });
    new ServerlessFunction(stack, 'Fulfil', { entry, triggers: { Orders: orders.messages() } });
    expect(statementsOf(stack, 'FulfilRole').at(-1)).toEqual({ Action: 'kms:Decrypt', Effect: 'Allow', Resource: arn('Key') });
    const { Orders, OrdersDeadLetters } = resourcesOf(stack);
    expect(Orders!.Properties.KmsMasterKeyId).toEqual(arn('Key'));
    expect(OrdersDeadLetters!.Properties.KmsMasterKeyId).toEqual(arn('Key'));
  });

  const wrong: Record<string, [object, string]> = {
    'large batch': [{ batchSize: 11 }, 'batchSize 11, and Lambda collects more than 10 messages only with a window'],
    'one at a time': [{ maxConcurrency: 1 }, 'maxConcurrency 1, and Lambda limits a queue to 2 to 1000'],
    'too many': [{ maxConcurrency: 1001 }, 'maxConcurrency 1001, and Lambda limits a queue to 2 to 1000'],
  };
  test.each(Object.entries(wrong))('limits: %s', (_, [options, message]) => {
    const stack = newStack();
    const triggers = { Orders: new Queue(stack, 'Orders').messages(options) };
    expect(errorOf(() => new ServerlessFunction(stack, 'Fulfil', { entry, triggers })).message).toContain(
      `function 'shop/Fulfil': triggers.Orders has ${message}`,
    );
  });

  test('a second trigger for the same queue is refused: Lambda has one for each queue and function', () => {
    const stack = newStack();
    const orders = new Queue(stack, 'Orders');
    const triggers = { One: orders.messages(), Two: orders.messages() };
    expect(errorOf(() => new ServerlessFunction(stack, 'Fulfil', { entry, triggers })).message).toBe(
      "function 'shop/Fulfil': triggers.One and triggers.Two have the same source, and Lambda polls a queue once for each " +
        'function; make one trigger of them, or give the second one to another function',
    );
  });
});

describe('events that nobody waits for', () => {
  /** What every such trigger adds to a function, besides the trigger itself. */
  function expectDeadLetters(stack: Stack, fn: string, senders: readonly { service: string; source: unknown }[]) {
    const found = resourcesOf(stack);
    expect(found[`${fn}AsyncInvocation`]).toEqual({
      Type: 'AWS::Lambda::EventInvokeConfig',
      Properties: {
        FunctionName: { Ref: fn },
        Qualifier: '$LATEST',
        MaximumRetryAttempts: 2,
        DestinationConfig: { OnFailure: { Destination: arn(`${fn}DeadLetters`) } },
      },
    });
    expect(found[`${fn}DeadLetters`]).toMatchObject({
      Type: 'AWS::SQS::Queue',
      Properties: { MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true },
    });
    expect(statementsOf(stack, `${fn}Role`)).toContainEqual({
      Action: 'sqs:SendMessage',
      Effect: 'Allow',
      Resource: arn(`${fn}DeadLetters`),
    });
    const [overTls, ...allowed] = found[`${fn}DeadLettersPolicy`]!.Properties.PolicyDocument.Statement;
    expect(overTls).toMatchObject({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
    expect(allowed).toEqual(
      senders.map(({ service, source }) => ({
        Action: 'sqs:SendMessage',
        Effect: 'Allow',
        Principal: { Service: service },
        Resource: arn(`${fn}DeadLetters`),
        Condition: { ArnEquals: { 'aws:SourceArn': source } },
      })),
    );
  }

  test('topic: a subscription, filtered by attributes', () => {
    const stack = newStack();
    const events = new Topic(stack, 'Events');
    const triggers = { Paid: events.messages({ filter: { status: ['paid', 'refused'], shop: ['tea'] } }) };
    new ServerlessFunction(stack, 'Notify', { entry, triggers });
    const found = resourcesOf(stack);
    expect(found.NotifyTriggersPaid).toEqual({
      Type: 'AWS::SNS::Subscription',
      Properties: {
        TopicArn: { Ref: 'Events' },
        Protocol: 'lambda',
        Endpoint: arn('Notify'),
        FilterPolicy: { status: ['paid', 'refused'], shop: ['tea'] },
        FilterPolicyScope: 'MessageAttributes',
        RedrivePolicy: { deadLetterTargetArn: arn('NotifyDeadLetters') },
      },
    });
    expect(found.NotifyTriggersPaidPermission!.Properties).toEqual({
      Action: 'lambda:InvokeFunction',
      FunctionName: arn('Notify'),
      Principal: 'sns.amazonaws.com',
      SourceArn: { Ref: 'Events' },
    });
    expect(environmentOf(stack, 'Notify').FAASTEN_SOURCE_Paid).toEqual({ Ref: 'Events' });
    expectDeadLetters(stack, 'Notify', [{ service: 'sns.amazonaws.com', source: { Ref: 'Events' } }]);
  });

  test('topic without a filter gets every message', () => {
    const stack = newStack();
    new ServerlessFunction(stack, 'Notify', { entry, triggers: { All: new Topic(stack, 'Events').messages() } });
    expect(Object.keys(resourcesOf(stack).NotifyTriggersAll!.Properties)).not.toContain('FilterPolicy');
  });

  test('topic filters have limits, and a topic has one subscription for each function', () => {
    const stack = newStack();
    const events = new Topic(stack, 'Events');
    const many = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((key) => [key, ['1']]));
    const values = (count: number) => Array.from({ length: count }, (_, index) => `${index}`);
    const make = (triggers: object) =>
      errorOf(() => new ServerlessFunction(stack, `F${Math.random()}`, { entry, triggers } as any));
    expect(make({ All: events.messages({ filter: many }) }).message).toContain('filters by 6 attributes, and SNS by at most 5');
    expect(make({ All: events.messages({ filter: { a: values(20), b: values(8) } }) }).message).toContain(
      'has a filter of 160 combinations, and SNS takes at most 150',
    );
    expect(make({ One: events.messages(), Two: events.messages() }).message).toContain(
      'triggers.One and triggers.Two have the same source, and SNS keeps one subscription for each topic and function',
    );
  });

  test('objects: an EventBridge rule, and no custom resource', () => {
    const stack = newStack();
    const photos = new Bucket(stack, 'Photos');
    new ServerlessFunction(stack, 'Thumb', { entry, triggers: { Upload: photos.objects({ prefix: 'raw/', suffix: '.jpg' }) } });
    const found = resourcesOf(stack);
    expect(found.Photos!.Properties.NotificationConfiguration).toEqual({
      EventBridgeConfiguration: { EventBridgeEnabled: true },
    });
    expect(found.ThumbTriggersUpload).toEqual({
      Type: 'AWS::Events::Rule',
      Properties: {
        EventPattern: {
          source: ['aws.s3'],
          'detail-type': ['Object Created'],
          detail: { bucket: { name: [{ Ref: 'Photos' }] }, object: { key: [{ wildcard: 'raw/*.jpg' }] } },
        },
        Targets: [
          {
            Id: 'Function',
            Arn: arn('Thumb'),
            RetryPolicy: { MaximumRetryAttempts: 2 },
            DeadLetterConfig: { Arn: arn('ThumbDeadLetters') },
          },
        ],
      },
    });
    expect(found.ThumbTriggersUploadPermission!.Properties).toMatchObject({
      Principal: 'events.amazonaws.com',
      SourceArn: arn('ThumbTriggersUpload'),
    });
    expect(environmentOf(stack, 'Thumb').FAASTEN_SOURCE_Upload).toEqual({ Ref: 'Photos' });
    expectDeadLetters(stack, 'Thumb', [{ service: 'events.amazonaws.com', source: arn('ThumbTriggersUpload') }]);
    expect(typesOf(stack).filter((type) => type.startsWith('Custom::'))).toEqual([]);
  });

  test.each([
    [{}, undefined],
    [{ prefix: 'raw/' }, { key: [{ prefix: 'raw/' }] }],
    [{ suffix: '.jpg' }, { key: [{ suffix: '.jpg' }] }],
    [{ prefix: 'a\\b', suffix: 'c' }, { key: [{ wildcard: 'a\\\\b*c' }] }],
  ])('objects: keys of %o', (options, object) => {
    const stack = newStack();
    const triggers = { Change: new Bucket(stack, 'Photos').objects({ ...options, events: ['created', 'deleted'] }) };
    new ServerlessFunction(stack, 'Thumb', { entry, triggers });
    const pattern = resourcesOf(stack).ThumbTriggersChange!.Properties.EventPattern;
    expect(pattern['detail-type']).toEqual(['Object Created', 'Object Deleted']);
    expect(pattern.detail.object).toEqual(object);
  });

  test('objects: further triggers on the same bucket carry their name', () => {
    const stack = newStack();
    const photos = new Bucket(stack, 'Photos');
    const triggers = { Raw: photos.objects({ prefix: 'raw/' }), Gone: photos.objects({ events: ['deleted'] }) };
    new ServerlessFunction(stack, 'Thumb', { entry, triggers });
    const target = (id: string) => resourcesOf(stack)[id]!.Properties.Targets[0];
    expect(target('ThumbTriggersRaw')).not.toHaveProperty('InputTransformer');
    expect(target('ThumbTriggersGone').InputTransformer).toEqual({
      InputTemplate: '{"faasten":"objects","name":"Gone","event":<aws.events.event.json>}',
    });
    const sources = Object.keys(environmentOf(stack, 'Thumb')).filter((name) => name.startsWith('FAASTEN_SOURCE_'));
    expect(sources).toEqual(['FAASTEN_SOURCE_Raw']);
  });

  test('schedule: one role for all schedules of a function, which may start nothing else', () => {
    const stack = newStack();
    new ServerlessFunction(stack, 'Report', {
      entry,
      triggers: {
        Nightly: Schedule.cron('0 3 * * *', { timeZone: 'Europe/Berlin' }),
        Often: Schedule.rate(Duration.minutes(90)),
      },
    });
    const found = resourcesOf(stack);
    const target = (name: string) => ({
      Arn: arn('Report'),
      RoleArn: arn('ReportSchedulerRole'),
      Input: `{"faasten":"schedule","name":"${name}","id":"<aws.scheduler.execution-id>","time":"<aws.scheduler.scheduled-time>"}`,
      RetryPolicy: { MaximumRetryAttempts: 2 },
      DeadLetterConfig: { Arn: arn('ReportDeadLetters') },
    });
    expect(found.ReportTriggersNightly).toEqual({
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        FlexibleTimeWindow: { Mode: 'OFF' },
        ScheduleExpression: 'cron(0 3 * * ? *)',
        ScheduleExpressionTimezone: 'Europe/Berlin',
        Target: target('Nightly'),
      },
    });
    expect(found.ReportTriggersOften!.Properties).toEqual({
      FlexibleTimeWindow: { Mode: 'OFF' },
      ScheduleExpression: 'rate(90 minutes)',
      Target: target('Often'),
    });
    const { AssumeRolePolicyDocument, Policies } = found.ReportSchedulerRole!.Properties;
    expect(AssumeRolePolicyDocument.Statement).toEqual([
      {
        Action: 'sts:AssumeRole',
        Effect: 'Allow',
        Principal: { Service: 'scheduler.amazonaws.com' },
        Condition: {
          StringEquals: {
            'aws:SourceAccount': { Ref: 'AWS::AccountId' },
            'aws:SourceArn': expect.objectContaining({ 'Fn::Join': expect.anything() }),
          },
        },
      },
    ]);
    expect(Policies[0].PolicyDocument.Statement).toEqual([
      { Action: 'lambda:InvokeFunction', Effect: 'Allow', Resource: arn('Report') },
      { Action: 'sqs:SendMessage', Effect: 'Allow', Resource: arn('ReportDeadLetters') },
    ]);
    expectDeadLetters(stack, 'Report', []);
  });

  test('all of them share one queue of dead letters', () => {
    const stack = newStack();
    const fn = new ServerlessFunction(stack, 'All', {
      entry,
      triggers: {
        News: new Topic(stack, 'News').messages(),
        Upload: new Bucket(stack, 'Photos').objects(),
        Daily: Schedule.rate(Duration.days(1)),
      },
    });
    expect(typesOf(stack).filter((type) => type === 'AWS::SQS::Queue')).toHaveLength(1);
    expect(typesOf(stack).filter((type) => type === 'AWS::Lambda::EventInvokeConfig')).toHaveLength(1);
    expect(AwsFunction.of(fn).deadLetters).toBeDefined();
  });

  test('fewer attempts and no dead letters, where the function says so', () => {
    const stack = newStack();
    new ServerlessFunction(stack, 'Once', {
      entry,
      retry: { maxAttempts: 1, deadLetters: false },
      triggers: {
        News: new Topic(stack, 'News').messages(),
        Upload: new Bucket(stack, 'Photos').objects(),
        Daily: Schedule.rate(Duration.days(1)),
      },
    });
    const found = resourcesOf(stack);
    expect(found.OnceAsyncInvocation!.Properties).toEqual({
      FunctionName: { Ref: 'Once' },
      Qualifier: '$LATEST',
      MaximumRetryAttempts: 0,
    });
    expect(found.OnceTriggersNews!.Properties).not.toHaveProperty('RedrivePolicy');
    expect(found.OnceTriggersUpload!.Properties.Targets[0].RetryPolicy).toEqual({ MaximumRetryAttempts: 0 });
    expect(found.OnceTriggersUpload!.Properties.Targets[0]).not.toHaveProperty('DeadLetterConfig');
    expect(found.OnceTriggersDaily!.Properties.Target).not.toHaveProperty('DeadLetterConfig');
    expect(typesOf(stack)).not.toContain('AWS::SQS::Queue');
  });
});
