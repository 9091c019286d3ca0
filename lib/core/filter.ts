import type { Checks } from './checks.js';
import { shown } from './errors.js';
import type { FilterSpec, FilterValue } from './model.js';

/** Whether a filter has a condition that is no plain value, which a target may lack. */
export function hasConditions(filter: FilterSpec): boolean {
  return Object.values(filter).some((values) => values.some((value) => typeof value !== 'string'));
}

/** @throws for names and values that one target would not take: the rule is the narrowest of all */
export function checkedFilter(checks: Checks, filter: FilterSpec = {}): FilterSpec {
  for (const [attribute, values] of Object.entries(filter)) {
    // Lower case letters and digits is what CloudEvents allows in attribute names, and the narrowest rule of all targets.
    if (!/^[a-z0-9]{1,20}$/.test(attribute)) {
      checks.fail(`filter has the attribute ${shown(attribute)}`, 'use up to 20 lower case letters and digits');
    }
    if (!Array.isArray(values) || values.length === 0 || !values.every(isValue)) {
      checks.fail(
        `filter.${attribute} is ${shown(values)}`,
        "give one or more of: a non-empty string, { prefix: 'a' }, { not: ['b'] }, { exists: true }",
      );
    }
  }
  return filter;
}

function isValue(value: FilterValue): boolean {
  const isText = (text: unknown) => typeof text === 'string' && text !== '';
  if (value === null || typeof value !== 'object') return isText(value);
  if (Object.keys(value).length !== 1) return false;
  if ('prefix' in value) return isText(value.prefix);
  if ('not' in value) return Array.isArray(value.not) && value.not.length > 0 && value.not.every(isText);
  return 'exists' in value && typeof value.exists === 'boolean';
}
