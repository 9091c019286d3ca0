import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, CfnOutput, CfnResource, Stack, Tags } from 'aws-cdk-lib';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  Authorizer,
  Bucket,
  Duration,
  HttpApi,
  Queue,
  Schedule,
  ServerlessFunction,
  Service,
  Topic,
} from '../../../lib/index.js';
import { AwsApi, AwsFunction, AwsService } from '../../../lib/platforms/aws/index.js';
import { bucketOf } from '../../../lib/platforms/aws/nested-stacks.js';
import { withoutBundling } from '../../../lib/testing/index.js';
import { judge } from '../../engines/cloudformation.js';
import { entry, errorOf, type Resource } from './template.js';

interface Template {
  readonly Resources: Record<string, Resource>;
  readonly Parameters?: object;
  readonly Outputs?: object;
}

function newService(nestedStacks = 3, monitoring?: false): Service {
  const stack = new Stack(withoutBundling(new App()), 'shop');
  return new Service(stack, 'Shop', { monitoring, tuning: [AwsService.tune({ nestedStacks })] });
}

/** Templates of the stack `shop` and of those nested in it, by construct path. */
function templatesOf(service: Service): Record<string, Template> {
  const app = service.node.root as App;
  const assembly = app.synth();
  const stacks = app.node.findAll().filter((each): each is Stack => Stack.isStack(each));
  return Object.fromEntries(
    stacks.map((stack) => [stack.node.path, JSON.parse(readFileSync(join(assembly.directory, stack.templateFile), 'utf8'))]),
  );
}

const typesOf = ({ Resources }: Template) =>
  Object.values(Resources)
    .map(({ Type }) => Type)
    .sort();

test('one function in a nested stack, whole: it refers to what is around, and nothing around refers to it', () => {
  const service = newService(1);
  const orders = new Queue(service, 'Orders');
  const hello = new ServerlessFunction(service, 'Hello', { entry, links: { orders } });
  new HttpApi(service, 'Api', { routes: { 'GET /hello': hello } });
  const templates = templatesOf(service);
  expect(Object.keys(templates)).toEqual(['shop', 'shop/Shop/Functions1']);
  expect(typesOf(templates.shop!)).toEqual([
    'AWS::ApiGatewayV2::Api',
    'AWS::ApiGatewayV2::Stage',
    'AWS::CloudFormation::Stack',
    'AWS::CloudWatch::Alarm', // serverErrors and latency of the API, messageAge and deadLetters of the queue
    'AWS::CloudWatch::Alarm',
    'AWS::CloudWatch::Alarm',
    'AWS::CloudWatch::Alarm',
    'AWS::CloudWatch::Dashboard',
    'AWS::Logs::LogGroup', // the API's access log
    'AWS::SQS::Queue',
    'AWS::SQS::Queue', // dead letters
    'AWS::SQS::QueuePolicy',
    'AWS::SQS::QueuePolicy',
  ]);
  const nested = templates['shop/Shop/Functions1']!;
  const types = Object.entries(nested.Resources).map(([id, { Type }]) => [id, Type] as const);
  expect(types.filter(([, type]) => type === 'AWS::CloudWatch::Alarm')).toHaveLength(4);
  expect(Object.fromEntries(types.filter(([, type]) => type !== 'AWS::CloudWatch::Alarm'))).toEqual({
    HelloLogs13AF6E6D: 'AWS::Logs::LogGroup',
    HelloRole1E146A95: 'AWS::IAM::Role',
    HelloAD23A60E: 'AWS::Lambda::Function',
    HelloRoutesApiDD18A684: 'AWS::ApiGatewayV2::Integration',
    HelloRoutesApiPermission7D8B8A61: 'AWS::Lambda::Permission',
    HelloRoutesApiGEThelloE4E8813B: 'AWS::ApiGatewayV2::Route',
  });
  expect(Object.keys(nested.Parameters!)).toEqual([
    expect.stringMatching(/^referencetoshopShopOrders.*Arn$/),
    expect.stringMatching(/^referencetoshopShopOrders.*Ref$/),
    expect.stringMatching(/^referencetoshopShopApi.*Ref$/),
  ]);
  expect(nested.Outputs).toBeUndefined();
});

