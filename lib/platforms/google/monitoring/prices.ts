/**
 * What watching costs, in US dollars a month: https://cloud.google.com/products/observability/pricing, as copies of that page had it on
 * 2026-11-26; Google has put the price of policies off more than once. How references and points are counted:
 * https://cloud.google.com/monitoring/alerts/cost-control. The free 150 MiB of metrics a month are the billing account's and are left out;
 * charts and Google's own metrics are free.
 */
export const PRICES = {
  /** For each metric that the condition of a policy names, as often as it does. */
  metricReference: 0.35,
  /** For each point that a clause of the condition gives: one for each of its series, whenever it is looked at. */
  point: 0.5 / 1_000_000,
  /** Of a metric that is made of logs. */
  metricMiB: 0.258,
  /** Alert policies are free before. */
  policiesFrom: '2027-09-01',
} as const;

/** Bytes of a point of a metric: of a counter, and of a distribution. The same page, «Data volume». */
export const POINT_BYTES = { counter: 8, distribution: 80 } as const;
