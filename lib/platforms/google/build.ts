import { ArtifactRegistryRepository } from '@cdktf/provider-google/lib/artifact-registry-repository/index.js';
import { ArtifactRegistryRepositoryIamMember } from '@cdktf/provider-google/lib/artifact-registry-repository-iam-member/index.js';
import { ProjectIamMember } from '@cdktf/provider-google/lib/project-iam-member/index.js';
import { ServiceAccount } from '@cdktf/provider-google/lib/service-account/index.js';
import { StorageBucket } from '@cdktf/provider-google/lib/storage-bucket/index.js';
import { StorageBucketIamMember } from '@cdktf/provider-google/lib/storage-bucket-iam-member/index.js';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import type { StackContext } from './context.js';
import { NAME_LENGTH } from './limits.js';
import { bucketName } from './names.js';
import type { GoogleOptions } from './platform.js';

/**
 * How sources become images: a bucket for them, a repository for images, and an account which Cloud Build works as. The project's
 * default account is not used: it either has far too many rights (Editor) or, in projects made since May 2024, none at all
 * (https://cloud.google.com/build/docs/cloud-build-service-account-updates).
 */
export class Build extends Construct {
  /** Name of the bucket that zips of sources lie in. */
  readonly bucket: string;
  /** `projects/…/serviceAccounts/…`, what `build_config` asks for. */
  readonly serviceAccount: string;
  /** `projects/…/repositories/…` */
  readonly repository: string;
  /** What must be there before the first build. */
  readonly ready: readonly ITerraformDependable[];

  constructor(scope: Construct, id: string, context: StackContext, options: GoogleOptions) {
    super(scope, id);
    const project = context.projectArgument;
    this.bucket =
      options.sourceBucket ??
      new StorageBucket(this, 'Sources', {
        name: bucketName(context.project, `${scope.node.path}/Sources`),
        location: context.region,
        project,
        uniformBucketLevelAccess: true,
        publicAccessPrevention: 'enforced',
        // Nothing but sources that a build can upload again; without it, the stack could not be destroyed.
        forceDestroy: true,
      }).name;
    if (options.build) {
      this.serviceAccount = options.build.serviceAccount;
      this.repository = options.build.repository;
      this.ready = [];
      return;
    }
    const repository = new ArtifactRegistryRepository(this, 'Images', {
      repositoryId: context.name('Images', NAME_LENGTH.repository),
      location: context.region,
      project,
      format: 'DOCKER',
      description: `Images of the functions of ${scope.node.path}`,
      // An image serves as long as it is the newest of its function; some older ones to roll back to.
      cleanupPolicies: [
        { id: 'keep-newest', action: 'KEEP', mostRecentVersions: { keepCount: 5 } },
        { id: 'delete-old', action: 'DELETE', condition: { olderThan: '2592000s', tagState: 'ANY' } },
      ],
    });
    const account = new ServiceAccount(this, 'Builder', {
      accountId: context.name('Builder', NAME_LENGTH.serviceAccount),
      displayName: `Builds functions of ${scope.node.path}`,
      project,
    });
    const member = account.member;
    this.serviceAccount = account.name;
    this.repository = repository.id;
    // https://cloud.google.com/functions/docs/securing/build-custom-sa
    this.ready = [
      new ArtifactRegistryRepositoryIamMember(this, 'PushImages', {
        repository: repository.name,
        location: context.region,
        project,
        role: 'roles/artifactregistry.writer',
        member,
      }),
      new StorageBucketIamMember(this, 'ReadSources', { bucket: this.bucket, role: 'roles/storage.objectViewer', member }),
      // Before a build, Google copies sources to a bucket of its own in the project, which is made with the first function.
      new ProjectIamMember(this, 'ReadCopies', {
        project: context.project,
        role: 'roles/storage.objectViewer',
        member,
        condition: {
          title: 'sources of functions',
          expression: `resource.name.startsWith("projects/_/buckets/gcf-v2-sources-${context.projectNumber}-${context.region}")`,
        },
      }),
      // Log entries have no narrower place than the project.
      new ProjectIamMember(this, 'WriteLogs', { project: context.project, role: 'roles/logging.logWriter', member }),
    ];
  }
}
