import { aws_lambda as lambda, RemovalPolicies } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Authorizer, Bucket, Duration, HttpApi, Queue, Schedule, ServerlessFunction, Service, Topic } from 'faasten';
import { AwsFunction, AwsService } from 'faasten/aws';

/** What the parts below share. */
interface Shared {
  readonly seen: Bucket;
  readonly api: HttpApi;
}

/**
 * Every capability on AWS, a part each: the one place to add to. A part is deployed, read back and judged with the others; what a server
 * cannot deploy is left out there by the part's name.
 */
export const PARTS: Readonly<Record<string, (service: Service, shared: Shared) => void>> = {
  queue(service, { seen, api }) {
    const jobs = new Queue(service, 'Jobs', { maxAttempts: 2 });
    const steps = new Queue(service, 'Steps', { fifo: true });
    const events = new Topic(service, 'Events');
    const fanned = new Queue(service, 'Fanned');
    fanned.subscribe('Events', events, { filter: { kind: ['fan', { prefix: 'all' }] } });
    new ServerlessFunction(service, 'Worker', {
      entry: 'handlers/jobs.ts',
      timeout: Duration.seconds(5),
      links: { seen: seen.writeOnly() },
      triggers: { Jobs: jobs.messages({ batchSize: 5 }), Steps: steps.messages(), Fanned: fanned.messages() },
    });
    new ServerlessFunction(service, 'Listener', {
      entry: 'handlers/events.ts',
      links: { seen: seen.writeOnly() },
      triggers: { Events: events.messages({ filter: { kind: ['order'] } }) },
    });
    const price = new ServerlessFunction(service, 'Price', { entry: 'handlers/price.ts' });
    const front = new ServerlessFunction(service, 'Front', {
      entry: 'handlers/front.ts',
      links: { jobs, steps, events, price, seen: seen.readOnly() },
    });
    for (const route of ['POST /jobs', 'POST /steps', 'POST /events', 'POST /price', 'GET /seen/{key+}'] as const)
      api.addRoute(route, front);
  },

  objects(service, { seen }) {
    const uploads = new Bucket(service, 'Uploads', { versioned: true });
    new ServerlessFunction(service, 'Objects', {
      entry: 'handlers/objects.ts',
      links: { seen: seen.writeOnly() },
      triggers: { Upload: uploads.objects({ prefix: 'raw/', suffix: '.txt' }) },
    });
  },

  schedule(service, { seen }) {
    new ServerlessFunction(service, 'Ticks', {
      entry: 'handlers/ticks.ts',
      links: { seen: seen.writeOnly() },
      triggers: {
        Minutely: Schedule.rate(Duration.minutes(1)),
        Nightly: Schedule.cron('0 3 * * *', { timeZone: 'Europe/Berlin' }),
        Once: Schedule.at('2099-12-24T18:00:00', { timeZone: 'Europe/Berlin' }),
        Off: Schedule.rate(Duration.hours(1), { enabled: false }),
      },
    });
  },

  hello(service, { api }) {
    const hello = new ServerlessFunction(service, 'Hello', {
      entry: 'handlers/hello.ts',
      description: 'Answers what nobody else does',
      memoryMiB: 512,
      tags: { part: 'hello' },
      tuning: [AwsFunction.tune({ architecture: lambda.Architecture.X86_64, tracing: lambda.Tracing.ACTIVE })],
    });
    api.addRoute('$default', hello);
    api.addRoute('GET /hello/{name}', { handler: hello, throttle: { requestsPerSecond: 50, burst: 10 } });
  },

  authorizers(service, { api }) {
    const check = new ServerlessFunction(service, 'Check', { entry: 'handlers/check.ts' });
    const secret = new ServerlessFunction(service, 'Secret', { entry: 'handlers/hello.ts' });
    api.addRoute('GET /secret', { handler: secret, authorizer: Authorizer.function('Check', check) });
    api.addRoute('GET /token', {
      handler: secret,
      authorizer: Authorizer.jwt('Users', { issuer: 'https://login.example', audiences: ['shop'] }),
    });
    api.addRoute('GET /signed', { handler: secret, authorizer: Authorizer.iam });
  },

  prebuilt(service) {
    new ServerlessFunction(service, 'Python', {
      code: { directory: 'prebuilt', handler: 'index.handler', runtime: 'python3.14' },
      retry: { maxAttempts: 1 },
      triggers: { Yearly: Schedule.cron('0 0 1 1 *') },
    });
  },

  alias(service, { api }) {
    const warm = new ServerlessFunction(service, 'Warm', {
      entry: 'handlers/warm.ts',
      tuning: [AwsFunction.tune({ alias: true })],
    });
    api.addRoute('GET /warm', warm);
  },

  warm(service) {
    new ServerlessFunction(service, 'Provisioned', { entry: 'handlers/price.ts', warmInstances: 1 });
  },

  warmScaling(service) {
    new ServerlessFunction(service, 'Scaled', {
      entry: 'handlers/price.ts',
      warmInstances: 1,
      tuning: [AwsFunction.tune({ warmScaling: { max: 3 } })],
    });
  },

  rollout(service) {
    new ServerlessFunction(service, 'Careful', {
      entry: 'handlers/price.ts',
      rollout: { canary: { percent: 10, bake: Duration.minutes(5) } },
    });
  },

  nestedStacks(service, { api }) {
    const big = new Service(service, 'Big', { tuning: [AwsService.tune({ nestedStacks: 3 })] });
    const members = ['Ada', 'Bob'].map((id) => new ServerlessFunction(big, id, { entry: 'handlers/member.ts' }));
    for (const [index, member] of members.entries()) {
      member.addLink('other', members[1 - index]!);
      api.addRoute(`GET /members/${member.node.id}`, member);
    }
  },
};

/** All parts but those that are left out, in the stack it is put into. */
export class Everything extends Service {
  readonly api: HttpApi;

  constructor(scope: Construct, id: string, { root = __dirname, without = [] as readonly string[] } = {}) {
    super(scope, id, { root, tags: { service: 'everything' } });
    this.api = new HttpApi(this, 'Api', { cors: { origins: ['https://shop.example'] } });
    const shared: Shared = { seen: new Bucket(this, 'Seen'), api: this.api };
    for (const [name, add] of Object.entries(PARTS)) if (!without.includes(name)) add(this, shared);
    RemovalPolicies.of(this).destroy({ applyToResourceTypes: ['AWS::Logs::LogGroup'] });
  }
}
