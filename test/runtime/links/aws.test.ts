import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type {
  BucketClient,
  FifoQueueClient,
  FifoTopicClient,
  FunctionClient,
  QueueClient,
  TopicClient,
} from '../../../lib/runtime/clients.js';
import {
  awsSdkAvailable,
  type CloudServer,
  KEYS,
  MINISTACK_KEYS,
  ministackAvailable,
  motoAvailable,
  startMinistack,
  startMoto,
  startVersity,
  storesAvailable,
} from '../../engines/cloud-servers.js';
import { missing } from '../../engines/engine.js';
import { bucketSuite, keysOf, type Subject, signedUrlSuite } from './bucket-suite.js';
import { link, type Recorder, recorder, sdk, withSdk } from './support.js';

const DRIVERS = {
  sqs: 'links/sqs',
  sns: 'links/sns',
  s3: 'links/s3',
  lambda: 'links/lambda',
  secretsmanager: 'secrets/secretsmanager',
  ssm: 'secrets/ssm',
};
const noSdk = missing('aws-sdk', awsSdkAvailable());
const before = { ...process.env };

/** Points the SDK to a server, as Lambda's own environment points it to AWS. */
function use(url: string, keys = KEYS, region = 'eu-west-1'): void {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
  });
}
afterAll(() => {
  process.env = before;
});

const clouds = [
  { name: 'moto', keys: KEYS, available: motoAvailable, start: startMoto, runsFunctions: false },
  { name: 'ministack', keys: MINISTACK_KEYS, available: ministackAvailable, start: startMinistack, runsFunctions: true },
];

