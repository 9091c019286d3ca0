import type { AlarmSpec, FunctionSpec, ScheduleTriggerSpec, SignalName } from '../../../core/model.js';
import { longestGapSeconds } from '../../../core/monitoring/gap.js';
import type { Subject } from '../../../core/monitoring/port.js';
import { duration } from '../../../core/monitoring/promql.js';
import type { GoogleApiBackend } from '../api.js';
import type { GoogleFunctionBackend } from '../function.js';
import type { GoogleQueueBackend } from '../queue.js';
import { KEPT_SECONDS, RETEST_SECONDS } from './limits.js';
import { added, atLeast, type Labels, METRICS, type Metric, type Owner, percentile, series } from './promql.js';

/** Of a subscription's pushes: runs that failed in the function did reach it, these did not. */
export const REACHED = { not: 'remote_server_4xx|unreachable' };

/** Range that a run which is awaited is looked for in, while the condition's duration is the rest of the time. */
const LOOK_SECONDS = 600;

/** A condition of an alert policy. */
export interface Condition {
  readonly query: string;
  /** How many series a clause of it gives. */
  readonly series: number;
  /** How long it must hold. */
  readonly durationSeconds: number;
}

/** Whose series a signal of a subject is in. */
export interface Owned {
  readonly owner: Owner;
  /** Empty where nothing can be counted. */
  readonly names: readonly string[];
}

/** Known when the configuration is written. */
export function ownedBy(signal: SignalName, subject: Subject): Owned {
  switch (subject.kind) {
    case 'function': {
      const fn = subject.backend as GoogleFunctionBackend;
      if (signal !== 'function.deadLetters') return { owner: 'service_name', names: [fn.name] };
      const kept = fn.deadLettersIfAny;
      return { owner: 'subscription_id', names: kept?.subscription ? [kept.name] : [] };
    }
    case 'api': {
      // API Gateway documents no status and no latency of its own: requests are counted by the functions that answer them.
      const { answeredBy } = subject.backend as GoogleApiBackend;
      return { owner: 'service_name', names: answeredBy.map(({ name }) => name) };
    }
    case 'websocket':
      throw new Error('Google Cloud has no WebSocket APIs');
    case 'queue': {
      const { deadLetters, subscriptionNames } = subject.backend as GoogleQueueBackend;
      return { owner: 'subscription_id', names: signal === 'queue.deadLetters' ? [deadLetters.name] : subscriptionNames };
    }
    case 'schedule':
      return {
        owner: 'subscription_id',
        names: [(subject.backend as GoogleFunctionBackend).scheduleSubscription(subject.name)],
      };
  }
}

/** The condition of alarms that differ in their subjects only. `throttles` is the metric that the stack makes of throttled requests. */
export function conditionOf(spec: AlarmSpec, subject: Subject, owned: Owned, throttles: Metric): Condition {
  if (spec.signal === 'schedule.runs') return absence(spec, subject, owned);
  const { windowSeconds, periods, periodsToAlarm } = spec;
  const query = inPeriod(spec, subject, owned, throttles);
  const series = subject.kind === 'api' ? 1 : owned.names.length;
  if (periods === 1) return { query, series, durationSeconds: 0 };
  // A second less: a range that holds both its ends would hold one period more.
  const last = `[${duration(windowSeconds * periods - 1)}:${duration(windowSeconds)}]`;
  return { query: `count_over_time((${query})${last}) >= ${periodsToAlarm}`, series, durationSeconds: 0 };
}

function inPeriod(spec: AlarmSpec, subject: Subject, owned: Owned, throttles: Metric): string {
  const { signal, threshold, comparison } = spec;
  const window = `[${duration(spec.windowSeconds)}]`;
  // Functions and queues are told apart; the functions of an API are counted together.
  const { owner, names } = owned;
  const by = subject.kind === 'api' ? [] : [owner];
  const own: Labels = { [owner]: names };
  const sum = (metric: Metric, more: Labels = {}) => added(series(metric, { ...own, ...more }), window, by);
  const most = (metric: Metric) => `max by (${by.join(', ')}) (max_over_time(${series(metric, own)}${window}))`;
  switch (signal) {
    case 'function.errors':
    case 'api.serverErrors': {
      const bad = sum(METRICS.requests, { response_code_class: '5xx' });
      const enough = spec.minBadEvents > 0 ? ` and ${atLeast(bad, spec.minBadEvents)}` : '';
      return `100 * ${bad} / ${sum(METRICS.requests)} ${comparison} ${threshold}${enough}`;
    }
    case 'function.duration':
    case 'api.latency': {
      const quantile = Number(spec.statistic.slice(1)) / 100;
      return `${percentile(quantile, METRICS.latencies, own, window, by)} ${comparison} ${threshold}`;
    }
    case 'function.memoryUsed': {
      const share = Number((threshold / (subject.spec as FunctionSpec).memoryMiB).toFixed(4));
      // The highest bucket alone would say its upper bound.
      return `${percentile(0.99, METRICS.memory, own, window, by)} ${comparison} ${share}`;
    }
    case 'function.throttles':
      return atLeast(sum(throttles), threshold);
    case 'function.deadLetters':
    case 'queue.deadLetters':
      return `${most(METRICS.undelivered)} ${comparison} ${threshold}`;
    case 'queue.messageAge':
      return `${most(METRICS.oldest)} ${comparison} ${threshold}`;
    default:
      throw new Error(`'${signal}' has no alarm on Google Cloud`);
  }
}

/** How long the alarm of a schedule waits for a run. */
function awaitedSeconds({ windowSeconds, periods }: AlarmSpec): number {
  return windowSeconds * periods;
}

/** Why a schedule cannot be awaited; undefined where it can. */
export function neverAwaited(spec: AlarmSpec): string | undefined {
  const total = awaitedSeconds(spec);
  if (spec.signal !== 'schedule.runs' || total <= KEPT_SECONDS.max) return undefined;
  return `its runs are awaited for ${duration(total)}, and Cloud Monitoring may keep what Pub/Sub counts for ${duration(KEPT_SECONDS.max)} only (${KEPT_SECONDS.source})`;
}

/**
 * No run in the time that the alarm waits: the range that is looked at, and how long it stays empty, add up to it. A new schedule has
 * not missed anything, so that the second is as long as may be; where one gap is longer still, or silences would cut it short, a run
 * must have been before.
 */
function absence(spec: AlarmSpec, subject: Subject, owned: Owned): Condition {
  const total = awaitedSeconds(spec);
  const silenced = spec.silences.length > 0;
  const durationSeconds = silenced ? 0 : Math.max(0, Math.min(RETEST_SECONDS.max, total - LOOK_SECONDS));
  const runs = series(METRICS.pushes, { subscription_id: owned.names, response_class: REACHED });
  const none = `absent(${atLeast(added(runs, `[${duration(total - durationSeconds)}]`, []), 1)})`;
  const gap = longestGapSeconds((subject.spec as ScheduleTriggerSpec).expression);
  if (!silenced && gap <= RETEST_SECONDS.max) return { query: none, series: 1, durationSeconds };
  const before = Math.min(2 * total, KEPT_SECONDS.max);
  return { query: `${none} and ${atLeast(added(runs, `[${duration(before)}]`, []), 1)}`, series: 1, durationSeconds };
}
