import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Alias, Function as Lambda, Version } from 'aws-cdk-lib/aws-lambda';
import { Bucket as S3Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic as SnsTopic } from 'aws-cdk-lib/aws-sns';
import { Queue as SqsQueue } from 'aws-cdk-lib/aws-sqs';
import { Duration as CdkDuration } from 'aws-cdk-lib/core';
import { describe, expect, test } from 'vitest';
import { HttpApi, describe as model, Queue, ServerlessFunction, Topic } from '../../../lib/index.js';
import { AwsBucket, AwsFunction, AwsQueue, AwsTopic } from '../../../lib/platforms/aws/index.js';
import { withoutBundling } from '../../../lib/testing/index.js';
import { entry, environmentOf, errorOf, newStack, resourcesOf, statementsOf, typesOf } from './template.js';

const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const here = { env: { region: 'eu-west-1', account: '123456789012' } };

describe('a queue of the larger stack', () => {
  test('is sent to and polled, with its key, and left as it is', () => {
    const stack = newStack();
    const encryptionMasterKey = new Key(stack, 'Key');
    const theirs = new SqsQueue(stack, 'Theirs', { encryptionMasterKey, visibilityTimeout: CdkDuration.minutes(3) });
    const orders = AwsQueue.from<{ id: string }>(stack, 'Orders', theirs);
    new ServerlessFunction(stack, 'Both', { entry, links: { orders }, triggers: { Orders: orders.messages() } });
    expect(statementsOf(stack, 'BothRole').slice(1)).toEqual([
      { Action: 'sqs:SendMessage', Effect: 'Allow', Resource: arn('Theirs') },
      { Action: ['kms:GenerateDataKey', 'kms:Decrypt'], Effect: 'Allow', Resource: arn('Key') },
      {
        Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
        Effect: 'Allow',
        Resource: arn('Theirs'),
      },
      { Action: 'kms:Decrypt', Effect: 'Allow', Resource: arn('Key') },
    ]);
    expect(resourcesOf(stack).Theirs!.Properties).toEqual({ KmsMasterKeyId: arn('Key'), VisibilityTimeout: 180 });
    expect(typesOf(stack).filter((type) => type === 'AWS::SQS::Queue')).toHaveLength(1);
    expect(AwsQueue.of(orders).queue).toBe(theirs);
    expect(model(stack)).toMatchObject({ queues: [], existing: [{ type: 'queue', path: 'shop/Orders' }] });
  });

  test('shows a message again only after the function has timed out', () => {
    const stack = newStack();
    const orders = AwsQueue.from(stack, 'Orders', new SqsQueue(stack, 'Theirs', { visibilityTimeout: CdkDuration.seconds(20) }));
    expect(errorOf(() => new ServerlessFunction(stack, 'Take', { entry, triggers: { Orders: orders.messages() } })).message).toBe(
      "function 'shop/Take': its timeout is 30 seconds, and the queue 'shop/Theirs' shows a message again after 20; " +
        'set visibilityTimeout of the queue to 180 seconds, six times the timeout, as AWS recommends',
    );
  });

  test('keeps order or does not', () => {
    const stack = newStack();
    const fifo = new SqsQueue(stack, 'Fifo', { fifo: true, contentBasedDeduplication: true });
    expect(errorOf(() => AwsQueue.from(stack, 'A', fifo)).message).toContain('use AwsQueue.fromFifo(...)');
    expect(errorOf(() => AwsQueue.fromFifo(stack, 'B', new SqsQueue(stack, 'Plain'))).message).toContain(
      'use AwsQueue.from(...)',
    );
    new ServerlessFunction(stack, 'Send', { entry, links: { orders: AwsQueue.fromFifo(stack, 'Orders', fifo) } });
    expect(JSON.stringify(environmentOf(stack, 'Send').FAASTEN_LINK_orders)).toContain('#content');
  });

  test('from elsewhere: other regions are refused, other accounts have to agree', () => {
    const stack = new Stack(withoutBundling(new App()), 'shop', here);
    const take = (id: string, arn: string) => {
      const queue = AwsQueue.from(stack, `${id}Queue`, SqsQueue.fromQueueArn(stack, `${id}Theirs`, arn));
      new ServerlessFunction(stack, id, { entry, triggers: { Orders: queue.messages() } });
    };
    expect(errorOf(() => take('Region', 'arn:aws:sqs:us-east-1:123456789012:orders')).message).toContain(
      "triggers.Orders is of the queue 'shop/RegionTheirs' in us-east-1, and Lambda polls queues of its own region only",
    );
    take('Account', 'arn:aws:sqs:eu-west-1:210987654321:orders');
    Annotations.fromStack(stack).hasWarning(
      '/shop/Account',
      Match.stringLikeRegexp('is in the account 210987654321; the policy there'),
    );
  });

  test('gets messages of a topic only where its policy can be changed', () => {
    const stack = newStack();
    const topic = new Topic(stack, 'Events');
    const ours = AwsQueue.from(stack, 'Ours', new SqsQueue(stack, 'InThisApp'));
    ours.subscribe('All', topic);
    expect(resourcesOf(stack).InThisAppPolicy!.Properties.PolicyDocument.Statement[0]).toMatchObject({
      Principal: { Service: 'sns.amazonaws.com' },
      Condition: { ArnEquals: { 'aws:SourceArn': { Ref: 'Events' } } },
    });
    const imported = SqsQueue.fromQueueArn(stack, 'Imported', 'arn:aws:sqs:eu-west-1:123456789012:orders');
    expect(errorOf(() => AwsQueue.from(stack, 'Theirs', imported).subscribe('All', topic)).message).toContain(
      "'shop/Imported' is declared elsewhere, and the subscription needs a statement in its policy",
    );
  });
});

