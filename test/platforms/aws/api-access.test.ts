import type { Stack } from 'aws-cdk-lib';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, test } from 'vitest';
import { Authorizer, Duration, HttpApi, ServerlessFunction } from '../../../lib/index.js';
import { AwsApi, type AwsApiDomain } from '../../../lib/platforms/aws/index.js';
import { cdkRules } from '../../engines/cloudformation.js';
import { entry, errorOf, newStack, resourcesOf, typesOf } from './template.js';

const customers = Authorizer.jwt('Customers', {
  issuer: 'https://id.example',
  audiences: ['shop'],
  scopes: ['orders:read'],
});

function shop() {
  const stack = newStack();
  const make = (id: string) => new ServerlessFunction(stack, id, { entry });
  return { stack, make, hello: make('Hello') };
}

describe('authorizers', () => {
  test('of tokens: one for the API, other scopes for one route, none for another', () => {
    const { stack, hello } = shop();
    new HttpApi(stack, 'Api', {
      authorizer: customers,
      routes: {
        'GET /orders': hello,
        'POST /orders': { handler: hello, scopes: ['orders:write'] },
        'GET /health': { handler: hello, authorizer: Authorizer.none },
      },
    });
    const found = resourcesOf(stack);
    expect(found.ApiAuthorizersCustomers!.Properties).toEqual({
      ApiId: { Ref: 'Api' },
      Name: 'Customers',
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Issuer: 'https://id.example', Audience: ['shop'] },
    });
    const access = (id: string) => {
      const { AuthorizationType, AuthorizerId, AuthorizationScopes } = found[id]!.Properties;
      return [AuthorizationType, AuthorizerId, AuthorizationScopes];
    };
    expect(access('ApiGETorders')).toEqual(['JWT', { Ref: 'ApiAuthorizersCustomers' }, ['orders:read']]);
    expect(access('ApiPOSTorders')).toEqual(['JWT', { Ref: 'ApiAuthorizersCustomers' }, ['orders:write']]);
    expect(access('ApiGEThealth')).toEqual([undefined, undefined, undefined]);
    expect(typesOf(stack).filter((type) => type === 'AWS::ApiGatewayV2::Authorizer')).toHaveLength(1);
    expect(cdkRules({ Resources: found })).toEqual([]);
  });

  test('that are functions: asked once in a while for each route, and invoked by one permission, whatever else they do', () => {
    const { stack, make, hello } = shop();
    const check = make('Check');
    const partners = Authorizer.function('Partners', check, { headers: ['X-Api-Key'], query: ['tenant'] });
    const strict = Authorizer.function('Strict', check, { cacheFor: Duration.seconds(0) });
    new HttpApi(stack, 'Api', {
      authorizer: partners,
      routes: { 'GET /': hello, 'GET /keys': { handler: check, authorizer: strict } },
    });
    const found = resourcesOf(stack);
    expect(found.ApiAuthorizersPartners!.Properties).toEqual({
      ApiId: { Ref: 'Api' },
      Name: 'Partners',
      AuthorizerType: 'REQUEST',
      AuthorizerUri: {
        'Fn::Join': [
          '',
          [
            'arn:',
            { Ref: 'AWS::Partition' },
            ':apigateway:',
            { Ref: 'AWS::Region' },
            ':lambda:path/2015-03-31/functions/',
            { 'Fn::GetAtt': ['Check', 'Arn'] },
            '/invocations',
          ],
        ],
      },
      AuthorizerPayloadFormatVersion: '2.0',
      EnableSimpleResponses: true,
      IdentitySource: ['$request.header.x-api-key', '$request.querystring.tenant', '$context.routeKey'],
      AuthorizerResultTtlInSeconds: 300,
    });
    expect(found.ApiAuthorizersStrict!.Properties).toMatchObject({
      IdentitySource: ['$request.header.authorization'],
      AuthorizerResultTtlInSeconds: 0,
    });
    expect(found.ApiGET!.Properties.AuthorizationType).toBe('CUSTOM');
    const permissions = Object.values(found).filter(({ Type }) => Type === 'AWS::Lambda::Permission');
    expect(permissions.map(({ Properties }) => Properties.FunctionName)).toEqual([
      { 'Fn::GetAtt': ['Hello', 'Arn'] },
      { 'Fn::GetAtt': ['Check', 'Arn'] },
    ]);
  });

  test('IAM needs no resource', () => {
    const { stack, hello } = shop();
    new HttpApi(stack, 'Api', { routes: { 'GET /': { handler: hello, authorizer: Authorizer.iam } } });
    expect(resourcesOf(stack).ApiGET!.Properties.AuthorizationType).toBe('AWS_IAM');
  });

  test('that cannot be meant are refused', () => {
    const { stack, hello } = shop();
    const api = new HttpApi(stack, 'Api');
    const add = (authorizer: Authorizer, more: object = {}) =>
      errorOf(() => api.addRoute('GET /', { handler: hello, authorizer, ...more })).message;
    expect(add(Authorizer.jwt('A', { issuer: 'http://id.example', audiences: ['shop'] }))).toBe(
      "HTTP API 'shop/Api': route 'GET /': authorizer.issuer is 'http://id.example'; give an https URL",
    );
    expect(add(Authorizer.jwt('A', { issuer: 'https://id.example', audiences: [] }))).toContain('audiences is empty');
    expect(add(Authorizer.function('A', hello, { headers: [] }))).toContain('looks at no header');
    expect(add(Authorizer.function('A', hello, { cacheFor: Duration.hours(2) }))).toContain('from 0 to 3600');
    expect(add(Authorizer.iam, { scopes: ['a'] })).toContain('only tokens have scopes');
    expect(add({} as never)).toContain('authorizer is {}');
    api.addRoute('GET /', { handler: hello, authorizer: customers });
    const other = Authorizer.jwt('Customers', { issuer: 'https://other.example', audiences: ['shop'] });
    expect(errorOf(() => api.addRoute('GET /b', { handler: hello, authorizer: other })).message).toBe(
      "HTTP API 'shop/Api': two authorizers have the name 'Customers'; make it once, or choose another name",
    );
  });
});

