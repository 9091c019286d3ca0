import type { IConstruct } from 'constructs';
import type { Backend, Platform } from './platform.js';

/**
 * What a portable construct keeps of its platform, under a `Symbol.for` key so that two copies of faasten in one app (a
 * library's and the app's) understand each other's constructs.
 */
const ATTACHMENT = Symbol.for('faasten.attachment');

export interface Attachment<B extends Backend = Backend> {
  readonly type: 'function' | 'api' | 'queue' | 'topic' | 'bucket';
  readonly platform: Platform;
  readonly backend: B;
  /** The neutral model of the construct as it is now, for `describe()`. */
  describe(): object;
}

export function attach<B extends Backend>(construct: IConstruct, attachment: Attachment<B>): void {
  Object.defineProperty(construct, ATTACHMENT, { value: attachment });
  construct.node.defaultChild = attachment.backend.resource;
}

export function attachmentOf(construct: IConstruct): Attachment | undefined {
  return (construct as IConstruct & { [ATTACHMENT]?: Attachment })[ATTACHMENT];
}

/** The backend of a portable construct if it is of that type and on that platform: what `AwsFunction.of(fn)` is made of. */
export function backendOf<B extends Backend>(construct: IConstruct, type: Attachment['type'], platform: string): B | undefined {
  const attachment = attachmentOf(construct);
  return attachment?.type === type && attachment.platform.name === platform ? (attachment.backend as B) : undefined;
}
