import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HttpApi, Queue, ServerlessFunction, Service } from '../../../lib/index.js';
import { AwsFunction } from '../../../lib/platforms/aws/index.js';
import { entry, environmentOf, errorOf, newStack, resourcesOf } from './template.js';

const DIGEST = `@sha256:${'a'.repeat(64)}`;
const REPOSITORY = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/app';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'image-'));
  mkdirSync(join(folder, 'app'));
  writeFileSync(join(folder, 'app', 'Dockerfile'), 'FROM scratch\nCOPY lambda-adapter /opt/extensions/lambda-adapter\n');
  writeFileSync(join(folder, 'app', 'Plain'), 'FROM scratch\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('an image', () => {
  test('in ECR is a function with a server on $PORT', () => {
    const stack = newStack();
    const fn = new ServerlessFunction(stack, 'App', { image: REPOSITORY + DIGEST, environment: { STAGE: 'test' } });
    new HttpApi(stack, 'Api', { routes: { 'GET /': fn } });
    expect(resourcesOf(stack).App!.Properties).toEqual({
      Architectures: ['arm64'],
      Code: { ImageUri: REPOSITORY + DIGEST },
      Environment: { Variables: { FAASTEN_FUNCTION: 'shop/App', PORT: '8080', STAGE: 'test' } },
      LoggingConfig: { LogGroup: { Ref: 'AppLogs' } },
      MemorySize: 256,
      PackageType: 'Image',
      Role: { 'Fn::GetAtt': ['AppRole', 'Arn'] },
      Timeout: 30,
    });
  });

  test('may be known after the deployment', () => {
    const stack = newStack();
    const repository = new Repository(stack, 'Images');
    new ServerlessFunction(stack, 'App', { image: repository.repositoryUriForTag('1') });
    expect(JSON.stringify(resourcesOf(stack).App!.Properties.Code.ImageUri)).toContain('"Images"');
  });

  test.each([
    ['registry.example/app:1', "image is 'registry.example/app:1', and Lambda pulls images from Amazon ECR only"],
    ['public.ecr.aws/team/app:1', "image is 'public.ecr.aws/team/app:1', and Lambda pulls images from Amazon ECR only"],
    [REPOSITORY, 'Lambda pulls images from Amazon ECR only, by tag or digest'],
  ])('elsewhere is refused: %s', (image, message) => {
    expect(errorOf(() => new ServerlessFunction(newStack(), 'App', { image })).message).toContain(message);
  });

  test('in another region is refused where the stack says its own', () => {
    const stack = new Stack(new App(), 'shop', { env: { account: '123456789012', region: 'us-east-1' } });
    expect(errorOf(() => new ServerlessFunction(stack, 'App', { image: `${REPOSITORY}:1` })).message).toContain(
      'image is in eu-west-1, and Lambda pulls images from its own region, us-east-1, only',
    );
  });
});

describe('events and calls of an image', () => {
  const image = `${REPOSITORY}:1`;
  const message =
    "function 'shop/App': its image answers requests; events and calls reach it in Lambda's own JSON and not as CloudEvents";

  test('are refused where nothing says that it takes them', () => {
    const stack = newStack();
    const fn = new ServerlessFunction(stack, 'App', { image });
    const queue = new Queue(stack, 'Jobs');
    expect(errorOf(() => fn.addTrigger('Jobs', queue.messages())).message).toContain(message);
    expect(errorOf(() => new ServerlessFunction(stack, 'Caller', { entry, links: { app: fn } })).message).toContain(message);
  });

  test('are passed on to a path, where the answers 5xx are failures', () => {
    const stack = newStack();
    const queue = new Queue(stack, 'Jobs');
    const tuning = [AwsFunction.tune({ webAdapter: { eventsPath: '/events', readinessPath: '/ready' } })];
    new ServerlessFunction(stack, 'App', { image, tuning, triggers: { Jobs: queue.messages() }, links: { jobs: queue } });
    expect(environmentOf(stack, 'App')).toEqual({
      AWS_LWA_ERROR_STATUS_CODES: '500-599',
      AWS_LWA_PASS_THROUGH_PATH: '/events',
      AWS_LWA_READINESS_CHECK_PATH: '/ready',
      FAASTEN_FUNCTION: 'shop/App',
      FAASTEN_LINK_jobs: { 'Fn::Join': ['', ['sqs:', { Ref: 'Jobs' }]] },
      FAASTEN_SOURCE_Jobs: { 'Fn::GetAtt': ['Jobs', 'Arn'] },
      PORT: '8080',
    });
  });

  test('reach an image that speaks the runtime interface itself', () => {
    const stack = newStack();
    const queue = new Queue(stack, 'Jobs');
    const tuning = [AwsFunction.tune({ webAdapter: false })];
    new ServerlessFunction(stack, 'App', { image, tuning, triggers: { Jobs: queue.messages() } });
    expect(environmentOf(stack, 'App')).not.toHaveProperty('PORT');
  });
});