test('limits of the API and of a route; a stage is made after the routes that it has settings of', () => {
  const { stack, hello } = shop();
  new HttpApi(stack, 'Api', {
    throttle: { requestsPerSecond: 100, burst: 20 },
    routes: { 'GET /': hello, 'POST /mails': { handler: hello, throttle: { requestsPerSecond: 0.5 } } },
  });
  const stage = resourcesOf(stack).ApiDefaultStage!;
  expect(stage.Properties.DefaultRouteSettings).toEqual({ ThrottlingRateLimit: 100, ThrottlingBurstLimit: 20 });
  expect(stage.Properties.RouteSettings).toEqual({ 'POST /mails': { ThrottlingRateLimit: 0.5, ThrottlingBurstLimit: 1 } });
  expect(stage.DependsOn).toEqual(['ApiPOSTmails']);
  const message = errorOf(() => new HttpApi(stack, 'Other', { throttle: { requestsPerSecond: 0 } })).message;
  expect(message).toBe("HTTP API 'shop/Other': throttle.requestsPerSecond is 0; give a number above zero");
});

test('the default route is every path, and leaves what others answer', () => {
  const { stack, make, hello } = shop();
  new HttpApi(stack, 'Api', { routes: { $default: make('Rest'), 'GET /': hello, 'ANY /': hello } });
  const keys = Object.values(resourcesOf(stack)).flatMap(({ Properties }) => Properties.RouteKey ?? []);
  expect(keys.sort()).toEqual(['ANY /', 'ANY /{path+}', 'GET /']);
  const other = new HttpApi(stack, 'Other', { routes: { $default: hello } });
  expect(errorOf(() => other.addRoute('ANY /', hello)).message).toContain("route 'ANY /' is taken by 'ANY /'");
});

