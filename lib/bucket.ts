import { Construct } from 'constructs';
import { attach, attachExisting } from './core/attachment.js';
import { requireFeatures } from './core/capabilities.js';
import { Checks, frozen } from './core/checks.js';
import { shown } from './core/errors.js';
import { existingOf } from './core/existing.js';
import { makeLinkable } from './core/link.js';
import type { BucketSpec } from './core/model.js';
import { Tuning, type TuningEntry } from './core/platform.js';
import { platformOf } from './core/scope.js';
import { Trigger } from './core/trigger.js';
import type { Linkable } from './core/typing.js';
import { surroundingsOf } from './service.js';

export interface BucketProps {
  /**
   * Whether overwritten and deleted objects are kept as older versions.
   * @default false
   */
  readonly versioned?: boolean;
  /**
   * What becomes of the bucket with its objects when it is removed from the stack.
   * @default 'retain'
   */
  readonly removal?: 'retain' | 'delete';
  /** @default - those of the service */
  readonly tags?: Readonly<Record<string, string>>;
  /** @default - none */
  readonly tuning?: readonly TuningEntry[];
}

export interface ObjectsTriggerOptions {
  /**
   * What must have happened to an object.
   * @default ['created']
   */
  readonly events?: readonly ('created' | 'deleted')[];
  /**
   * Only objects whose key starts with this.
   * @default - every object
   */
  readonly prefix?: string;
  /**
   * Only objects whose key ends with this.
   * @default - every object
   */
  readonly suffix?: string;
  /** @default - none */
  readonly tuning?: readonly TuningEntry[];
}

type BucketLink<A extends 'read' | 'write' | 'readWrite'> = Linkable<{ kind: 'bucket'; access: A }>;

/**
 * Objects by key: private, encrypted, kept when the stack goes unless `removal` says otherwise. A function is linked to one
 * kind of access (`photos.readOnly()`), not to the bucket: it gets no more than it uses.
 */
export class Bucket extends Construct {
  constructor(scope: Construct, id: string, props: BucketProps = {}) {
    super(scope, id);
    const path = this.node.path;
    const platform = platformOf(this);
    const around = surroundingsOf(this);
    const checks = new Checks('bucket', path, platform);
    const existing = existingOf(props);
    if (existing) {
      attachExisting(this, 'bucket', platform, existing);
      return;
    }
    const removal = props.removal ?? 'retain';
    if (removal !== 'retain' && removal !== 'delete') checks.fail(`removal is ${shown(removal)}`, "give 'retain' or 'delete'");
    const versioned = props.versioned ?? false;
    const spec: BucketSpec = frozen({ path, versioned, removal, tags: checks.tags({ ...around.tags, ...props.tags }) });
    checks.own('', spec);
    requireFeatures(platform, path, [
      ...(versioned ? ['bucket.versioned' as const] : []),
      ...(removal === 'delete' ? ['bucket.removal' as const] : []),
    ]);
    const backend = platform.createBucket(this, spec, new Tuning([...around.tuning, ...(props.tuning ?? [])]));
    attach(this, { type: 'bucket', platform, backend, describe: () => spec });
  }

  /** A link that may get and list objects: a `BucketReader` in the handler. */
  readOnly(): BucketLink<'read'> {
    return this.access('read');
  }

  /** A link that may put and delete objects: a `BucketWriter` in the handler. */
  writeOnly(): BucketLink<'write'> {
    return this.access('write');
  }

  /** A link that may do both: a `BucketClient` in the handler. */
  readWrite(): BucketLink<'readWrite'> {
    return this.access('readWrite');
  }

  /** A trigger that runs a function, with an `objects()` handler, when objects are created or deleted. */
  objects(options: ObjectsTriggerOptions = {}): Trigger<'objects'> {
    const checks = new Checks('trigger of bucket', this.node.path, platformOf(this));
    const events = [...new Set(options.events ?? ['created' as const])];
    if (events.length === 0 || events.some((event) => event !== 'created' && event !== 'deleted')) {
      checks.fail(`events is ${shown(options.events)}`, "give one or both of 'created' and 'deleted'");
    }
    for (const property of ['prefix', 'suffix'] as const) {
      const value = options[property];
      if (value !== undefined && (typeof value !== 'string' || value.includes('*'))) {
        checks.fail(`${property} is ${shown(value)}`, 'give the text itself, without wildcards');
      }
    }
    const spec = { kind: 'objects', events, prefix: options.prefix ?? '', suffix: options.suffix ?? '' } as const;
    return new Trigger(frozen(spec), this, options.tuning);
  }

  private access<A extends 'read' | 'write' | 'readWrite'>(access: A): BucketLink<A> {
    const link: BucketLink<A> = {};
    makeLinkable(link, { kind: 'bucket', access, construct: this });
    return link;
  }
}
