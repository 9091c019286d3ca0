import type { IConstruct } from 'constructs';
import type { Attachment } from './attachment.js';
import { apart, otherPlatform } from './errors.js';
import type { Platform } from './platform.js';

/**
 * Checks that two constructs can work with each other; `what` names the second one's part in the first.
 * @throws when they are on different platforms, or where the platform cannot join the places they are in
 */
export function requireTogether(platform: Platform, one: IConstruct, what: string, other: IConstruct, theirs: Attachment): void {
  const path = one.node.path;
  if (theirs.platform.name !== platform.name)
    throw otherPlatform(path, what, other.node.path, theirs.platform.name, platform.name);
  const reason = platform.separates?.(one, other);
  if (reason) throw apart(path, what, other.node.path, reason);
}
