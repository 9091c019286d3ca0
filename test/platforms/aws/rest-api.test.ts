import Ajv4 from 'ajv-draft-04';
import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { InterfaceVpcEndpoint, InterfaceVpcEndpointAwsService, Vpc } from 'aws-cdk-lib/aws-ec2';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Authorizer, HttpApi, type HttpApiProps, ServerlessFunction } from '../../../lib/index.js';
import { AwsApi, type AwsApiTuning } from '../../../lib/platforms/aws/index.js';
import { draft4 } from '../../../lib/platforms/aws/rest-validation.js';
import { synthesize, withoutBundling } from '../../../lib/testing/index.js';
import { available, cdkRules, cfnLint } from '../../engines/cloudformation.js';
import { missing } from '../../engines/engine.js';
import { entry, environmentOf, errorOf, resourcesOf, typesOf } from './template.js';

function shop(settings: AwsApiTuning, props: (fn: ServerlessFunction) => HttpApiProps) {
  const app = new App();
  const stack = new Stack(app, 'shop', { env: { region: 'eu-west-1', account: '123456789012' } });
  const fn = new ServerlessFunction(stack, 'Answer', { entry });
  const api = new HttpApi(stack, 'Api', { ...props(fn), tuning: [AwsApi.tune(settings)] });
  return { app, stack, fn, api };
}
const lists = (fn: ServerlessFunction): HttpApiProps => ({ routes: { 'GET /orders/{id}': fn, 'ANY /files/{path+}': fn } });
const ofType = (stack: Stack, type: string) => Object.values(resourcesOf(stack)).filter(({ Type }) => Type === type);

test('a web ACL makes it a REST API with the same routes, and one permission', () => {
  const { stack, api } = shop({ webAclArn: 'arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/shop/1' }, lists);
  expect(typesOf(stack)).toEqual([
    'AWS::ApiGateway::Deployment',
    'AWS::ApiGateway::Method', // GET /orders/{id}
    'AWS::ApiGateway::Method', // ANY /files/{path+}
    'AWS::ApiGateway::Resource', // orders
    'AWS::ApiGateway::Resource', // {id}
    'AWS::ApiGateway::Resource', // files
    'AWS::ApiGateway::Resource', // {path+}
    'AWS::ApiGateway::RestApi',
    'AWS::ApiGateway::Stage',
    'AWS::IAM::Role',
    'AWS::Lambda::Function',
    'AWS::Lambda::Permission',
    'AWS::Logs::LogGroup', // of the function
    'AWS::Logs::LogGroup', // access logs
    'AWS::WAFv2::WebACLAssociation',
  ]);
  const [method] = ofType(stack, 'AWS::ApiGateway::Method').filter(({ Properties }) => Properties.HttpMethod === 'GET');
  expect(method!.Properties).toMatchObject({
    AuthorizationType: 'NONE',
    Integration: {
      Type: 'AWS_PROXY',
      IntegrationHttpMethod: 'POST',
      Uri: { 'Fn::Join': ['', expect.arrayContaining(['/invocations'])] },
    },
  });
  expect(stack.resolve(api.url)).toEqual({
    'Fn::Join': ['', ['https://', expect.anything(), '.execute-api.eu-west-1.', { Ref: 'AWS::URLSuffix' }, '/live']],
  });
  Annotations.fromStack(stack).hasInfo(
    '/shop/Api',
    Match.stringLikeRegexp("HTTP API 'shop/Api': it is a REST API of API Gateway, because of webAclArn"),
  );
  expect(AwsApi.of(api).method('GET /orders/{id}').httpMethod).toBe('GET');
  expect(AwsApi.of(api).restApi).toBe(api.node.defaultChild);
  expect(errorOf(() => AwsApi.of(api).api).message).toBe("HTTP API 'shop/Api': it is a REST API of API Gateway; use restApi");
});