describe('domains', () => {
  const zone = (stack: Stack) =>
    HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z1', zoneName: 'shop.example' });

  test('with a certificate that is made, records, a base path and client certificates; the other address is closed', () => {
    const { stack, hello } = shop();
    const bucket = Bucket.fromBucketName(stack, 'Authorities', 'authorities');
    const domain = {
      name: 'api.shop.example',
      hostedZone: zone(stack),
      basePath: 'v1',
      mutualTls: { bucket, key: 'a.pem', version: '1' },
    };
    const api = new HttpApi(stack, 'Api', { routes: { 'GET /': hello }, tuning: [AwsApi.tune({ domain })] });
    expect(api.url).toBe('https://api.shop.example/v1');
    const found = resourcesOf(stack);
    expect(found.Api!.Properties.DisableExecuteApiEndpoint).toBe(true);
    expect(found.ApiDomain!.Properties).toEqual({
      DomainName: 'api.shop.example',
      DomainNameConfigurations: [{ CertificateArn: { Ref: 'ApiDomainCertificate' }, EndpointType: 'REGIONAL' }],
      MutualTlsAuthentication: { TruststoreUri: 's3://authorities/a.pem', TruststoreVersion: '1' },
    });
    expect(found.ApiDomainMapping).toMatchObject({
      Properties: { ApiId: { Ref: 'Api' }, DomainName: { Ref: 'ApiDomain' }, Stage: '$default', ApiMappingKey: 'v1' },
      DependsOn: ['ApiDefaultStage'],
    });
    expect([found.ApiDomainA!.Properties, found.ApiDomainAaaa!.Properties].map(({ Type, Name }) => [Type, Name])).toEqual([
      ['A', 'api.shop.example.'],
      ['AAAA', 'api.shop.example.'],
    ]);
    expect(cdkRules({ Resources: found })).toEqual([]);
    expect(AwsApi.of(api).domain?.name).toBeDefined();
  });

  test('need a certificate or a zone, and a plain base path', () => {
    const { stack } = shop();
    const make = (id: string, domain: AwsApiDomain) =>
      errorOf(() => new HttpApi(stack, id, { tuning: [AwsApi.tune({ domain })] })).message;
    expect(make('A', { name: 'a.example' })).toBe(
      "HTTP API 'shop/A': the domain 'a.example' has no certificate; give one, or the hostedZone by which one can be proven",
    );
    expect(make('B', { name: 'a.example', hostedZone: zone(stack), basePath: '/v1/' })).toContain("domain.basePath is '/v1/'");
  });
});

test('further stages show the same routes', () => {
  const { stack, hello } = shop();
  const stages = {
    beta: { variables: { color: 'blue' }, throttle: { rateLimit: 1, burstLimit: 1 } },
    old: { autoDeploy: false },
  };
  new HttpApi(stack, 'Api', { routes: { 'GET /': hello }, tuning: [AwsApi.tune({ stages })] });
  const found = resourcesOf(stack);
  expect(found.ApiStagesbeta!.Properties).toMatchObject({
    StageName: 'beta',
    AutoDeploy: true,
    StageVariables: { color: 'blue' },
    DefaultRouteSettings: { ThrottlingRateLimit: 1, ThrottlingBurstLimit: 1 },
    AccessLogSettings: { DestinationArn: expect.anything() },
  });
  expect(found.ApiStagesold!.Properties.AutoDeploy).toBe(false);
});

describe('access logs', () => {
  const logged = (tuning: Parameters<typeof AwsApi.tune>[0]) => {
    const { stack, hello } = shop();
    const api = new HttpApi(stack, 'Api', { routes: { 'GET /': hello }, tuning: [AwsApi.tune(tuning)] });
    const stages = Object.values(resourcesOf(stack)).filter(({ Type }) => /::Stage$/.test(Type));
    return { stack, api, stages: stages.map(({ Properties }) => Properties.AccessLogSettings ?? Properties.AccessLogSetting) };
  };
  const accessLogs = { retention: RetentionDays.ONE_YEAR, fields: { ip: '$context.identity.sourceIp' } };

  test('have fields and a time that they are kept, in every stage', () => {
    const { stack, stages } = logged({ accessLogs, stages: { beta: {} } });
    const settings = {
      DestinationArn: { 'Fn::GetAtt': ['ApiAccessLogs', 'Arn'] },
      Format: '{"requestId":"$context.requestId","ip":"$context.identity.sourceIp"}',
    };
    expect(stages).toEqual([settings, settings]);
    expect(resourcesOf(stack).ApiAccessLogs!.Properties).toEqual({ RetentionInDays: 365 });
    expect(logged({ accessLogs, requestValidation: true }).stages).toEqual([settings]);
  });

  test('go to a log group that exists, or nowhere', () => {
    const { stack } = shop();
    const logGroup = LogGroup.fromLogGroupName(stack, 'Theirs', 'requests');
    const theirs = logged({ accessLogs: { logGroup } });
    expect(JSON.stringify(theirs.stages)).toContain(':log-group:requests');
    for (const more of [{}, { requestValidation: true }]) {
      const { api, stages, stack: without } = logged({ accessLogs: false, ...more });
      expect([stages, AwsApi.of(api).accessLogs]).toEqual([[undefined], undefined]);
      expect(resourcesOf(without)).not.toHaveProperty('ApiAccessLogs');
    }
  });
});
