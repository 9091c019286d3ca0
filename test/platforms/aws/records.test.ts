import { App, Stack } from 'aws-cdk-lib';
import { AttributeType, StreamViewType, Table, TableEncryption, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Stream, StreamEncryption } from 'aws-cdk-lib/aws-kinesis';
import { describe, expect, test } from 'vitest';
import { Duration, describe as model, ServerlessFunction } from '../../../lib/index.js';
import { AwsStream, AwsTable } from '../../../lib/platforms/aws/index.js';
import { entry, environmentOf, errorOf, newStack, resourcesOf, statementsOf } from './template.js';

const partitionKey = { name: 'id', type: AttributeType.STRING };
const streamOf = (id: string) => ({ 'Fn::GetAtt': [id, 'StreamArn'] });
const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

describe('changes of a table', () => {
  test('are read from its stream, in halves where they fail, and noted when given up', () => {
    const stack = newStack();
    const table = new Table(stack, 'Table', { partitionKey, stream: StreamViewType.NEW_AND_OLD_IMAGES });
    const orders = AwsTable.from(stack, 'Orders', table);
    const fn = new ServerlessFunction(stack, 'Index', { entry, triggers: { Orders: orders.changes() } });
    expect(resourcesOf(stack).IndexTriggersOrders).toEqual({
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        EventSourceArn: streamOf('Table'),
        FunctionName: { Ref: 'Index' },
        StartingPosition: 'LATEST',
        BatchSize: 100,
        BisectBatchOnFunctionError: true,
        MaximumRetryAttempts: 2,
        DestinationConfig: { OnFailure: { Destination: arn('IndexDeadLetters') } },
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      },
    });
    expect(statementsOf(stack, 'IndexRole').slice(1)).toEqual([
      {
        Action: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
        Effect: 'Allow',
        Resource: streamOf('Table'),
      },
      { Action: 'dynamodb:ListStreams', Effect: 'Allow', Resource: { 'Fn::Join': ['', [arn('Table'), '/stream/*']] } },
      { Action: 'sqs:SendMessage', Effect: 'Allow', Resource: arn('IndexDeadLetters') },
    ]);
    expect(environmentOf(stack, 'Index').FAASTEN_SOURCE_Orders).toEqual(streamOf('Table'));
    const described = model(stack);
    expect(described.existing).toEqual([{ type: 'table', path: 'shop/Orders' }]);
    expect(described.functions[0]).toMatchObject({ kinds: ['changes'], triggers: { Orders: { source: 'shop/Orders' } } });
    expect(fn.node.path).toBe('shop/Index');
  });

  test('with every setting', () => {
    const stack = newStack();
    const table = new TableV2(stack, 'Table', { partitionKey, dynamoStream: StreamViewType.NEW_IMAGE });
    const trigger = AwsTable.from(stack, 'Orders', table).changes({
      batchSize: 1000,
      window: Duration.seconds(5),
      from: 'oldest',
      bisect: false,
      maxAttempts: 5,
      maxAge: Duration.hours(1),
      tumblingWindow: Duration.minutes(1),
      filters: [{ dynamodb: { NewImage: { status: { S: ['paid'] } } } }],
      tuning: [AwsTable.tuneChanges({ enabled: false })],
    });
    new ServerlessFunction(stack, 'Index', { entry, retry: { deadLetters: false }, triggers: { Orders: trigger } });
    const { EventSourceArn: _, FunctionName: __, ...properties } = resourcesOf(stack).IndexTriggersOrders!.Properties;
    expect(properties).toEqual({
      BatchSize: 1000,
      MaximumBatchingWindowInSeconds: 5,
      StartingPosition: 'TRIM_HORIZON',
      BisectBatchOnFunctionError: false,
      MaximumRetryAttempts: 4,
      MaximumRecordAgeInSeconds: 3600,
      TumblingWindowInSeconds: 60,
      FilterCriteria: { Filters: [{ Pattern: '{"dynamodb":{"NewImage":{"status":{"S":["paid"]}}}}' }] },
      Enabled: false,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  test('of an encrypted table take its key', () => {
    const stack = newStack();
    const encryption = TableEncryption.CUSTOMER_MANAGED;
    const table = new Table(stack, 'Table', { partitionKey, encryption, stream: StreamViewType.KEYS_ONLY });
    const triggers = { Orders: AwsTable.from(stack, 'Orders', table).changes() };
    new ServerlessFunction(stack, 'Index', { entry, triggers });
    expect(statementsOf(stack, 'IndexRole')).toContainEqual({
      Action: 'kms:Decrypt',
      Effect: 'Allow',
      Resource: arn('TableKey'),
    });
  });

  test('need a stream', () => {
    const stack = newStack();
    const table = new Table(stack, 'Table', { partitionKey });
    expect(errorOf(() => AwsTable.from(stack, 'Orders', table)).message).toBe(
      "table 'shop/Orders': 'shop/Table' has no stream; turn it on where the table is declared, as in dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES",
    );
  });
});

describe('records of a data stream', () => {
  test('are read by shard, from a time on', () => {
    const stack = newStack();
    const clicks = AwsStream.from(stack, 'Clicks', new Stream(stack, 'Stream', { encryption: StreamEncryption.KMS }));
    const trigger = clicks.records({ from: new Date('2026-11-01T00:00:00Z'), parallel: 10 });
    new ServerlessFunction(stack, 'Count', { entry, triggers: { Clicks: trigger } });
    expect(resourcesOf(stack).CountTriggersClicks!.Properties).toMatchObject({
      EventSourceArn: arn('Stream'),
      StartingPosition: 'AT_TIMESTAMP',
      StartingPositionTimestamp: 1_793_491_200,
      ParallelizationFactor: 10,
    });
    expect(statementsOf(stack, 'CountRole').slice(1, 3)).toEqual([
      {
        Action: ['DescribeStream', 'DescribeStreamSummary', 'GetRecords', 'GetShardIterator', 'ListShards'].map(
          (each) => `kinesis:${each}`,
        ),
        Effect: 'Allow',
        Resource: arn('Stream'),
      },
      { Action: 'kms:Decrypt', Effect: 'Allow', Resource: arn('StreamKey') },
    ]);
  });

  const wrong: Record<string, [object, string]> = {
    position: [
      { from: 'now' },
      "trigger of stream 'shop/Clicks': from is 'now'; give 'latest' or 'oldest', or for a data stream a Date",
    ],
    parallel: [{ parallel: 11 }, 'parallel is 11; give a whole number from 1 to 10'],
    filters: [{ filters: ['text'] }, 'filters is ["text"]; give up to 5 patterns'],
    state: [
      { tumblingWindow: Duration.minutes(1), parallel: 2 },
      "function 'shop/Count': triggers.Clicks has a tumbling window and 2 batches of a shard at once",
    ],
  };
  test.each(Object.entries(wrong))('refuses a wrong %s', (_, [options, message]) => {
    const stack = newStack();
    const clicks = AwsStream.from(stack, 'Clicks', new Stream(stack, 'Stream'));
    const run = () => new ServerlessFunction(stack, 'Count', { entry, triggers: { Clicks: clicks.records(options) } });
    expect(errorOf(run).message).toContain(message);
  });

  test('are in the region of the function', () => {
    const stack = new Stack(new App(), 'shop', { env: { region: 'eu-west-1', account: '123456789012' } });
    const elsewhere = Stream.fromStreamArn(stack, 'Stream', 'arn:aws:kinesis:us-east-1:123456789012:stream/clicks');
    const triggers = { Clicks: AwsStream.from(stack, 'Clicks', elsewhere).records() };
    expect(errorOf(() => new ServerlessFunction(stack, 'Count', { entry, triggers })).message).toBe(
      "function 'shop/Count': triggers.Clicks is of the Kinesis stream 'shop/Stream' in us-east-1, and Lambda reads streams of its own " +
        'region only; put the function into that region, or forward the events to this one',
    );
  });
});
