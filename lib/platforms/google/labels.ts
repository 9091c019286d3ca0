import { invalid } from '../../core/errors.js';
import { isLate } from '../../core/tokens.js';
import { LABEL_COUNT, LABEL_LENGTH } from './limits.js';

/**
 * Tags as labels. Letters become lower case, every character but `a-z0-9_-` becomes `_`. What is no label even then is an error:
 * a key that does not start with a letter, a key or value of more than 63 characters, two keys that become the same.
 */
export function labelsOf(path: string, tags: Readonly<Record<string, string>>): Record<string, string> | undefined {
  const labels: Record<string, string> = {};
  for (const [key, value] of Object.entries(tags)) {
    const label = sanitised(key);
    if (!/^[a-z]/.test(label)) {
      throw invalid('labels of', path, `the tag '${key}' does not start with a letter`, 'rename the tag: keys of labels must');
    }
    for (const [what, text] of [
      ['key', label],
      ['value', sanitised(value)],
    ] as const) {
      if (text.length > LABEL_LENGTH) {
        throw invalid(
          'labels of',
          path,
          `the tag '${key}' has a ${what} of ${text.length} characters`,
          `use ${LABEL_LENGTH} at most`,
        );
      }
    }
    if (label in labels) {
      throw invalid('labels of', path, `the tag '${key}' and another both become the label '${label}'`, 'rename one of them');
    }
    labels[label] = sanitised(value);
  }
  const count = Object.keys(labels).length;
  if (count > LABEL_COUNT) throw invalid('labels of', path, `there are ${count} tags`, `use ${LABEL_COUNT} at most`);
  return count > 0 ? labels : undefined;
}

/** Late values of Terraform are left alone: Google checks them. */
function sanitised(text: string): string {
  return isLate(text) ? text : text.toLowerCase().replace(/[^a-z0-9_-]/g, '_');
}
