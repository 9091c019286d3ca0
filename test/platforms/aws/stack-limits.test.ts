import { statSync } from 'node:fs';
import { join } from 'node:path';
import { App, Aspects, CfnMapping, CfnOutput, CfnParameter, CfnResource, NestedStack, Stack } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { ServerlessFunction } from '../../../lib/index.js';
import { withoutBundling } from '../../../lib/testing/index.js';
import { entry } from './template.js';

function stackOf(context: Record<string, unknown> = {}): Stack {
  const stack = new Stack(withoutBundling(new App({ context })), 'shop');
  new ServerlessFunction(stack, 'Hello', { entry, monitoring: false });
  return stack;
}
/** What the function is: */
const OWN = 3; // the function, its role, its log group

function fill(scope: Stack, count: number, properties?: object): void {
  for (let index = 0; index < count; index++)
    new CfnResource(scope, `Other${index}`, { type: 'AWS::CloudFormation::WaitConditionHandle', properties: { ...properties } });
}

const assembly = (stack: Stack) => (stack.node.root as App).synth({ force: true });
const synth = (stack: Stack) => () => assembly(stack);
const warnings = (stack: Stack) =>
  assembly(stack)
    .getStackArtifact(stack.artifactId)
    .messages.filter(({ entry, level }) => level === 'warning' && String(entry.data).includes('faasten:'))
    .map(({ entry }) => String(entry.data));

test('500 resources are warned of, 501 are refused, and the message tells where they are', () => {
  const full = stackOf();
  fill(full, 500 - OWN);
  expect(warnings(full)).toEqual([
    expect.stringMatching(
      /^stack 'shop': it has 500 resources, and CloudFormation takes 500 \(https:.*faasten:stackResources\]$/,
    ),
  ]);

  const over = stackOf();
  fill(over, 501 - OWN);
  expect(synth(over)).toThrow(
    /stack 'shop': it has 501 resources, and CloudFormation takes 500 \(https:\S+\); the heaviest are shop\/Hello \(3\), shop\/Other0 \(1\), .* and 494 others \(494\); spread its functions /,
  );
});

test('there is no warning below 80 %', () => {
  const stack = stackOf();
  fill(stack, 399 - OWN);
  expect(warnings(stack)).toEqual([]);
  fill(new NestedStack(stack, 'Nested'), 399);
  // 399 + the nested stack: its own resources are not the parent's.
  expect(warnings(stack)).toEqual([expect.stringContaining('it has 400 resources')]);
});

test('what Aspects add is counted', () => {
  const stack = stackOf();
  fill(stack, 500 - OWN);
  Aspects.of(stack).add({
    visit: (node) => {
      if (node === stack && !stack.node.tryFindChild('Late'))
        new CfnResource(stack, 'Late', { type: 'AWS::CloudFormation::WaitConditionHandle' });
    },
  });
  expect(synth(stack)).toThrow('it has 501 resources');
});

test('the CDK’s own setting of the limit holds', () => {
  const lifted = stackOf({ '@aws-cdk/core:stackResourceLimit': 0 });
  fill(lifted, 600);
  expect(warnings(lifted)).toEqual([]);
  const lowered = stackOf({ '@aws-cdk/core:stackResourceLimit': 10 });
  fill(lowered, 20);
  expect(synth(lowered)).toThrow('it has 23 resources, and CloudFormation takes 10');
});

test('the template’s size is that of the file', () => {
  const stack = stackOf();
  // Letters of three bytes each: CloudFormation counts bytes.
  fill(stack, 4, { Text: '€'.repeat(70_000) });
  const [warning] = warnings(stack);
  const said = Number(/it has (\d+) bytes of template, and CloudFormation takes 1000000/.exec(warning!)![1]);
  const { size } = statSync(join((stack.node.root as App).outdir, stack.templateFile));
  expect(size).toBeGreaterThan(840_000);
  expect(Math.abs(said - size)).toBeLessThan(100);
  fill(new NestedStack(stack, 'Nested'), 4, { Text: '€'.repeat(70_000) });
  expect(synth(stack)).not.toThrow();
  new CfnResource(stack, 'More', { type: 'AWS::CloudFormation::WaitConditionHandle', properties: { Text: 'x'.repeat(200_000) } });
  expect(synth(stack)).toThrow(/it has 104\d{4} bytes of template.*the heaviest are shop\/Other0 \(210\d{3}\), /);
});

test('outputs, parameters and mappings are counted', () => {
  const kinds: [string, (stack: Stack, index: number) => void][] = [
    ['outputs', (stack, index) => new CfnOutput(stack, `O${index}`, { value: 'a' })],
    ['parameters', (stack, index) => new CfnParameter(stack, `P${index}`)],
    ['mappings', (stack, index) => new CfnMapping(stack, `M${index}`, { mapping: { a: { b: 'c' } } })],
  ];
  for (const [what, make] of kinds) {
    const stack = stackOf();
    for (let index = 0; index < 201; index++) make(stack, index);
    expect(synth(stack)).toThrow(new RegExp(`stack 'shop': it has 20[12] ${what}, and CloudFormation takes 200`));
  }
});