test('usage plans ask for keys, but on routes that need none', () => {
  const { stack } = shop(
    {
      usagePlans: {
        Basic: { keys: ['Tea', 'Milk'], throttle: { rateLimit: 5, burstLimit: 2 }, quota: { limit: 100, period: 'DAY' } },
      },
      keylessRoutes: ['ANY /files/{path+}'],
    },
    lists,
  );
  const keyed = ofType(stack, 'AWS::ApiGateway::Method').map(({ Properties }) => [
    Properties.HttpMethod,
    Properties.ApiKeyRequired,
  ]);
  expect(keyed.sort()).toEqual([
    ['ANY', false],
    ['GET', true],
  ]);
  expect(ofType(stack, 'AWS::ApiGateway::ApiKey')).toHaveLength(2);
  expect(ofType(stack, 'AWS::ApiGateway::UsagePlan')[0]!.Properties).toMatchObject({
    Throttle: { RateLimit: 5, BurstLimit: 2 },
    Quota: { Limit: 100, Period: 'DAY' },
    ApiStages: [{ ApiId: { Ref: 'ApiRest' }, Stage: { Ref: expect.stringContaining('live') } }],
  });
});

describe('requests are compared with their schema', () => {
  const Order = z.object({ product: z.string(), quantity: z.int().positive() });

  test('of body, query and headers', () => {
    const { stack } = shop({ requestValidation: true }, (fn) => ({
      routes: {
        'POST /orders': {
          handler: fn,
          schema: { body: Order, headers: z.object({ 'X-Tenant': z.string() }), query: z.object({ dry: z.string().optional() }) },
        },
        'GET /': fn,
      },
    }));
    const [method] = ofType(stack, 'AWS::ApiGateway::Method').filter(({ Properties }) => Properties.HttpMethod === 'POST');
    expect(method!.Properties).toMatchObject({
      RequestParameters: { 'method.request.header.x-tenant': true },
      RequestModels: { 'application/json': { Ref: expect.any(String) }, $default: { Ref: expect.any(String) } },
    });
    expect(ofType(stack, 'AWS::ApiGateway::RequestValidator').map(({ Properties }) => Properties)).toEqual([
      { RestApiId: { Ref: 'ApiRest' }, ValidateRequestBody: true, ValidateRequestParameters: true },
    ]);
    expect(ofType(stack, 'AWS::ApiGateway::Model')[0]!.Properties.Schema).toEqual({
      $schema: 'http://json-schema.org/draft-04/schema#',
      type: 'object',
      properties: {
        product: { type: 'string' },
        quantity: { type: 'integer', minimum: 0, exclusiveMinimum: true, maximum: Number.MAX_SAFE_INTEGER },
      },
      required: ['product', 'quantity'],
    });
  });

  test('in the words of draft 4, as a validator of that draft reads them', () => {
    const source = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: {
        const: { const: 'a' },
        if: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 5 },
        pair: { type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }] },
      },
      required: ['const'],
      additionalProperties: false,
      dependentRequired: { if: ['pair'] },
    };
    const fits = new Ajv4({ strict: true, strictTuples: false, strictTypes: false }).compile(draft4(source) as object);
    expect(fits({ const: 'a', if: 1, pair: ['x', 1] })).toBe(true);
    expect(fits({ const: 'b' })).toBe(false);
    expect(fits({ const: 'a', if: 0 })).toBe(false);
    expect(fits({ const: 'a', if: 5 })).toBe(false);
    expect(fits({ const: 'a', more: 1 })).toBe(false);
    expect(fits({ const: 'a', pair: [1] })).toBe(false);
  });
});

test('private endpoints are the only way in', () => {
  const app = new App();
  const stack = new Stack(app, 'shop');
  const vpc = new Vpc(stack, 'Vpc', { natGateways: 0 });
  const endpoint = new InterfaceVpcEndpoint(stack, 'Endpoint', { vpc, service: InterfaceVpcEndpointAwsService.APIGATEWAY });
  const fn = new ServerlessFunction(stack, 'Answer', { entry });
  new HttpApi(stack, 'Api', { routes: { 'GET /': fn }, tuning: [AwsApi.tune({ privateEndpoints: [endpoint] })] });
  expect(ofType(stack, 'AWS::ApiGateway::RestApi')[0]!.Properties).toMatchObject({
    EndpointConfiguration: { Types: ['PRIVATE'], VpcEndpointIds: [{ Ref: 'Endpoint' }] },
    Policy: {
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: '*' },
          Action: 'execute-api:Invoke',
          Resource: 'execute-api:/*',
          Condition: { StringEquals: { 'aws:SourceVpce': [{ Ref: 'Endpoint' }] } },
        },
      ],
    },
  });
});