describe.each(clouds)('on $name', ({ name, keys, available, start, runsFunctions }) => {
  const skip = missing(name, available()) || noSdk;
  let server: CloudServer;
  let drivers: any;

  beforeAll(async () => {
    if (skip) return;
    server = await start();
    use(server.url, keys);
    drivers = await withSdk(DRIVERS);
  });
  afterAll(() => server?.stop());

  describe.skipIf(skip)('AWS drivers', () => {
    test('sqs sends JSON with attributes', async () => {
      const { SQSClient, CreateQueueCommand, ReceiveMessageCommand } = sdk('@aws-sdk/client-sqs');
      const client = new SQSClient({});
      const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: 'orders' }));
      const queue: QueueClient = drivers.sqs(link('orders', QueueUrl));

      await queue.send({ id: 1, name: 'Tee für <zwei> \uffff\u0000' }, { attributes: { status: 'paid – früh', region: '%eu' } });
      const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'] }));
      expect(JSON.parse(Messages[0].Body)).toEqual({ id: 1, name: 'Tee für <zwei> \uffff\u0000' });
      expect(Messages[0].MessageAttributes).toMatchObject({
        status: { DataType: 'String', StringValue: 'paid – früh' },
        region: { DataType: 'String', StringValue: '%eu' },
      });
    });

    test('sqs and sns keep order by group, and send once', async () => {
      const { SQSClient, CreateQueueCommand, ReceiveMessageCommand, GetQueueAttributesCommand } = sdk('@aws-sdk/client-sqs');
      const { SNSClient, CreateTopicCommand, SubscribeCommand } = sdk('@aws-sdk/client-sns');
      const [queues, topics] = [new SQSClient({}), new SNSClient({})];
      const make = async (QueueName: string, more: object = {}) =>
        (await queues.send(new CreateQueueCommand({ QueueName, Attributes: { FifoQueue: 'true', ...more } }))).QueueUrl;
      const received = async (QueueUrl: string) => {
        const { Messages = [] } = await queues.send(
          new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1, AttributeNames: ['All'] }),
        );
        return Messages.map(({ Body, Attributes }: any) => [JSON.parse(Body), Attributes.MessageGroupId]);
      };
      const url = await make('orders.fifo');
      const queue: FifoQueueClient<any> = drivers.sqs(link('orders', url));
      await queue.send(1, { group: 'a', deduplicationId: 'once' });
      await queue.send(2, { group: 'a', deduplicationId: 'once' });
      // Without an id, equal messages are two messages.
      await queue.send(3, { group: 'b' });
      await queue.send(3, { group: 'b' });
      expect(await received(url)).toEqual([
        [1, 'a'],
        [3, 'b'],
        [3, 'b'],
      ]);
      await expect(queue.send(4, {} as never)).rejects.toThrow("link 'orders': send got no group; give one");

      const byContent = await make('content.fifo', { ContentBasedDeduplication: 'true' });
      const content: FifoQueueClient<any> = drivers.sqs(link('content', `${byContent}#content`));
      await content.send('equal', { group: 'a' });
      await content.send('equal', { group: 'a' });
      expect(await received(byContent)).toEqual([['equal', 'a']]);

      const { TopicArn } = await topics.send(new CreateTopicCommand({ Name: 'events.fifo', Attributes: { FifoTopic: 'true' } }));
      const { Attributes } = await queues.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }));
      const raw = { Attributes: { RawMessageDelivery: 'true' } };
      await topics.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: Attributes.QueueArn, ...raw }));
      const topic: FifoTopicClient<any> = drivers.sns(link('events', TopicArn));
      await topic.publish({ order: 5 }, { group: 'c' });
      expect(await received(url)).toEqual([[{ order: 5 }, 'c']]);
    });

    test('sqs delays a message; a queue without order has no groups', async () => {
      const { SQSClient, CreateQueueCommand, ReceiveMessageCommand, GetQueueAttributesCommand } = sdk('@aws-sdk/client-sqs');
      const client = new SQSClient({});
      const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: 'later' }));
      const queue: QueueClient = drivers.sqs(link('later', QueueUrl));
      await queue.send('x', { delaySeconds: 600 });
      const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl }));
      expect(Messages).toEqual([]);
      const AttributeNames = ['ApproximateNumberOfMessagesDelayed'];
      const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
      expect(Attributes.ApproximateNumberOfMessagesDelayed).toBe('1');
      await expect(queue.send('x', { delaySeconds: 901 })).rejects.toThrow(
        "link 'later': send got delaySeconds 901; give 0 to 900",
      );
      await expect(queue.send('x', { group: 'a' } as never)).rejects.toThrow('got a group, but it keeps no order');
    });

    test('a queue that is not there', async () => {
      const queue: QueueClient = drivers.sqs(link('orders', `${server.url}/123456789012/nowhere`));
      await expect(queue.send('x')).rejects.toMatchObject({ name: 'LinkError', status: 400 });
      await expect(queue.send('x')).rejects.toThrow(
        /^link 'orders': send was answered 400 (AWS\.SimpleQueueService\.NonExistentQueue|QueueDoesNotExist)/,
      );
    });

    test('sns publishes to those whose filter fits', async () => {
      const { SNSClient, CreateTopicCommand, SubscribeCommand } = sdk('@aws-sdk/client-sns');
      const { SQSClient, CreateQueueCommand, ReceiveMessageCommand, GetQueueAttributesCommand } = sdk('@aws-sdk/client-sqs');
      const topics = new SNSClient({});
      const queues = new SQSClient({});
      const { TopicArn } = await topics.send(new CreateTopicCommand({ Name: 'events' }));
      const { QueueUrl } = await queues.send(new CreateQueueCommand({ QueueName: 'paid' }));
      const { Attributes } = await queues.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
      await topics.send(
        new SubscribeCommand({
          TopicArn,
          Protocol: 'sqs',
          Endpoint: Attributes.QueueArn,
          Attributes: { FilterPolicy: '{"status":["paid"]}' },
        }),
      );
      const topic: TopicClient = drivers.sns(link('events', TopicArn));
      await topic.publish({ order: 1 }, { attributes: { status: 'refused' } });
      await topic.publish({ order: 2 }, { attributes: { status: 'paid' } });
      const { Messages } = await queues.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 2 }),
      );
      const bodies = Messages.map(({ Body }: any) => JSON.parse(Body));
      expect(bodies.map(({ Message }: any) => JSON.parse(Message))).toEqual([{ order: 2 }]);
      expect(bodies[0].MessageAttributes).toEqual({ status: { Type: 'String', Value: 'paid' } });

      const nowhere: TopicClient = drivers.sns(link('events', `${TopicArn}-nowhere`));
      await expect(nowhere.publish({})).rejects.toMatchObject({ name: 'LinkError', status: 404 });
    });

    test('secretsmanager reads values, fields and versions', async () => {
      const { SecretsManagerClient, CreateSecretCommand, PutSecretValueCommand } = sdk('@aws-sdk/client-secrets-manager');
      const client = new SecretsManagerClient({});
      await client.send(new CreateSecretCommand({ Name: 'shop/plain', SecretString: 'one' }));
      const { ARN, VersionId } = await client.send(
        new CreateSecretCommand({ Name: 'shop/json@key', SecretString: '{"user@x":"tea","port":5432,"none":null}' }),
      );
      await client.send(new PutSecretValueCommand({ SecretId: ARN, SecretString: '{"user@x":"coffee"}' }));

      const read = drivers.secretsmanager;
      expect(await read('shop/plain', {})).toBe('one');
      expect(await read('shop/json@key', {})).toBe('{"user@x":"coffee"}');
      expect(await read(`${ARN}#user%40x`, {})).toBe('coffee');
      expect(await read('shop/json@key#user%40x@AWSPREVIOUS', {})).toBe('tea');
      expect(await read(`shop/json@key#port@${VersionId}`, {})).toBe('5432');
      expect(await read(`shop/json@key#@${VersionId}`, {})).toContain('5432');
      await expect(read('shop/json@key#none', {})).rejects.toThrow("secret 'shop/json@key' has no field 'none'");
      await expect(read('shop/plain#user', {})).rejects.toThrow("secret 'shop/plain' is no JSON, so it has no field 'user'");
      await expect(read('shop/nowhere', {})).rejects.toThrow(
        /^secret 'shop\/nowhere': reading it was answered 40\d ResourceNotFoundException: /,
      );
    });

    test('ssm reads encrypted parameters, fields and versions', async () => {
      const { SSMClient, PutParameterCommand } = sdk('@aws-sdk/client-ssm');
      const client = new SSMClient({});
      const put = (Value: string) =>
        client.send(new PutParameterCommand({ Name: '/shop/key', Value, Type: 'SecureString', Overwrite: true }));
      await put('{"a":"one"}');
      await put('{"a":"two"}');
      expect(await drivers.ssm('/shop/key', {})).toBe('{"a":"two"}');
      expect(await drivers.ssm('/shop/key#a', {})).toBe('two');
      expect(await drivers.ssm('/shop/key#a@1', {})).toBe('one');
      await expect(drivers.ssm('/shop/nowhere', {})).rejects.toThrow(
        /^secret '\/shop\/nowhere': reading it was answered 400 ParameterNotFound/,
      );
    });

    test.runIf(runsFunctions)('lambda calls and starts functions that run', async () => {
      const { LambdaClient, CreateFunctionCommand, GetFunctionCommand } = sdk('@aws-sdk/client-lambda');
      const client = new LambdaClient({});
      const source = `
        import { writeFileSync } from 'node:fs';
        export const handler = async (event) => {
          if (event?.fail) throw new TypeError('no tea left');
          if (event?.file) writeFileSync(event.file, JSON.stringify(event));
          return event?.nothing ? undefined : { got: event };
        };`;
      const { FunctionArn } = await client.send(
        new CreateFunctionCommand({
          FunctionName: 'charge',
          Runtime: 'nodejs24.x',
          Handler: 'index.handler',
          Role: 'arn:aws:iam::123456789012:role/charge',
          Timeout: 20,
          Code: { ZipFile: zipSync({ 'index.mjs': Buffer.from(source) }) },
        }),
      );
      await client.send(new GetFunctionCommand({ FunctionName: 'charge' }));
      const charge: FunctionClient<any, any> = drivers.lambda(link('charge', FunctionArn));

      expect(await charge.call({ order: 'ä1' })).toEqual({ got: { order: 'ä1' } });
      expect(await charge.call(undefined)).toEqual({ got: null });
      expect((await charge.call({ nothing: true })) ?? null).toBeNull();
      await expect(charge.call({ fail: true })).rejects.toMatchObject({
        name: 'LinkError',
        status: 500,
        // What stands around it is the server's own; see below for Lambda's.
        message: expect.stringMatching(/^link 'charge': call failed in the function: .*no tea left/),
      });

      const file = join(mkdtempSync(join(tmpdir(), 'faasten-links-')), 'started.json');
      await charge.start({ file });
      await expect.poll(() => readFileSync(file, 'utf8'), { timeout: 15_000 }).toBe(JSON.stringify({ file }));

      const nowhere: FunctionClient = drivers.lambda(link('charge', `${FunctionArn}-nowhere`));
      await expect(nowhere.call({})).rejects.toMatchObject({ name: 'LinkError', status: 404 });
    });
  });
});

