import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';
import { describe, expect, test } from 'vitest';
import { Duration, HttpApi, ServerlessFunction, Service } from '../../../lib/index.js';
import { AwsApi } from '../../../lib/platforms/aws/index.js';
import { synthesize } from '../../../lib/testing/index.js';
import { entry, errorOf, newStack, resourcesOf, typesOf } from './template.js';

const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

test('an API with one route', () => {
  const stack = newStack();
  const hello = new ServerlessFunction(stack, 'Hello', { entry });
  new HttpApi(stack, 'Api', { routes: { 'GET /hello/{name}': hello } });
  const { Hello, HelloRole, HelloLogs, ...found } = resourcesOf(stack);
  expect(found).toEqual({
    Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'shop/Api', ProtocolType: 'HTTP' } },
    ApiDefaultStage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: {
        ApiId: { Ref: 'Api' },
        StageName: '$default',
        AutoDeploy: true,
        AccessLogSettings: { DestinationArn: arn('ApiAccessLogs'), Format: expect.stringContaining('"$context.requestId"') },
      },
    },
    ApiAccessLogs: {
      Type: 'AWS::Logs::LogGroup',
      Properties: { RetentionInDays: 30 },
      UpdateReplacePolicy: 'Retain',
      DeletionPolicy: 'Retain',
    },
    ApiGEThelloname: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: { Ref: 'Api' },
        RouteKey: 'GET /hello/{name}',
        Target: { 'Fn::Join': ['', ['integrations/', { Ref: 'ApiIntegrationsHello' }]] },
      },
    },
    ApiIntegrationsHello: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ApiId: { Ref: 'Api' },
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: arn('Hello'),
        PayloadFormatVersion: '2.0',
      },
    },
    ApiIntegrationsHelloPermission: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: arn('Hello'),
        Principal: 'apigateway.amazonaws.com',
        SourceArn: {
          'Fn::Join': [
            '',
            [
              'arn:',
              { Ref: 'AWS::Partition' },
              ':execute-api:',
              { Ref: 'AWS::Region' },
              ':',
              { Ref: 'AWS::AccountId' },
              ':',
              { Ref: 'Api' },
              '/*',
            ],
          ],
        },
      },
    },
  });
  expect(JSON.parse(found.ApiDefaultStage!.Properties.AccessLogSettings.Format)).toMatchObject({ status: '$context.status' });
});

test('one integration and one permission for each function, however many routes lead to it', () => {
  const stack = newStack();
  const api = new HttpApi(stack, 'Api');
  const hello = new ServerlessFunction(stack, 'Hello', { entry });
  for (let index = 0; index < 40; index++) api.addRoute(`GET /r${index}`, hello);
  api.addRoute('ANY /files/{path+}', hello);
  api.addRoute('GET /', new ServerlessFunction(stack, 'Root', { entry }));
  const count = (type: string) => typesOf(stack).filter((each) => each === type).length;
  expect(count('AWS::ApiGatewayV2::Route')).toBe(42);
  expect(count('AWS::ApiGatewayV2::Integration')).toBe(2);
  expect(count('AWS::Lambda::Permission')).toBe(2);
  const keys = Object.values(resourcesOf(stack)).map(({ Properties }) => Properties.RouteKey);
  expect(keys).toEqual(expect.arrayContaining(['ANY /files/{path+}', 'GET /']));
});

test('CORS, description and tags', () => {
  const stack = newStack();
  new HttpApi(stack, 'Api', {
    description: 'the shop',
    tags: { team: 'tea' },
    cors: {
      origins: ['https://shop.example'],
      methods: ['GET', 'POST'],
      exposedHeaders: ['X-Total'],
      credentials: true,
      maxAge: Duration.minutes(5),
    },
  });
  expect(resourcesOf(stack).Api!.Properties).toEqual({
    Name: 'shop/Api',
    ProtocolType: 'HTTP',
    Description: 'the shop',
    Tags: { team: 'tea' },
    CorsConfiguration: {
      AllowOrigins: ['https://shop.example'],
      AllowMethods: ['GET', 'POST'],
      AllowHeaders: ['content-type', 'authorization'],
      ExposeHeaders: ['x-total'],
      AllowCredentials: true,
      MaxAge: 300,
    },
  });
});

test('its URL has no slash at the end', () => {
  const stack = newStack();
  const api = new HttpApi(stack, 'Api');
  expect(stack.resolve(api.url)).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^Api/), 'ApiEndpoint'] });
  new CfnOutput(stack, 'Url', { value: api.url });
});

