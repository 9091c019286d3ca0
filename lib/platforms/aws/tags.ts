import { Tags, Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { checkTags } from './limits.js';

/** Tags everything below a portable construct. */
export function tag(what: string, scope: Construct, tags: Readonly<Record<string, string>>): void {
  checkTags(what, scope.node.path, tags, (text) => Token.isUnresolved(text));
  for (const [key, value] of Object.entries(tags)) Tags.of(scope).add(key, value);
}