describe('a service that grows and shrinks', () => {
  interface Model {
    /** Ids of the functions there are. */
    readonly ids: readonly number[];
    /** Calls, as pairs of ids; those of functions that are not there are left out. */
    readonly calls: readonly (readonly [number, number])[];
  }
  const id = fc.nat({ max: 79 });
  const model: fc.Arbitrary<Model> = fc.record({
    ids: fc.uniqueArray(id, { minLength: 12, maxLength: 40 }),
    calls: fc.uniqueArray(fc.tuple(id, id), { maxLength: 60, selector: String }),
  });

  function build({ ids, calls }: Model, nestedStacks: number): Service {
    const service = newService(nestedStacks);
    const api = new HttpApi(service, 'Api');
    const orders = new Queue(service, 'Orders');
    const events = new Topic(service, 'Events');
    const photos = new Bucket(service, 'Photos');
    // What a function has depends on its id alone, as it would in a user's code.
    const functions = new Map(
      ids.map((each) => [
        each,
        new ServerlessFunction(service, `Function${each}`, {
          entry,
          links: each % 2 === 0 ? { orders } : {},
          triggers: {
            ...(each % 7 === 0 && { Orders: orders.messages() }),
            ...(each % 5 === 0 && { Events: events.messages() }),
            ...(each % 11 === 0 && { Upload: photos.objects() }),
            ...(each % 13 === 0 && { Nightly: Schedule.cron('0 3 * * *') }),
          },
        }),
      ]),
    );
    for (const [each, fn] of functions) if (each % 3 > 0) api.addRoute(`GET /${each}/{id}`, fn);
    for (const [from, to] of calls) {
      const target = functions.get(to);
      if (target) functions.get(from)?.addLink(`to${to}`, target);
    }
    return service;
  }

  /** Stack, logical id and name of every resource, by construct path. */
  function places(service: Service): Map<string, string> {
    const resources = service.node.root.node.findAll().filter(CfnResource.isCfnResource);
    return new Map(
      resources.map((resource) => {
        const stack = Stack.of(resource);
        const name = resource instanceof CfnFunction ? resource.functionName : undefined;
        return [resource.node.path, JSON.stringify([stack.node.path, stack.resolve(resource.logicalId), name])];
      }),
    );
  }

  test('moves and renames nothing that is there before and after', () => {
    let compared = 0;
    fc.assert(
      fc.property(fc.array(model, { minLength: 2, maxLength: 4 }), fc.integer({ min: 1, max: 9 }), (history, nestedStacks) => {
        const steps = history.map((each) => places(build(each, nestedStacks)));
        for (const [index, after] of steps.entries()) {
          for (const before of steps.slice(0, index)) {
            for (const [path, place] of before) {
              if (!after.has(path)) continue;
              expect(after.get(path)).toBe(place);
              compared += 1;
            }
          }
        }
      }),
      { seed: 20261126, numRuns: 6 },
    );
    expect(compared).toBeGreaterThan(2000);
  });

  test('never has its nested stacks refer to each other, whoever calls whom', () => {
    fc.assert(
      fc.property(model, fc.integer({ min: 2, max: 5 }), (each, nestedStacks) => {
        const templates = templatesOf(build(each, nestedStacks));
        for (const [path, template] of Object.entries(templates)) {
          if (path !== 'shop') expect([path, template.Outputs]).toEqual([path, undefined]);
        }
      }),
      { seed: 20261126, numRuns: 8 },
    );
  });

  test('and the check above would see a function that moves', () => {
    const each: Model = { ids: [1, 2, 3, 4, 5, 6, 7, 8], calls: [] };
    const paths = (nestedStacks: number) => [...places(build(each, nestedStacks)).keys()].join();
    expect(paths(5)).not.toBe(paths(2));
  });
});

