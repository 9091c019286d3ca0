import { StorageBucket, type StorageBucketConfig } from '@cdktf/provider-google/lib/storage-bucket/index.js';
import type { Construct } from 'constructs';
import type { BucketSpec } from '../../core/model.js';
import type { BucketBackend } from '../../core/platform.js';
import type { StackContext } from './context.js';
import { labelsOf } from './labels.js';
import { NAME_LENGTH } from './limits.js';
import { bucketName, googleName } from './names.js';

/** Settings of `google_storage_bucket`: `cors` for browsers that use signed URLs, lifecycle rules, a key of your own. */
export type GoogleBucketTuning = Partial<Omit<StorageBucketConfig, 'name' | 'project'>>;

export class GoogleBucketBackend implements BucketBackend {
  readonly resource: StorageBucket;
  readonly name: string;
  /** Stands for the bucket in construct ids, which take no late values. */
  readonly id: string;

  constructor(
    scope: Construct,
    context: StackContext,
    readonly spec: BucketSpec,
    tuning: GoogleBucketTuning,
  ) {
    this.name = bucketName(context.project, spec.path);
    this.id = googleName(spec.path, NAME_LENGTH.bucket);
    this.resource = new StorageBucket(scope, 'Resource', {
      location: context.region,
      labels: labelsOf(spec.path, spec.tags),
      uniformBucketLevelAccess: true,
      publicAccessPrevention: 'enforced',
      versioning: { enabled: spec.versioned },
      forceDestroy: spec.removal === 'delete',
      ...tuning,
      name: this.name,
      project: context.projectArgument,
    });
  }

  get bucket(): StorageBucket {
    return this.resource;
  }
}
