import { join } from 'node:path';
import { User } from 'aws-cdk-lib/aws-iam';
import { FunctionUrlAuthType, HttpMethod, InvokeMode, TenancyConfig } from 'aws-cdk-lib/aws-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Duration, Queue, Schedule, ServerlessFunction } from '../../../lib/index.js';
import { AwsFunction } from '../../../lib/platforms/aws/index.js';
import { missing } from '../../engines/engine.js';
import { available, type LambdaAnswer, type LambdaFunction } from '../../engines/lambda.js';
import { payload } from '../../runtime/support.js';
import { startedFunction } from './running.js';
import { entry, errorOf, newStack, resourcesOf, typesOf } from './template.js';

const streaming = AwsFunction.tune({ functionUrl: { invokeMode: InvokeMode.RESPONSE_STREAM } });

describe('the address of a function', () => {
  test('is for principals that are allowed, and leads to the alias', () => {
    const stack = newStack();
    const fn = new ServerlessFunction(stack, 'Hello', {
      entry,
      warmInstances: 1,
      tuning: [AwsFunction.tune({ functionUrl: {} })],
    });
    const user = new User(stack, 'User');
    AwsFunction.of(fn).functionUrl!.grantInvokeUrl(user);
    const resources = resourcesOf(stack);
    expect(resources.HelloUrl).toEqual({
      Type: 'AWS::Lambda::Url',
      Properties: { AuthType: 'AWS_IAM', Qualifier: 'live', TargetFunctionArn: { 'Fn::GetAtt': ['Hello', 'Arn'] } },
      DependsOn: ['HelloAlias'],
    });
    expect(typesOf(stack)).not.toContain('AWS::Lambda::Permission');
    expect(stack.resolve(AwsFunction.of(fn).url)).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^HelloUrl/), 'FunctionUrl'] });
    expect(resources.UserDefaultPolicy!.Properties.PolicyDocument.Statement[0].Action).toBe('lambda:InvokeFunctionUrl');
  });

  test('is public where that is asked for, and answers browsers', () => {
    const stack = newStack();
    const functionUrl = {
      authType: FunctionUrlAuthType.NONE,
      cors: { allowedOrigins: ['https://shop.example'], allowedMethods: [HttpMethod.GET] },
      invokeMode: InvokeMode.RESPONSE_STREAM,
    };
    const fn = new ServerlessFunction(stack, 'Hello', { entry, tuning: [AwsFunction.tune({ functionUrl })] });
    const resources = resourcesOf(stack);
    expect(resources.HelloUrl!.Properties).toEqual({
      AuthType: 'NONE',
      Cors: { AllowMethods: ['GET'], AllowOrigins: ['https://shop.example'] },
      InvokeMode: 'RESPONSE_STREAM',
      TargetFunctionArn: { 'Fn::GetAtt': ['Hello', 'Arn'] },
    });
    const permissions = Object.values(resources).filter(({ Type }) => Type === 'AWS::Lambda::Permission');
    expect(permissions.map(({ Properties }) => Properties.Principal)).toEqual(['*', '*']);
    expect(AwsFunction.of(fn).functionUrl).toBeDefined();
  });

  test('is not there unless it is asked for', () => {
    const fn = new ServerlessFunction(newStack(), 'Hello', { entry });
    expect([AwsFunction.of(fn).functionUrl, AwsFunction.of(fn).url]).toEqual([undefined, undefined]);
  });

  test('that streams leaves events and calls to other functions', () => {
    const stack = newStack();
    const fn = new ServerlessFunction(stack, 'Hello', { entry, tuning: [streaming] });
    const message = "function 'shop/Hello': its URL streams, so that it answers requests only";
    expect(errorOf(() => fn.addTrigger('Jobs', new Queue(stack, 'Jobs').messages())).message).toContain(message);
    expect(errorOf(() => fn.addTrigger('Hourly', Schedule.rate(Duration.hours(1)))).message).toContain(message);
    expect(errorOf(() => new ServerlessFunction(stack, 'Caller', { entry, links: { hello: fn } })).message).toContain(message);
  });

  test('streams from an image, too, and isolates no tenants', () => {
    const stack = newStack();
    const image = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1';
    new ServerlessFunction(stack, 'App', { image, tuning: [streaming] });
    expect(resourcesOf(stack).App!.Properties.Environment.Variables.AWS_LWA_INVOKE_MODE).toBe('response_stream');
    const tuning = [AwsFunction.tune({ functionUrl: {}, tenancyConfig: TenancyConfig.PER_TENANT })];
    expect(() => new ServerlessFunction(stack, 'Other', { entry, tuning })).toThrow(
      'not supported for functions with tenant isolation',
    );
  });
});

describe.skipIf(missing('aws-lambda-ric', available()))('a streamed answer', () => {
  let running: LambdaFunction;
  beforeAll(async () => {
    running = await startedFunction((stack) => {
      new ServerlessFunction(stack, 'Fn', { entry: join(__dirname, 'handlers/streaming.ts'), tuning: [streaming] });
    });
  }, 60_000);
  afterAll(() => running?.stop());

  const asked = (path: string, method = 'GET') => {
    const event = payload('function-url');
    const { http, ...context } = event.requestContext;
    return { ...event, rawPath: path, body: undefined, requestContext: { ...context, http: { ...http, method, path } } };
  };
  /** Head, then eight zeros, then the body. https://docs.aws.amazon.com/lambda/latest/dg/response-streaming-custom.html */
  const read = ({ body, streamed }: LambdaAnswer) => {
    const end = body.indexOf(Buffer.alloc(8));
    expect({ streamed, head: end > 0 }).toEqual({ streamed: true, head: true });
    return { head: JSON.parse(body.subarray(0, end).toString()), body: body.subarray(end + 8).toString() };
  };

  test('has its head first, then the parts as they are made', async () => {
    expect(read(await running.invoke(asked('/')))).toEqual({
      head: { statusCode: 201, headers: { 'content-type': 'text/event-stream' }, cookies: ['a=1', 'b=2'] },
      body: 'part 1;part 2;part 3;',
    });
  });

  test('has a head even without a body', async () => {
    expect(read(await running.invoke(asked('/empty')))).toEqual({
      head: { statusCode: 204, headers: { 'x-empty': 'yes' } },
      body: '',
    });
    expect(read(await running.invoke(asked('/', 'HEAD'))).body).toBe('');
  });

  test('is a problem where the handler fails', async () => {
    const { head, body } = read(await running.invoke(asked('/throws')));
    expect(head).toMatchObject({ statusCode: 500, headers: { 'content-type': 'application/problem+json' } });
    expect(body).not.toContain('not for callers');
  });

  test('that breaks off is an error of the function, and the next one is whole', async () => {
    const { error, body } = await running.invoke(asked('/breaks'));
    expect(body.toString()).toContain('begun');
    expect(error).toBeDefined();
    expect(read(await running.invoke(asked('/'))).body).toBe('part 1;part 2;part 3;');
  });

  test('is whole where an API asks', async () => {
    const answer = await running.invoke({ ...payload('api-gateway-v2'), rawPath: '/' });
    expect(JSON.parse(answer.body.toString())).toMatchObject({
      statusCode: 201,
      body: 'part 1;part 2;part 3;',
      cookies: ['a=1', 'b=2'],
    });
  });
});
