/**
 * What a managed Prometheus takes for a sample that it stores, in US dollars: the price of the first ones, as more of them cost less.
 * Prometheus of your own costs what the cluster does. Read on 2026-11-26.
 */
export const SAMPLE_PRICES = {
  /** Google Cloud Managed Service for Prometheus: https://cloud.google.com/products/observability/pricing */
  google: 0.06 / 1_000_000,
  /** Amazon Managed Service for Prometheus, beside storage and queries: https://aws.amazon.com/prometheus/pricing/ */
  aws: 0.9 / 10_000_000,
} as const;