describe('a topic of the larger stack', () => {
  test('is published to and subscribed to, in its own region', () => {
    const stack = new Stack(withoutBundling(new App()), 'shop', here);
    const theirs = SnsTopic.fromTopicArn(stack, 'Theirs', 'arn:aws:sns:us-east-1:123456789012:events');
    const events = AwsTopic.from(stack, 'Events', theirs);
    new ServerlessFunction(stack, 'Both', { entry, links: { events }, triggers: { Events: events.messages() } });
    new Queue(stack, 'Copies').subscribe('All', events);
    const found = resourcesOf(stack);
    const there = { TopicArn: 'arn:aws:sns:us-east-1:123456789012:events', Region: 'us-east-1' };
    expect(found.BothTriggersEvents!.Properties).toMatchObject({ ...there, Protocol: 'lambda' });
    expect(found.CopiesSubscriptionsAll!.Properties).toMatchObject({ ...there, Protocol: 'sqs' });
    expect(statementsOf(stack, 'BothRole')).toContainEqual({ Action: 'sns:Publish', Effect: 'Allow', Resource: there.TopicArn });
  });
});

describe('a bucket of the larger stack', () => {
  test('of this app is told to send its events, without a function of the CDK’s', () => {
    const stack = newStack();
    const photos = AwsBucket.from(stack, 'Photos', new S3Bucket(stack, 'Theirs', { encryptionKey: new Key(stack, 'Key') }));
    const links = { photos: photos.readOnly() };
    new ServerlessFunction(stack, 'Thumbnail', { entry, links, triggers: { Upload: photos.objects({ prefix: 'raw/' }) } });
    const found = resourcesOf(stack);
    expect(found.Theirs!.Properties.NotificationConfiguration).toEqual({
      EventBridgeConfiguration: { EventBridgeEnabled: true },
    });
    expect(found.ThumbnailTriggersUpload!.Properties.EventPattern.detail).toEqual({
      bucket: { name: [{ Ref: 'Theirs' }] },
      object: { key: [{ prefix: 'raw/' }] },
    });
    expect(statementsOf(stack, 'ThumbnailRole')).toContainEqual({ Action: 'kms:Decrypt', Effect: 'Allow', Resource: arn('Key') });
    expect(typesOf(stack).filter((type) => type === 'AWS::Lambda::Function')).toHaveLength(1);
  });

  test('from elsewhere has to send its events itself, and to this account', () => {
    const stack = new Stack(withoutBundling(new App()), 'shop', here);
    const theirs = S3Bucket.fromBucketName(stack, 'Theirs', 'photos');
    const triggers = { Upload: AwsBucket.from(stack, 'Photos', theirs).objects() };
    new ServerlessFunction(stack, 'Thumbnail', { entry, triggers });
    Annotations.fromStack(stack).hasInfo('/shop/Thumbnail', Match.stringLikeRegexp('only if that sends them to EventBridge'));
    const account = { bucketName: 'photos', account: '210987654321' };
    const other = AwsBucket.from(stack, 'OtherPhotos', S3Bucket.fromBucketAttributes(stack, 'Other', account));
    expect(errorOf(() => new ServerlessFunction(stack, 'F', { entry, triggers: { Upload: other.objects() } })).message).toContain(
      'in the account 210987654321, and S3 tells the event bus of its own account and region',
    );
  });
});

