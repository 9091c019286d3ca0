import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { LambdaBackend } from './function.js';
import { relativeId } from './names.js';
import { childOf, isNestedBeside, scopeBeside } from './nested-stacks.js';
import { allowInvocation } from './permissions.js';

/**
 * What lets an API invoke functions: one permission for each function, as a target and as an authorizer. With one for each route, a
 * function's policy would overflow at some thirty.
 */
export class Invocations {
  private readonly scope: Construct;
  private readonly allowed = new Set<LambdaBackend>();

  constructor(
    private readonly api: Construct,
    private readonly apiId: string,
  ) {
    this.scope = new Construct(api, 'Integrations');
  }

  allow(fn: LambdaBackend): void {
    if (this.allowed.has(fn)) return;
    this.allowed.add(fn);
    const scope = this.scopeOf(fn);
    const requests = Stack.of(scope).formatArn({ service: 'execute-api', resource: this.apiId, resourceName: '*' });
    allowInvocation(scope, fn.target, 'apigateway.amazonaws.com', requests);
  }

  /** Where what the API has for a function stands. */
  scopeOf(fn: LambdaBackend): Construct {
    if (isNestedBeside(fn.scope, this.api)) return scopeBeside(fn, this.api);
    return childOf(this.scope, relativeId(this.api, fn.scope));
  }
}