test('functions and IAM decide, limits per route hold, and browsers are answered by the function', () => {
  const settings = { webAclArn: 'arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/shop/1' };
  const { stack, fn, api } = shop(settings, (answer) => ({
    cors: { origins: ['https://shop.example'] },
    throttle: { requestsPerSecond: 100 },
    authorizer: Authorizer.function('Keys', answer, { headers: ['X-Key'] }),
    routes: {
      'GET /mine': answer,
      'ANY /mails': { handler: answer, authorizer: Authorizer.iam, throttle: { requestsPerSecond: 1 } },
    },
  }));
  const methods = ofType(stack, 'AWS::ApiGateway::Method').map(({ Properties: { HttpMethod, AuthorizationType } }) => [
    HttpMethod,
    AuthorizationType,
  ]);
  expect(methods.sort()).toEqual([
    ['ANY', 'AWS_IAM'],
    ['GET', 'CUSTOM'],
    ['OPTIONS', 'NONE'],
    ['OPTIONS', 'NONE'],
  ]);
  expect(ofType(stack, 'AWS::ApiGateway::Authorizer')[0]!.Properties).toMatchObject({
    Type: 'REQUEST',
    IdentitySource: 'method.request.header.x-key,context.httpMethod,context.resourcePath',
    AuthorizerResultTtlInSeconds: 300,
  });
  expect(ofType(stack, 'AWS::Lambda::Permission')).toHaveLength(1);
  expect(ofType(stack, 'AWS::ApiGateway::Stage')[0]!.Properties.MethodSettings).toEqual([
    { HttpMethod: '*', ResourcePath: '/*', DataTraceEnabled: false, ThrottlingRateLimit: 100, ThrottlingBurstLimit: 100 },
    { HttpMethod: '*', ResourcePath: '/mails', ThrottlingRateLimit: 1, ThrottlingBurstLimit: 1 },
  ]);
  expect(JSON.parse(environmentOf(stack, 'Answer').FAASTEN_CORS as string)).toMatchObject({ origins: ['https://shop.example'] });
  const add = (key: any, more: object = {}) => errorOf(() => api.addRoute(key, { handler: fn, ...more })).message;
  const jwt = Authorizer.jwt('Tokens', { issuer: 'https://id.example', audiences: ['shop'] });
  expect(add('GET /x', { authorizer: jwt })).toContain(
    'the authorizer Tokens checks tokens, which a REST API of API Gateway does not',
  );
  expect(add('OPTIONS /mine')).toContain('is answered by cors already');
});

test('what a REST API has not is refused', () => {
  const { api, fn } = shop({ requestValidation: true }, lists);
  expect(errorOf(() => api.addRoute('GET /orders/{order}/lines', fn)).message).toBe(
    "HTTP API 'shop/Api': route 'GET /orders/{order}/lines' has {order} where 'GET /orders/{id}' has {id}, and a REST API takes one name " +
      'for both; give the parameters the same name',
  );
  expect(errorOf(() => shop({ requestValidation: true, stages: { beta: {} } }, lists)).message).toContain(
    'it has stages, and is a REST API because of requestValidation',
  );
});

test('nobody finds anything in it', () => {
  const { stack } = shop(
    {
      usagePlans: { Basic: { keys: ['Tea'] } },
      requestValidation: true,
      webAclArn: 'arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/shop/1',
    },
    (fn) => ({
      cors: { origins: ['*'] },
      routes: {
        'POST /orders': { handler: fn, authorizer: Authorizer.function('Keys', fn), schema: { body: z.object({ a: z.int() }) } },
      },
    }),
  );
  const template = synthesize(withoutBundling(stack));
  expect(cdkRules(template)).toEqual([]);
  // The CDK's own way to have a function wait for its role.
  const accepted = ['W3005'];
  if (!missing('cfn-lint', available())) expect(cfnLint(template).filter(({ rule }) => !accepted.includes(rule))).toEqual([]);
}, 60_000);

test('no logical id has another type than in the HTTP API, so that CloudFormation can turn one into the other', () => {
  const routes = (fn: ServerlessFunction): HttpApiProps => ({
    ...lists(fn),
    authorizer: Authorizer.function('Keys', fn),
  });
  const types = (settings: AwsApiTuning) =>
    Object.entries<any>((synthesize(shop(settings, routes).stack) as any).Resources).map(([id, { Type }]) => [id, Type] as const);
  const before = new Map(types({}));
  const after = types({ requestValidation: true });
  expect(after.filter(([id]) => before.has(id)).length).toBeGreaterThan(4);
  expect(after.filter(([id, type]) => before.has(id) && before.get(id) !== type)).toEqual([]);
});
