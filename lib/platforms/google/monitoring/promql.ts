/**
 * Metrics of Cloud Monitoring by their names in PromQL, which conditions of alert policies and charts are written in: one condition is a
 * ratio and a least count for many functions at once, which filters of metric thresholds cannot say.
 * https://cloud.google.com/monitoring/promql/promql-mapping
 */
import { escaped } from '../../../core/monitoring/promql.js';

/** What a metric is called in PromQL, and the type of resource that it is of. */
export interface Metric {
  /** As in Google's lists of metrics. */
  readonly type: string;
  readonly resource: string;
}

const RUN = 'cloud_run_revision';
const SUBSCRIPTION = 'pubsub_subscription';

/**
 * Google's own metrics, which cost nothing. A function of the second generation is a Cloud Run service of the same name.
 * https://cloud.google.com/monitoring/api/metrics_gcp_p_z (run, pubsub)
 */
export const METRICS = {
  /** Requests that reached an instance. `response_code_class` 5xx: the handler failed, the process died or ran out of time or memory. */
  requests: { type: 'run.googleapis.com/request_count', resource: RUN },
  /** Distribution, in milliseconds. */
  latencies: { type: 'run.googleapis.com/request_latencies', resource: RUN },
  /** Distribution of the share of its memory that an instance uses, sampled each minute. */
  memory: { type: 'run.googleapis.com/container/memory/utilizations', resource: RUN },
  /** Distribution of the time that new instances took to start, in milliseconds; its count is the number of starts. */
  starts: { type: 'run.googleapis.com/container/startup_latencies', resource: RUN },
  /** Messages that nobody acknowledged. */
  undelivered: { type: 'pubsub.googleapis.com/subscription/num_undelivered_messages', resource: SUBSCRIPTION },
  /** In seconds. */
  oldest: { type: 'pubsub.googleapis.com/subscription/oldest_unacked_message_age', resource: SUBSCRIPTION },
  /** Requests of a push subscription, by `response_class`. */
  pushes: { type: 'pubsub.googleapis.com/subscription/push_request_count', resource: SUBSCRIPTION },
} as const satisfies Record<string, Metric>;

/** A metric that the stack makes of logs of Cloud Run. */
export function logMetric(name: string): Metric {
  return { type: `logging.googleapis.com/user/${name}`, resource: RUN };
}

/** Label of a metric that says whose it is. */
export type Owner = 'service_name' | 'subscription_id';

/** A label: one value, any of several, or a pattern that must match or must not. */
export type Matcher = string | readonly string[] | { readonly like: string } | { readonly not: string };

export type Labels = Readonly<Record<string, Matcher | undefined>>;

/** `run_googleapis_com:request_count{monitored_resource="cloud_run_revision",service_name=~"a|b"}` */
export function series(metric: Metric, labels: Labels, part: '' | '_bucket' | '_count' = ''): string {
  const [domain = '', ...path] = metric.type.split('/');
  const name = `${plain(domain)}:${plain(path.join('/'))}${part}`;
  const matchers = Object.entries({ monitored_resource: metric.resource, ...labels }).flatMap(([label, matcher]) =>
    matcher === undefined ? [] : [`${label}${matching(matcher)}`],
  );
  return `${name}{${matchers.join(',')}}`;
}

function plain(text: string): string {
  return text.replace(/[^A-Za-z0-9]/g, '_');
}

function matching(matcher: Matcher): string {
  if (typeof matcher === 'string') return `=${JSON.stringify(matcher)}`;
  if ('not' in matcher) return `!~${JSON.stringify(matcher.not)}`;
  if ('like' in matcher) return `=~${JSON.stringify(matcher.like)}`;
  if (matcher.length === 1) return `=${JSON.stringify(matcher[0])}`;
  return `=~${JSON.stringify(matcher.map(escaped).join('|'))}`;
}

/** Sum of what was added in a window, for each owner. */
export function added(of: string, window: string, by: readonly string[]): string {
  return `sum by (${by.join(', ')}) (increase(${of}${window}))`;
}

/** Percentile of a distribution in a window, for each owner: `quantile` from 0 to 1. */
export function percentile(quantile: number, metric: Metric, labels: Labels, window: string, by: readonly string[]): string {
  return `histogram_quantile(${quantile}, ${added(series(metric, labels, '_bucket'), window, ['le', ...by])})`;
}

/**
 * `expression` is a count of at least that many. `increase()` may estimate a little below a whole number where points do not fall on
 * the ends of a window.
 */
export function atLeast(expression: string, count: number): string {
  return `${expression} > ${count - 0.5}`;
}
