import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { BucketSpec, ObjectsTriggerSpec } from '../../core/model.js';
import type { BucketBackend, Tuning } from '../../core/platform.js';
import type { LambdaBackend } from './function.js';
import { requireSamePlace } from './place.js';
import { invokeByRule } from './rule.js';
import { tag } from './tags.js';
import type { AwsBucketTuning, AwsObjectsTuning } from './tuning.js';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html */
const DETAIL_TYPES = { created: 'Object Created', deleted: 'Object Deleted' } as const;

/** A bucket as triggers and links see it: one of ours, or one that exists. */
export interface S3Backend extends BucketBackend {
  readonly resource: IBucket;
  sendEvents(fn: LambdaBackend): void;
}

/** A private S3 bucket. */
export class BucketResources implements S3Backend {
  readonly resource: Bucket;

  constructor(scope: Construct, spec: BucketSpec, tuning: Tuning) {
    const tuned = tuning.for<AwsBucketTuning>('aws', 'bucket');
    const encryption = tuned.encryption ?? (tuned.encryptionKey ? BucketEncryption.KMS : BucketEncryption.S3_MANAGED);
    this.resource = new Bucket(scope, 'Resource', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      ...tuned,
      encryption,
      versioned: spec.versioned,
      removalPolicy: spec.removal === 'delete' ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
      autoDeleteObjects: spec.removal === 'delete' ? true : undefined,
    });
    tag('bucket', scope, spec.tags);
  }

  /** A property of the bucket itself. The CDK's `eventBridgeEnabled` would add a custom resource with a Lambda function. */
  sendEvents(): void {
    const cfn = this.resource.node.defaultChild as CfnBucket;
    cfn.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
  }
}

/**
 * A rule on the account's event bus; what cannot be delivered goes to the function's dead letters. `inputTemplate` is what the
 * function gets; the event itself without it.
 */
export function triggerByObjects(
  scope: Construct,
  fn: LambdaBackend,
  trigger: ObjectsTriggerSpec,
  name: string,
  bucket: S3Backend,
  inputTemplate: string | undefined,
  tuning: Tuning,
): void {
  const { detailTypes, detail, state } = tuning.for<AwsObjectsTuning>('aws', 'objects');
  const key = keyPattern(trigger.prefix, trigger.suffix);
  requireSamePlace(fn, `triggers.${name}`, 'bucket', bucket.resource, 'S3 tells the event bus of its own account and region');
  bucket.sendEvents(fn);
  const eventPattern = {
    source: ['aws.s3'],
    'detail-type': detailTypes ?? trigger.events.map((event) => DETAIL_TYPES[event]),
    detail: { ...detail, bucket: { name: [bucket.resource.bucketName] }, ...(key && { object: { key: [key] } }) },
  };
  invokeByRule(scope, fn, { eventPattern, state, inputTemplate });
}

/**
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html: several patterns of one field mean
 * «or», so that prefix and suffix together need a wildcard. The core allows no `*` in either.
 */
function keyPattern(prefix: string, suffix: string): object | undefined {
  if (prefix && suffix) return { wildcard: `${escaped(prefix)}*${escaped(suffix)}` };
  if (prefix) return { prefix };
  return suffix ? { suffix } : undefined;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\');
}
