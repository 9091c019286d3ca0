import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { HttpApi, type RouteKey, ServerlessFunction, usePlatform } from '../../../lib/index.js';
import { KubernetesApi, kubernetes } from '../../../lib/platforms/kubernetes/index.js';
import { environmentOf, manifestsOf, newChart, theOnly } from './charts.js';

const entry = join(__dirname, 'handler.ts');

/** What each rule of the API's HTTPRoutes matches, in order. */
function rulesOf(keys: readonly RouteKey[], cors = false): string[] {
  const chart = newChart();
  const fn = new ServerlessFunction(chart, 'F', { entry });
  const routes = Object.fromEntries(keys.map((key) => [key, fn]));
  new HttpApi(chart, 'Api', { routes, ...(cors && { cors: { origins: ['https://a.example'] } }) });
  return manifestsOf(chart, 'HTTPRoute').flatMap(({ spec }) =>
    spec.rules.map(({ matches: [{ path, method = 'ANY' }], filters: [{ requestHeaderModifier: set }] }: any) => {
      return `${method} ${path.type} ${path.value} <- ${set.set[0].value}`;
    }),
  );
}

test('an API is an HTTPRoute of the Gateway, which forwards to the ingress of Knative', () => {
  const chart = newChart();
  const fn = new ServerlessFunction(chart, 'F', { entry });
  new HttpApi(chart, 'Api', { description: 'of the shop', routes: { 'GET /orders/{id}': fn } });
  const route = theOnly(chart, 'HTTPRoute');
  expect(route.metadata).toMatchObject({
    name: 'shop-api-b08998d9',
    annotations: { 'kubernetes.io/description': 'of the shop' },
  });
  expect(route.spec).toEqual({
    parentRefs: [{ name: 'public', namespace: 'gateway' }],
    rules: [
      {
        matches: [{ path: { type: 'RegularExpression', value: '^/orders/[^/]+$' }, method: 'GET' }],
        filters: [
          {
            type: 'RequestHeaderModifier',
            requestHeaderModifier: { set: [{ name: 'x-faasten-route', value: 'GET /orders/{id}' }] },
          },
          { type: 'URLRewrite', urlRewrite: { hostname: `${theOnly(chart, 'Service').metadata.name}.team.svc.cluster.local` } },
        ],
        backendRefs: [{ kind: 'Service', name: 'kourier-internal', namespace: 'kourier-system', port: 80 }],
        timeouts: { request: '30s' },
      },
    ],
  });
  expect(theOnly(chart, 'ReferenceGrant')).toMatchObject({
    metadata: { name: 'shop-api-b08998d9', namespace: 'kourier-system' },
    spec: {
      from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'team' }],
      to: [{ group: '', kind: 'Service', name: 'kourier-internal' }],
    },
  });
});

describe('matches', () => {
  test('what says more comes first', () => {
    expect(
      rulesOf([
        'ANY /orders/{id}',
        'GET /',
        'GET /orders',
        'POST /orders',
        'GET /orders/{id}',
        'GET /orders/latest',
        'GET /a.b/{x}/c',
      ]),
    ).toEqual([
      'GET Exact /orders/latest <- GET /orders/latest',
      'GET RegularExpression ^/a\\.b/[^/]+/c$ <- GET /a.b/{x}/c',
      'GET RegularExpression ^/orders/[^/]+$ <- GET /orders/{id}',
      'ANY RegularExpression ^/orders/[^/]+$ <- ANY /orders/{id}',
      'GET Exact /orders <- GET /orders',
      'POST Exact /orders <- POST /orders',
      'GET Exact / <- GET /',
    ]);
  });

  test('the rest of a path is a prefix, beside parameters an expression', () => {
    expect(rulesOf(['GET /photos/{path+}', 'GET /orders/{id}', 'GET /orders/{id}/{path+}', 'GET /orders/files/{path+}'])).toEqual(
      [
        'GET RegularExpression ^/orders/files/.+$ <- GET /orders/files/{path+}',
        'GET RegularExpression ^/orders/[^/]+/.+$ <- GET /orders/{id}/{path+}',
        'GET RegularExpression ^/orders/[^/]+$ <- GET /orders/{id}',
        'GET PathPrefix /photos <- GET /photos/{path+}',
      ],
    );
    expect(rulesOf(['ANY /{path+}'])).toEqual(['ANY PathPrefix / <- ANY /{path+}']);
  });

  test('expressions find what they are for', () => {
    const [rule] = rulesOf(['GET /v1.0/$(x)/{id}/e']);
    const pattern = new RegExp(rule!.split(' ')[2]!);
    expect(pattern.test('/v1.0/$(x)/7/e')).toBe(true);
    expect(pattern.test('/v1x0/$(x)/7/e')).toBe(false);
    expect(pattern.test('/v1.0/$(x)/7/8/e')).toBe(false);
  });

  test('paths that a Gateway would resolve are refused', () => {
    expect(() => rulesOf(['GET /a/../b'])).toThrow("HTTP API 'shop/Api': route 'GET /a/../b' has '.' or '..' in its path");
  });
});