describe('an image of a Dockerfile', () => {
  test('is built for the architecture and pushed by the deployment', () => {
    const stack = newStack();
    const service = new Service(stack, 'Shop', { root: folder });
    new ServerlessFunction(service, 'App', {
      build: { context: 'app' },
      tuning: [AwsFunction.tune({ architecture: Architecture.X86_64 })],
    });
    const { directory } = (stack.node.root as App).synth();
    const { dockerImages } = JSON.parse(readFileSync(join(directory, 'shop.assets.json'), 'utf8'));
    expect(Object.values<any>(dockerImages).map(({ source }) => source)).toEqual([
      { directory: expect.stringMatching(/^asset\./), dockerFile: 'Dockerfile', platform: 'linux/amd64' },
    ]);
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test('has one reference in tests of stacks, whatever is in it', () => {
    const stack = newStack();
    new ServerlessFunction(new Service(stack, 'Shop', { root: folder }), 'App', { build: { context: 'app' } });
    expect(resourcesOf(stack).ShopApp!.Properties.Code).toEqual({
      ImageUri: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/placeholder:latest',
    });
  });

  test('without the web adapter is warned of, unless it needs none', () => {
    const stack = newStack();
    const service = new Service(stack, 'Shop', { root: folder });
    const build = { context: 'app', dockerfile: 'Plain' };
    new ServerlessFunction(service, 'Native', { build, tuning: [AwsFunction.tune({ webAdapter: false })] });
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
    const other = newStack();
    new ServerlessFunction(new Service(other, 'Shop', { root: folder }), 'App', { build });
    Annotations.fromStack(other).hasWarning('*', Match.stringLikeRegexp('puts nothing into /opt/extensions'));
  });

  test.each([
    [{ context: 'nowhere' }, "there is no directory '"],
    [{ context: 'app', dockerfile: 'Missing' }, "cannot build the image of 'shop/Shop/App': there is no file '"],
  ])('needs its files: %j', (build, message) => {
    const service = new Service(newStack(), 'Shop', { root: folder });
    expect(errorOf(() => new ServerlessFunction(service, 'App', { build })).message).toContain(message);
  });
});

test.each(['nodejs22.x', 'python3.13', 'java21', 'dotnet8', 'ruby3.4', 'provided.al2023'])(
  'built code runs in %s, with its links',
  (runtime) => {
    const stack = newStack();
    const queue = new Queue(stack, 'Jobs');
    const code = { directory: folder, handler: 'app.main', runtime };
    new ServerlessFunction(stack, 'App', { code, links: { jobs: queue }, environment: { STAGE: 'test' } });
    expect(resourcesOf(stack).App!.Properties).toMatchObject({
      Handler: 'app.main',
      Runtime: runtime,
      Environment: {
        Variables: {
          FAASTEN_FUNCTION: 'shop/App',
          FAASTEN_LINK_jobs: { 'Fn::Join': ['', ['sqs:', { Ref: 'Jobs' }]] },
          STAGE: 'test',
        },
      },
    });
  },
);
