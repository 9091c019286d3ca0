/**
 * Series that the recording rules of a chart make, and expressions over them.
 *
 * Instances come and go within minutes, so that `increase()` would miss most of what happens: it extrapolates between scrapes and takes
 * the first value that it sees of an instance for its zero. Counters are therefore turned into what was added in each minute, where
 * the first value of a new instance counts in full, and windows are sums of minutes.
 */

import { duration, escaped } from '../../../core/monitoring/promql.js';

/** Recorded each minute. Labels are those of lib/runtime/prometheus.ts: `function`, `service`, `kind`, `trigger`, and `le`. */
export const MINUTE = {
  invocations: 'faasten:invocations:increase1m',
  errors: 'faasten:errors:increase1m',
  timeouts: 'faasten:timeouts:increase1m',
  coldStarts: 'faasten:cold_starts:increase1m',
  durations: 'faasten:duration_seconds_bucket:increase1m',
  deadLetters: 'faasten:dead_letters:increase1m',
  throttles: 'faasten:throttles:increase1m',
  sloBad: 'faasten:slo_bad:increase1m',
  sloTotal: 'faasten:slo_total:increase1m',
} as const;

/** What functions and the log of dead letters count, by what is recorded of it. */
export const COUNTERS: readonly [record: string, counter: string][] = [
  [MINUTE.invocations, 'faasten_invocations_total'],
  [MINUTE.errors, 'faasten_errors_total'],
  [MINUTE.timeouts, 'faasten_timeouts_total'],
  [MINUTE.coldStarts, 'faasten_cold_starts_total'],
  [MINUTE.durations, 'faasten_duration_seconds_bucket'],
  [MINUTE.deadLetters, 'faasten_dead_letters_total'],
];

export const MEMORY_USED = 'faasten_memory_used_bytes';

/** Labels that tell instances apart, and nothing about the function. */
const INSTANCE_LABELS = 'container, endpoint, faasten_chart, instance, job, pod';

/** How long an instance may not have been scraped and is still known when it is seen again. */
const REMEMBERED = '1h';

/** What a counter grew by in the last minute, over all instances. */
export function increaseInMinute(counter: string, selector: string): string {
  const now = `last_over_time(${counter}${selector}[1m])`;
  const before = `last_over_time(${counter}${selector}[${REMEMBERED}] offset 1m)`;
  // What was not there before, or is less than before, began from zero.
  return `sum without (${INSTANCE_LABELS}) (${now} - ${before} >= 0 or ${now})`;
}

/**
 * Metrics of Knative's proxy, which stands before each instance: what it answered, and what the instance did.
 * https://github.com/knative/serving/blob/main/pkg/queue/request_metric.go
 */
export const PROXY = {
  answered: 'http_server_request_duration_seconds_count',
  byInstance: 'kn_serving_invocation_duration_seconds_count',
} as const;

/** Its answer to what it turns away. An instance may give the same. */
export const TURNED_AWAY = { http_response_status_code: '503' };

/** What the proxies of a function turned away in the last minute. */
export function throttlesInMinute(matchers: Readonly<Record<string, Matcher | undefined>>): string {
  const selector = selectorOf({ ...matchers, ...TURNED_AWAY });
  const sum = (counter: string) => `sum by (namespace, function) (${increaseInMinute(counter, selector)})`;
  return `${sum(PROXY.answered)} - (${sum(PROXY.byInstance)} or 0 * ${sum(PROXY.answered)})`;
}

/** A label: one value, any of several, or a comparison with its operator. */
export type Matcher = string | readonly string[] | { readonly not: string } | { readonly pattern: string };

/** `{function=~"a|b",kind="http"}`; labels without a value are left out. */
export function selectorOf(matchers: Readonly<Record<string, Matcher | undefined>>): string {
  const parts = Object.entries(matchers).flatMap(([label, matcher]) =>
    matcher === undefined ? [] : [`${label}${matching(matcher)}`],
  );
  return `{${parts.join(',')}}`;
}

function matching(matcher: Matcher): string {
  if (typeof matcher === 'string') return `=${quoted(matcher)}`;
  if (!isList(matcher)) return 'not' in matcher ? `!=${quoted(matcher.not)}` : `=~${quoted(matcher.pattern)}`;
  if (matcher.length === 1) return `=${quoted(matcher[0]!)}`;
  return `=~${quoted(matcher.map(escaped).join('|'))}`;
}

function isList(matcher: Matcher): matcher is readonly string[] {
  return Array.isArray(matcher);
}

/** Bounds of buckets are «27» in Prometheus 2 and «27.0» in Prometheus 3. */
export function bound(millis: number): Matcher {
  const seconds = String(millis / 1000);
  return seconds.includes('.') ? seconds : { pattern: `${seconds}(\\.0)?` };
}

export const NO_BOUND = '+Inf';

/** The last `seconds`, or as many that ended `ago` seconds before now. */
export interface Window {
  readonly seconds: number;
  readonly ago?: number;
}

/** A second less: a range of Prometheus 2 holds both its ends, and would hold six minutes of five. */
export function range({ seconds, ago = 0 }: Window): string {
  return `[${duration(seconds - 1)}]${ago > 0 ? ` offset ${duration(ago)}` : ''}`;
}

/** Sum over a window of what was recorded each minute. */
export function sumOver(record: string, selector: string, window: Window, by: string): string {
  return `sum by (${by}) (sum_over_time(${record}${selector}${range(window)}))`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
