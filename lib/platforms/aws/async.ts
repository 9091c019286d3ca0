import { type PolicyDocument, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnEventInvokeConfig, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { RetrySpec } from '../../core/model.js';
import { allow } from './permissions.js';
import type { InvocationTarget } from './target.js';

/** As long as SQS keeps anything. */
const RETENTION = Duration.days(14);

/**
 * How one function deals with events that nobody waits for: of topics, buckets, schedules, and of callers that only start it.
 * Made when the first such source appears; a function that only answers requests has none of it.
 */
export class AsyncInvocation {
  /** Where events end that failed for the last time or could not be delivered; undefined where the function wants none. */
  readonly deadLetters: Queue | undefined;
  /** Attempts after the first one. */
  readonly retries: number;

  constructor(scope: Construct, fn: LambdaFunction, { alias }: InvocationTarget, policy: PolicyDocument, retry: RetrySpec) {
    this.retries = retry.maxAttempts - 1;
    if (retry.deadLetters) {
      this.deadLetters = new Queue(scope, 'DeadLetters', {
        encryption: QueueEncryption.SQS_MANAGED,
        enforceSSL: true,
        retentionPeriod: RETENTION,
      });
      allow(policy, ['sqs:SendMessage'], this.deadLetters.queueArn);
    }
    // A destination and not a `DeadLetterConfig`: what arrives says why the event failed.
    const settings = new CfnEventInvokeConfig(scope, 'AsyncInvocation', {
      functionName: fn.functionName,
      qualifier: alias?.aliasName ?? '$LATEST',
      maximumRetryAttempts: this.retries,
      destinationConfig: this.deadLetters && { onFailure: { destination: this.deadLetters.queueArn } },
    });
    if (alias) settings.node.addDependency(alias);
  }

  /** Lets a service put what it could not deliver from `sourceArn` into the dead letters. */
  acceptFrom(service: string, sourceArn: string): void {
    this.deadLetters?.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal(service)],
        actions: ['sqs:SendMessage'],
        resources: [this.deadLetters.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': sourceArn } },
      }),
    );
  }
}
