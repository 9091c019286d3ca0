import { Effect, type PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { InvocationTarget } from './target.js';

/** Adds one statement that allows exactly `actions` on exactly `resources`. */
export function allow(policy: PolicyDocument, actions: readonly string[], ...resources: string[]): void {
  policy.addStatements(new PolicyStatement({ effect: Effect.ALLOW, actions: [...actions], resources }));
}

/** What a caller needs of the key that a resource is encrypted with; nothing where the service's own key does it. */
export function allowKey(policy: PolicyDocument, key: IKey | undefined, actions: readonly string[]): void {
  if (key) allow(policy, actions, key.keyArn);
}

/** Lets one resource of an AWS service invoke the function, and no other. */
export function allowInvocation(scope: Construct, target: InvocationTarget, service: string, sourceArn: string): CfnPermission {
  return new CfnPermission(scope, 'Permission', {
    action: 'lambda:InvokeFunction',
    functionName: target.arn,
    principal: service,
    sourceArn,
  });
}
