import { App, Stack } from 'aws-cdk-lib';
import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import { expect, test } from 'vitest';
import {
  Authorizer,
  Bucket,
  Duration,
  HttpApi,
  Queue,
  Schedule,
  Secret,
  ServerlessFunction,
  Service,
  Topic,
} from '../../../lib/index.js';
import { AwsFunction } from '../../../lib/platforms/aws/index.js';
import { permissionTable, synthesize } from '../../../lib/testing/index.js';
import { entry, newStack } from './template.js';

test('a table of permissions says who may do what, by construct path, before and after synthesis', () => {
  const stack = newStack();
  const service = new Service(stack, 'Shop');
  const orders = new Queue(service, 'Orders');
  const photos = new Bucket(service, 'Photos');
  const news = new Topic(service, 'News');
  const worker = new ServerlessFunction(service, 'Worker', {
    entry,
    links: { news, photos: photos.readOnly() },
    secrets: { KEY: Secret.fromName('shop/key') },
    triggers: { Orders: orders.messages(), Hourly: Schedule.rate(Duration.hours(1)) },
  });
  const create = new ServerlessFunction(service, 'Create', { entry, links: { orders, worker } });
  new HttpApi(service, 'Api', { routes: { 'POST /orders': create } });
  new ServerlessFunction(service, 'Idle', { entry });
  const table = new TableV2(stack, 'Table', { partitionKey: { name: 'id', type: AttributeType.STRING } });
  table.grantReadData(AwsFunction.of(create).lambda);

  const written = permissionTable(service);
  expect(`\n${written}`).toBe(`
Create may answer POST /orders of Api, for anyone
Create may call Worker
Create may send to Orders
  dynamodb:BatchGetItem, dynamodb:ConditionCheckItem, dynamodb:DescribeTable, dynamodb:GetItem, dynamodb:Query, dynamodb:Scan on shop/Table
  dynamodb:GetRecords, dynamodb:GetShardIterator on shop/Table
  lambda:InvokeFunction on Worker
  logs:CreateLogStream, logs:PutLogEvents on Create/Logs
  sqs:SendMessage on Orders
Idle may do nothing
  logs:CreateLogStream, logs:PutLogEvents on Idle/Logs
Worker may be started by schedule Hourly
Worker may publish to News
Worker may read Photos
Worker may read secret shop/key
Worker may receive from Orders
  logs:CreateLogStream, logs:PutLogEvents on Worker/Logs
  s3:GetObject on Photos/*
  s3:ListBucket on Photos
  secretsmanager:GetSecretValue on arn:<Partition>:secretsmanager:<Region>:<AccountId>:secret:shop/key-??????
  sns:Publish on News
  sqs:DeleteMessage, sqs:GetQueueAttributes, sqs:ReceiveMessage on Orders
  sqs:SendMessage on Worker/DeadLetters
`);
  synthesize(stack);
  expect(permissionTable(service)).toBe(written);
});

test('the neutral part is the same on every platform, and needs no more', () => {
  const stack = newStack();
  const orders = new Queue(stack, 'Orders');
  new ServerlessFunction(stack, 'Create', { entry, links: { orders } });
  expect(permissionTable(stack, { platform: false })).toBe('Create may send to Orders\n');
});

test('references to other stacks and aliases read as what they lead to; denials and conditions are told', () => {
  const app = new App();
  const orders = new Queue(new Stack(app, 'data'), 'Orders');
  const stack = new Stack(app, 'shop');
  const worker = new ServerlessFunction(stack, 'Worker', { entry, warmInstances: 1, links: { orders } });
  const tuning = [AwsFunction.tune({ vpc: new Vpc(stack, 'Vpc') })];
  new ServerlessFunction(stack, 'Caller', { entry, links: { worker }, tuning });
  synthesize(stack);
  const lines = permissionTable(stack).split('\n');
  expect(lines).toContain('Worker may send to data/Orders');
  expect(lines).toContain('  sqs:SendMessage on data/Orders');
  expect(lines).toContain('  lambda:InvokeFunction on Worker/Alias');
  expect(lines.find((line) => line.startsWith('  never '))).toBe(
    '  never ec2:AssignPrivateIpAddresses, ec2:CreateNetworkInterface, ec2:DeleteNetworkInterface, ec2:DescribeNetworkInterfaces, ' +
      'ec2:DescribeSubnets, ec2:UnassignPrivateIpAddresses on * if ' +
      '{"ArnLike":{"lambda:SourceFunctionArn":"arn:<Partition>:lambda:<Region>:<AccountId>:function:*"}}',
  );
});

test('whom routes and addresses answer', () => {
  const stack = newStack();
  const users = Authorizer.jwt('Users', { issuer: 'https://id.example', audiences: ['shop'] });
  const address = (authType: FunctionUrlAuthType) => [AwsFunction.tune({ functionUrl: { authType } })];
  const fn = new ServerlessFunction(stack, 'Fn', { entry, tuning: address(FunctionUrlAuthType.NONE) });
  new ServerlessFunction(stack, 'Closed', { entry, tuning: address(FunctionUrlAuthType.AWS_IAM) });
  new HttpApi(stack, 'Api', {
    authorizer: users,
    routes: {
      'GET /': fn,
      'GET /health': { handler: fn, authorizer: Authorizer.none },
      'GET /ops': { handler: fn, authorizer: Authorizer.iam },
    },
  });
  expect(permissionTable(stack).split('\n')).toEqual([
    'Closed may do nothing',
    '  logs:CreateLogStream, logs:PutLogEvents on Closed/Logs',
    'Fn may answer GET / of Api, for whom Users lets in',
    'Fn may answer GET /health of Api, for anyone',
    'Fn may answer GET /ops of Api, for identities of the target',
    '  anyone may lambda:InvokeFunctionUrl on Fn',
    '  logs:CreateLogStream, logs:PutLogEvents on Fn/Logs',
    '',
  ]);
});
