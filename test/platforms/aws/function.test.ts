import { Duration as CdkDuration, NestedStack, Size, Stack, Stage, Tags, Token } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { Architecture, type CfnFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Queue as SqsQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { describe, expect, test } from 'vitest';
import { Duration, HttpApi, Secret, ServerlessFunction, Service, Topic } from '../../../lib/index.js';
import { AwsFunction } from '../../../lib/platforms/aws/index.js';
import { entry, environmentOf, errorOf, newStack, resourcesOf, statementsOf } from './template.js';

test('the smallest function is a Lambda function with a role and a log group of its own', () => {
  const stack = newStack();
  new ServerlessFunction(stack, 'Hello', { entry });
  expect(resourcesOf(stack)).toEqual({
    HelloLogs: {
      Type: 'AWS::Logs::LogGroup',
      Properties: { RetentionInDays: 30 },
      UpdateReplacePolicy: 'Retain',
      DeletionPolicy: 'Retain',
    },
    HelloRole: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } }],
          Version: '2012-10-17',
        },
        Policies: [
          {
            PolicyName: 'Function',
            PolicyDocument: {
              Statement: [
                {
                  Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
                  Effect: 'Allow',
                  Resource: { 'Fn::GetAtt': ['HelloLogs', 'Arn'] },
                },
              ],
              Version: '2012-10-17',
            },
          },
        ],
      },
    },
    Hello: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Architectures: ['arm64'],
        Code: {
          S3Bucket: { 'Fn::Sub': 'cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}' },
          S3Key: `${'0'.repeat(64)}.zip`,
        },
        Environment: { Variables: { FAASTEN_FUNCTION: 'shop/Hello', NODE_OPTIONS: '--enable-source-maps' } },
        Handler: 'index.handler',
        LoggingConfig: { LogGroup: { Ref: 'HelloLogs' } },
        MemorySize: 256,
        Role: { 'Fn::GetAtt': ['HelloRole', 'Arn'] },
        Runtime: 'nodejs24.x',
        Timeout: 30,
      },
      DependsOn: ['HelloRole'],
    },
  });
});

test('every setting reaches the function', () => {
  const stack = newStack();
  new ServerlessFunction(stack, 'Hello', {
    entry,
    description: 'says hello',
    memoryMiB: 512,
    timeout: Duration.minutes(2),
    maxConcurrency: 7,
    environment: { STAGE: 'test', NODE_OPTIONS: '--max-old-space-size=400' },
    tags: { team: 'tea' },
    logRetention: Duration.days(31),
  });
  const { Hello, HelloLogs, HelloRole } = resourcesOf(stack);
  expect(Hello!.Properties).toMatchObject({
    Description: 'says hello',
    MemorySize: 512,
    Timeout: 120,
    ReservedConcurrentExecutions: 7,
    Environment: {
      Variables: {
        FAASTEN_FUNCTION: 'shop/Hello',
        STAGE: 'test',
        NODE_OPTIONS: '--enable-source-maps --max-old-space-size=400',
      },
    },
    Tags: [{ Key: 'team', Value: 'tea' }],
  });
  // CloudWatch Logs has no 31 days; the next longer period.
  expect(HelloLogs!.Properties).toEqual({ RetentionInDays: 60, Tags: [{ Key: 'team', Value: 'tea' }] });
  expect(HelloRole!.Properties.Tags).toEqual([{ Key: 'team', Value: 'tea' }]);
});

test('environment and NODE_OPTIONS may come later', () => {
  const stack = newStack();
  const fn = new ServerlessFunction(stack, 'Hello', { entry });
  fn.addEnvironment('NODE_OPTIONS', '--no-warnings');
  fn.addEnvironment('REGION', stack.region);
  expect(environmentOf(stack, 'Hello')).toEqual({
    FAASTEN_FUNCTION: 'shop/Hello',
    NODE_OPTIONS: '--enable-source-maps --no-warnings',
    REGION: { Ref: 'AWS::Region' },
  });
});

