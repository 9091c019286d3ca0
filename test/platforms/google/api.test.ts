import { describe, expect, test } from 'vitest';
import { Authorizer, HttpApi, ServerlessFunction } from '../../../lib/index.js';
import { GoogleApi } from '../../../lib/platforms/google/index.js';
import { configurationOf, entry, environmentOf, errorOf, grantsOf, newStack, resourcesOf } from './stacks.js';

type Props = ConstructorParameters<typeof HttpApi>[2];

function withApi(routes: readonly string[], props: Props = {}) {
  const stack = newStack();
  const fn = new ServerlessFunction(stack, 'Answer', { entry });
  const api = new HttpApi(stack, 'Api', { ...props, routes: Object.fromEntries(routes.map((route) => [route, fn])) });
  return { stack, fn, api };
}

/** The document as API Gateway reads it, with the project's number 1. */
function documentOf(stack: ReturnType<typeof newStack>): any {
  const [config] = Object.values(resourcesOf(stack, 'google_api_gateway_api_config'));
  const { contents } = config.openapi_documents[0].document[0];
  const [, literal] = /^\$\{base64encode\((".*")\)\}$/s.exec(contents)!;
  return JSON.parse(
    JSON.parse(literal!)
      .replaceAll('${data.google_project.faasten_Project.number}', '1')
      .replaceAll('$${', '${')
      .replaceAll('%%{', '%{'),
  );
}

const BACKEND = {
  address: 'https://shop-answer-717b93c0-1.europe-west1.run.app/_faasten/http',
  path_translation: 'APPEND_PATH_TO_ADDRESS',
  jwt_audience: 'https://shop-answer-717b93c0-1.europe-west1.run.app',
  deadline: 30,
};

