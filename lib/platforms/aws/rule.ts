import { CfnRule } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import type { LambdaBackend } from './function.js';
import { allowInvocation } from './permissions.js';

const SERVICE = 'events.amazonaws.com';

export interface RuleProps {
  readonly eventPattern: object;
  /** The account's default bus without it. */
  readonly eventBusName?: string;
  readonly state?: 'ENABLED' | 'DISABLED';
  /** What the function gets; the event itself without it. */
  readonly inputTemplate?: string;
}

/** A rule of EventBridge that invokes a function; what cannot be delivered goes to the function's dead letters. */
export function invokeByRule(scope: Construct, fn: LambdaBackend, props: RuleProps): void {
  const { eventPattern, eventBusName, state, inputTemplate } = props;
  const events = fn.async();
  const rule = new CfnRule(scope, 'Resource', {
    state,
    eventBusName,
    eventPattern,
    targets: [
      {
        id: 'Function',
        arn: fn.target.arn,
        inputTransformer: inputTemplate === undefined ? undefined : { inputTemplate },
        retryPolicy: { maximumRetryAttempts: events.retries },
        deadLetterConfig: events.deadLetters && { arn: events.deadLetters.queueArn },
      },
    ],
  });
  allowInvocation(scope, fn.target, SERVICE, rule.attrArn);
  events.acceptFrom(SERVICE, rule.attrArn);
}
