import { FaastenError } from '../../core/errors.js';
import type { FilterSpec, FilterValue } from '../../core/model.js';
import { FILTER_BYTES } from './limits.js';

/**
 * A subscription's filter: for every attribute, one of its conditions.
 * https://cloud.google.com/pubsub/docs/subscription-message-filter
 */
export function attributeFilter(path: string, filter: FilterSpec): string | undefined {
  const attributes = Object.keys(filter).sort();
  if (attributes.length === 0) return undefined;
  const terms = attributes.map((attribute) => {
    const key = /^[a-z]/.test(attribute) ? attribute : `"${attribute}"`;
    const values = filter[attribute]!.map((value) => termOf(key, value));
    return values.length > 1 && attributes.length > 1 ? `(${values.join(' OR ')})` : values.join(' OR ');
  });
  const text = terms.join(' AND ');
  const bytes = Buffer.byteLength(text);
  if (bytes > FILTER_BYTES.max) {
    throw new FaastenError(
      'value-out-of-range',
      `trigger '${path}': its filter takes ${bytes} bytes on Google Cloud, which has ${FILTER_BYTES.max} (${FILTER_BYTES.source}): ${text}; ` +
        'filter by fewer or shorter values, or check the rest in the handler',
      path,
    );
  }
  return text;
}

/**
 * Of the events of removed objects, those that are no overwriting: Cloud Storage reports the old content of an overwritten object as
 * removed, too. https://cloud.google.com/storage/docs/pubsub-notifications#attributes
 */
export const REALLY_REMOVED = 'NOT attributes:overwrittenByGeneration';

function termOf(key: string, value: FilterValue): string {
  const text = JSON.stringify;
  if (typeof value === 'string') return `attributes.${key} = ${text(value)}`;
  if ('prefix' in value) return `hasPrefix(attributes.${key}, ${text(value.prefix)})`;
  if ('exists' in value) return value.exists ? `attributes:${key}` : `NOT attributes:${key}`;
  // An attribute that is not there has none of the values either, and does not count.
  return `(${[`attributes:${key}`, ...value.not.map((each) => `attributes.${key} != ${text(each)}`)].join(' AND ')})`;
}