describe.each([
  { name: 'moto', keys: KEYS, available: motoAvailable, start: startMoto, verifies: false },
  {
    name: 'versitygw',
    keys: KEYS,
    available: storesAvailable,
    start: startVersity,
    verifies: true,
    unfit: ['a//b', 'trailing/'],
  },
])('s3 on $name', ({ name, keys, available, start, verifies, unfit }) => {
  const skip = missing(name, available()) || noSdk;
  let server: CloudServer;
  let subject: Subject;

  beforeAll(async () => {
    if (skip) return;
    server = await start();
    use(server.url, keys, 'us-east-1');
    const { s3 } = await withSdk(DRIVERS);
    const { S3Client, CreateBucketCommand } = sdk('@aws-sdk/client-s3');
    await new S3Client({}).send(new CreateBucketCommand({ Bucket: 'faasten-data' }));
    subject = { bucket: s3(link('data', 'faasten-data')), nowhere: s3(link('nowhere', 'faasten-nowhere')), unfit };
  });
  afterAll(() => server?.stop());

  describe.skipIf(skip)('does what buckets do', () => {
    bucketSuite(() => subject);
    signedUrlSuite(() => subject, verifies);

    test.runIf(verifies)('wrong keys are told apart, and never told', async () => {
      use(server.url, { ...KEYS, secretAccessKey: 'a-wrong-secret-which-nobody-may-read' }, 'us-east-1');
      const { s3 } = await withSdk(DRIVERS);
      const error = await keysOf(s3(link('data', 'faasten-data')) as BucketClient).catch((error) => error);
      expect(error).toMatchObject({ name: 'LinkError', status: 403 });
      expect('cause' in error).toBe(false);
      expect(error.message).toBe("link 'data': list was answered 403 SignatureDoesNotMatch");
    });
  });
});