test('more than 16 rules are several HTTPRoutes, with the first rules first', () => {
  const keys = Array.from({ length: 20 }, (_, index): RouteKey => `GET /r${String(index).padStart(2, '0')}`);
  expect(rulesOf(keys)).toHaveLength(20);
  const chart = newChart();
  const api = new HttpApi(chart, 'Api');
  const fn = new ServerlessFunction(chart, 'F', { entry });
  for (const key of [...keys].reverse()) api.addRoute(key, fn);
  const routes = manifestsOf(chart, 'HTTPRoute');
  expect(routes.map(({ spec }) => spec.rules.length)).toEqual([16, 4]);
  expect(routes[0]!.spec.rules[0].matches[0].path.value).toBe('/r00');
  expect(KubernetesApi.of(api).httpRoutes.map(({ name }) => name)).toEqual(routes.map(({ metadata }) => metadata.name));
});

describe('CORS', () => {
  test('preflights reach a function of their path, which answers', () => {
    expect(rulesOf(['GET /orders/{id}', 'PUT /orders/{key}', 'OPTIONS /own', 'GET /own', 'ANY /all'], true)).toEqual([
      'GET RegularExpression ^/orders/[^/]+$ <- GET /orders/{id}',
      'OPTIONS RegularExpression ^/orders/[^/]+$ <- GET /orders/{id}',
      'PUT RegularExpression ^/orders/[^/]+$ <- PUT /orders/{key}',
      'ANY Exact /all <- ANY /all',
      'GET Exact /own <- GET /own',
      'OPTIONS Exact /own <- OPTIONS /own',
    ]);
  });

  test('is told to the functions', () => {
    const chart = newChart();
    const fn = new ServerlessFunction(chart, 'F', { entry });
    new HttpApi(chart, 'Api', { cors: { origins: ['https://a.example'], methods: ['GET'] }, routes: { 'GET /': fn } });
    expect(JSON.parse(String(environmentOf(theOnly(chart, 'Service')).FAASTEN_CORS))).toEqual({
      origins: ['https://a.example'],
      methods: ['GET'],
      headers: ['content-type', 'authorization'],
      exposedHeaders: [],
      credentials: false,
      maxAgeSeconds: 3600,
    });
  });

  test('of two APIs cannot differ in one function', () => {
    const chart = newChart();
    const fn = new ServerlessFunction(chart, 'F', { entry });
    new HttpApi(chart, 'A', { routes: { 'GET /': fn } });
    const cors = { origins: ['https://a.example'] };
    expect(() => new HttpApi(chart, 'B', { cors, routes: { 'GET /': fn } })).toThrow(
      "function 'shop/F': it answers routes of 'shop/A' and of 'shop/B', whose cors differ; give both APIs the same cors",
    );
  });
});

describe('hosts', () => {
  test('come from the platform or from tuning, and make the URL', () => {
    const chart = newChart();
    usePlatform(
      chart,
      kubernetes({
        gateway: { name: 'gw', sectionName: 'https' },
        hostname: 'shop.example',
        ingress: { name: 'knative-local-gateway', namespace: 'istio-system', port: 8080, grant: false },
      }),
    );
    const fn = new ServerlessFunction(chart, 'F', { entry });
    const one = new HttpApi(chart, 'One', { routes: { 'GET /': fn } });
    const tuned = KubernetesApi.tune({ hostnames: ['b.example', 'c.example'], parentRefs: [{ name: 'other' }] });
    const two = new HttpApi(chart, 'Two', { tuning: [tuned] });
    expect([one.url, two.url]).toEqual(['https://shop.example', 'https://b.example']);
    const [first, second] = manifestsOf(chart, 'HTTPRoute').map(({ spec }) => spec);
    expect(first).toMatchObject({ parentRefs: [{ name: 'gw', sectionName: 'https' }], hostnames: ['shop.example'] });
    expect(first.rules[0].backendRefs).toEqual([
      { kind: 'Service', name: 'knative-local-gateway', namespace: 'istio-system', port: 8080 },
    ]);
    expect(second).toMatchObject({ parentRefs: [{ name: 'other' }], hostnames: ['b.example', 'c.example'] });
    expect(manifestsOf(chart, 'ReferenceGrant')).toEqual([]);
  });

  test('without one there is no URL', () => {
    const api = new HttpApi(newChart(), 'Api');
    expect(() => api.url).toThrow("HTTP API 'shop/Api': has no URL, as it answers for every host of its Gateway; give it a name");
  });

  test('an ingress in the namespace of the chart needs no grant', () => {
    const chart = newChart();
    usePlatform(chart, kubernetes({ monitoring: false, ingress: { name: 'local', namespace: 'team' } }));
    new HttpApi(chart, 'Api');
    expect(manifestsOf(chart).map(({ kind }) => kind)).toEqual(['HTTPRoute']);
  });
});
