/** Event sources on their defaults, by judges that nobody here wrote. */
import { App, Stack } from 'aws-cdk-lib';
import { AttributeType, StreamViewType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Stream, StreamEncryption } from 'aws-cdk-lib/aws-kinesis';
import { expect, test } from 'vitest';
import { Duration, EventBus, Queue, Schedule, ServerlessFunction, Topic } from '../../../lib/index.js';
import { AwsStream, AwsTable } from '../../../lib/platforms/aws/index.js';
import { synthesize, withoutBundling } from '../../../lib/testing/index.js';
import { available, cdkNag, cdkRules, cfnLint } from '../../engines/cloudformation.js';
import { missing } from '../../engines/engine.js';
import { entry } from './template.js';

function sources(): Stack {
  const stack = new Stack(withoutBundling(new App()), 'shop');
  const events = new Topic(stack, 'Events', { fifo: true });
  const steps = new Queue(stack, 'Steps', { fifo: true, contentBasedDeduplication: true, delay: Duration.seconds(1) });
  steps.subscribe('All', events, { filter: { kind: [{ prefix: 'a' }, { not: ['b'] }], test: [{ exists: false }] } });
  const bus = new EventBus(stack, 'Bus');
  const partitionKey = { name: 'id', type: AttributeType.STRING };
  const table = new TableV2(stack, 'Table', {
    partitionKey,
    dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
  });
  const stream = new Stream(stack, 'Stream', { encryption: StreamEncryption.MANAGED });
  new ServerlessFunction(stack, 'Work', {
    entry,
    links: { bus, steps, events },
    triggers: {
      Steps: steps.messages({ batchSize: 10 }),
      Paid: bus.events({ types: ['paid'] }),
      All: bus.events(),
      Items: AwsTable.from(stack, 'Items', table).changes({
        tumblingWindow: Duration.minutes(1),
        filters: [{ eventName: ['INSERT'] }],
      }),
      Clicks: AwsStream.from(stack, 'Clicks', stream).records({ from: new Date(0), parallel: 2, maxAge: Duration.hours(1) }),
      Once: Schedule.at('2099-12-24T18:00:00', { timeZone: 'Europe/Berlin' }),
      Off: Schedule.rate(Duration.hours(1), { enabled: false }),
    },
  });
  return stack;
}

test('the CDK’s own rules find nothing', () => {
  expect(cdkRules(synthesize(sources()))).toEqual([]);
});

test.skipIf(missing('cfn-lint', available()))('cfn-lint finds nothing but a DependsOn that the CDK always writes', () => {
  expect(cfnLint(synthesize(sources())).filter(({ rule }) => rule !== 'W3005')).toEqual([]);
});

test('cdk-nag finds what AWS forces or the owner decides, as for the shop', () => {
  const accepted: Record<string, string> = {
    'AwsSolutions-SQS3': 'the rule knows redrive policies only; these queues are failure destinations of functions',
    'Serverless-SQSRedrivePolicy': 'dead-letter queues, which have no dead letters of their own',
    'Serverless-LambdaDLQ': 'a failure destination says more than a DLQ',
    'Serverless-LambdaEventSourceMappingDestination': 'mappings of SQS cannot have one; the queue has its own dead-letter queue',
    'Serverless-LambdaTracing': 'traces are paid for by the piece',
    // Each stream of a table has a name of its own, which ends with its time; the action takes no narrower resource.
    'AwsSolutions-IAM5[Resource::<TableCD117FA1.Arn>/stream/*]': 'lists the streams of that table',
  };
  const found = [...new Set(cdkNag(sources()).map(({ rule }) => rule))];
  expect(found.filter((rule) => !(rule in accepted))).toEqual([]);
  expect(Object.keys(accepted).filter((rule) => !found.includes(rule))).toEqual([]);
});