describe.skipIf(noSdk)('what AWS refuses', () => {
  let server: Recorder;
  afterEach(() => server?.close());

  const answering = async (answers: [status: number, headers: Record<string, string>, body: object][]) => {
    server = await recorder((_request, response, number) => {
      const [status, headers, body] = answers[Math.min(number, answers.length) - 1]!;
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    });
    use(server.url);
    return withSdk(DRIVERS);
  };
  const ARN = 'arn:aws:lambda:us-west-2:123456789012:function:charge';
  const throttled: [number, Record<string, string>, object] = [
    429,
    { 'x-amzn-errortype': 'TooManyRequestsException' },
    { Type: 'User', message: 'Rate Exceeded.' },
  ];

  test('a call that Lambda did not let in is sent again', async () => {
    const { lambda } = await answering([throttled, throttled, [200, {}, { ok: true }]]);
    expect(await lambda(link('charge', ARN)).call({ order: 1 })).toEqual({ ok: true });
    expect(server.received.map(({ body }) => body)).toEqual(Array(3).fill('{"order":1}'));
  });

  test('but not for ever', async () => {
    const { lambda } = await answering([throttled]);
    await expect(lambda(link('charge', ARN)).call({})).rejects.toMatchObject({
      status: 429,
      message: "link 'charge': call was answered 429 TooManyRequestsException: Rate Exceeded.",
    });
    expect(server.received).toHaveLength(4);
  });

  test('a call that may have begun is not sent again; a start is', async () => {
    const { lambda } = await answering([[500, { 'x-amzn-errortype': 'ServiceException' }, { message: 'internal' }]]);
    await expect(lambda(link('charge', ARN)).call({})).rejects.toMatchObject({ status: 500 });
    expect(server.received).toHaveLength(1);
    await expect(lambda(link('charge', ARN)).start({})).rejects.toMatchObject({ status: 500 });
    expect(server.received).toHaveLength(4);
  });

  test('a function that threw: status 200, and a header that says so', async () => {
    // https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html
    const { lambda } = await answering([
      [
        200,
        { 'x-amz-function-error': 'Unhandled' },
        { errorType: 'ReferenceError', errorMessage: 'x is not defined', trace: ['...'] },
      ],
    ]);
    await expect(lambda(link('charge', ARN)).call({})).rejects.toMatchObject({
      name: 'LinkError',
      status: 500,
      message: "link 'charge': call failed in the function: ReferenceError: x is not defined",
    });
    expect(server.received).toHaveLength(1);
  });

  test('requests go to the region of the address', async () => {
    const { lambda } = await answering([[200, {}, {}]]);
    await lambda(link('charge', ARN)).call({});
    expect(server.received[0]!.headers.authorization).toContain('/us-west-2/lambda/');
  });

  test('the answer to a wrong signature, which quotes the session token, is not repeated', async () => {
    const { sqs } = await answering([
      [
        403,
        { 'x-amzn-errortype': 'InvalidSignatureException' },
        { message: "The Canonical String should have been 'POST x-amz-security-token:IQoJb3JpZ2lu'" },
      ],
    ]);
    const error = await sqs(link('orders', `${server.url}/1/orders`))
      .send({})
      .catch((error: Error) => error);
    expect(error).toMatchObject({ status: 403, message: "link 'orders': send was answered 403 InvalidSignatureException" });
  });
});