test('code that is already built keeps its handler and runtime', () => {
  const stack = newStack();
  const code = { directory: __dirname, handler: 'app.main', runtime: 'python3.13' };
  new ServerlessFunction(stack, 'Hello', { code, environment: { NODE_OPTIONS: 'mine' } });
  const { Hello } = resourcesOf(stack);
  expect(Hello!.Properties).toMatchObject({ Handler: 'app.main', Runtime: 'python3.13' });
  expect(Hello!.Properties.Environment.Variables.NODE_OPTIONS).toBe('mine');
});

test('a runtime that this version of the CDK does not know is passed on', () => {
  const stack = newStack();
  new ServerlessFunction(stack, 'Hello', { code: { directory: __dirname, handler: 'app.main', runtime: 'python9.99' } });
  expect(resourcesOf(stack).Hello!.Properties.Runtime).toBe('python9.99');
});

test('secrets are read by exactly the functions that name them, and no value is in the template', () => {
  const stack = newStack();
  new ServerlessFunction(stack, 'Pay', {
    entry,
    secrets: {
      KEY: Secret.fromName('shop/payment'),
      USER: Secret.fromName('shop/db', { field: 'user', version: 'AWSPREVIOUS' }),
    },
  });
  expect(environmentOf(stack, 'Pay')).toMatchObject({
    FAASTEN_SECRET_KEY: 'secretsmanager:shop/payment',
    FAASTEN_SECRET_USER: 'secretsmanager:shop/db#user@AWSPREVIOUS',
  });
  const arn = (name: string) => ({
    'Fn::Join': [
      '',
      [
        'arn:',
        { Ref: 'AWS::Partition' },
        ':secretsmanager:',
        { Ref: 'AWS::Region' },
        ':',
        { Ref: 'AWS::AccountId' },
        `:secret:${name}-??????`,
      ],
    ],
  });
  expect(statementsOf(stack, 'PayRole').slice(1)).toEqual([
    { Action: 'secretsmanager:GetSecretValue', Effect: 'Allow', Resource: arn('shop/payment') },
    { Action: 'secretsmanager:GetSecretValue', Effect: 'Allow', Resource: arn('shop/db') },
  ]);
});

describe('limits', () => {
  const wrong: Record<string, [object, string]> = {
    'too little memory': [{ memoryMiB: 64 }, 'memoryMiB is 64, and Lambda has 128 to 10240'],
    'too much memory': [{ memoryMiB: 20_000 }, 'memoryMiB is 20000, and Lambda has 128 to 10240'],
    'too much time': [{ timeout: Duration.minutes(16) }, 'timeout is 960 seconds, and Lambda stops after 900'],
    'a long description': [{ description: 'x'.repeat(300) }, 'description has 300 characters, and Lambda takes 256'],
    'many attempts': [{ retry: { maxAttempts: 9 } }, 'retry.maxAttempts is 9, and Lambda tries an event at most 3 times'],
    'logs for ever': [
      { logRetention: Duration.days(4000) },
      'logRetention is 4000 days, and CloudWatch Logs keeps logs for at most 3653',
    ],
    'a tag of AWS': [{ tags: { 'aws:cost': 'x' } }, "tags has the key 'aws:cost'"],
    'a tag with a comma': [{ tags: { cost: 'a,b' } }, "tags.cost is 'a,b'"],
    'many tags': [
      { tags: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`t${i}`, ''])) },
      'it has 51 tags, and AWS takes 50',
    ],
  };
  test.each(Object.entries(wrong))('%s', (_, [props, message]) => {
    const error = errorOf(() => new ServerlessFunction(newStack(), 'Hello', { entry, ...props }));
    expect(error.message).toContain(`function 'shop/Hello': ${message}`);
    expect(error).toMatchObject({ code: 'invalid-value', path: 'shop/Hello' });
  });

  test('an environment that is too large fails at synthesis; late values count as nothing', () => {
    const stack = newStack();
    const fn = new ServerlessFunction(stack, 'Hello', { entry, environment: { SMALL: 'x'.repeat(3900) } });
    fn.addEnvironment('LATE', Token.asString({ Ref: 'AWS::StackName' }));
    expect(() => resourcesOf(stack)).not.toThrow();
    const other = newStack();
    new ServerlessFunction(other, 'Hello', { entry, environment: { LARGE: 'x'.repeat(4000), MORE: 'y'.repeat(90) } });
    expect(() => resourcesOf(other)).toThrow(/function 'shop\/Hello': its environment has 4\d\d\d bytes, and Lambda takes 4096/);
  });

  test('own late values are allowed in tags', () => {
    const stack = newStack();
    new ServerlessFunction(stack, 'Hello', { entry, tags: { stack: stack.stackName, region: stack.region } });
    expect(resourcesOf(stack).Hello!.Properties.Tags).toEqual([
      { Key: 'region', Value: { Ref: 'AWS::Region' } },
      { Key: 'stack', Value: 'shop' },
    ]);
  });
});

