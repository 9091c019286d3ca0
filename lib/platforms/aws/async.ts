import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnEventInvokeConfig, DestinationType, type IDestination } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import { attachmentOf } from '../../core/attachment.js';
import { invalid, otherPlatform } from '../../core/errors.js';
import type { LambdaBackend } from './function.js';
import { checkMaxEventAge } from './limits.js';
import { allowLink } from './links.js';
import { allow } from './permissions.js';
import type { QueueResources } from './queue.js';
import type { TopicResources } from './topic.js';
import type { AwsDestination, AwsFunctionTuning } from './tuning.js';

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

  constructor(fn: LambdaBackend, { onSuccess, onFailure, maxEventAge }: Partial<AwsFunctionTuning>) {
    const { scope, spec, target, resource } = fn;
    this.retries = spec.retry.maxAttempts - 1;
    if (spec.retry.deadLetters) {
      this.deadLetters = new Queue(scope, 'DeadLetters', {
        encryption: QueueEncryption.SQS_MANAGED,
        enforceSSL: true,
        retentionPeriod: RETENTION,
      });
      allow(fn.policy, ['sqs:SendMessage'], this.deadLetters.queueArn);
    }
    if (maxEventAge) checkMaxEventAge(spec.path, maxEventAge);
    // A destination and not a `DeadLetterConfig`: what arrives says why the event failed.
    const failed = onFailure ? destinationArn(fn, 'onFailure', onFailure) : this.deadLetters?.queueArn;
    const succeeded = onSuccess && destinationArn(fn, 'onSuccess', onSuccess);
    const settings = new CfnEventInvokeConfig(scope, 'AsyncInvocation', {
      functionName: resource.functionName,
      qualifier: target.alias?.aliasName ?? '$LATEST',
      maximumRetryAttempts: this.retries,
      maximumEventAgeInSeconds: maxEventAge?.toSeconds(),
      destinationConfig:
        failed || succeeded
          ? {
              onFailure: failed ? { destination: failed } : undefined,
              onSuccess: succeeded ? { destination: succeeded } : undefined,
            }
          : undefined,
    });
    if (target.alias) settings.node.addDependency(target.alias);
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

/** Where Lambda sends what became of an event, which the function must be allowed to reach. */
function destinationArn(fn: LambdaBackend, property: 'onSuccess' | 'onFailure', destination: AwsDestination): string {
  if ('bind' in destination) {
    const type = property === 'onSuccess' ? DestinationType.SUCCESS : DestinationType.FAILURE;
    return (destination as IDestination).bind(fn.scope, fn.resource, { type }).destination;
  }
  const { path } = fn.spec;
  const attachment = attachmentOf(destination);
  if (attachment && attachment.platform.name !== 'aws')
    throw otherPlatform(path, property, destination.node.path, attachment.platform.name, 'aws');
  switch (attachment?.type) {
    case 'queue': {
      const target = attachment.backend as QueueResources;
      if (target.resource.fifo) break;
      allowLink(fn.policy, { kind: 'queue', access: 'send', target });
      return target.resource.queueArn;
    }
    case 'topic': {
      const target = attachment.backend as TopicResources;
      if (target.resource.fifo) break;
      allowLink(fn.policy, { kind: 'topic', access: 'publish', target });
      return target.resource.topicArn;
    }
    case 'function':
      return fn.mayCall(attachment.backend as LambdaBackend);
  }
  // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
  throw invalid(
    'function',
    path,
    `${property} is '${destination.node.path}', to which Lambda cannot send`,
    'give a standard Queue or Topic, a ServerlessFunction, or a destination of aws-lambda-destinations',
  );
}
