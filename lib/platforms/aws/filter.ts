import type { FilterSpec, FilterValue } from '../../core/model.js';

/** A filter policy on attributes. https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html */
export function filterPolicy(filter: FilterSpec): Record<string, unknown[]> | undefined {
  if (Object.keys(filter).length === 0) return undefined;
  return Object.fromEntries(Object.entries(filter).map(([attribute, values]) => [attribute, values.map(conditionOf)]));
}

function conditionOf(value: FilterValue): unknown {
  return typeof value === 'object' && 'not' in value ? { 'anything-but': value.not } : value;
}
