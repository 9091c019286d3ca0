import { FaastenError } from './errors.js';
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
 * The path that is meant by a path, or by the end of one.
 *
 * @param what is looked for: `function`, `queue`
 * @throws when none is meant, or several are
 */
export function pathNamed(what: string, given: string, paths: readonly string[]): string {
  if (paths.includes(given)) return given;
  const ends = paths.filter((path) => path.endsWith(`/${given}`));
  if (ends.length === 1) return ends[0]!;
  if (ends.length > 1) {
    throw new FaastenError(
      'name-ambiguous',
      `the ${what} '${given}' may be ${ends.map((end) => `'${end}'`).join(' or ')}; write more of its path`,
    );
  }
  const names = [...shortNames(paths).values()].sort();
  const meant = didYouMean(given, [...names, ...paths]);
  throw new FaastenError('name-unknown', `there is no ${what} '${given}'${meant || `; there is ${names.join(', ') || 'none'}`}`);
}
