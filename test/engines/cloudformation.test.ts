import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, aws_iam as iam, aws_lambda as lambda, NestedStack, Stack, Stage, aws_sqs as sqs } from 'aws-cdk-lib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { available, cdkNag, cdkRules, cfnLint, judge, judgeTemplates } from './cloudformation.js';
import { missing } from './engine.js';

const folders: string[] = [];
function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'cdk-'));
  folders.push(made);
  return made;
}
afterEach(() => {
  vi.unstubAllEnvs();
  for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true });
});

const template = (type: string, properties: object) => ({ Resources: { Some: { Type: type, Properties: properties } } });
const good = template('AWS::SQS::Queue', { VisibilityTimeout: 30, SqsManagedSseEnabled: true });

describe('the rules of aws-cdk-lib', () => {
  test('find nothing in a good template', () => {
    expect(cdkRules(good)).toEqual([]);
  });

  const mistakes: Record<string, [object, string]> = {
    'unknown property': [template('AWS::SQS::Queue', { VisibilityTimeot: 1 }), 'VisibilityTimeot'],
    'unknown type': [template('AWS::SQS::Queu', {}), 'AWS::SQS::Queu'],
    'missing property': [template('AWS::Lambda::Function', { Code: { ZipFile: '' } }), 'Role'],
    'value out of range': [template('AWS::SQS::Queue', { VisibilityTimeout: 50_000 }), '43200'],
    'reference to nothing': [template('AWS::SQS::Queue', { QueueName: { Ref: 'Nobody' } }), 'Nobody'],
  };
  test.each(Object.entries(mistakes))('find: %s', (_, [bad, words]) => {
    const found = cdkRules(bad);
    expect(found.map((each) => each.message).join('\n')).toContain(words);
    expect(found.map((each) => each.severity)).toContain('error');
  });

  test('are the ones which fail a synthesis under the strict flag, and only under it', () => {
    vi.stubEnv('CDK_VALIDATION', undefined);
    vi.spyOn(console, 'error').mockReturnValue(undefined);
    const build = (strict: boolean) => {
      const app = new App({ outdir: folder(), context: { '@aws-cdk/core:validateAgainstDefaultRules': strict } });
      const queue = new sqs.CfnQueue(new Stack(app, 'Some'), 'Queue');
      queue.addPropertyOverride('VisibilityTimeout', 50_000);
      return app;
    };
    const app = build(true);
    expect(() => app.synth()).toThrow('50000 is greater than the maximum of 43200');
    const report = JSON.parse(readFileSync(join(app.outdir, 'validation-report.json'), 'utf8'));
    const rules = report.pluginReports.flatMap((each: any) => each.violations.map((violation: any) => violation.ruleName));
    expect(cdkRules(app.outdir).map((each) => each.rule)).toEqual(rules);
    expect(rules).not.toEqual([]);

    const lax = build(false);
    lax.synth();
    expect(existsSync(join(lax.outdir, 'manifest.json'))).toBe(true);
  });
});

describe.skipIf(missing('cfn-lint', available()))('cfn-lint', () => {
  test('finds nothing in a good template', () => {
    expect(cfnLint(good)).toEqual([]);
  });

  test('names rule, resource and place', () => {
    expect(
      cfnLint(template('AWS::Lambda::Function', { Code: { ZipFile: 'a' }, Role: 'r', Runtime: 'nodejs10.x', Handler: 'a.b' })),
    ).toContainEqual(
      expect.objectContaining({
        judge: 'cfn-lint',
        rule: 'E2533',
        severity: 'error',
        resource: 'Some',
        path: 'Properties.Runtime',
      }),
    );
  });

  test('finds a cycle, which no schema knows', () => {
    const queue = (other: string) => ({
      Type: 'AWS::SQS::Queue',
      Properties: { QueueName: { 'Fn::GetAtt': [other, 'QueueName'] } },
    });
    expect(cfnLint({ Resources: { A: queue('B'), B: queue('A') } }).map((each) => each.rule)).toContain('E3004');
  });
});

describe('cdk-nag', () => {
  test('finds what is valid and unwise, and honours what the tree acknowledges', () => {
    const stack = new Stack(new App({ outdir: folder() }), 'Some');
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    role.addToPolicy(new iam.PolicyStatement({ actions: ['s3:*'], resources: ['*'] }));
    new lambda.CfnFunction(stack, 'Function', {
      code: { zipFile: 'a' },
      role: role.roleArn,
      runtime: 'nodejs18.x',
      handler: 'a.b',
    });
    const found = cdkNag(stack);
    expect(found.map((each) => each.rule)).toEqual(
      expect.arrayContaining([
        'AwsSolutions-IAM5[Action::s3:*]',
        'AwsSolutions-IAM5[Resource::*]',
        'AwsSolutions-L1',
        'Serverless-LambdaTracing',
      ]),
    );
    expect(found.find((each) => each.rule === 'AwsSolutions-L1')).toMatchObject({ severity: 'error', resource: 'Some/Function' });
  });

  test('finds nothing in a tree without AWS resources', () => {
    expect(cdkNag(new Stack(new App({ outdir: folder() }), 'Empty'))).toEqual([]);
  });
});

test('an app is judged as a whole: stages, nested stacks, tree', () => {
  const app = new App({ outdir: folder() });
  const stack = new Stack(new Stage(app, 'Stage'), 'Outer');
  const nested = new NestedStack(stack, 'Inner');
  new sqs.CfnQueue(nested, 'Queue').addPropertyOverride('VisibilityTimeout', 50_000);
  const found = judge(app);
  expect(found.map((each) => each.judge)).toEqual(expect.arrayContaining(['cdk', 'AwsSolutions', 'Serverless']));
  expect(found.filter((each) => each.judge === 'cdk')).toMatchObject([{ severity: 'error', resource: 'Queue' }]);
});

test('nothing to judge is an error, not a success', () => {
  expect(() => judgeTemplates(folder())).toThrow('no cloud assembly');
  expect(() => judgeTemplates('/nowhere')).toThrow('does not exist');
});
