/**
 * What watching costs, in US dollars a month, in us-east-1 and most other regions; https://aws.amazon.com/cloudwatch/pricing/, read on
 * 2026-11-26. The free tier (10 metrics, 10 alarms, 3 dashboards) is the account's and is left out.
 */
export const PRICES = {
  /** For each metric that the alarm looks at: one, or those of its metric math. */
  alarmMetric: 0.1,
  compositeAlarm: 0.5,
  dashboard: 3,
  /** Of the first 10,000; for the hours in which it is reported, here all of them. */
  customMetric: 0.3,
} as const;
