import { createHash } from 'node:crypto';
import { Lazy, NestedStack, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { conflicting, invalid, shown } from '../../core/errors.js';
import type { Tuning } from '../../core/platform.js';
import type { LambdaBackend } from './function.js';
import { relativeId } from './names.js';
import { watchStackLimits } from './stack-limits.js';
import type { InvocationTarget } from './target.js';
import type { AwsFunctionTuning, AwsServiceTuning } from './tuning.js';

/** As many as fit into a stack with room for an API, queues and buckets. */
const MOST = 400;

/** The nested stacks that are made here, as opposed to a user's own. */
const MADE = new WeakSet<Stack>();

/**
 * Where a function that is created in `scope` is to be: in the nested stack that its id stands for, a child of `scope`, or in `scope`
 * itself. A pure function of scope, id and settings: what is deployed stays where it is, whatever is added or removed beside it.
 */
export function placeFunction(scope: Construct, id: string, tuning: Tuning): Construct {
  const { nestedStacks = 0 } = tuning.for<AwsServiceTuning>('aws', 'service');
  const { nestedStack } = tuning.for<AwsFunctionTuning>('aws', 'function');
  checkSetting(scope, id, 'nestedStacks', nestedStacks, 0);
  if (typeof nestedStack === 'number') checkSetting(scope, id, 'nestedStack', nestedStack, 1);
  if (nestedStack === false || (nestedStack === undefined && nestedStacks === 0) || MADE.has(Stack.of(scope))) return scope;
  return nestedStackOf(scope, nestedStack ?? bucketOf(id, nestedStacks) + 1);
}

function nestedStackOf(scope: Construct, number: number): Construct {
  const id = `Functions${number}`;
  const existing = scope.node.tryFindChild(id);
  if (!existing) {
    const made = new NestedStack(scope, id);
    MADE.add(made);
    watchStackLimits(made);
    return made;
  }
  if (!(Construct.isConstruct(existing) && Stack.isStack(existing) && MADE.has(existing)))
    throw conflicting('nested stack', existing.node.path, 'the id is taken', 'give the construct that has it another id');
  return existing;
}

/** Whether a construct is in a nested stack of ours, and `other` in the same hierarchy of stacks. */
export function isNestedBeside(construct: Construct, other: Construct): boolean {
  const stack = Stack.of(construct);
  return MADE.has(stack) && stack !== Stack.of(other) && topOf(stack) === topOf(Stack.of(other));
}

/** Whether a construct is in a nested stack of ours. What is there has fixed names: see {@link targetInside}. */
export function isNested(construct: Construct): boolean {
  return MADE.has(Stack.of(construct));
}

/**
 * Where what an API has for a function stands: with the function, so that routes are spread as functions are, and nothing in the
 * stack around refers to a nested one. The nested one refers to the API.
 */
export function scopeBeside(fn: LambdaBackend, api: Construct): Construct {
  const routes = childOf(fn.scope, 'Routes');
  return childOf(routes, relativeId(fn.scope, api));
}

export function childOf(scope: Construct, id: string): Construct {
  return (scope.node.tryFindChild(id) as Construct | undefined) ?? new Construct(scope, id);
}

/**
 * A function in a nested stack, seen from its neighbours: by its name, without a reference. Functions of two nested stacks may so call
 * each other in both directions, which references between the stacks could not. Other stacks of the app refer to it as ever.
 */
export function targetInside(scope: Construct, name: string, target: InvocationTarget): InvocationTarget {
  const own = Stack.of(scope);
  const qualified = target.alias ? `${name}:${target.alias.aliasName}` : name;
  const arn = own.formatArn({ service: 'lambda', resource: `function:${qualified}` });
  return {
    ...target,
    arn: seenFrom(own, target.arn, arn),
    functionName: seenFrom(own, target.functionName, target.alias ? arn : name),
  };
}

function seenFrom(own: Stack, inside: string, beside: string): string {
  return Lazy.uncachedString({
    produce: ({ scope }) => {
      const stack = Stack.of(scope);
      return stack !== own && topOf(stack) === topOf(own) ? beside : inside;
    },
  });
}

/** The stack that is deployed, of a nested one. */
export function topOf(stack: Stack): Stack {
  return stack.nestedStackParent ? topOf(stack.nestedStackParent) : stack;
}

/**
 * Jump consistent hash (Lamping and Veach, https://arxiv.org/abs/1406.2294): the numbers 0 to `buckets` - 1, all equally often. One
 * bucket more moves one key in so many, and only into the new one.
 */
export function bucketOf(id: string, buckets: number): number {
  let key = createHash('sha256').update(id).digest().readBigUInt64BE();
  let bucket = -1;
  for (let next = 0; next < buckets; ) {
    bucket = next;
    key = BigInt.asUintN(64, key * 2862933555777941757n + 1n);
    next = Math.floor((bucket + 1) * (2 ** 31 / (Number(key >> 33n) + 1)));
  }
  return bucket;
}

function checkSetting(scope: Construct, id: string, property: string, value: unknown, min: number): void {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= MOST) return;
  throw invalid(
    'function',
    `${scope.node.path}/${id}`,
    `${property} is ${shown(value)}`,
    `give a whole number from ${min} to ${MOST}`,
  );
}
