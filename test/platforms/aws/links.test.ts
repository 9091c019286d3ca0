import { App, NestedStack, Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, test } from 'vitest';
import { Bucket, Queue, ServerlessFunction, Topic } from '../../../lib/index.js';
import { AwsBucket, AwsFunction, AwsQueue, AwsTopic } from '../../../lib/platforms/aws/index.js';
import { entry, environmentOf, newStack, resourcesOf, statementsOf } from './template.js';

const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const joined = (...parts: unknown[]) => ({ 'Fn::Join': ['', parts] });

/** What a function that has the links may do, besides writing its log. */
function may(stack: Stack, fn = 'Caller') {
  return statementsOf(stack, `${fn}Role`)
    .slice(1)
    .map(({ Action, Resource, Effect }) => {
      expect(Effect).toBe('Allow');
      return [Action, Resource];
    });
}

describe('exactly what the link says', () => {
  test('queue: send', () => {
    const stack = newStack();
    new ServerlessFunction(stack, 'Caller', { entry, links: { orders: new Queue(stack, 'Orders') } });
    expect(may(stack)).toEqual([['sqs:SendMessage', arn('Orders')]]);
    expect(environmentOf(stack, 'Caller').FAASTEN_LINK_orders).toEqual(joined('sqs:', { Ref: 'Orders' }));
  });

  test('topic: publish', () => {
    const stack = newStack();
    new ServerlessFunction(stack, 'Caller', { entry, links: { events: new Topic(stack, 'Events') } });
    expect(may(stack)).toEqual([['sns:Publish', { Ref: 'Events' }]]);
    expect(environmentOf(stack, 'Caller').FAASTEN_LINK_events).toEqual(joined('sns:', { Ref: 'Events' }));
  });

  const objects = joined(arn('Photos'), '/*');
  test.each([
    [
      'readOnly',
      [
        ['s3:ListBucket', arn('Photos')],
        ['s3:GetObject', objects],
      ],
    ],
    ['writeOnly', [[['s3:PutObject', 's3:DeleteObject'], objects]]],
    [
      'readWrite',
      [
        ['s3:ListBucket', arn('Photos')],
        [['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], objects],
      ],
    ],
  ] as const)('bucket: %s', (access, expected) => {
    const stack = newStack();
    new ServerlessFunction(stack, 'Caller', { entry, links: { photos: new Bucket(stack, 'Photos')[access]() } });
    expect(may(stack)).toEqual(expected);
    expect(environmentOf(stack, 'Caller').FAASTEN_LINK_photos).toEqual(joined('s3:', { Ref: 'Photos' }));
  });

  test('function: invoke, and the other one gets dead letters as it may be started without waiting', () => {
    const stack = newStack();
    const charge = new ServerlessFunction(stack, 'Charge', { entry });
    new ServerlessFunction(stack, 'Caller', { entry, links: { charge } });
    expect(may(stack)).toEqual([['lambda:InvokeFunction', arn('Charge')]]);
    expect(environmentOf(stack, 'Caller').FAASTEN_LINK_charge).toEqual(joined('lambda:', arn('Charge')));
    expect(may(stack, 'Charge')).toEqual([['sqs:SendMessage', arn('ChargeDeadLetters')]]);
    expect(resourcesOf(stack).Charge!.Properties).not.toHaveProperty('FunctionName');
  });

  test('with keys of the user’s, what the key is needed for', () => {
    const stack = newStack();
    const key = new Key(stack, 'Key');
    const photos = new Bucket(stack, 'Photos', { tuning: [AwsBucket.tune({ encryptionKey: key })] });
    const links = {
      orders: new Queue(stack, 'Orders', { tuning: [AwsQueue.tune({ encryptionMasterKey: key })] }),
      events: new Topic(stack, 'Events', { tuning: [AwsTopic.tune({ masterKey: key })] }),
      reads: photos.readOnly(),
      writes: photos.writeOnly(),
    };
    for (const [name, link] of Object.entries(links)) {
      new ServerlessFunction(stack, name, { entry, links: { [name]: link } });
    }
    const withKey = (fn: string) => may(stack, fn).filter(([, resource]) => JSON.stringify(resource).includes('"Key"'));
    expect(withKey('orders')).toEqual([[['kms:GenerateDataKey', 'kms:Decrypt'], arn('Key')]]);
    expect(withKey('events')).toEqual([[['kms:GenerateDataKey', 'kms:Decrypt'], arn('Key')]]);
    expect(withKey('reads')).toEqual([['kms:Decrypt', arn('Key')]]);
    expect(withKey('writes')).toEqual([['kms:GenerateDataKey', arn('Key')]]);
  });
});

describe('functions that call each other', () => {
  const named = (name: string) => [
    'arn:',
    { Ref: 'AWS::Partition' },
    ':lambda:',
    { Ref: 'AWS::Region' },
    ':',
    { Ref: 'AWS::AccountId' },
    `:function:${name}`,
  ];

  test('have fixed names, so that nothing refers in a circle; their callers outside do not know', () => {
    const stack = newStack();
    const ping = new ServerlessFunction(stack, 'Ping', { entry });
    const pong = new ServerlessFunction(stack, 'Pong', { entry, links: { ping } });
    new ServerlessFunction(stack, 'Caller', { entry, links: { ping } });
    ping.addLink('pong', pong);

    const found = resourcesOf(stack);
    expect(found.Ping!.Properties.FunctionName).toBe('shop-ping-e316d9ff');
    expect(found.Pong!.Properties.FunctionName).toBe('shop-pong-e8d62efa');
    expect(found.Caller!.Properties.FunctionName).toBeUndefined();
    expect(environmentOf(stack, 'Ping').FAASTEN_LINK_pong).toEqual(
      joined(`lambda:arn:`, ...named('shop-pong-e8d62efa').slice(1)),
    );
    expect(may(stack, 'Ping')).toContainEqual(['lambda:InvokeFunction', joined(...named('shop-pong-e8d62efa'))]);
    expect(may(stack, 'Pong')).toContainEqual(['lambda:InvokeFunction', joined(...named('shop-ping-e316d9ff'))]);
    expect(may(stack)).toContainEqual(['lambda:InvokeFunction', arn('Ping')]);
    expect(circles(found)).toEqual([]);
  });

  test('may be one that calls itself, three in a row, and one that already has a name', () => {
    const stack = newStack();
    const self = new ServerlessFunction(stack, 'Self', { entry });
    self.addLink('self', self);
    const tuning = [AwsFunction.tune({ functionName: 'my-own' })];
    const one = new ServerlessFunction(stack, 'One', { entry, tuning });
    const two = new ServerlessFunction(stack, 'Two', { entry, links: { one } });
    const three = new ServerlessFunction(stack, 'Three', { entry, links: { two, self } });
    one.addLink('three', three);

    const found = resourcesOf(stack);
    const names = ['Self', 'One', 'Two', 'Three'].map((id) => found[id]!.Properties.FunctionName);
    expect(names).toEqual([
      expect.stringMatching(/^shop-self-/),
      'my-own',
      expect.stringMatching(/^shop-two-/),
      expect.stringMatching(/^shop-three-/),
    ]);
    expect(may(stack, 'Two')).toContainEqual(['lambda:InvokeFunction', joined(...named('my-own'))]);
    expect(may(stack, 'Three')).toContainEqual(['lambda:InvokeFunction', arn('Self')]);
    expect(circles(found)).toEqual([]);
  });

  test('may be in several stacks of an app', () => {
    const app = new App();
    const [left, right] = [new Stack(app, 'left'), new Stack(app, 'right')];
    const nested = new NestedStack(left, 'Inner');
    const ping = new ServerlessFunction(nested, 'Ping', { entry });
    const pong = new ServerlessFunction(right, 'Pong', { entry, links: { ping } });
    ping.addLink('pong', pong);
    expect(resourcesOf(right).Pong!.Properties.FunctionName).toMatch(/^right-pong-[0-9a-f]{8}$/);
    expect(resourcesOf(nested).Ping!.Properties.FunctionName).toMatch(/^left-inner-ping-[0-9a-f]{8}$/);
    expect(left.dependencies).toEqual([]);
    expect(right.dependencies).toEqual([]);
  });
});

test('links to what is in another stack go through the CDK’s own references', () => {
  const app = new App();
  const orders = new Queue(new Stack(app, 'data'), 'Orders');
  const stack = new Stack(app, 'shop');
  new ServerlessFunction(stack, 'Caller', { entry, links: { orders } });
  expect(JSON.stringify(environmentOf(stack, 'Caller').FAASTEN_LINK_orders)).toContain('Fn::ImportValue');
  expect(stack.dependencies.map(({ node }) => node.id)).toEqual(['data']);
});

/** Resources that refer to themselves through others, which CloudFormation refuses. */
function circles(resources: Record<string, object>): string[] {
  const ids = Object.keys(resources);
  const refers = new Map(ids.map((id) => [id, ids.filter((other) => JSON.stringify(resources[id]).includes(`"${other}"`))]));
  const reach = (id: string, seen = new Set<string>()): Set<string> => {
    for (const next of refers.get(id)!) if (!seen.has(next)) reach(next, seen.add(next));
    return seen;
  };
  return ids.filter((id) => reach(id).has(id));
}
