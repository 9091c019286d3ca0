import { Duration as CdkDuration, RemovalPolicy } from 'aws-cdk-lib';
import { Bucket as S3Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, test } from 'vitest';
import { Bucket, Duration, Queue, Service, Topic } from '../../../lib/index.js';
import { AwsBucket, AwsQueue, AwsTopic } from '../../../lib/platforms/aws/index.js';
import { newStack, resourcesOf, typesOf } from './template.js';

const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const onlyOverTls = { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } };

describe('queue', () => {
  test('is encrypted, closed to plain HTTP, and moves dead messages aside', () => {
    const stack = newStack();
    new Queue(stack, 'Orders', { maxAttempts: 7, retention: Duration.days(1), tags: { team: 'tea' } });
    const found = resourcesOf(stack);
    expect(Object.keys(found)).toEqual(['OrdersDeadLetters', 'OrdersDeadLettersPolicy', 'Orders', 'OrdersPolicy']);
    const Tags = [{ Key: 'team', Value: 'tea' }];
    expect(found.Orders!.Properties).toEqual({
      MessageRetentionPeriod: 86_400,
      RedrivePolicy: { deadLetterTargetArn: arn('OrdersDeadLetters'), maxReceiveCount: 7 },
      SqsManagedSseEnabled: true,
      VisibilityTimeout: 30,
      Tags,
    });
    expect(found.OrdersDeadLetters!.Properties).toEqual({ MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true, Tags });
    for (const id of ['OrdersPolicy', 'OrdersDeadLettersPolicy']) {
      expect(found[id]!.Properties.PolicyDocument.Statement).toEqual([expect.objectContaining(onlyOverTls)]);
    }
  });

  test('can be tuned, and reached', () => {
    const stack = newStack();
    const orders = new Queue(stack, 'Orders', {
      tuning: [AwsQueue.tune({ deliveryDelay: CdkDuration.seconds(9), removalPolicy: RemovalPolicy.RETAIN })],
    });
    const { queue, deadLetters } = AwsQueue.of(orders);
    expect([queue.node.path, deadLetters!.node.path]).toEqual(['shop/Orders/Resource', 'shop/Orders/DeadLetters']);
    const found = resourcesOf(stack);
    expect(found.Orders).toMatchObject({ Properties: { DelaySeconds: 9 }, DeletionPolicy: 'Retain' });
    expect(found.OrdersDeadLetters).toMatchObject({ DeletionPolicy: 'Retain' });
  });
});

describe('topic', () => {
  test('is closed to plain HTTP', () => {
    const stack = newStack();
    new Topic(stack, 'Events', { tags: { team: 'tea' } });
    const found = resourcesOf(stack);
    expect(found.Events).toEqual({ Type: 'AWS::SNS::Topic', Properties: { Tags: [{ Key: 'team', Value: 'tea' }] } });
    expect(found.EventsPolicy!.Properties.PolicyDocument.Statement).toEqual([expect.objectContaining(onlyOverTls)]);
  });

  test('can be tuned, and reached', () => {
    const stack = newStack();
    const events = new Topic(stack, 'Events', { tuning: [AwsTopic.tune({ displayName: 'News' })] });
    expect(AwsTopic.of(events).topic).toBe(events.node.defaultChild);
    expect(resourcesOf(stack).Events!.Properties).toEqual({ DisplayName: 'News' });
  });
});

describe('bucket', () => {
  test('is private, encrypted, closed to plain HTTP, and kept', () => {
    const stack = newStack();
    new Bucket(stack, 'Photos');
    const found = resourcesOf(stack);
    expect(found.Photos).toEqual({
      Type: 'AWS::S3::Bucket',
      Properties: {
        BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      },
      UpdateReplacePolicy: 'Retain',
      DeletionPolicy: 'Retain',
    });
    expect(found.PhotosPolicy!.Properties.PolicyDocument.Statement).toEqual([expect.objectContaining(onlyOverTls)]);
  });

  test('versions, and removal with the objects by the CDK’s own custom resource', () => {
    const stack = newStack();
    new Bucket(stack, 'Photos', { versioned: true, removal: 'delete', tags: { team: 'tea' } });
    expect(resourcesOf(stack).Photos).toMatchObject({
      Properties: {
        VersioningConfiguration: { Status: 'Enabled' },
        Tags: expect.arrayContaining([{ Key: 'team', Value: 'tea' }]),
      },
      DeletionPolicy: 'Delete',
    });
    expect(typesOf(stack)).toContain('Custom::S3AutoDeleteObjects');
  });

  test('can be tuned for a whole service, and reached', () => {
    const stack = newStack();
    const logs = new S3Bucket(stack, 'Logs');
    const service = new Service(stack, 'Shop', { tuning: [AwsBucket.tune({ serverAccessLogsBucket: logs })] });
    const photos = new Bucket(service, 'Photos');
    expect(AwsBucket.of(photos).bucket).toBe(photos.node.defaultChild);
    expect(resourcesOf(stack).ShopPhotos!.Properties.LoggingConfiguration).toEqual({ DestinationBucketName: { Ref: 'Logs' } });
  });
});
