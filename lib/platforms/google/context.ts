import { DataGoogleProject } from '@cdktf/provider-google/lib/data-google-project/index.js';
import { DataGoogleStorageProjectServiceAccount } from '@cdktf/provider-google/lib/data-google-storage-project-service-account/index.js';
import type { GoogleProvider } from '@cdktf/provider-google/lib/provider/index.js';
import { ServiceAccount } from '@cdktf/provider-google/lib/service-account/index.js';
import { ServiceAccountIamMember } from '@cdktf/provider-google/lib/service-account-iam-member/index.js';
import { TerraformStack } from 'cdktf';
import { Construct, type IConstruct } from 'constructs';
import { FaastenError } from '../../core/errors.js';
import { providersOf } from './beta.js';
import { Build } from './build.js';
import { NAME_LENGTH } from './limits.js';
import { StackMonitoring } from './monitoring/stack.js';
import { googleName } from './names.js';
import type { GoogleOptions } from './platform.js';

/** One for each stack and region. */
const CONTEXTS = new WeakMap<TerraformStack, Map<string, StackContext>>();

/** What the functions of a stack share, made when it is first needed, below `faasten` in the stack. */
export class StackContext {
  static of(scope: IConstruct, options: GoogleOptions): StackContext {
    const stack = TerraformStack.of(scope);
    const known = CONTEXTS.get(stack) ?? new Map<string, StackContext>();
    CONTEXTS.set(stack, known);
    const key = `${options.project ?? ''} ${options.region ?? ''}`;
    let context = known.get(key);
    if (!context) {
      context = new StackContext(scope, stack, options);
      known.set(key, context);
    }
    return context;
  }

  /** Where everything runs. */
  readonly region: string;
  /** The project's id: plain text, or a late value where only the provider knows it. */
  readonly project: string;

  private readonly scope: Construct;
  private readonly made = new Map<string, unknown>();

  private constructor(
    asked: IConstruct,
    stack: TerraformStack,
    private readonly options: GoogleOptions,
  ) {
    const providers = providersOf(stack, 'google') as GoogleProvider[];
    const provider = providers.find(({ alias }) => alias === undefined) ?? providers[0];
    const region = options.region ?? provider?.regionInput;
    if (!region) {
      throw new FaastenError(
        'region-unknown',
        `cannot tell the region of '${asked.node.path}': the GoogleProvider of the stack '${stack.node.path}' has none; set its region, ` +
          'or call usePlatform(scope, google({ region }))',
        asked.node.path,
      );
    }
    this.region = region;
    const suffix = [options.project, options.region].filter((part) => part !== undefined).join(' ');
    this.scope = new Construct(stack, suffix ? `faasten ${suffix}` : 'faasten');
    this.project = options.project ?? provider?.projectInput ?? this.projectData.projectId;
  }

  /** The project's number: a late value. */
  get projectNumber(): string {
    return this.projectData.number;
  }

  /** Google's own account that moves messages: it needs a right on every subscription and dead-letter topic. */
  get pubsubAgent(): string {
    return `serviceAccount:service-${this.projectNumber}@gcp-sa-pubsub.iam.gserviceaccount.com`;
  }

  /**
   * Google's own account that publishes incidents. It comes to be with the first channel of type `pubsub`:
   * https://cloud.google.com/monitoring/support/notification-options#pubsub
   */
  get monitoringAgent(): string {
    return `serviceAccount:service-${this.projectNumber}@gcp-sa-monitoring-notification.iam.gserviceaccount.com`;
  }

  /** Google's own account that publishes notifications of buckets. */
  get storageAgent(): string {
    const data = this.once(
      'StorageAgent',
      (id) => new DataGoogleStorageProjectServiceAccount(this.scope, id, { project: this.options.project }),
    );
    return `serviceAccount:${data.emailAddress}`;
  }

  /**
   * The account that Pub/Sub calls functions as. One for the stack: no code runs as it, it may invoke exactly the functions that
   * receive events, and a project has no more than 100 accounts to begin with.
   */
  get deliveries(): { readonly account: ServiceAccount; readonly ready: ServiceAccountIamMember } {
    return this.once('Deliveries', (id) => {
      const account = new ServiceAccount(this.scope, id, {
        accountId: this.name(id, NAME_LENGTH.serviceAccount),
        displayName: `Calls functions of ${this.scope.node.path} with events`,
        project: this.options.project,
      });
      const ready = new ServiceAccountIamMember(this.scope, `${id}Tokens`, {
        serviceAccountId: account.name,
        role: 'roles/iam.serviceAccountOpenIdTokenCreator',
        member: this.pubsubAgent,
      });
      return { account, ready };
    });
  }

  /** Where sources are stored and what builds them. */
  get build(): Build {
    return this.once('Build', (id) => new Build(this.scope, id, this, this.options));
  }

  /** What watches the functions. */
  get monitoring(): StackMonitoring {
    return this.once('Monitoring', (id) => new StackMonitoring(this.scope, id, this));
  }

  /** The `project` argument of resources: only where it is not the provider's. */
  get projectArgument(): string | undefined {
    return this.options.project;
  }

  /** A physical name of something that the stack shares. */
  name(id: string, length: number): string {
    return googleName(`${this.scope.node.path}/${id}`, length);
  }

  private get projectData(): DataGoogleProject {
    return this.once('Project', (id) => new DataGoogleProject(this.scope, id, { projectId: this.options.project }));
  }

  private once<T>(id: string, make: (id: string) => T): T {
    if (!this.made.has(id)) this.made.set(id, make(id));
    return this.made.get(id) as T;
  }
}
