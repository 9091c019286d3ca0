import { foreignToken } from './errors.js';
import type { Framework } from './platform.js';

/**
 * How late values look inside strings. They leak silently across frameworks, as text, so that every string which enters a
 * platform is checked. cdk8s has no string tokens (its late values are objects).
 */
const MARKERS: readonly { framework: Framework; pattern: RegExp }[] = [
  { framework: 'aws-cdk-lib', pattern: /\$\{Token\[[^\]]*\]\}/ },
  { framework: 'cdktf', pattern: /\$\{TfToken\[[^\]]*\]\}/ },
];

/** Stands in `describe()` for a value that is known only at synthesis or deployment. */
export const LATE_VALUE = '(known after deployment)';

export function refuseForeignTokens(
  path: string,
  property: string,
  value: unknown,
  own: Framework | undefined,
  platform: string,
): void {
  if (typeof value === 'string') {
    for (const { framework, pattern } of MARKERS) {
      const found = framework === own ? null : pattern.exec(value);
      if (found) throw foreignToken(path, property, found[0], framework, platform);
    }
  } else if (Array.isArray(value)) {
    value.forEach((item, index) => {
      refuseForeignTokens(path, `${property}[${index}]`, item, own, platform);
    });
  } else if (value !== null && typeof value === 'object') {
    for (const [key, item] of Object.entries(value))
      refuseForeignTokens(path, property ? `${property}.${key}` : key, item, own, platform);
  }
}

/** Whether a string holds a late value of any framework. */
export function isLate(value: string): boolean {
  return MARKERS.some(({ pattern }) => pattern.test(value));
}
