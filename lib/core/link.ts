import type { IConstruct } from 'constructs';
import type { LinkAccess, LinkKind } from './platform.js';

const LINK = Symbol.for('faasten.link');

/** What a function may be linked to, at run time: which construct, and what is allowed. */
export interface LinkTarget {
  readonly kind: LinkKind;
  readonly access: LinkAccess;
  readonly construct: IConstruct;
}

export function makeLinkable(value: object, target: LinkTarget): void {
  Object.defineProperty(value, LINK, { value: target });
}

export function linkTargetOf(value: unknown): LinkTarget | undefined {
  return value !== null && typeof value === 'object' ? (value as { [LINK]?: LinkTarget })[LINK] : undefined;
}
