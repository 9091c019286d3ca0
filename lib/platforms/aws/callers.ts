import type { CfnFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Stack, Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { functionName } from './names.js';
import type { InvocationTarget } from './target.js';

/**
 * A function among those that call each other. CloudFormation refuses references in a circle: functions in one have fixed names, and
 * address each other by them; every other function is named by CloudFormation and referred to.
 */
export class Caller {
  /** Functions that this one calls. */
  private readonly calls = new Set<Caller>();
  /** Fixed name, for a function that calls itself through others. */
  private name: string | undefined;

  constructor(
    private readonly scope: Construct,
    private readonly fn: LambdaFunction,
    /** What calls lead to. */
    private readonly target: InvocationTarget,
  ) {}

  addCall(to: Caller): void {
    this.calls.add(to);
    if (!to.reaches(this)) return;
    for (const member of [this, ...this.reachable()]) if (member.reaches(this)) member.fixName();
  }

  /** How `caller` addresses this function. Known late: calls that are added may close a circle. */
  arnFor(caller: Caller): string {
    if (this.name === undefined || !this.reaches(caller)) return this.target.arn;
    const qualifier = this.target.alias?.aliasName;
    const resource = qualifier === undefined ? `function:${this.name}` : `function:${this.name}:${qualifier}`;
    return Stack.of(this.scope).formatArn({ service: 'lambda', resource });
  }

  private fixName(): void {
    if (this.name !== undefined) return;
    const cfn = this.fn.node.defaultChild as CfnFunction;
    const given = cfn.functionName;
    this.name = given !== undefined && !Token.isUnresolved(given) ? given : functionName(this.scope);
    cfn.functionName = this.name;
  }

  /** Whether `other` is called by this function, or by one that it calls. A function that calls itself reaches itself. */
  private reaches(other: Caller): boolean {
    return this.reachable().has(other);
  }

  private reachable(): Set<Caller> {
    const found = new Set<Caller>();
    const waiting = [...this.calls];
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      if (found.has(next)) continue;
      found.add(next);
      waiting.push(...next.calls);
    }
    return found;
  }
}
