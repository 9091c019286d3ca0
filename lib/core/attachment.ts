import type { IConstruct } from 'constructs';
import { otherPlatform } from './errors.js';
import type { ExistingResource } from './existing.js';
import type { Backend, Platform } from './platform.js';

/**
 * What a portable construct keeps of its platform, under a `Symbol.for` key so that two copies of faasten in one app (a
 * library's and the app's) understand each other's constructs.
 */
const ATTACHMENT = Symbol.for('faasten.attachment');

export interface Attachment<B extends Backend = Backend> {
  readonly type:
    | 'function'
    | 'api'
    | 'websocket'
    | 'queue'
    | 'topic'
    | 'bucket'
    | 'bus'
    | 'table'
    | 'stream'
    | 'channel'
    | 'alarm'
    | 'slo'
    | 'dashboard';
  readonly platform: Platform;
  readonly backend: B;
  /** Whether it stands for a resource that somebody else declared. */
  readonly existing?: boolean;
  /** The neutral model of the construct as it is now, for `describe()`. */
  describe(): object;
}

export function attach<B extends Backend>(construct: IConstruct, attachment: Attachment<B>): void {
  Object.defineProperty(construct, ATTACHMENT, { value: attachment });
  if (!attachment.existing) construct.node.defaultChild = attachment.backend.resource;
}

/**
 * Has a construct stand for a resource that somebody else declared.
 * @throws when that is on another platform
 */
export function attachExisting(
  construct: IConstruct,
  type: Attachment['type'],
  platform: Platform,
  resource: ExistingResource,
  more: () => object = () => ({}),
): void {
  const { path } = construct.node;
  if (resource.platform !== platform.name) {
    throw otherPlatform(path, `the ${type}`, resource.backend.resource.node.path, resource.platform, platform.name);
  }
  const { backend, fifo } = resource;
  const describe = () => ({ type, path, ...(fifo && { fifo }), ...more() });
  attach(construct, { type, platform, backend, existing: true, describe });
}

export function attachmentOf(construct: IConstruct): Attachment | undefined {
  return (construct as IConstruct & { [ATTACHMENT]?: Attachment })[ATTACHMENT];
}

/**
 * What `view` makes of the backend of a portable construct, if it is of that type and on that platform: what
 * `AwsFunction.tryOf(fn)` is made of.
 */
export function viewOf<B extends Backend, V>(
  construct: IConstruct,
  type: Attachment['type'],
  platform: string,
  view: (backend: B) => V,
): V | undefined {
  const attachment = attachmentOf(construct);
  return attachment?.type === type && attachment.platform.name === platform ? view(attachment.backend as B) : undefined;
}
