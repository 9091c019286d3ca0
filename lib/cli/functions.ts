import { FaastenError } from '../core/errors.js';
import { didYouMean } from './suggest.js';

/** The shortest end of each path that no other path has. */
export function shortNames(paths: readonly string[]): Map<string, string> {
  return new Map(
    paths.map((path) => {
      const parts = path.split('/');
      for (let length = 1; length < parts.length; length++) {
        const end = parts.slice(-length).join('/');
        if (paths.filter((other) => other === end || other.endsWith(`/${end}`)).length === 1) return [path, end];
      }
      return [path, path];
    }),
  );
}

/**
 * The path that is meant by a path or the end of one.
 * @throws when none is meant, or several are
 */
export function functionNamed(given: string, paths: readonly string[]): string {
  if (paths.includes(given)) return given;
  const ends = paths.filter((path) => path.endsWith(`/${given}`));
  if (ends.length === 1) return ends[0]!;
  const names = [...shortNames(paths).values()];
  if (ends.length > 1) {
    throw new FaastenError(
      'function-ambiguous',
      `'${given}' is the end of ${ends.map((end) => `'${end}'`).join(' and ')}; write more of it`,
    );
  }
  throw new FaastenError(
    'function-unknown',
    `there is no function '${given}'${didYouMean(given, [...names, ...paths]) || `; there ${names.length === 1 ? 'is' : 'are'} ${names.sort().join(', ') || 'none'}`}`,
  );
}
