import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { invalid } from '../../core/errors.js';
import type { BucketSpec, ObjectsTriggerSpec } from '../../core/model.js';
import type { BucketBackend, Tuning } from '../../core/platform.js';
import { LINK_PREFIX, S3_KEY_PREFIX, S3_SECRET_PREFIX } from '../../runtime/wire.js';
import { Broker } from './broker.js';
import { namespaceOf } from './context.js';
import type { Environment } from './environment.js';
import { metadataOf, nameOf } from './metadata.js';
import type { Settings } from './options.js';

/** Settings of a bucket on Kubernetes. */
export interface KubernetesBucketTuning {
  /** Exact name of the bucket. @default - a name that Rook generates */
  readonly bucketName?: string;
  /** @default - that of the platform for the bucket's `removal` */
  readonly storageClassName?: string;
  /** `additionalConfig` of the claim: `maxObjects`, `maxSize`, `bucketPolicy`, … @default - none */
  readonly additionalConfig?: Readonly<Record<string, string>>;
}

/** Part of a notification's name in the key of a label: `bucket-notification-<name>`, 63 characters in all. */
const NOTIFICATION_NAME_LENGTH = 43;

/** Rook appends `-` and a UUID, and a bucket's name has 63 characters at most. */
const GENERATED_NAME_LENGTH = 26;

const EVENTS = { created: 's3:ObjectCreated:*', deleted: 's3:ObjectRemoved:*' } as const;

/** A bucket: a claim that Rook answers with a bucket, a ConfigMap with its address and a Secret with its keys. */
export class BucketResources implements BucketBackend {
  readonly resource: ApiObject;
  readonly name: string;
  private readonly namespace: string | undefined;

  constructor(
    scope: Construct,
    readonly spec: BucketSpec,
    private readonly settings: Settings,
    tuning: Tuning,
  ) {
    const { bucketName, storageClassName, additionalConfig } = tuning.for<KubernetesBucketTuning>('kubernetes', 'bucket');
    this.name = nameOf(scope);
    this.namespace = namespaceOf(scope);
    this.resource = new ApiObject(scope, 'Resource', {
      apiVersion: 'objectbucket.io/v1alpha1',
      kind: 'ObjectBucketClaim',
      metadata: { name: this.name, ...metadataOf({ what: 'bucket', path: spec.path, tags: spec.tags }) },
      spec: {
        ...(bucketName ? { bucketName } : { generateBucketName: nameOf(scope, 'Resource', GENERATED_NAME_LENGTH) }),
        storageClassName: storageClassName ?? settings.storageClasses[spec.removal],
        ...(additionalConfig && { additionalConfig }),
      },
    });
  }

  /** Environment of a function that is linked to the bucket. */
  link(scope: Construct, path: string, name: string, environment: Environment): void {
    this.requireSameNamespace(scope, path, `links.${name}`);
    environment.from(`${S3_KEY_PREFIX}${name}`, 'secretKeyRef', this.name, 'AWS_ACCESS_KEY_ID');
    environment.from(`${S3_SECRET_PREFIX}${name}`, 'secretKeyRef', this.name, 'AWS_SECRET_ACCESS_KEY');
    const part = (key: string): string => {
      const variable = `FAASTEN_S3_${key}_${name}`;
      environment.from(variable, 'configMapKeyRef', this.name, `BUCKET_${key}`);
      return `$(${variable})`;
    };
    const endpoint = this.settings.endpoint ?? `http://${part('HOST')}:${part('PORT')}`;
    environment.expand(`${LINK_PREFIX}${name}`, `s3http:${endpoint}/${part('NAME')}`);
  }

  /** Sends events of objects to a Broker of the trigger's own. */
  notify(
    scope: Construct,
    name: string,
    trigger: ObjectsTriggerSpec,
    metadata: { path: string; tags: BucketSpec['tags'] },
  ): Broker {
    this.requireSameNamespace(scope, metadata.path, `triggers.${name}`);
    const options = { what: 'function', ...metadata };
    // Of its own, as the object store names the bucket in its events, but not the notification.
    const broker = new Broker(scope, 'Broker', options, this.settings);
    const notification = nameOf(scope, 'Notification', NOTIFICATION_NAME_LENGTH);
    const topic = nameOf(scope, 'Topic');
    const keyFilters = (['prefix', 'suffix'] as const).flatMap((filter) =>
      trigger[filter] ? [{ name: filter, value: trigger[filter] }] : [],
    );
    new ApiObject(scope, 'Topic', {
      apiVersion: 'ceph.rook.io/v1',
      kind: 'CephBucketTopic',
      metadata: { name: topic, ...metadataOf(options) },
      spec: {
        objectStoreName: this.settings.store.name,
        objectStoreNamespace: this.settings.store.namespace,
        // Kept by the store until the Broker has it.
        persistent: true,
        endpoint: { http: { uri: broker.url, sendCloudEvents: true } },
      },
    });
    new ApiObject(scope, 'Notification', {
      apiVersion: 'ceph.rook.io/v1',
      kind: 'CephBucketNotification',
      metadata: { name: notification, ...metadataOf(options) },
      spec: {
        topic,
        events: trigger.events.map((event) => EVENTS[event]),
        ...(keyFilters.length > 0 && { filter: { keyFilters } }),
      },
    });
    this.resource.metadata.addLabel(`bucket-notification-${notification}`, notification);
    return broker;
  }

  /** Secrets and notifications are of one namespace. */
  private requireSameNamespace(scope: Construct, path: string, property: string): void {
    const namespace = namespaceOf(scope);
    if (namespace === this.namespace) return;
    throw invalid(
      'function',
      path,
      `${property} leads to the bucket '${this.spec.path}' of the namespace '${this.namespace ?? '(none)'}', but the function is in '${namespace ?? '(none)'}'`,
      'put both into charts of one namespace: the Secret with the keys of a bucket cannot be read from another',
    );
  }
}
