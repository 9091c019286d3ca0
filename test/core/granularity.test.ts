import { Construct } from 'constructs';
import { describe, expect, test } from 'vitest';
import {
  Duration,
  describe as describeModel,
  FaastenError,
  type HandlerProps,
  HttpApi,
  type HttpApiProps,
  Queue,
  Secret,
  ServerlessFunction,
  Service,
  usePlatform,
} from '../../lib/index.js';
import { PaperPlatform } from './paper-platform.js';

class Root extends Construct {
  constructor() {
    super(undefined as never, '');
  }
}

function shop(
  props: HttpApiProps | ((service: Service, orders: Queue) => HttpApiProps),
  service: ConstructorParameters<typeof Service>[2] = {},
) {
  const platform = new PaperPlatform();
  const root = new Construct(new Root(), 'App');
  usePlatform(root, platform);
  const shop = new Service(root, 'Shop', service);
  const orders = new Queue(shop, 'Orders');
  const api = new HttpApi(shop, 'Api', typeof props === 'function' ? props(shop, orders) : props);
  return { platform, shop, api, orders };
}
function errorOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof FaastenError) return error.message;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const entry = __filename;
const routes = (orders: Queue): HttpApiProps['routes'] => ({
  'POST /orders': { entry, links: { orders }, memoryMiB: 512, environment: { A: '1' } },
  'GET /orders/{id}': {
    handler: { entry, links: { data: orders }, timeout: Duration.seconds(5) },
    throttle: { requestsPerSecond: 1 },
  },
});

test('each handler is a function', () => {
  const { shop: service, platform } = shop((_, orders) => ({ routes: routes(orders) }));
  expect(describeModel(service).functions.map(({ path, memoryMiB, routes: found }) => [path, memoryMiB, found])).toEqual([
    ['App/Shop/Api/Handlers/POST orders', 512, [{ api: 'App/Shop/Api', key: 'POST /orders' }]],
    ['App/Shop/Api/Handlers/GET orders {id}', 256, [{ api: 'App/Shop/Api', key: 'GET /orders/{id}' }]],
  ]);
  expect(platform.log).toContain('route POST /orders at App/Shop/Api/POST orders');
});

describe('all handlers are one function', () => {
  test('as large as the largest of them, with the links of all under names of their own, on the same routes', () => {
    const { shop: service, platform } = shop((_, orders) => ({ deployAs: 'function', routes: routes(orders) }));
    const [fn, ...others] = describeModel(service).functions;
    expect(others).toEqual([]);
    expect(fn).toMatchObject({
      path: 'App/Shop/Api/Function',
      memoryMiB: 512,
      timeoutSeconds: 30,
      environment: { A: '1' },
      kinds: ['http'],
      links: {
        POSTordersbe6d737e_orders: { kind: 'queue', access: 'send', target: 'App/Shop/Orders' },
        GETordersidea614192_data: { kind: 'queue', access: 'send', target: 'App/Shop/Orders' },
      },
      members: [
        { name: 'GETordersidea614192', routes: ['GET /orders/{id}'], links: { data: 'GETordersidea614192_data' }, secrets: [] },
        { name: 'POSTordersbe6d737e', routes: ['POST /orders'], links: { orders: 'POSTordersbe6d737e_orders' }, secrets: [] },
      ],
    });
    expect(platform.log).toContain('route POST /orders at App/Shop/Api/POST orders');
    expect(describeModel(service).apis[0]).toMatchObject({ deployAs: 'function', routes: ['GET /orders/{id}', 'POST /orders'] });
  });

  test('where a service says so, unless an inner one or the API says otherwise', () => {
    const paths = (service: object, api: HttpApiProps = {}) =>
      describeModel(shop((_, orders) => ({ ...api, routes: routes(orders) }), service).shop).functions.map(({ path }) => path);
    expect(paths({ deployAs: 'function' })).toEqual(['App/Shop/Api/Function']);
    expect(paths({ deployAs: 'function' }, { deployAs: 'functions' })).toHaveLength(2);
  });

  test('with the settings that the API gives it', () => {
    const settings = { memoryMiB: 1024, maxConcurrency: 3 };
    const { shop: service } = shop((_, orders) => ({ deployAs: 'function', function: settings, routes: routes(orders) }));
    expect(describeModel(service).functions[0]).toMatchObject(settings);
  });

  test('and a function that is made outside stays what it is, with its triggers', () => {
    const { shop: service } = shop((inner, orders) => ({
      deployAs: 'function',
      routes: {
        ...routes(orders),
        'GET /own': new ServerlessFunction(inner, 'Own', { entry, triggers: { Orders: orders.messages() } }),
      },
    }));
    expect(describeModel(service).functions.map(({ path, kinds }) => [path, kinds])).toEqual([
      ['App/Shop/Own', ['http', 'queue']],
      ['App/Shop/Api/Function', ['http']],
    ]);
  });

  test('one handler may answer several routes, in either case', () => {
    const both: HandlerProps = { entry };
    for (const deployAs of ['function', 'functions'] as const) {
      const { shop: service } = shop({ deployAs, routes: { 'GET /a': both, 'GET /b': both } });
      const functions = describeModel(service).functions;
      expect(functions).toHaveLength(1);
      expect(functions[0]!.routes.map(({ key }) => key)).toEqual(['GET /a', 'GET /b']);
    }
  });

  test('what cannot be joined is refused', () => {
    const make = (first: object, second: object) =>
      errorOf(() => shop({ deployAs: 'function', routes: { 'GET /a': { entry, ...first }, 'GET /b': { entry, ...second } } }));
    expect(make({ environment: { A: '1' } }, { environment: { A: '2' } })).toBe(
      "function 'App/Shop/Api/Function': environment.A is '1' already and cannot become '2'; set it once",
    );
    expect(make({ secrets: { KEY: Secret.fromName('a') } }, { secrets: { KEY: Secret.fromName('b') } })).toContain(
      'two of its handlers have a secret KEY, which are not the same',
    );
    const { api } = shop({ deployAs: 'function', routes: { 'GET /a': { entry } } });
    const add = (more: object) => errorOf(() => api.addRoute('GET /b', { entry, ...more }));
    expect(add({ memoryMiB: 300 })).toContain("route 'GET /b' needs more memory than the function that its handlers share");
    expect(add({ timeout: Duration.minutes(1) })).toContain('needs more time');
    expect(add({ secrets: { KEY: Secret.fromName('a') } })).toContain('it was made without the secret KEY');
    expect(errorOf(() => api.addRoute('GET /c', { entry: 'nowhere.ts' }))).toContain("there is no file '");
    expect(errorOf(() => shop({ deployAs: 'one' as never }))).toContain("deployAs is 'one'; give 'functions' or 'function'");
  });
});
