import type { EventTriggerSpec, FilterSpec, FilterValue } from '../../core/model.js';
import { attributeExtension, extensionValue } from '../../runtime/wire.js';

/** The filter of a Trigger by attributes of messages. */
export function topicFilter({ filter }: { readonly filter: FilterSpec }): object {
  return filterOf(
    Object.entries(filter).map(([attribute, values]) => {
      const extension = attributeExtension(attribute);
      return values.flatMap((value) => termsOf(extension, value));
    }),
  );
}

/** The filter of a Trigger by type and source of events. */
export function eventFilter({ types, sources }: Pick<EventTriggerSpec, 'types' | 'sources'>): object {
  const conditions = Object.entries({ type: types, source: sources }).map(([attribute, values]) =>
    values.flatMap((value) => termsOf(attribute, value)),
  );
  return filterOf(conditions.filter((terms) => terms.length > 0));
}

/**
 * Every condition must be met, by one of its terms. The older `filter`, which every class of Broker knows, where it can say so; else
 * `filters`.
 */
function filterOf(conditions: readonly (readonly object[])[]): object {
  if (conditions.length === 0) return {};
  if (conditions.every(([first, second]) => first && 'exact' in first && !second)) {
    const attributes = Object.assign({}, ...conditions.map((terms) => (terms[0] as { exact: object }).exact));
    return { filter: { attributes } };
  }
  return { filters: conditions.map((terms) => (terms.length === 1 ? terms[0] : { any: terms })) };
}

function termsOf(extension: string, value: FilterValue): object[] {
  if (typeof value === 'string') return formsOf(value).map((form) => ({ exact: { [extension]: form } }));
  if ('prefix' in value) return formsOf(value.prefix).map((form) => ({ prefix: { [extension]: form } }));
  if ('exists' in value) return [{ cesql: `${value.exists ? '' : 'NOT '}EXISTS ${extension}` }];
  const others = value.not.flatMap(formsOf).map((form) => ({ not: { exact: { [extension]: form } } }));
  // An attribute that is not there has none of the values either, and does not count.
  return [{ all: [{ cesql: `EXISTS ${extension}` }, ...others] }];
}

/** As it is sent, and as a Broker may show it that decodes headers. */
function formsOf(value: string): string[] {
  return [...new Set([extensionValue(value), value])];
}
