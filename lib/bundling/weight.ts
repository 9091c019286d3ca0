import type { StoredFile } from './cache.js';
import { packageFolder } from './dependencies.js';
import type { Weight } from './request.js';

const LISTED = 10;

/** What is heavy: bytes of the bundled file by package, and each further file or native package. */
export function heaviest(inputs: Readonly<Record<string, number>>, extra: readonly StoredFile[]): Weight[] {
  const bytes = new Map<string, number>();
  const add = (name: string, count: number): void => {
    bytes.set(name, (bytes.get(name) ?? 0) + count);
  };
  for (const [input, count] of Object.entries(inputs)) {
    const folder = packageFolder(input);
    add(folder === undefined ? '.' : folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length), count);
  }
  for (const { name, bytes: count, hashed } of extra) if (hashed) add(packageFolder(name) ?? name, count);
  return [...bytes]
    .map(([name, count]) => ({ name, bytes: count }))
    .filter((weight) => weight.bytes > 0)
    .sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1))
    .slice(0, LISTED);
}