describe('the number of nested stacks', () => {
  const ids = Array.from({ length: 2000 }, (_, index) => `Function${index}`);

  test('fills all of them about equally', () => {
    const counts = new Array<number>(40).fill(0);
    for (const id of ids) counts[bucketOf(id, 40)]! += 1;
    expect(Math.min(...counts)).toBeGreaterThan(25);
    expect(Math.max(...counts)).toBeLessThan(75);
  });

  test('moves one function in so many when it grows, and only into the new nested stack', () => {
    for (const buckets of [1, 4, 20]) {
      const moved = ids.filter((id) => bucketOf(id, buckets) !== bucketOf(id, buckets + 1));
      expect(new Set(moved.map((id) => bucketOf(id, buckets + 1)))).toEqual(new Set([buckets]));
      expect(moved.length / ids.length).toBeCloseTo(1 / (buckets + 1), 1);
    }
  });

  test.each([-1, 1.5, 401, 'four'])('is not %s', (nestedStacks) => {
    const service = newService(nestedStacks as number);
    expect(errorOf(() => new ServerlessFunction(service, 'Hello', { entry })).message).toMatch(
      /^function 'shop\/Shop\/Hello': nestedStacks is .*; give a whole number from 0 to 400$/,
    );
  });

  test('may be another one in a service inside, and none', () => {
    const outer = newService(1);
    const inner = new Service(outer, 'Inner', { tuning: [AwsService.tune({ nestedStacks: 0 })] });
    const inherited = new Service(outer, 'Other');
    const pathOf = (service: Service) => new ServerlessFunction(service, 'Hello', { entry }).node.path;
    expect([outer, inner, inherited].map(pathOf)).toEqual([
      'shop/Shop/Functions1/Hello',
      'shop/Shop/Inner/Hello',
      'shop/Shop/Other/Functions1/Hello',
    ]);
  });
});

test('a function may say where it is', () => {
  const service = newService(1);
  const placed = (id: string, nestedStack: number | false) =>
    new ServerlessFunction(service, id, { entry, tuning: [AwsFunction.tune({ nestedStack })] }).node.path;
  expect(placed('Pinned', 7)).toBe('shop/Shop/Functions7/Pinned');
  expect(placed('Kept', false)).toBe('shop/Shop/Kept');
  expect(errorOf(() => placed('Wrong', 0)).message).toContain('nestedStack is 0; give a whole number from 1 to 400');
  new Queue(service, 'Functions9');
  expect(errorOf(() => placed('Taken', 9)).message).toBe(
    "nested stack 'shop/Shop/Functions9': the id is taken; give the construct that has it another id",
  );
});

