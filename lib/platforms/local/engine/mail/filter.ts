import type { FilterSpec, FilterValue } from '../../../../core/model.js';

/** Whether a filter lets a message with such attributes through. */
export function passes(filter: FilterSpec, attributes: Readonly<Record<string, string>> = {}): boolean {
  return Object.entries(filter).every(([name, conditions]) => {
    const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
    return conditions.some((condition) => holds(condition, value));
  });
}

function holds(condition: FilterValue, value: string | undefined): boolean {
  if (typeof condition === 'object' && 'exists' in condition) return condition.exists === (value !== undefined);
  if (value === undefined) return false;
  if (typeof condition === 'string') return value === condition;
  return 'prefix' in condition ? value.startsWith(condition.prefix) : !condition.not.includes(value);
}

/** A condition in words. */
export function conditionText(condition: FilterValue): string {
  if (typeof condition === 'string') return condition;
  if ('prefix' in condition) return `${condition.prefix}*`;
  if ('not' in condition) return `not ${condition.not.join(', ')}`;
  return condition.exists ? 'present' : 'absent';
}
