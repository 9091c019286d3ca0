import { CloudRunV2ServiceIamMember } from '@cdktf/provider-google/lib/cloud-run-v2-service-iam-member/index.js';
import { PubsubTopicIamMember } from '@cdktf/provider-google/lib/pubsub-topic-iam-member/index.js';
import { SecretManagerSecretIamMember } from '@cdktf/provider-google/lib/secret-manager-secret-iam-member/index.js';
import type { ServiceAccount } from '@cdktf/provider-google/lib/service-account/index.js';
import { ServiceAccountIamMember } from '@cdktf/provider-google/lib/service-account-iam-member/index.js';
import { StorageBucketIamMember } from '@cdktf/provider-google/lib/storage-bucket-iam-member/index.js';
import type { TerraformResource } from 'cdktf';
import { Construct } from 'constructs';
import type { GoogleBucketBackend } from './bucket.js';
import type { StackContext } from './context.js';
import type { GoogleFunctionBackend } from './function.js';

type BucketAccess = 'read' | 'write' | 'readWrite';

/**
 * Roles on a bucket. Google has none that writes objects, replaces and deletes them, and does no more: of those that cannot read an
 * object, legacyBucketWriter is the smallest; it also lists names. https://cloud.google.com/storage/docs/access-control/iam-roles
 */
const BUCKET_ROLES: Readonly<Record<BucketAccess, string>> = {
  read: 'roles/storage.objectViewer',
  write: 'roles/storage.legacyBucketWriter',
  readWrite: 'roles/storage.objectUser',
};

/**
 * What one service account may do. Each right is a resource of its own, named by what it is for: who has two links to one queue gets
 * one right, and removing one of them takes nothing away.
 */
export class Grants extends Construct {
  constructor(
    scope: Construct,
    id: string,
    private readonly account: ServiceAccount,
    private readonly context: StackContext,
  ) {
    super(scope, id);
  }

  publish(topic: { readonly topic: { readonly name: string }; readonly name: string }): TerraformResource {
    return this.once(
      `Publish-${topic.name}`,
      (id) =>
        new PubsubTopicIamMember(this, id, {
          topic: topic.topic.name,
          project: this.context.projectArgument,
          role: 'roles/pubsub.publisher',
          member: this.account.member,
        }),
    );
  }

  bucket(bucket: GoogleBucketBackend, access: BucketAccess): TerraformResource {
    return this.once(
      `${access}-${bucket.id}`,
      (id) =>
        new StorageBucketIamMember(this, id, {
          bucket: bucket.bucket.name,
          role: BUCKET_ROLES[access],
          member: this.account.member,
        }),
    );
  }

  invoke(fn: GoogleFunctionBackend): TerraformResource {
    return this.once(`Invoke-${fn.name}`, (id) => invoker(this, id, fn, this.account));
  }

  secret(secret: string): TerraformResource {
    return this.once(
      `Secret-${secret}`,
      (id) =>
        new SecretManagerSecretIamMember(this, id, {
          secretId: secret,
          project: this.context.projectArgument,
          role: 'roles/secretmanager.secretAccessor',
          member: this.account.member,
        }),
    );
  }

  /** Signing as itself, which signed URLs take: the account has no key. */
  signAsItself(): TerraformResource {
    return this.once(
      'Sign',
      (id) =>
        new ServiceAccountIamMember(this, id, {
          serviceAccountId: this.account.name,
          role: 'roles/iam.serviceAccountTokenCreator',
          member: this.account.member,
        }),
    );
  }

  private once(id: string, make: (id: string) => TerraformResource): TerraformResource {
    return (this.node.tryFindChild(id) as TerraformResource | undefined) ?? make(id);
  }
}

/** The right to call one function, over HTTPS and with an identity token. A function is a Cloud Run service of the same name. */
export function invoker(
  scope: Construct,
  id: string,
  fn: GoogleFunctionBackend,
  account: ServiceAccount,
): CloudRunV2ServiceIamMember {
  return new CloudRunV2ServiceIamMember(scope, id, {
    name: fn.function.name,
    location: fn.function.location,
    project: fn.context.projectArgument,
    role: 'roles/run.invoker',
    member: account.member,
  });
}
