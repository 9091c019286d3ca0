import { createHash } from 'node:crypto';

/**
 * A physical name made of a construct path, for targets that do not make names themselves: readable, unique (a hash of the
 * whole path ends it), and a pure function of the path, so that it never changes because of a neighbour.
 *
 * Lower case letters, digits and `-`; starts with a letter; `maxLength` includes `suffix`.
 */
export function physicalName(path: string, maxLength = 63, suffix = ''): string {
  const hash = createHash('sha256').update(path).digest('hex').slice(0, 8);
  const readable = path
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .replace(/-+$/, '');
  const room = maxLength - hash.length - 1 - suffix.length;
  // The end of a path says more than its start, which all names of a stack share.
  const cut = readable.length <= room ? readable : readable.slice(readable.length - room).replace(/^[^a-z]+/, '');
  return `${cut ? `${cut}-` : 'f-'}${hash}${suffix}`;
}
