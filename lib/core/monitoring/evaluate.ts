/**
 * When alarms fire and end, over series of numbers: pure, and the same wherever it runs. The local platform watches with it, tests
 * ask it, and what targets make of the same specs is compared with it.
 *
 * A window of `w` seconds at time `t` holds the samples after `t - w`, up to and with `t`. Conditions compare as targets do: a ratio
 * must exceed its bound. Where nothing happened there is no ratio, and so no alert: a service without traffic burns no budget.
 */
import type { AlarmSpec, BurnRateAlertSpec, Severity, SloSpec } from '../model.js';
import { type ErrorBudget, errorBudget } from './slo.js';

/** What happened since the sample before. */
export interface EventSample {
  readonly atSeconds: number;
  readonly good: number;
  readonly total: number;
}

/** A time during which an alert is on. */
export interface Firing {
  readonly severity: Severity;
  readonly fromSeconds: number;
  /** First time at which it is off again; absent while it is on at the end of the series. */
  readonly toSeconds?: number;
}

export interface BurnRateFiring extends Firing {
  readonly alert: BurnRateAlertSpec;
}

export interface Evaluation {
  /** By the time at which they begin. */
  readonly firings: readonly BurnRateFiring[];
  /** Of the objective's window, at the end of the series. */
  readonly budget: ErrorBudget;
}

export interface EvaluateOptions {
  /**
   * Seconds between two evaluations.
   * @default 60
   */
  readonly everySeconds?: number;
  /**
   * Last evaluation.
   * @default - the last sample
   */
  readonly untilSeconds?: number;
}

/** The alerts of an objective over a series, in ascending order of time. */
export function evaluateSlo(slo: SloSpec, samples: readonly EventSample[], options: EvaluateOptions = {}): Evaluation {
  const sums = new Sums(samples);
  const times = timesOf(samples, options);
  const firings = slo.alerts.flatMap((alert) =>
    firingsOf(times, (at) => isBurning(sums, alert, slo.minBadEvents, at)).map((firing) => ({
      alert,
      severity: alert.severity,
      ...firing,
    })),
  );
  const end = times.at(-1) ?? 0;
  const { good, total } = sums.within(end - slo.windowSeconds, end);
  return {
    firings: firings.sort((a, b) => a.fromSeconds - b.fromSeconds),
    budget: errorBudget(slo.objective, good, total),
  };
}

/** Which alerts of an objective are on at one time, and what is left of its budget then. */
export function burningAt(
  slo: SloSpec,
  samples: readonly EventSample[],
  atSeconds: number,
): { readonly alerts: readonly BurnRateAlertSpec[]; readonly budget: ErrorBudget } {
  const sums = new Sums(samples);
  const { good, total } = sums.within(atSeconds - slo.windowSeconds, atSeconds);
  return {
    alerts: slo.alerts.filter((alert) => isBurning(sums, alert, slo.minBadEvents, atSeconds)),
    budget: errorBudget(slo.objective, good, total),
  };
}

function isBurning(sums: Sums, alert: BurnRateAlertSpec, minBadEvents: number, at: number): boolean {
  const long = sums.within(at - alert.longWindowSeconds, at);
  if (long.total - long.good < minBadEvents) return false;
  const short = sums.within(at - alert.shortWindowSeconds, at);
  return [long, short].every(({ good, total }) => total > 0 && (total - good) / total > alert.errorRatio);
}

/** Values of a signal since the sample before. Of a `percent`: `total` events, of which `value` are bad. */
export interface ValueSample {
  readonly atSeconds: number;
  readonly value: number;
  readonly total?: number;
}

/** One alarm over a series, in ascending order of time. `max` and percentiles are of the samples' values. */
export function evaluateAlarm(
  alarm: AlarmSpec,
  samples: readonly ValueSample[],
  options: EvaluateOptions = {},
): readonly Firing[] {
  const isOn = (at: number) => isOnAt(alarm, samples, at);
  return firingsOf(timesOf(samples, options), isOn).map((firing) => ({ severity: alarm.severity, ...firing }));
}

/** Whether an alarm is on at one time. */
export function isOnAt(alarm: AlarmSpec, samples: readonly ValueSample[], at: number): boolean {
  const { periods, periodsToAlarm, windowSeconds } = alarm;
  const meets = (end: number) =>
    meetsCondition(
      alarm,
      samples.filter(({ atSeconds }) => atSeconds > end - windowSeconds && atSeconds <= end),
    );
  return Array.from({ length: periods }, (_, index) => at - index * windowSeconds).filter(meets).length >= periodsToAlarm;
}

function meetsCondition(alarm: AlarmSpec, samples: readonly ValueSample[]): boolean {
  if (samples.length === 0) return alarm.missingData === 'alarm';
  const value = statisticOf(alarm, samples);
  if (value === undefined) return false;
  const { comparison, threshold } = alarm;
  return comparison === '<' ? value < threshold : comparison === '>' ? value > threshold : value >= threshold;
}

/** Undefined where there is nothing to take it of. */
function statisticOf({ statistic, minBadEvents }: AlarmSpec, samples: readonly ValueSample[]): number | undefined {
  const sum = samples.reduce((all, { value }) => all + value, 0);
  if (statistic === 'sum') return sum;
  if (statistic === 'percent') {
    const total = samples.reduce((all, sample) => all + (sample.total ?? 0), 0);
    return total === 0 || sum < minBadEvents ? undefined : (100 * sum) / total;
  }
  const sorted = samples.map(({ value }) => value).sort((a, b) => a - b);
  const rank = statistic === 'max' ? 1 : Number(statistic.slice(1)) / 100;
  return sorted[Math.max(0, Math.ceil(rank * sorted.length) - 1)];
}

/** Every multiple of the step from the first sample to the end. */
function timesOf(samples: readonly { readonly atSeconds: number }[], options: EvaluateOptions): readonly number[] {
  const { everySeconds = 60, untilSeconds = samples.at(-1)?.atSeconds ?? 0 } = options;
  const first = Math.ceil((samples[0]?.atSeconds ?? 0) / everySeconds) * everySeconds;
  const count = Math.max(0, Math.floor((untilSeconds - first) / everySeconds) + 1);
  return Array.from({ length: count }, (_, index) => first + index * everySeconds);
}

function firingsOf(times: readonly number[], isOn: (at: number) => boolean): { fromSeconds: number; toSeconds?: number }[] {
  const firings: { fromSeconds: number; toSeconds?: number }[] = [];
  let on = false;
  for (const at of times) {
    const now = isOn(at);
    if (now && !on) firings.push({ fromSeconds: at });
    else if (!now && on) firings[firings.length - 1]!.toSeconds = at;
    on = now;
  }
  return firings;
}

/** Sums over any window in the time of a binary search. */
class Sums {
  private readonly good: number[] = [0];
  private readonly total: number[] = [0];

  constructor(private readonly samples: readonly EventSample[]) {
    for (const { good, total } of samples) {
      this.good.push(this.good.at(-1)! + good);
      this.total.push(this.total.at(-1)! + total);
    }
  }

  /** Of the samples after `from`, up to and with `to`. */
  within(from: number, to: number): { good: number; total: number } {
    const [a, b] = [this.upTo(from), this.upTo(to)];
    return { good: this.good[b]! - this.good[a]!, total: this.total[b]! - this.total[a]! };
  }

  /** How many samples are not after `at`. */
  private upTo(at: number): number {
    let [low, high] = [0, this.samples.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.samples[middle]!.atSeconds <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