test('an API is a gateway, which calls its functions as itself', () => {
  const { stack, api } = withApi(['GET /orders/{id}'], {
    description: 'Orders "by" ${id}, %{now}\nand more',
    tags: { Team: 'tea' },
  });
  const { resource, provider, terraform } = configurationOf(stack);
  expect({
    api: resource.google_api_gateway_api,
    gateway: resource.google_api_gateway_gateway,
    config: resource.google_api_gateway_api_config,
  }).toEqual({
    api: {
      Api: { provider: 'google-beta', api_id: 'shop-api-b08998d9', display_name: 'shop/Api', labels: { team: 'tea' } },
    },
    config: {
      Api_Config: {
        provider: 'google-beta',
        api: '${google_api_gateway_api.Api.api_id}',
        api_config_id_prefix: 'shop-api-b08998d9-',
        display_name: 'shop/Api',
        labels: { team: 'tea' },
        openapi_documents: [{ document: [{ path: 'openapi.json', contents: expect.stringMatching(/^\$\{base64encode\("/) }] }],
        gateway_config: [{ backend_config: [{ google_service_account: '${google_service_account.Api_ServiceAccount.email}' }] }],
        lifecycle: { create_before_destroy: true },
      },
    },
    gateway: {
      Api: {
        provider: 'google-beta',
        gateway_id: 'shop-api-b08998d9',
        api_config: '${google_api_gateway_api_config.Api_Config.id}',
        region: 'europe-west1',
        display_name: 'shop/Api',
        labels: { team: 'tea' },
      },
    },
  });
  expect(provider).toEqual({
    google: [{ project: 'tea-shop', region: 'europe-west1' }],
    'google-beta': [{ project: 'tea-shop', region: 'europe-west1' }],
  });
  expect(terraform.required_providers['google-beta']).toEqual({ source: 'google-beta', version: '6.50.0' });
  expect(grantsOf(stack)).toEqual(['Api_ServiceAccount roles/run.invoker Answer']);
  expect(GoogleApi.of(api).gateway.node.path).toBe('shop/Api/Resource');
  expect(documentOf(stack)).toEqual({
    swagger: '2.0',
    info: { title: 'shop/Api', version: '1', description: 'Orders "by" ${id}, %{now}\nand more' },
    schemes: ['https'],
    paths: {
      '/orders/{id}': {
        parameters: [{ name: 'id', in: 'path', required: true, type: 'string' }],
        get: {
          operationId: 'get_orders_id_8113ed0b',
          'x-google-backend': BACKEND,
          responses: { default: { description: 'What the function answers' } },
        },
      },
    },
  });
});

describe('routes', () => {
  const paths = (routes: readonly string[], props: Props = {}) =>
    Object.fromEntries(
      Object.entries<any>(documentOf(withApi(routes, props).stack).paths).map(([path, { parameters = [], ...methods }]) => [
        path,
        `${Object.keys(methods).join(' ')}${parameters.map(({ name }: any) => ` {${name}}`).join('')}`,
      ]),
    );

  test('a rest parameter is Google’s double wildcard', () => {
    expect(paths(['GET /photos/{path+}', 'GET /'])).toEqual({ '/': 'get', '/photos/{path=**}': 'get {path}' });
  });

  test('ANY is every method that is not declared on its own', () => {
    const { stack, api } = withApi(['ANY /a']);
    const other = new ServerlessFunction(stack, 'Other', { entry });
    api.addRoute('POST /a', other);
    expect(Object.keys(documentOf(stack).paths['/a'])).toEqual(['get', 'post', 'put', 'patch', 'delete', 'head', 'options']);
    expect(documentOf(stack).paths['/a'].post['x-google-backend'].address).toContain('shop-other-');
    expect(documentOf(stack).paths['/a'].options['x-google-backend']).toEqual(BACKEND);
  });

  test('parameters of other names are one path', () => {
    expect(paths(['PUT /orders/{order}', 'GET /orders/{id}', 'GET /orders/{order}/lines'])).toEqual({
      '/orders/{id}': 'get put {id}',
      '/orders/{order}/lines': 'get {order}',
    });
  });

  test('their order makes no difference', () => {
    const routes = ['GET /b/{id}', 'ANY /a', 'POST /b/{key}', 'GET /{rest+}'];
    const texts = [routes, [...routes].reverse()].map((order) => JSON.stringify(documentOf(withApi(order).stack)));
    expect(texts[0]).toBe(texts[1]);
  });

  test('what API Gateway would not take literally is refused where it is declared', () => {
    expect(errorOf(() => withApi(['GET /orders/all:export'])).message).toBe(
      "HTTP API 'shop/Api': route 'GET /orders/all:export' has 'all:export' in its path, which API Gateway would not take literally; " +
        'use letters, digits and - . _ ~ in paths, or a parameter',
    );
  });
});

describe('CORS', () => {
  const cors = { origins: ['https://shop.example'], credentials: true };

  test('preflights go to a function of the path, which answers them', () => {
    const { stack } = withApi(['GET /a', 'POST /a', 'OPTIONS /own'], { cors });
    const { paths } = documentOf(stack);
    expect(Object.keys(paths['/a'])).toEqual(['get', 'post', 'options']);
    expect(paths['/a'].options['x-google-backend']).toEqual(BACKEND);
    expect(Object.keys(paths['/own'])).toEqual(['options']);
    expect(JSON.parse(environmentOf(stack, 'Answer').FAASTEN_CORS!)).toEqual({
      origins: ['https://shop.example'],
      methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'],
      headers: ['content-type', 'authorization'],
      exposedHeaders: [],
      credentials: true,
      maxAgeSeconds: 3600,
    });
  });

  test('a function of two APIs answers for both alike, or not at all', () => {
    const { stack, fn } = withApi(['GET /a'], { cors });
    expect(() => new HttpApi(stack, 'Same', { cors, routes: { 'GET /b': fn } })).not.toThrow();
    expect(errorOf(() => new HttpApi(stack, 'Other', { routes: { 'GET /b': fn } })).message).toBe(
      "function 'shop/Answer': the HTTP APIs 'shop/Same' and 'shop/Other' have different CORS settings, and on Google Cloud the function " +
        'answers browsers itself; give both the same cors, or each a function of its own',
    );
  });
});

describe('regions', () => {
  test('where API Gateway does not run, another region is asked for', () => {
    const stack = newStack({ project: 'tea-shop', region: 'europe-west3' });
    expect(errorOf(() => new HttpApi(stack, 'Api')).message).toContain(
      "HTTP API 'shop/Api': API Gateway does not run in europe-west3 (https://cloud.google.com/api-gateway/docs/deployment-model); " +
        'give it another region by tuning: [GoogleApi.tune({ region })], one of asia-northeast1, australia-southeast1, europe-west1',
    );
    const fn = new ServerlessFunction(stack, 'Answer', { entry });
    const api = new HttpApi(stack, 'Near', { tuning: [GoogleApi.tune({ region: 'europe-west1' })], routes: { 'GET /': fn } });
    expect(resourcesOf(stack, 'google_api_gateway_gateway').Near.region).toBe('europe-west1');
    expect(resourcesOf(stack, 'google_cloudfunctions2_function').Answer.location).toBe('europe-west3');
    GoogleApi.of(api).gateway.addOverride('display_name', 'Near');
    expect(resourcesOf(stack, 'google_api_gateway_gateway').Near.display_name).toBe('Near');
  });
});

test('an API without routes is found before it is deployed', () => {
  const stack = newStack();
  const api = new HttpApi(stack, 'Api');
  expect(api.node.validate()).toEqual(["HTTP API 'shop/Api' has no routes, and API Gateway takes no empty API; add a route"]);
});

test('functions may know the address of the API that leads to them', () => {
  const { stack, fn, api } = withApi(['GET /a']);
  fn.addEnvironment('API', api.url);
  expect(environmentOf(stack, 'Answer').API).toBe('https://${google_api_gateway_gateway.Api.default_hostname}');
  // The document, and with it the gateway, has no reference back to the function.
  expect(JSON.stringify(resourcesOf(stack, 'google_api_gateway_api_config'))).not.toContain('google_cloudfunctions2_function');
});

describe('tokens', () => {
  const jwt = { issuer: 'https://id.example', audiences: ['shop', 'office'], jwksUri: 'https://id.example/keys' };

  test('are checked by the gateway, but for preflights, and the function knows which routes have some', () => {
    const stack = newStack();
    const fn = new ServerlessFunction(stack, 'Answer', { entry });
    new HttpApi(stack, 'Api', {
      authorizer: Authorizer.jwt('Customers', jwt),
      cors: { origins: ['*'] },
      routes: { 'GET /mine': fn, 'GET /open': { handler: fn, authorizer: Authorizer.none } },
    });
    const { securityDefinitions, paths } = documentOf(stack);
    expect(securityDefinitions).toEqual({
      Customers: {
        type: 'oauth2',
        flow: 'implicit',
        authorizationUrl: '',
        'x-google-issuer': 'https://id.example',
        'x-google-jwks_uri': 'https://id.example/keys',
        'x-google-audiences': 'shop,office',
      },
    });
    expect(paths['/mine'].get.security).toEqual([{ Customers: [] }]);
    expect(paths['/mine'].options.security).toBeUndefined();
    expect(paths['/open'].get.security).toBeUndefined();
  });

  test('need the address of the keys; scopes, functions, IAM and limits are refused', () => {
    const stack = newStack();
    const fn = new ServerlessFunction(stack, 'Answer', { entry });
    const api = new HttpApi(stack, 'Api');
    const add = (more: object) => errorOf(() => api.addRoute('GET /', { handler: fn, ...more })).message;
    expect(add({ authorizer: Authorizer.jwt('A', { ...jwt, jwksUri: undefined }) })).toContain('the authorizer A has no jwksUri');
    expect(add({ authorizer: Authorizer.jwt('B', jwt), scopes: ['a'] })).toContain(
      'API Gateway compares issuer and audience only',
    );
    expect(add({ authorizer: Authorizer.function('C', fn) })).toContain('asks no function');
    expect(add({ authorizer: Authorizer.iam })).toContain('does not look at IAM');
    expect(add({ throttle: { requestsPerSecond: 1 } })).toContain('by API key and project');
  });
});
