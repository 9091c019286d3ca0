import { RootConstruct } from 'constructs';
import { beforeEach, expect, describe as group, test } from 'vitest';
import {
  Bucket,
  Duration,
  describe,
  FaastenError,
  HttpApi,
  Queue,
  Schedule,
  Secret,
  ServerlessFunction,
  Service,
  Topic,
  usePlatform,
} from '../../lib/index.js';
import { PaperPlatform } from './paper-platform.js';

let root: RootConstruct;
let paper: PaperPlatform;
const entry = __filename;

beforeEach(() => {
  root = new RootConstruct('App');
  paper = new PaperPlatform();
  usePlatform(root, paper);
});

function errorOf(run: () => unknown): FaastenError {
  try {
    run();
  } catch (error) {
    if (error instanceof FaastenError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

test('the smallest service becomes one function, with every default filled in', () => {
  const service = new Service(root, 'Shop');
  const fn = new ServerlessFunction(service, 'Hello', { entry });
  expect(paper.log).toEqual(['function App/Shop/Hello']);
  expect(fn.node.defaultChild?.node.path).toBe('App/Shop/Hello/Resource');
  expect(describe(service)).toEqual({
    path: 'App/Shop',
    platform: 'paper',
    functions: [
      {
        path: 'App/Shop/Hello',
        code: { kind: 'entry', entry },
        memoryMiB: 256,
        timeoutSeconds: 30,
        environment: {},
        secrets: {},
        warmInstances: 0,
        retry: { maxAttempts: 3, deadLetters: true },
        tags: {},
        kinds: [],
        triggers: {},
        links: {},
        routes: [],
        permissions: [],
      },
    ],
    apis: [],
    queues: [],
    topics: [],
    buckets: [],
    buses: [],
    existing: [],
    alarms: [],
    slos: [],
    channels: [],
  });
});

test('a whole service, as the platform hears of it', () => {
  const service = new Service(root, 'Shop', { tags: { team: 'tea' } });
  const orders = new Queue(service, 'Orders');
  const events = new Topic(service, 'Events');
  const photos = new Bucket(service, 'Photos');
  const charge = new ServerlessFunction(service, 'Charge', {
    entry,
    secrets: { KEY: Secret.fromName('pay/key', { field: 'id' }) },
  });
  new HttpApi(service, 'Api', {
    routes: { 'POST /orders/{id}': new ServerlessFunction(service, 'Create', { entry, links: { orders, charge } }) },
  });
  const worker = new ServerlessFunction(service, 'Worker', {
    entry,
    links: { photos: photos.readOnly(), events },
    triggers: {
      Orders: orders.messages({ batchSize: 10, window: Duration.seconds(5) }),
      Uploads: photos.objects({ prefix: 'raw/' }),
      Paid: events.messages({ filter: { status: ['paid'] } }),
      Nightly: Schedule.cron('0 3 * * *', { timeZone: 'Europe/Berlin' }),
    },
  });
  worker.addEnvironment('MODE', 'fast');

  expect(paper.log).toEqual([
    'queue App/Shop/Orders',
    'topic App/Shop/Events',
    'bucket App/Shop/Photos',
    'function App/Shop/Charge',
    'function App/Shop/Create',
    'App/Shop/Create links orders: send queue App/Shop/Orders/Resource',
    'App/Shop/Create links charge: invoke function App/Shop/Charge/Resource',
    'api App/Shop/Api',
    'route POST /orders/{id} at App/Shop/Api/POST orders {id}',
    'function App/Shop/Worker',
    'App/Shop/Worker links photos: read bucket App/Shop/Photos/Resource',
    'App/Shop/Worker links events: publish topic App/Shop/Events/Resource',
    'App/Shop/Worker queue at App/Shop/Worker/Triggers/Orders',
    'App/Shop/Worker objects at App/Shop/Worker/Triggers/Uploads',
    'App/Shop/Worker topic at App/Shop/Worker/Triggers/Paid',
    'App/Shop/Worker schedule at App/Shop/Worker/Triggers/Nightly',
    'App/Shop/Worker MODE=fast',
  ]);
  const model = describe(service);
  expect(JSON.parse(JSON.stringify(model))).toEqual(model);
  const [chargeModel, createModel, workerModel] = model.functions;
  expect(chargeModel).toMatchObject({
    kinds: ['call'],
    secrets: { KEY: { name: 'pay/key', field: 'id' } },
    tags: { team: 'tea' },
  });
  expect(createModel!.routes).toEqual([{ api: 'App/Shop/Api', key: 'POST /orders/{id}' }]);
  expect(workerModel).toMatchObject({
    environment: { MODE: 'fast' },
    kinds: ['objects', 'queue', 'schedule', 'topic'],
    links: { photos: { kind: 'bucket', access: 'read', target: 'App/Shop/Photos' } },
    triggers: {
      Orders: { kind: 'queue', batchSize: 10, windowSeconds: 5, source: 'App/Shop/Orders' },
      Paid: { filter: { status: ['paid'] }, source: 'App/Shop/Events' },
    },
  });
  expect(model.apis[0]!.routes).toEqual(['POST /orders/{id}']);
});

group('defaults of services', () => {
  test('inner settings win, records add up', () => {
    const outer = new Service(root, 'Outer', {
      tags: { a: '1', b: '1' },
      defaults: { memoryMiB: 512, timeout: Duration.minutes(1), environment: { A: '1', B: '1' } },
    });
    const inner = new Service(outer, 'Inner', { tags: { b: '2' }, defaults: { memoryMiB: 1024, environment: { B: '2' } } });
    new ServerlessFunction(inner, 'F', { entry, environment: { C: '3' }, tags: { c: '3' } });
    expect(paper.functions.get('App/Outer/Inner/F')).toMatchObject({
      memoryMiB: 1024,
      timeoutSeconds: 60,
      environment: { A: '1', B: '2', C: '3' },
      tags: { a: '1', b: '2', c: '3' },
    });
    expect(Service.of(inner)).toBe(inner);
    expect(Service.of(root)).toBeUndefined();
  });

  test('what was checked cannot be changed afterwards', () => {
    const environment = { A: '1' };
    new ServerlessFunction(root, 'F', { entry, environment });
    environment.A = '2';
    expect(paper.functions.get('App/F')!.environment).toEqual({ A: '1' });
    expect(Object.isFrozen(paper.functions.get('App/F')!.environment)).toBe(true);
  });
});

group('errors say what, where, which value and what to do', () => {
  const fn = (props: object) => errorOf(() => new ServerlessFunction(root, 'F', { entry, ...props } as never));
  test.each([
    ['memory', { memoryMiB: 0.5 }, "function 'App/F': memoryMiB is 0.5; give a whole number of 1 or more"],
    [
      'timeout',
      { timeout: Duration.millis(1500) },
      "function 'App/F': timeout is 1 second 500 milliseconds; give whole seconds, at least 1",
    ],
    ['timeout type', { timeout: 30 }, "function 'App/F': timeout is 30; give a Duration, as in Duration.seconds(30)"],
    ['reserved variable', { environment: { AWS_REGION: 'x' } }, 'which AWS Lambda keeps for itself; choose another name'],
    ['variable of faasten', { environment: { FAASTEN_LINK_orders: 'x' } }, 'which faasten keeps for itself; choose another name'],
    ['variable name', { environment: { 'a-b': 'x' } }, "environment has the name 'a-b'; use letters, digits and _"],
    ['variable value', { environment: { A: 1 } }, 'environment.A is 1; give a string'],
    ['two codes', { image: 'x' }, 'it has several kinds of code: entry, image; give exactly one'],
    ['no code', { entry: undefined }, 'it has no code; give exactly one'],
    [
      'plain secret',
      { secrets: { KEY: 'hunter2' } },
      'secrets.KEY is no reference; give Secret.fromName(...), never the value itself',
    ],
    [
      'secret and variable',
      { secrets: { K: Secret.fromName('k') }, environment: { K: 'v' } },
      'K is in both environment and secrets',
    ],
    [
      'link',
      { links: { photos: {} } },
      'links.photos is {}; give a Queue, a Topic, an EventBus, a ServerlessFunction, or one access to a Bucket',
    ],
    ['trigger', { triggers: { T: {} } }, 'triggers.T is {}; give queue.messages()'],
    [
      'trigger key',
      { triggers: { 'a/b': Schedule.rate(Duration.minutes(5)) } },
      "triggers has the key 'a/b'; use up to 64 letters and digits",
    ],
  ])('%s', (_name, props, message) => {
    const error = fn(props);
    expect(error.message).toContain(message);
    expect(error.path).toBe('App/F');
  });

  test('a secret’s value never appears in an error', () => {
    expect(fn({ secrets: { KEY: 'hunter2' } }).message).not.toContain('hunter2');
  });

  test('a bucket is no link: one access to it is', () => {
    const photos = new Bucket(root, 'Photos');
    expect(fn({ links: { photos } }).message).toContain("links.photos is 'App/Photos'; give");
  });

  test('no platform', () => {
    const lonely = new RootConstruct('Lonely');
    const error = errorOf(() => new ServerlessFunction(lonely, 'Create', { entry }));
    expect(error.code).toBe('platform-unknown');
    expect(error.message).toBe(
      "cannot tell where 'Lonely/Create' runs: none of its parents is an aws-cdk-lib Stack, a cdktf TerraformStack, a cdk8s Chart or a LocalApp; " +
        'create it inside one of these, or call usePlatform(scope, ...)',
    );
  });

  test('foreign late values, with the property’s name', () => {
    const error = fn({ environment: { QUEUE: 'https://${Token[TOKEN.12]}/q' } });
    expect(error.code).toBe('foreign-token');
    expect(error.message).toContain("'App/F': environment.QUEUE holds a late value of aws-cdk-lib (${Token[TOKEN.12]})");
    const tagged = errorOf(() => new ServerlessFunction(root, 'G', { entry, tags: { a: '${TfToken[TOKEN.1]}' } }));
    expect(tagged.message).toContain("'App/G': tags.a holds a late value of cdktf");
    const described = errorOf(() => new HttpApi(root, 'Api', { description: '${TfToken[TOKEN.1]}' }));
    expect(described.message).toContain("'App/Api': description holds a late value of cdktf");
    const photos = new Bucket(root, 'Photos');
    const prefixed = errorOf(
      () => new ServerlessFunction(root, 'H', { entry, triggers: { T: photos.objects({ prefix: '${Token[TOKEN.1]}' }) } }),
    );
    expect(prefixed.message).toContain("'App/H': triggers.T.prefix holds a late value of aws-cdk-lib");
  });

  test('refused features name the platform and its reason', () => {
    const other = new RootConstruct('Other');
    usePlatform(other, new PaperPlatform(['function.warmInstances', 'trigger.topic.filter']));
    const error = errorOf(() => new ServerlessFunction(other, 'F', { entry, warmInstances: 1 }));
    expect(error.code).toBe('unsupported');
    expect(error.message).toContain(
      "'Other/F' uses instances kept warm (`warmInstances`), which the paper platform does not have: paper has no room for it",
    );
    const topic = new Topic(other, 'T');
    const filtered = () =>
      new ServerlessFunction(other, 'G', { entry, triggers: { T: topic.messages({ filter: { a: ['b'] } }) } });
    expect(errorOf(filtered).code).toBe('unsupported');
  });

  test('a queue of another platform', () => {
    const other = new RootConstruct('Other');
    usePlatform(other, Object.assign(new PaperPlatform(), { name: 'slate' }));
    const queue = new Queue(other, 'Q');
    const error = fn({ triggers: { Q: queue.messages() } });
    expect(error.message).toContain("'App/F' is on the paper platform, but triggers.Q, the queue 'Other/Q' is on slate");
  });

  test('names are taken once', () => {
    const f = new ServerlessFunction(root, 'F', { entry, environment: { A: '1' } });
    f.addTrigger('T', Schedule.rate(Duration.minutes(5)));
    expect(errorOf(() => f.addTrigger('T', Schedule.rate(Duration.minutes(5)))).message).toContain('triggers.T is taken');
    expect(errorOf(() => f.addEnvironment('A', '2')).message).toContain("environment.A is '1' already and cannot become '2'");
    f.addEnvironment('A', '1');
  });

  test('routes', () => {
    const f = new ServerlessFunction(root, 'F', { entry });
    const api = new HttpApi(root, 'Api', { routes: { 'GET /a/{x}': f } });
    expect(errorOf(() => api.addRoute('GET /a/{y}', f)).message).toBe(
      "HTTP API 'App/Api': route 'GET /a/{y}' is taken by 'GET /a/{x}'; declare each route once",
    );
    expect(errorOf(() => api.addRoute('FETCH /a' as never, f)).message).toContain(
      "has the method 'FETCH', which is none of GET,",
    );
    expect(errorOf(() => api.addRoute('GET /a/{b+}/c', f)).message).toContain('has {b+} before the end of the path');
    expect(errorOf(() => api.addRoute('GET /b', {} as never)).message).toContain(
      "route 'GET /b' leads to {}; give a ServerlessFunction",
    );
    expect(errorOf(() => new HttpApi(root, 'B', { cors: { origins: ['shop.example'] } })).message).toContain(
      "cors.origins has 'shop.example'",
    );
    expect(errorOf(() => new HttpApi(root, 'C', { cors: { origins: ['*'], credentials: true } })).message).toContain(
      'name the origins',
    );
  });
});

test('the level of logs is for users to set', () => {
  new ServerlessFunction(root, 'F', { entry, environment: { FAASTEN_LOG_LEVEL: 'debug' } });
  expect(paper.functions.get('App/F')!.environment).toEqual({ FAASTEN_LOG_LEVEL: 'debug' });
});

test('a framework’s own Duration fits', () => {
  new ServerlessFunction(root, 'F', { entry, timeout: { toMilliseconds: () => 5000 } });
  expect(paper.functions.get('App/F')!.timeoutSeconds).toBe(5);
});
