/** One part of what watching costs. */
export interface CostPart {
  readonly count: number;
  /** Of one, in US dollars a month. */
  readonly usdEach: number;
  /**
   * First day on which the target charges for it, as in `2027-09-01`.
   * @default - it does already
   */
  readonly from?: string;
}

/**
 * What watching costs at most, at the target's dated list prices and without what is free of each. Logs, which grow with the traffic, and
 * messages to channels are not in it.
 */
export interface WatchingCost<Part extends string = string> {
  /** Alarms, alert policies or alerting rules. */
  readonly alarms: number;
  readonly parts: Readonly<Record<Part, CostPart>>;
  /** Of the parts that the target charges for. */
  readonly usdPerMonth: number;
  /** What it will be when the target charges for the others. Absent where there are none. */
  readonly announced?: { readonly from: string; readonly usdPerMonth: number };
}

/** Minutes of a month of 30 days, as the targets' own examples count. */
export const MINUTES_PER_MONTH = 30 * 24 * 60;

export function watchingCostOf<Part extends string>(alarms: number, parts: Readonly<Record<Part, CostPart>>): WatchingCost<Part> {
  const all = Object.values<CostPart>(parts);
  const sum = (some: readonly CostPart[]) => Number(total(some.map(({ count, usdEach }) => count * usdEach)).toFixed(2));
  const later = all.flatMap(({ from, count }) => (from && count > 0 ? [from] : [])).sort();
  return {
    alarms,
    parts,
    usdPerMonth: sum(all.filter(({ from }) => !from)),
    ...(later[0] && { announced: { from: later[0], usdPerMonth: sum(all) } }),
  };
}

/** `41 alarms, watching about 12.40 USD a month`; where nothing has a price, what there is of each part. */
export function watchingInWords({ alarms, parts, usdPerMonth, announced }: WatchingCost): string {
  const all = Object.entries(parts);
  const priced = all.some(([, { usdEach }]) => usdEach > 0);
  const counts = all.map(([name, { count }]) => `${Math.round(count).toLocaleString('en')} ${name}`).join(', ');
  const cost = priced ? `watching about ${usdPerMonth.toFixed(2)} USD a month` : `in a month ${counts}`;
  const later = announced ? `, ${announced.usdPerMonth.toFixed(2)} from ${announced.from} on` : '';
  return `${alarms} ${alarms === 1 ? 'alarm' : 'alarms'}, ${cost}${later}`;
}

export function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}
