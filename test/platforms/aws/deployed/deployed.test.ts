/** The example, and a stack that holds every capability: deployed, at work, changed and destroyed. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Jimp } from 'jimp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PARTS } from '../everything/everything.js';
import { type Answer, Deployment, skip } from './deployment.js';
import { type Client, connect } from './socket.js';

/** What the server cannot deploy or do, why, and where it is tested instead. */
const NOT_THERE: Readonly<Record<string, string>> = {
  warmScaling: 'no AWS::ApplicationAutoScaling::*; versions.test.ts, and the judges of everything.test.ts',
  rollout: 'no AWS::CodeDeploy::*; versions.test.ts, and the judges of everything.test.ts',
};

describe.skipIf(skip)('deployed', () => {
  let deployment: Deployment;
  const call = (...args: Parameters<Deployment['call']>): Promise<Answer> => deployment.call(...args);
  const seen = (key: string, seconds?: number) =>
    deployment.until(
      key,
      async () => ((await call('everything', 'GET', `/seen/${key}`)).status === 200 ? true : undefined),
      seconds,
    );

  /** Where the server has an API whose address is that of AWS. */
  const placeOf = (name: string) => {
    const { hostname, pathname } = new URL(deployment.output('everything', name));
    return { host: `${hostname.split('.')[0]}.execute-api.localhost:${new URL(deployment.server.url).port}`, pathname };
  };

  /** Name and hash of the code of every function there is, as Lambda says. */
  async function functions(): Promise<Map<string, string>> {
    const { sdk, client } = deployment.client('lambda');
    const found = new Map<string, string>();
    for await (const { Functions } of sdk.paginateListFunctions({ client }, {}))
      for (const { FunctionName, CodeSha256 } of Functions) found.set(FunctionName, CodeSha256);
    return found;
  }

  beforeAll(async () => {
    deployment = await Deployment.start(Object.keys(NOT_THERE));
    const { sdk, client } = deployment.client('secrets-manager');
    await client.send(new sdk.CreateSecretCommand({ Name: 'shop-payment-key', SecretString: 'key' }));
    deployment.cdk('bootstrap', 'aws://123456789012/eu-west-1');
    deployment.deploy();
  }, 240_000);

  afterAll(async () => deployment?.stop());

  test('what is left out is a part', () => {
    expect(Object.keys(PARTS)).toEqual(expect.arrayContaining(Object.keys(NOT_THERE)));
  });

  test('alarms and dashboards are read back', async () => {
    const { sdk, client } = deployment.client('cloudwatch');
    const alarms: any[] = [];
    for await (const { MetricAlarms } of sdk.paginateDescribeAlarms({ client }, { AlarmNamePrefix: 'shop-' }))
      alarms.push(...MetricAlarms);
    expect(alarms.length).toBeGreaterThan(40);
    const [throttles] = alarms.filter(({ AlarmName }) => AlarmName.includes('CreateOrderAlarmsthrottles'));
    expect(throttles).toMatchObject({
      Namespace: 'AWS/Lambda',
      MetricName: 'Throttles',
      Dimensions: [{ Name: 'FunctionName', Value: expect.stringContaining('CreateOrder') }],
      EvaluationPeriods: 3,
      DatapointsToAlarm: 2,
      Threshold: 1,
      TreatMissingData: 'notBreaching',
      AlarmDescription: expect.stringContaining('Runbook: faasten/docs/alarms.md#function-throttles'),
    });
    const DashboardName = deployment.output('shop', 'Dashboard');
    const { DashboardBody } = await client.send(new sdk.GetDashboardCommand({ DashboardName }));
    const { widgets } = JSON.parse(DashboardBody);
    const [{ properties }] = widgets.filter(({ type }: any) => type === 'alarm');
    const arns = new Set(alarms.map(({ AlarmArn }) => AlarmArn));
    expect(properties.alarms.filter((arn: string) => !arns.has(arn))).toEqual([]);
    expect(properties.alarms.length).toBe(alarms.length);
  });

  describe('the shop', () => {
    test('answers routes', async () => {
      const products = await call('shop', 'GET', '/products');
      expect(products.status).toBe(200);
      expect(products.json()).toContainEqual(expect.objectContaining({ id: 'teapot' }));
      expect((await call('shop', 'GET', '/orders/00000000-0000-4000-8000-000000000000')).status).toBe(404);
      expect((await call('shop', 'GET', '/nowhere')).status).toBe(404);
    });

    test('takes an order from the API through the queue to the payment, a secret, a call and a topic', async () => {
      const order = { customer: 'a@example.com', lines: [{ product: 'teapot', quantity: 2 }] };
      const made = await call('shop', 'POST', '/orders', order);
      expect(made.status).toBe(202);
      const paid = await deployment.until('the payment', async () => {
        const { status, json } = await call('shop', 'GET', `/orders/${made.json().id}`);
        return status === 200 && json().status !== 'accepted' ? json() : undefined;
      });
      expect(paid).toMatchObject({ status: 'paid', totalCents: 6980 });
      // The topic's subscriber, which nothing else starts.
      await deployment.until('the notification', async () =>
        /spawned for shop-ShopNotify/.test(deployment.server.output()) ? true : undefined,
      );
    });

    test('makes a thumbnail of a photo that was uploaded to a signed URL', async () => {
      const { url } = (await call('shop', 'POST', '/products/teapot/photo')).json();
      const photo = await new Jimp({ width: 640, height: 480, color: 0x336699ff }).getBuffer('image/jpeg');
      expect((await fetch(url, { method: 'PUT', body: new Uint8Array(photo) })).status).toBe(200);
      const thumbnail = await deployment.until('the thumbnail', async () => {
        const { status, body } = await call('shop', 'GET', '/photos/teapot.jpg');
        return status === 200 ? body : undefined;
      });
      expect((await Jimp.read(thumbnail)).width).toBe(200);
    });
  });

  describe('every capability', () => {
    test('a message reaches the worker, in order where it must; one that fails is retried alone, and ends as a dead letter', async () => {
      const { sdk, client } = deployment.client('sqs');
      const [jobs, dead] = [deployment.output('everything', 'Jobs'), deployment.output('everything', 'DeadJobs')];
      const { Attributes } = await client.send(new sdk.GetQueueAttributesCommand({ QueueUrl: jobs, AttributeNames: ['All'] }));
      expect(Attributes).toMatchObject({ VisibilityTimeout: '30', SqsManagedSseEnabled: 'true' });
      expect(JSON.parse(Attributes.RedrivePolicy)).toMatchObject({ maxReceiveCount: 2 });
      // The test does not wait for half a minute between attempts.
      await client.send(new sdk.SetQueueAttributesCommand({ QueueUrl: jobs, Attributes: { VisibilityTimeout: '3' } }));
      for (const [index, fail] of [false, true, false].entries())
        expect((await call('everything', 'POST', '/jobs', { id: `${index}`, fail })).status).toBe(202);
      expect((await call('everything', 'POST', '/steps', { id: 'one' })).status).toBe(202);
      await Promise.all(['Jobs-0', 'Jobs-2', 'Steps-one'].map((key) => seen(key)));
      const letter = await deployment.until('the dead letter', async () => {
        const { Messages } = await client.send(new sdk.ReceiveMessageCommand({ QueueUrl: dead, MaxNumberOfMessages: 10 }));
        return Messages?.length ? Messages : undefined;
      });
      expect(letter.map(({ Body }: any) => JSON.parse(Body).id)).toEqual(['1']);
    });

    test('an event reaches exactly whose filter it meets, a function and a queue', async () => {
      for (const [id, kind] of Object.entries({ a: 'order', b: 'fan', c: 'all-of-it', d: 'other' }))
        expect((await call('everything', 'POST', '/events', { id, kind })).status).toBe(202);
      await Promise.all(['event-a', 'Fanned-b', 'Fanned-c'].map((key) => seen(key)));
      for (const key of ['event-b', 'Fanned-a', 'event-d', 'Fanned-d'])
        expect((await call('everything', 'GET', `/seen/${key}`)).status).toBe(404);
    });

    test('an event of a bus reaches the function whose rule it meets, and a message the consumer of an existing queue', async () => {
      for (const [id, type] of Object.entries({ a: 'paid', b: 'refused' }))
        expect((await call('everything', 'POST', '/publish', { id, type })).status).toBe(202);
      await Promise.all(['bus-Paid-paid-a', 'Theirs-a', 'Theirs-b'].map((key) => seen(key)));
      expect((await call('everything', 'GET', '/seen/bus-Paid-refused-b')).status).toBe(404);
    });

    test('changes of a table and records of a stream reach their function', async () => {
      const { sdk, client } = deployment.client('dynamodb');
      const TableName = deployment.output('everything', 'TableName');
      await client.send(new sdk.PutItemCommand({ TableName, Item: { id: { S: 'a' }, cents: { N: '1200' } } }));
      await client.send(new sdk.DeleteItemCommand({ TableName, Key: { id: { S: 'a' } } }));
      const { sdk: kinesis, client: streams } = deployment.client('kinesis');
      const StreamName = deployment.output('everything', 'StreamName');
      const Data = new TextEncoder().encode('{"id":"click"}');
      await streams.send(new kinesis.PutRecordCommand({ StreamName, Data, PartitionKey: '1' }));
      await Promise.all(['change-inserted-a', 'change-removed-a', 'record-click'].map((key) => seen(key)));
      expect((await call('everything', 'GET', '/seen/change-inserted-a')).json()).toEqual({ id: 'a', cents: 1200 });
    });

    test('an object that is uploaded starts the function whose prefix and suffix it has', async () => {
      const { sdk, client } = deployment.client('s3');
      const Bucket = deployment.output('everything', 'Uploads');
      for (const Key of ['raw/a.txt', 'raw/b.jpg', 'c.txt'])
        await client.send(new sdk.PutObjectCommand({ Bucket, Key, Body: 'text' }));
      await seen('object-raw-a.txt');
      for (const key of ['object-raw-b.jpg', 'object-c.txt'])
        expect((await call('everything', 'GET', `/seen/${key}`)).status).toBe(404);
      expect((await client.send(new sdk.GetBucketVersioningCommand({ Bucket }))).Status).toBe('Enabled');
    });

    test('a call is answered', async () => {
      expect((await call('everything', 'POST', '/price', { id: 'tea' })).json()).toEqual({ cents: 300 });
    });

    test('functions in nested stacks answer routes and call each other, in both directions', async () => {
      for (const [member, other] of [
        ['Ada', 'Bob'],
        ['Bob', 'Ada'],
      ]) {
        const { status, json } = await call('everything', 'GET', `/members/${member}`);
        expect([other, status, json().answer]).toEqual([
          other,
          200,
          expect.stringMatching(new RegExp(`^hello everything/All/Big/.*/${member}$`)),
        ]);
      }
    });

    test('the default route, one with a limit, and one behind an alias answer', async () => {
      expect((await call('everything', 'GET', '/nobody/knows')).json()).toMatchObject({ hello: 'first' });
      expect((await call('everything', 'GET', '/hello/you')).json()).toEqual({ hello: 'first', route: 'GET /hello/{name}' });
      expect((await call('everything', 'GET', '/warm')).json()).toEqual({ version: 'first' });
    });

    test('an authorizer function decides', async () => {
      expect((await call('everything', 'GET', '/secret', undefined, { authorization: 'Bearer tea' })).status).toBe(200);
      expect((await call('everything', 'GET', '/secret', undefined, { authorization: 'Bearer milk' })).status).toBe(403);
      expect((await call('everything', 'GET', '/token')).status).toBe(401);
    });

    test('a REST API asks for a key and an authorizer, where routes do', async () => {
      const { host, pathname } = placeOf('Rest');
      const { item: items } = await apiGateway('GET', 'apikeys?includeValues=true');
      const ask = (headers: object) =>
        call('everything', 'GET', `${pathname}/who/ann`, undefined, { host, ...(headers as Record<string, string>) });
      const [key, token] = [{ 'x-api-key': items[0].value }, { authorization: 'Bearer tea' }];
      expect((await ask(token)).status).toBe(403);
      expect([401, 403]).toContain((await ask(key)).status);
      const answer = await ask({ ...key, ...token });
      expect([answer.status, answer.json()]).toEqual([200, { who: 'tea', params: { name: 'ann' } }]);
      const post = (body: object) => call('everything', 'POST', `${pathname}/checked`, body, { host });
      expect((await post({ id: 'a' })).status).toBe(200);

      // The server’s CloudFormation makes the model, but no validators: this one is what the template says.
      const of = `restapis/${host.split('.')[0]}`;
      const { item: resources } = await apiGateway('GET', `${of}/resources`);
      const checked = resources.find(({ path }: { path: string }) => path === '/checked').id;
      const { id: value } = await apiGateway('POST', `${of}/requestvalidators`, { name: 'Body', validateRequestBody: true });
      const patchOperations = [{ op: 'replace', path: '/requestValidatorId', value }];
      await apiGateway('PATCH', `${of}/resources/${checked}/methods/POST`, { patchOperations });
      expect((await post({ id: 'a' })).status).toBe(200);
      expect((await post({ id: 1 })).status).toBe(400);
    });

    async function apiGateway(method: string, path: string, body?: object): Promise<any> {
      const authorization =
        'AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/apigateway/aws4_request, SignedHeaders=host, Signature=0';
      const headers = { authorization, 'content-type': 'application/json' };
      const answer = await fetch(`${deployment.server.url}/${path}`, { method, headers, body: body && JSON.stringify(body) });
      return answer.json();
    }

    test('handlers of one API share a function', async () => {
      const { host } = new URL(deployment.output('everything', 'One'));
      const ask = (path: string) => call('everything', 'GET', path, undefined, { host });
      expect((await ask('/who/ann')).json()).toEqual({ who: 'nobody', params: { name: 'ann' } });
      expect((await ask('/hello')).json()).toMatchObject({ route: 'GET /hello' });
      expect([...(await functions()).keys()].filter((name) => name.startsWith('everything-AllOne'))).toHaveLength(1);
    });

    test('clients of a WebSocket API are let in or not, and get replies', async () => {
      const { host, pathname } = placeOf('Sockets');
      expect(await connect(deployment.server.url, host, `${pathname}?room=coffee`)).toBe(403);
      const client = (await connect(deployment.server.url, host, `${pathname}?room=tea`)) as Client;
      client.send('{"action":"say","text":"hello"}');
      expect(JSON.parse(await client.next())).toEqual({ heard: 'hello' });
      client.close();
    });

    test('settings arrive', async () => {
      const names = [...(await functions()).keys()];
      const { sdk, client } = deployment.client('lambda');
      const FunctionName = names.find((name) => name.startsWith('everything-AllHello'));
      const { Configuration, Tags } = await client.send(new sdk.GetFunctionCommand({ FunctionName }));
      expect(Configuration).toMatchObject({
        MemorySize: 512,
        Timeout: 30,
        Runtime: 'nodejs24.x',
        Architectures: ['x86_64'],
        Description: 'Answers what nobody else does',
        TracingConfig: { Mode: 'Active' },
      });
      expect(Tags).toMatchObject({ part: 'hello', service: 'everything' });
    });

    test('prebuilt code runs in its own runtime', async () => {
      const names = [...(await functions()).keys()];
      const { sdk, client } = deployment.client('lambda');
      const FunctionName = names.find((name) => name.startsWith('everything-AllPython'));
      const { Payload } = await client.send(new sdk.InvokeCommand({ FunctionName, Payload: '{"a":1}' }));
      expect(JSON.parse(Buffer.from(Payload).toString('utf8'))).toEqual({ seen: { a: 1 } });
    });

    test('a schedule fires', async () => {
      await Promise.all(['tick-Minutely', 'tick-Soon'].map((key) => seen(key, 90)));
      for (const name of ['Nightly', 'Monthly', 'Once', 'Off'])
        expect((await call('everything', 'GET', `/seen/tick-${name}`)).status).toBe(404);
    });

    test('what looks for runs of rare schedules finds each of them', async () => {
      const { sdk: schedules, client: scheduler } = deployment.client('scheduler');
      const { Schedules } = await scheduler.send(new schedules.ListSchedulesCommand({}));
      const [{ Name }] = Schedules.filter((each: any) => each.Name.includes('FaastenScheduleChecker'));
      const { Target } = await scheduler.send(new schedules.GetScheduleCommand({ Name }));
      const [{ arn, ...told }] = JSON.parse(Target.Input).schedules;
      expect(told).toMatchObject({ trigger: 'Monthly', timeZone: 'Europe/Berlin', least: 1, lateSeconds: 7 * 3600 });
      expect(Schedules.map((each: any) => each.Arn)).toContain(arn);
      const { sdk, client } = deployment.client('lambda');
      const invoke = new sdk.InvokeCommand({ FunctionName: Target.Arn, Payload: Target.Input, LogType: 'Tail' });
      const { FunctionError, LogResult } = await client.send(invoke);
      expect(FunctionError).toBeUndefined();
      // It was deployed just now: nothing was due.
      expect(Buffer.from(LogResult, 'base64').toString()).toMatch(/"trigger":"Monthly","missedRun":0/);
    });
  });

  test('one changed handler is one function that is deployed again, and answers', async () => {
    const before = await functions();
    // Behind an alias, which must lead to the new version.
    const file = join(deployment.handlers, 'handlers/warm.ts');
    writeFileSync(file, readFileSync(file, 'utf8').replace("'first'", "'second'"));
    deployment.deploy();
    const after = await functions();
    expect([...after.keys()]).toEqual([...before.keys()]);
    const changed = [...after].filter(([name, hash]) => before.get(name) !== hash).map(([name]) => name);
    expect(changed).toEqual([expect.stringMatching(/^everything-AllWarm/)]);
    expect((await call('everything', 'GET', '/warm')).json()).toEqual({ version: 'second' });
  }, 120_000);

  test('what is destroyed is gone, but for what holds data', async () => {
    deployment.cdk('destroy', '--all', '--force');
    expect([...(await functions()).keys()]).toEqual([]);
    const { sdk, client } = deployment.client('sqs');
    expect((await client.send(new sdk.ListQueuesCommand({}))).QueueUrls ?? []).toEqual([]);
    const { sdk: s3, client: buckets } = deployment.client('s3');
    const names = (await buckets.send(new s3.ListBucketsCommand({}))).Buckets.map(({ Name }: any) => Name);
    expect(names).toEqual(expect.arrayContaining([deployment.output('everything', 'Uploads')]));
  }, 120_000);
});