describe('tuning', () => {
  test('sets props of lambda.Function, of the service first and of the function after it', () => {
    const stack = newStack();
    const service = new Service(stack, 'Shop', {
      defaults: { tuning: [AwsFunction.tune({ architecture: Architecture.X86_64, tracing: Tracing.ACTIVE })] },
    });
    new ServerlessFunction(service, 'Hello', {
      entry,
      maxConcurrency: 5,
      tuning: [
        AwsFunction.tune({
          architecture: Architecture.ARM_64,
          ephemeralStorageSize: Size.gibibytes(1),
          reservedConcurrentExecutions: 1,
          runtime: Runtime.NODEJS_22_X,
        }),
        { platform: 'google', construct: 'function', settings: { serviceConfig: {} } },
      ],
    });
    expect(resourcesOf(stack).ShopHello!.Properties).toMatchObject({
      Architectures: ['arm64'],
      TracingConfig: { Mode: 'Active' },
      EphemeralStorage: { Size: 1024 },
      ReservedConcurrentExecutions: 1,
      Runtime: 'nodejs22.x',
    });
  });

  test('props that faasten fills itself are no tuning', () => {
    // @ts-expect-error memory is a setting of the portable function
    AwsFunction.tune({ memorySize: 1 });
    // @ts-expect-error so is the timeout, which queues depend on
    AwsFunction.tune({ timeout: CdkDuration.seconds(1) });
    // @ts-expect-error the role is the function's own
    AwsFunction.tune({ role: undefined as unknown as IRole });
    const stack = newStack();
    const tuning = [AwsFunction.tune({ memorySize: 1024 } as object)];
    expect(errorOf(() => new ServerlessFunction(stack, 'Hello', { entry, tuning })).message).toBe(
      "function 'shop/Hello': AwsFunction.tune() has memorySize, which faasten sets itself; set memoryMiB of the function",
    );
  });

  test('a runtime of another language is refused', () => {
    const tuning = [AwsFunction.tune({ runtime: Runtime.PYTHON_3_13 })];
    expect(errorOf(() => new ServerlessFunction(newStack(), 'Hello', { entry, tuning })).message).toBe(
      "function 'shop/Hello': its entry is bundled for Node.js, but its runtime is python3.13; choose a nodejs runtime",
    );
  });

  test('an own log group is the only one that the function may write to', () => {
    const stack = newStack();
    const logGroup = new LogGroup(stack, 'Mine');
    const fn = new ServerlessFunction(stack, 'Hello', { entry, tuning: [AwsFunction.tune({ logGroup })] });
    expect(AwsFunction.of(fn).logGroup).toBe(logGroup);
    expect(Object.keys(resourcesOf(stack)).sort()).toEqual(['Hello', 'HelloRole', 'Mine']);
    expect(statementsOf(stack, 'HelloRole')[0].Resource).toEqual({ 'Fn::GetAtt': ['Mine', 'Arn'] });
  });

  test('a VPC brings the permissions for its network interfaces', () => {
    const stack = newStack();
    const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-1',
      availabilityZones: ['a'],
      privateSubnetIds: ['subnet-1'],
    });
    new ServerlessFunction(stack, 'Hello', { entry, tuning: [AwsFunction.tune({ vpc })] });
    expect(statementsOf(stack, 'HelloRole')[1]).toMatchObject({
      Action: expect.arrayContaining(['ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface']),
      Resource: '*',
    });
    expect(resourcesOf(stack).Hello!.Properties.VpcConfig.SubnetIds).toEqual(['subnet-1']);
  });
});