describe('the stack around', () => {
  test('may refer to a function, which is then an output of its nested stack', () => {
    const service = newService(1);
    const hello = new ServerlessFunction(service, 'Hello', { entry });
    new CfnOutput(Stack.of(service), 'Arn', { value: AwsFunction.of(hello).lambda.functionArn });
    const templates = templatesOf(service);
    expect(Object.keys(templates['shop/Shop/Functions1']!.Outputs!)).toHaveLength(1);
    expect(templates.shop!.Outputs).toMatchObject({ Arn: { Value: { 'Fn::GetAtt': [expect.any(String), expect.any(String)] } } });
  });

  test('has its tags, tags of the service and of a function in the nested ones', () => {
    const service = newService(1);
    const hello = new ServerlessFunction(service, 'Hello', { entry });
    Tags.of(service).add('team', 'tea');
    Tags.of(hello).add('one', 'hello');
    const { Resources } = templatesOf(service)['shop/Shop/Functions1']!;
    const lambda = Object.values(Resources).find(({ Type }) => Type === 'AWS::Lambda::Function')!;
    expect(lambda.Properties.Tags).toEqual([
      { Key: 'one', Value: 'hello' },
      { Key: 'team', Value: 'tea' },
    ]);
  });

  test('is refused with too many functions behind one API', () => {
    const service = newService(40, false);
    const api = new HttpApi(service, 'Api');
    for (let index = 0; index < 301; index++)
      api.addRoute(`GET /${index}`, new ServerlessFunction(service, `Function${index}`, { entry }));
    expect(() => (service.node.root as App).synth()).toThrow(
      "HTTP API 'shop/Shop/Api': its routes lead to 301 functions, and API Gateway takes 300, which AWS does not raise (https://",
    );
  });

  test('is warned of too many routes, and of more resources than one deployment takes', () => {
    const service = newService();
    const api = new HttpApi(service, 'Api');
    const fn = new ServerlessFunction(service, 'All', { entry });
    for (let index = 0; index < 301; index++) api.addRoute(`GET /${index}`, fn);
    for (let nested = 1; nested <= 5; nested++) {
      const one = new ServerlessFunction(service, `One${nested}`, {
        entry,
        tuning: [AwsFunction.tune({ nestedStack: 10 + nested })],
      });
      for (let index = 0; index < 350; index++) new CfnResource(one, `More${index}`, { type: 'AWS::SNS::Topic' });
    }
    const { messages } = (service.node.root as App).synth().getStackArtifact('shop');
    const said = messages.map(({ entry: { data } }) => String(data)).filter((text) => text.includes('[ack: faasten:'));
    expect(said).toEqual([
      expect.stringMatching(
        /^stack 'shop': it has 2\d{3} resources with those of its nested stacks, .* at most 2500 .*faasten:nestedResources/,
      ),
      expect.stringMatching(/^HTTP API 'shop\/Shop\/Api': it has 301 routes, and API Gateway takes 300 unless AWS has raised it/),
    ]);
  });
});

test('the judges find nothing in a service whose functions call each other across nested stacks', () => {
  const service = newService(2);
  const orders = new Queue(service, 'Orders');
  const events = new Topic(service, 'Events');
  const photos = new Bucket(service, 'Photos');
  const api = new HttpApi(service, 'Api');
  const functions = ['A', 'B', 'C', 'D'].map((id) => new ServerlessFunction(service, id, { entry, links: { orders } }));
  for (const fn of functions) {
    api.addRoute(`GET /${fn.node.id}`, fn);
    for (const other of functions) fn.addLink(`to${other.node.id}`, other);
  }
  const secured = new ServerlessFunction(service, 'Secured', {
    entry,
    warmInstances: 1,
    rollout: { canary: { percent: 10, bake: Duration.minutes(5) } },
  });
  const check = Authorizer.function('Check', new ServerlessFunction(service, 'Check', { entry }));
  api.addRoute('GET /secured', { handler: secured, authorizer: check, throttle: { requestsPerSecond: 5 } });
  functions[0]!.addLink('secured', secured);
  secured.addLink('a', functions[1]!);
  functions[0]!.addTrigger('Orders', orders.messages());
  functions[1]!.addTrigger('Events', events.messages());
  functions[2]!.addTrigger('Upload', photos.objects());
  functions[3]!.addTrigger('Nightly', Schedule.cron('0 3 * * *'));
  expect(new Set(functions.map(({ node }) => node.scope!.node.id))).toEqual(new Set(['Functions1', 'Functions2']));
  const findings = judge(service.node.root as App).filter(
    ({ judge: by, rule }) => by !== 'AwsSolutions' && by !== 'Serverless' && rule !== 'W3005',
  );
  expect(findings).toEqual([]);
  expect(AwsApi.of(api).route('GET /A').node.path).toBe('shop/Shop/Functions1/A/Routes/.. Api/GET A/Resource');
});
