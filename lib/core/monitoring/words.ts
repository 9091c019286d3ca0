import { humanDuration } from '../duration.js';
import type { AlarmSpec, BurnRateAlertSpec, SloSpec } from '../model.js';

/** The condition of an alarm as people read it: `errors are more than 5 % over 5 minutes, and 2 at least`. */
export function conditionOf(alarm: AlarmSpec): string {
  const { signal, statistic, threshold, unit, windowSeconds, periods, periodsToAlarm, minBadEvents, missingData } = alarm;
  const what = `${statistic === 'percent' || statistic === 'sum' ? '' : `${statistic} of `}${signal.split('.')[1]}`;
  const amount = {
    count: String(threshold),
    percent: `${threshold} %`,
    MiB: `${threshold} MiB`,
    milliseconds: humanDuration(threshold),
    seconds: humanDuration(threshold * 1000),
  }[unit];
  const often = periods === 1 ? '' : `, in ${periodsToAlarm === periods ? periods : `${periodsToAlarm} of ${periods}`} periods`;
  const least = statistic === 'percent' && minBadEvents > 1 ? `, and ${minBadEvents} events at least` : '';
  const missing = missingData === 'alarm' ? ', or nothing is known' : '';
  return `${what} ${alarm.comparison} ${amount} over ${humanDuration(windowSeconds * 1000)}${often}${least}${missing}`;
}

/** One burn-rate alert as people read it: `burns 14.4 times too fast over 1 hour and 5 minutes`. */
export function burnRateOf({ burnRate, longWindowSeconds, shortWindowSeconds }: BurnRateAlertSpec): string {
  return `error budget burns ${burnRate} times too fast over ${humanDuration(longWindowSeconds * 1000)} and ${humanDuration(shortWindowSeconds * 1000)}`;
}

/** `99.9 % of the events are good over 30 days`, `95 % take at most 300 milliseconds over 30 days`. */
export function objectiveOf({ objective, thresholdMillis, windowSeconds }: SloSpec): string {
  const good = thresholdMillis === undefined ? 'do not fail' : `take at most ${humanDuration(thresholdMillis)}`;
  return `${Number((objective * 100).toPrecision(12))} % ${good} over ${humanDuration(windowSeconds * 1000)}`;
}

/** With a capital at its start. */
export function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
