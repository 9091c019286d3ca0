import { Annotations, type IResource, Stack, Token, TokenComparison } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { invalid } from '../../core/errors.js';
import type { LambdaBackend } from './function.js';

/** Region or account of a resource, where it is known to be another one than the function's. */
function other(scope: Construct, resource: IResource, what: 'region' | 'account'): string | undefined {
  const { [what]: theirs } = resource.env;
  const differs = Token.compareStrings(theirs, Stack.of(scope)[what]) === TokenComparison.DIFFERENT;
  return differs ? theirs : undefined;
}

/** @throws where a source is in another region than the function, or in another account; `why` says why it must not */
export function requireSamePlace(fn: LambdaBackend, who: string, what: string, resource: IResource, why: string): void {
  requireSameRegion(fn, who, what, resource, why);
  const account = other(fn.scope, resource, 'account');
  if (account === undefined) return;
  throw invalid(
    'function',
    fn.spec.path,
    `${who} is of the ${what} '${resource.node.path}' in the account ${account}, and ${why}`,
    'have the events forwarded to a bus or queue of this account',
  );
}

/** @throws where a source is in another region than the function */
export function requireSameRegion(fn: LambdaBackend, who: string, what: string, resource: IResource, why: string): void {
  const region = other(fn.scope, resource, 'region');
  if (region === undefined) return;
  throw invalid(
    'function',
    fn.spec.path,
    `${who} is of the ${what} '${resource.node.path}' in ${region}, and ${why}`,
    'put the function into that region, or forward the events to this one',
  );
}

/** Region of a resource that is in another one than `scope`. */
export function otherRegion(scope: Construct, resource: IResource): string | undefined {
  return other(scope, resource, 'region');
}

/** Warns where a resource is in another account, which has to agree: our own policy is one half of it. */
export function warnOfOtherAccount(fn: LambdaBackend, what: string, resource: IResource, actions: string): void {
  const account = other(fn.scope, resource, 'account');
  if (account === undefined) return;
  Annotations.of(fn.scope).addWarningV2(
    `faasten:otherAccount:${resource.node.path}`,
    `function '${fn.spec.path}': the ${what} '${resource.node.path}' is in the account ${account}; the policy there (and of its key) ` +
      `must let the role of the function do ${actions}`,
  );
}
