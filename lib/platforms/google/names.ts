import { physicalName } from '../../core/names.js';
import { isLate } from '../../core/tokens.js';
import { NAME_LENGTH } from './limits.js';

/**
 * Names of buckets are one for the whole world, so that the project's id starts them; and Google refuses names that hold the word
 * `google` (https://cloud.google.com/storage/docs/buckets#naming), which a stack may well be called.
 */
export function bucketName(project: string, path: string): string {
  const room = NAME_LENGTH.bucket - (isLate(project) ? NAME_LENGTH.project : project.length) - 1;
  // The hash of the whole path ends the name: replacing letters before it keeps it unique.
  const name = physicalName(path, room).replace(/g[o0]{2}g[l1]e/g, 'cloud');
  // The id of a project of a domain is `example.com:project`.
  return `${isLate(project) ? project : project.replace(/[.:]/g, '-')}-${name}`;
}

/** A physical name that Google takes: names that start with `goog` are its own (https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names). */
export function googleName(path: string, length: number): string {
  const name = physicalName(path, length);
  return name.startsWith('goog') ? `f-${physicalName(path, length - 2)}` : name;
}