test('a function may know the URL of the API that leads to it', () => {
  const stack = newStack();
  const hello = new ServerlessFunction(stack, 'Hello', { entry });
  const api = new HttpApi(stack, 'Api', { routes: { 'GET /': hello } });
  hello.addEnvironment('URL', api.url);
  expect(resourcesOf(stack).Hello!.Properties.Environment.Variables.URL).toEqual({ 'Fn::GetAtt': ['Api', 'ApiEndpoint'] });
});

describe('ids of integrations', () => {
  test('say where the function is, and differ where names are equal', () => {
    const stack = newStack();
    const inner = new Construct(stack, 'Inner');
    const api = new HttpApi(inner, 'Api');
    const make = (scope: Construct, key: string) =>
      api.addRoute(`GET /${key}`, new ServerlessFunction(scope, 'Hello', { entry }));
    make(inner, 'sibling');
    make(stack, 'outside');
    make(new Construct(inner, 'Deep'), 'deep');
    make(api, 'below');
    const found = Object.keys(resourcesOf(stack)).filter((id) => id.includes('Integrations') && !id.includes('Permission'));
    const paths = stack.node.findAll().flatMap(({ node }) => /Integrations\/([^/]+)\/Resource$/.exec(node.path)?.[1] ?? []);
    expect(paths).toEqual(['Hello', '.. Hello', 'Deep Hello', '. Hello']);
    expect(found).not.toEqual([]);
  });

  test('functions of another stack are allowed by a permission in the API’s own, so that no stack needs the other in turn', () => {
    const app = new App();
    const functions = new Stack(app, 'functions');
    const hello = new ServerlessFunction(functions, 'Hello', { entry });
    const stack = new Stack(app, 'shop');
    new HttpApi(stack, 'Api', { routes: { 'GET /': hello } });
    expect(typesOf(stack)).toContain('AWS::Lambda::Permission');
    expect(stack.dependencies).toEqual([functions]);
    expect(functions.dependencies).toEqual([]);
  });
});

test('tuning and escape hatches', () => {
  const stack = newStack();
  const service = new Service(stack, 'Shop', {
    tuning: [AwsApi.tune({ apiName: 'tea', throttle: { rateLimit: 100, burstLimit: 20 } })],
  });
  const hello = new ServerlessFunction(service, 'Hello', { entry });
  const api = new HttpApi(service, 'Api', { routes: { 'GET /': hello } });
  AwsApi.of(api).route('GET /').authorizationType = 'AWS_IAM';
  const found = resourcesOf(stack);
  expect(found.ShopApi!.Properties.Name).toBe('tea');
  expect(found.ShopApiDefaultStage!.Properties.DefaultRouteSettings).toEqual({
    ThrottlingRateLimit: 100,
    ThrottlingBurstLimit: 20,
  });
  expect(found.ShopApiGET!.Properties.AuthorizationType).toBe('AWS_IAM');
  expect(AwsApi.of(api).accessLogs!.node.path).toBe('shop/Shop/Api/AccessLogs');
  expect(AwsApi.of(api).api).toBe(api.node.defaultChild);
  expect(errorOf(() => AwsApi.of(api).route('GET /nothing')).message).toBe(
    "HTTP API 'shop/Shop/Api': it has no route 'GET /nothing'; its routes are: GET /",
  );
});

test('handlers in routes: one function or several change neither routes nor their ids, and the output says so', () => {
  const routes = { 'GET /a': { entry }, 'GET /b': { entry } };
  const make = (deployAs: 'function' | 'functions') => {
    const stack = newStack();
    new HttpApi(stack, 'Api', { deployAs, routes });
    return stack;
  };
  const routesOf = (stack: Stack) =>
    Object.entries((synthesize(stack) as any).Resources).flatMap(([id, { Type, Properties }]: any) =>
      Type === 'AWS::ApiGatewayV2::Route' ? [[id, Properties.RouteKey]] : [],
    );
  const [one, several] = [make('function'), make('functions')];
  expect(routesOf(one)).toEqual(routesOf(several));
  const count = (stack: Stack, type: string) => typesOf(stack).filter((each) => each === type).length;
  const types = ['AWS::Lambda::Function', 'AWS::Lambda::Permission', 'AWS::ApiGatewayV2::Integration', 'AWS::IAM::Role'];
  expect(types.map((type) => count(one, type))).toEqual([1, 1, 1, 1]);
  expect(types.map((type) => count(several, type))).toEqual([2, 2, 2, 2]);
  Annotations.fromStack(one).hasInfo('/shop/Api', Match.stringLikeRegexp('the handlers of its routes are one function'));
  Annotations.fromStack(several).hasNoInfo('/shop/Api', Match.anyValue());
});
