/** A stack that holds every capability, as others judge it. */
import { App, Stack, Validations } from 'aws-cdk-lib';
import { beforeAll, expect, test } from 'vitest';
import { synthesize, withoutBundling } from '../../../lib/testing/index.js';
import { type Finding, judge } from '../../engines/cloudformation.js';
import { Everything } from './everything/everything.js';

/** What AWS does not have, or what a rule takes for missing although it is there. */
const FORCED: Readonly<Record<string, string>> = {
  'AwsSolutions-SQS3': 'the rule knows redrive policies only; these queues are failure destinations of functions',
  'Serverless-SQSRedrivePolicy': 'dead-letter queues, which have no dead letters of their own',
  'Serverless-LambdaDLQ': 'functions which are invoked asynchronously have a failure destination, which says more than a DLQ',
  'Serverless-LambdaEventSourceMappingDestination': 'mappings of SQS cannot have one; the queue has its own dead-letter queue',
};
/** What the owner of an app decides, and has decided for this one. */
const DECIDED: Readonly<Record<string, string>> = {
  'AwsSolutions-L1': 'prebuilt code says which runtime it was built for',
  'Serverless-LambdaLatestVersion': 'prebuilt code says which runtime it was built for',
  'AwsSolutions-APIG4': 'the routes without an authorizer are public',
  'AwsSolutions-S1': 'no access logs of buckets; AwsBucket.tune({ serverAccessLogsBucket }) sets them',
  'AwsSolutions-APIG3': 'no firewall is wanted here',
  'AwsSolutions-APIG6': 'the rule cannot read the stage’s settings; requests are in the access log',
  'AwsSolutions-COG4': 'other authorizers than Cognito’s decide, or the route is public',
  'Serverless-APIGWXrayEnabled': 'traces are paid for by the piece',
  'Serverless-APIGWDefaultThrottling': 'the limits of the account hold; throttle sets others',
  'Serverless-LambdaTracing': 'traces are paid for by the piece; AwsFunction.tune({ tracing }) turns them on',
};
/** Wildcards that AWS forces: rule, and the path of what has it. */
const WILDCARDS: readonly [RegExp, RegExp][] = [
  [/^AwsSolutions-IAM5\[Resource::<\w+\.Arn>\/\*\]$/, /\/Role\/Resource$/], // the objects of a linked bucket
  [/^AwsSolutions-IAM5\[Resource::<\w+\.Arn>\/stream\/\*\]$/, /\/Role\/Resource$/], // the stream of a table, which a replacement renames
  [/^AwsSolutions-IAM5.*@connections/, /\/Socket\/Role\/Resource$/], // any client that is connected
  [/^AwsSolutions-IAM5\[Resource::\*\]$/, /\/Hello\/Role\/DefaultPolicy\/Resource$/], // X-Ray has no resources
  [/^AwsSolutions-IAM5\[Resource::\*\]$/, /\/Careful\/Rollout\/Role\/Resource$/], // CodeDeploy reads alarms, which it cannot name
  [/^AwsSolutions-IAM5\[Resource::\*\]$|^Serverless-LambdaStarPermissions$/, /\/FaastenScheduleChecker\/Role\/Resource$/], // metrics have no resources
];

function findings(acknowledged: Readonly<Record<string, string>>): Finding[] {
  const app = withoutBundling(new App());
  const stack = new Stack(app, 'everything');
  new Everything(stack, 'All');
  Validations.of(stack).acknowledge(...Object.entries(acknowledged).map(([id, reason]) => ({ id, reason })));
  return judge(app);
}

let found: Finding[];
beforeAll(() => {
  found = findings({ ...FORCED, ...DECIDED });
});

test('every function’s code bundles, with all that its links and triggers bring', () => {
  const stack = new Stack(new App(), 'everything');
  new Everything(stack, 'All');
  expect(JSON.stringify(synthesize(stack, { bundle: true }))).toContain('[code of everything/All/Socket]');
});

test('the CDK’s own rules and cfn-lint find nothing but a DependsOn that the CDK always writes', () => {
  expect(found.filter(({ judge: by, rule }) => (by === 'cdk' || by === 'cfn-lint') && rule !== 'W3005')).toEqual([]);
});

test('cdk-nag finds nothing but wildcards that AWS forces, when what is forced or decided is acknowledged with its reason', () => {
  const nagged = found.filter(({ judge: by }) => by === 'AwsSolutions' || by === 'Serverless');
  const forced = (finding: Finding) => WILDCARDS.some(([rule, path]) => rule.test(finding.rule) && path.test(finding.resource));
  expect(nagged.filter((finding) => !forced(finding))).toEqual([]);
  for (const [rule, path] of WILDCARDS)
    expect(nagged.some((finding) => rule.test(finding.rule) && path.test(finding.resource))).toBe(true);
});
