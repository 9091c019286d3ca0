import type { Construct } from 'constructs';
import type { BucketSpec } from '../../core/model.js';
import type { BucketBackend } from '../../core/platform.js';

/** A bucket: a folder. */
export class BucketResources implements BucketBackend {
  constructor(
    readonly resource: Construct,
    readonly spec: BucketSpec,
  ) {}
}