describe('a function of the larger stack', () => {
  const legacy = 'arn:aws:lambda:eu-west-1:123456789012:function:legacy';

  test('is called, and nothing else of it is allowed', () => {
    const stack = newStack();
    const prices = AwsFunction.from<{ sku: string }, { cents: number }>(
      stack,
      'Prices',
      Lambda.fromFunctionArn(stack, 'Theirs', legacy),
    );
    new ServerlessFunction(stack, 'Order', { entry, links: { prices } });
    expect(environmentOf(stack, 'Order').FAASTEN_LINK_prices).toBe(`lambda:${legacy}`);
    expect(statementsOf(stack, 'OrderRole').slice(1)).toEqual([
      { Action: 'lambda:InvokeFunction', Effect: 'Allow', Resource: legacy },
    ]);
    expect(typesOf(stack).filter((type) => type === 'AWS::Lambda::Function')).toHaveLength(1);
    expect(model(stack)).toMatchObject({
      functions: [{ permissions: [{ may: 'call', on: 'shop/Prices' }] }],
      existing: [{ type: 'function', path: 'shop/Prices' }],
    });
  });

  test('is called by its alias, where that is given, and may be told of failures', () => {
    const stack = newStack();
    const version = Version.fromVersionArn(stack, 'Version', `${legacy}:7`);
    const live = Alias.fromAliasAttributes(stack, 'Live', { aliasName: 'live', aliasVersion: version });
    const tuning = [AwsFunction.tune({ onFailure: AwsFunction.from(stack, 'Rescue', live) })];
    new ServerlessFunction(stack, 'Order', { entry, retry: { deadLetters: false }, tuning });
    expect(statementsOf(stack, 'OrderRole').slice(1)).toEqual([
      { Action: 'lambda:InvokeFunction', Effect: 'Allow', Resource: `${legacy}:live` },
    ]);
    expect(resourcesOf(stack).OrderAsyncInvocation!.Properties.DestinationConfig).toEqual({
      OnFailure: { Destination: `${legacy}:live` },
    });
  });

  test('in another account has to agree', () => {
    const stack = new Stack(withoutBundling(new App()), 'shop', here);
    const theirs = Lambda.fromFunctionArn(stack, 'Theirs', 'arn:aws:lambda:eu-west-1:210987654321:function:legacy');
    new ServerlessFunction(stack, 'Order', { entry, links: { prices: AwsFunction.from(stack, 'Prices', theirs) } });
    Annotations.fromStack(stack).hasWarning(
      '/shop/Order',
      Match.stringLikeRegexp('is in the account 210987654321; the policy there'),
    );
  });

  test('answers no routes', () => {
    const stack = newStack();
    const prices: any = AwsFunction.from(stack, 'Prices', Lambda.fromFunctionArn(stack, 'Theirs', legacy));
    expect(errorOf(() => new HttpApi(stack, 'Api', { routes: { 'GET /': prices } })).message).toContain(
      'give a ServerlessFunction',
    );
  });
});
