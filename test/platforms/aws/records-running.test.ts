/** The bundle of a function with a table, a stream, a bus and a FIFO queue, on AWS's own runtime client. */
import { join } from 'node:path';
import { AttributeType, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Stream } from 'aws-cdk-lib/aws-kinesis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EventBus, Queue, ServerlessFunction } from '../../../lib/index.js';
import { AwsStream, AwsTable } from '../../../lib/platforms/aws/index.js';
import { missing } from '../../engines/engine.js';
import { available, type LambdaFunction } from '../../engines/lambda.js';
import { generated, available as samEvents } from '../../engines/sam-events.js';
import { payload } from '../../runtime/support.js';
import { startedFunction } from './running.js';

describe.skipIf(missing('aws-lambda-ric', available()))('records and events', () => {
  let running: LambdaFunction;
  beforeAll(async () => {
    running = await startedFunction((stack) => {
      const partitionKey = { name: 'Id', type: AttributeType.NUMBER };
      const table = new Table(stack, 'Table', { partitionKey, stream: StreamViewType.NEW_AND_OLD_IMAGES });
      new ServerlessFunction(stack, 'Fn', {
        entry: join(__dirname, 'handlers/records.ts'),
        triggers: {
          Orders: AwsTable.from(stack, 'Orders', table).changes(),
          Clicks: AwsStream.from(stack, 'Clicks', new Stream(stack, 'Stream')).records(),
          Stopped: new EventBus(stack, 'Bus').events(),
          Steps: new Queue(stack, 'Steps', { fifo: true }).messages(),
        },
      });
    });
  }, 60_000);
  afterAll(() => running?.stop());

  const lines = () => [...running.output().matchAll(/SEEN (.*)/g)].map(([, line]) => JSON.parse(line!));
  /** What the handler saw, and what Lambda is answered. */
  async function invoked(event: unknown): Promise<{ seen: any; payload?: any; error?: any }> {
    const before = lines().length;
    const { payload, error } = await running.invoke(event);
    await expect.poll(() => lines().length).toBe(before + 1);
    return { seen: lines().at(-1), payload, error };
  }
  const failed = (...ids: string[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });

  test('DynamoDB: from the first change that failed on', async () => {
    const { seen, payload: answer } = await invoked(payload('dynamodb'));
    const [first, second] = ['New item!', 'This item has changed'].map((Message) => ({ Message, Id: 101 }));
    const keys = { Id: 101 };
    expect(seen[1].batch).toEqual([
      { type: 'inserted', keys, after: first },
      { type: 'updated', keys, before: first, after: second },
      { type: 'removed', keys, before: second },
    ]);
    expect(answer).toEqual(failed('222'));
  });

  test('DynamoDB in a tumbling window: the state goes on', async () => {
    const { payload: answer } = await invoked(payload('dynamodb-window'));
    expect(answer).toEqual({ ...failed(), state: { 1: 'state1', count: 1 } });
  });

  test('Kinesis: from the first record that failed on', async () => {
    const { seen, payload: answer } = await invoked(payload('kinesis'));
    expect(seen).toEqual([
      'stream',
      [
        { body: 'Hello, this is a test.', partitionKey: '1' },
        { body: 'This is only a test.', partitionKey: '1' },
      ],
    ]);
    expect(answer).toEqual(failed('49590338271490256608559692540925702759324208523137515618'));
  });

  test.skipIf(missing('sam-events', samEvents))('DynamoDB and Kinesis (SAM)', async () => {
    const update = await invoked(generated('dynamodb', 'update'));
    expect(update.seen[1].batch.map(({ type }: any) => type)).toEqual(['inserted', 'updated', 'removed']);
    expect(update.payload).toEqual(failed('4421584500000000017450439092'));
    expect(await invoked(generated('kinesis', 'get-records'))).toEqual({
      seen: ['stream', [{ body: 'Hello, this is a test 123.', partitionKey: 'partitionKey-03' }]],
      payload: failed(),
    });
  });

  test('EventBridge: an error where it failed', async () => {
    const event = payload('eventbridge-ec2');
    expect(await invoked(event)).toMatchObject({ seen: ['event', { source: 'aws.ec2', data: { state: 'terminated' } }] });
    const { seen, error } = await invoked({ faasten: 'event', name: 'Stopped', event: { ...event, detail: { state: 'fail' } } });
    expect(seen[1].trigger).toBe('Stopped');
    expect(error).toMatchObject({ errorType: 'FunctionFailed', errorMessage: expect.stringContaining('1 events failed') });
  });

  test('SQS FIFO: the rest of the group after the one that failed', async () => {
    const [record] = payload('sqs-fifo').Records;
    const of = (messageId: string, MessageGroupId: string) => ({
      ...record,
      messageId,
      attributes: { ...record.attributes, MessageGroupId },
    });
    const { seen, payload: answer } = await invoked({ Records: [of('1', 'a'), of('2', 'b'), of('3', 'a')] });
    expect(seen[1].map(({ group }: any) => group)).toEqual(['a', 'b', 'a']);
    expect(answer).toEqual(failed('1', '3'));
  });
});
