import { Stack, Token } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { physicalName } from '../../core/names.js';

/** `Shop/CreateOrder`: what stays the same when the stack is placed in another app or stage. */
export function pathInStack(construct: IConstruct): string {
  const { scopes } = construct.node;
  return scopes
    .slice(scopes.indexOf(Stack.of(construct)) + 1)
    .map(({ node }) => node.id)
    .join('/');
}

/**
 * Where `to` is, seen from `from`: `CreateOrder`, `.. Users Login`. An id for what joins the two, which changes with neither
 * the stage nor the order of declarations.
 */
export function relativeId(from: IConstruct, to: IConstruct): string {
  const [start, end] = [from.node.scopes, to.node.scopes];
  let common = 0;
  while (common < start.length && start[common] === end[common]) common++;
  // One level up is the usual case, a sibling, and is left out.
  const up = Array.from({ length: Math.max(0, start.length - common - 1) }, () => '..');
  return [...up, ...(common === start.length ? ['.'] : []), ...end.slice(common).map(({ node }) => node.id)].join(' ');
}

/**
 * A function's name, for the rare function that needs one. Unique in the account and region because names of stacks are; a nested
 * stack's is not known before the deployment, so that the one around it counts.
 */
export function functionName(fn: IConstruct): string {
  let stack = Stack.of(fn);
  while (stack.nestedStackParent) stack = stack.nestedStackParent;
  const name = Token.isUnresolved(stack.stackName) ? stack.node.path : stack.stackName;
  const inside = fn.node.scopes.slice(fn.node.scopes.indexOf(stack) + 1).map(({ node }) => node.id);
  return physicalName([name, ...inside].join('/'), 64);
}