describe('escape hatches', () => {
  test('lead to the constructs of the CDK', () => {
    const stack = newStack();
    const fn = new ServerlessFunction(stack, 'Hello', { entry });
    const aws = AwsFunction.of(fn);
    expect(aws.lambda).toBe(fn.node.defaultChild);
    expect(aws.deadLetters).toBeUndefined();
    fn.addTrigger('News', new Topic(stack, 'News').messages());
    expect(aws.deadLetters!.node.path).toBe('shop/Hello/DeadLetters');
    (aws.lambda.node.defaultChild as CfnFunction).addPropertyOverride('RecursiveLoop', 'Allow');
    expect(resourcesOf(stack).Hello!.Properties.RecursiveLoop).toBe('Allow');
  });

  test('take grants of the CDK, in a policy of their own', () => {
    const stack = newStack();
    const fn = new ServerlessFunction(stack, 'Hello', { entry });
    new SqsQueue(stack, 'Other').grantPurge(AwsFunction.of(fn).lambda);
    const { HelloRoleDefaultPolicy } = resourcesOf(stack);
    expect(HelloRoleDefaultPolicy!.Properties.PolicyDocument.Statement[0].Action).toContain('sqs:PurgeQueue');
  });

  test('say so when the construct is elsewhere', () => {
    const other = new Construct(newStack(), 'Other') as unknown as ServerlessFunction;
    expect(AwsFunction.tryOf(other)).toBeUndefined();
    expect(errorOf(() => AwsFunction.of(other))).toMatchObject({
      code: 'platform-mismatch',
      message: "function 'shop/Other' is not on the aws platform; use AwsFunction.tryOf(...), which gives undefined then",
    });
  });
});

describe('where it may stand', () => {
  test('in a nested stack and in a stage, with ids that do not name the stage', () => {
    const stack = newStack('app');
    const inStage = new Stack(new Stage(stack.node.root, 'Prod'), 'shop');
    new ServerlessFunction(new Construct(inStage, 'Team'), 'Hello', { entry });
    const nested = new NestedStack(stack, 'Nested');
    new ServerlessFunction(nested, 'Hello', { entry });
    const plain = newStack();
    new ServerlessFunction(new Construct(plain, 'Team'), 'Hello', { entry });

    expect(Object.keys(resourcesOf(inStage))).toEqual(Object.keys(resourcesOf(plain)));
    expect(Object.values(resourcesOf(nested)).map(({ Type }) => Type)).toEqual([
      'AWS::Logs::LogGroup',
      'AWS::IAM::Role',
      'AWS::Lambda::Function',
    ]);
  });

  test('an Aspect or tag of the user’s own reaches everything', () => {
    const stack = newStack();
    new ServerlessFunction(stack, 'Hello', { entry });
    Tags.of(stack).add('cost', '42');
    const tagged = Object.values(resourcesOf(stack)).map(({ Properties }) => Properties.Tags);
    expect(tagged).toEqual(Array(3).fill([{ Key: 'cost', Value: '42' }]));
  });
});

test('a route to a function that takes longer than the gateway waits is warned of', () => {
  const stack = newStack();
  const slow = new ServerlessFunction(stack, 'Slow', { entry, timeout: Duration.minutes(1) });
  const fast = new ServerlessFunction(stack, 'Fast', { entry });
  new HttpApi(stack, 'Api', { routes: { 'GET /slow': slow, 'POST /slow': slow, 'GET /fast': fast } });
  resourcesOf(stack);
  const warnings = Annotations.fromStack(stack).findWarning('*', Match.anyValue());
  expect(warnings.map(({ id }) => id)).toEqual(['/shop/Slow']);
});
