import { CfnOutput, aws_lambda as lambda, RemovalPolicies, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AttributeType, BillingMode, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Stream, StreamEncryption } from 'aws-cdk-lib/aws-kinesis';
import { Queue as SqsQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import {
  Authorizer,
  Bucket,
  Duration,
  EventBus,
  HttpApi,
  Queue,
  Schedule,
  ServerlessFunction,
  Service,
  Topic,
  WebSocketApi,
} from 'faasten';
import { AwsApi, AwsFunction, AwsQueue, AwsService, AwsStream, AwsTable } from 'faasten/aws';

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
        Monthly: Schedule.cron('0 3 1 * *', { timeZone: 'Europe/Berlin' }),
        Once: Schedule.at('2099-12-24T18:00:00', { timeZone: 'Europe/Berlin' }),
        // A moment that the test names, as synthesis knows no clock.
        Soon: Schedule.at(new Date(process.env.SOON ?? '2098-01-01T00:00:00Z')),
        Off: Schedule.rate(Duration.hours(1), { enabled: false }),
      },
    });
  },

  bus(service, { seen, api }) {
    const bus = new EventBus<{ paid: { id: string }; refused: { id: string } }>(service, 'Bus');
    // Of the larger stack, as far as this service knows.
    const theirs = AwsQueue.from<{ id: string }>(service, 'Theirs', new SqsQueue(service, 'TheirQueue', { enforceSSL: true }));
    new ServerlessFunction(service, 'Happened', {
      entry: 'handlers/bus.ts',
      links: { seen: seen.writeOnly() },
      triggers: { Paid: bus.events({ types: ['paid'], sources: ['shop'] }) },
    });
    new ServerlessFunction(service, 'TakeTheirs', {
      entry: 'handlers/jobs.ts',
      timeout: Duration.seconds(5),
      links: { seen: seen.writeOnly() },
      triggers: { Theirs: theirs.messages() },
    });
    const publish = new ServerlessFunction(service, 'Publish', { entry: 'handlers/publish.ts', links: { bus, theirs } });
    api.addRoute('POST /publish', publish);
  },

  records(service, { seen }) {
    const partitionKey = { name: 'id', type: AttributeType.STRING };
    const table = new Table(service, 'Table', {
      partitionKey,
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const stream = new Stream(service, 'Stream', { encryption: StreamEncryption.MANAGED, removalPolicy: RemovalPolicy.DESTROY });
    new ServerlessFunction(service, 'Records', {
      entry: 'handlers/records.ts',
      links: { seen: seen.writeOnly() },
      triggers: {
        Items: AwsTable.from(service, 'Items', table).changes({ from: 'oldest' }),
        Clicks: AwsStream.from(service, 'Clicks', stream).records({ from: 'oldest', maxAge: Duration.hours(1) }),
      },
    });
    new CfnOutput(Stack.of(service), 'TableName', { value: table.tableName });
    new CfnOutput(Stack.of(service), 'StreamName', { value: stream.streamName });
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

  restApi(service) {
    const check = new ServerlessFunction(service, 'CheckRest', { entry: 'handlers/check.ts' });
    const body = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] };
    new HttpApi(service, 'Rest', {
      routes: {
        // Not kept: some servers know no context among identity sources.
        'GET /who/{name}': {
          handler: { entry: 'handlers/who.ts' },
          authorizer: Authorizer.function('Check', check, { cacheFor: Duration.seconds(0) }),
        },
        'POST /checked': { handler: { entry: 'handlers/who.ts' }, schema: { body } },
      },
      tuning: [
        AwsApi.tune({ usagePlans: { Basic: { keys: ['Tea'] } }, keylessRoutes: ['POST /checked'], requestValidation: true }),
      ],
    });
  },

  sharedFunction(service) {
    new HttpApi(service, 'One', {
      deployAs: 'function',
      routes: { 'GET /who/{name}': { entry: 'handlers/who.ts' }, 'GET /hello': { entry: 'handlers/hello.ts' } },
    });
  },

  webSocketApi(service) {
    const sockets = new WebSocketApi<string>(service, 'Sockets');
    const socket = new ServerlessFunction(service, 'Socket', { entry: 'handlers/socket.ts', links: { sockets } });
    sockets.addRoute('$connect', socket);
    sockets.addRoute('$disconnect', socket);
    // Not `replies`, for which some servers lack AWS::ApiGatewayV2::RouteResponse; websocket.test.ts has it.
    sockets.addRoute('say', socket);
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
