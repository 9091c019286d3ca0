import { invalid } from '../errors.js';
import type { SilenceSpec } from '../model.js';
import { type ClockChange, type ZoneRules, zoneRules } from './zone.js';

const DAY_MINUTES = 1440;

/**
 * What makes of a condition in PromQL one that does not hold in some times of the week, for targets whose own silences do not come
 * back each week, or know no time zone. PromQL knows the clock of UTC, from which that of a time zone follows by rules.
 *
 * @throws where a time zone has no such rules
 */
export function silencer(path: string, silences: readonly SilenceSpec[]): (query: string) => string {
  if (silences.length === 0) return (query) => query;
  const silent = silences.map((silence) => silentTimes(path, silence)).join(' or ');
  return (query) => `(${query}) unless on () (${silent})`;
}

/** A vector without labels, which is empty while it is not silent. */
function silentTimes(path: string, { days, fromMinute, toMinute, timeZone }: SilenceSpec): string {
  const rules = zoneRules(timeZone);
  if (!rules) {
    throw invalid(
      'monitoring',
      path,
      `a silence has the time zone '${timeZone}', whose clock does not change on the same days each year`,
      'say it in UTC',
    );
  }
  // The clock, set back by when the silence begins: then it begins at midnight, and its day is the one on which it began.
  const clock = clockOf(rules, -60 * fromMinute);
  const seconds = 60 * ((toMinute - fromMinute + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES);
  const within = seconds < 86_400 ? [`${clock} % 86400 < ${seconds}`] : [];
  const on = runsOf(days).map(([first, count]) => `${daysSince(first, clock)} < ${count}`);
  const parts = [...within, ...(days.length < 7 ? [on.length > 1 ? `(${on.join(' or ')})` : on[0]!] : [])];
  return parts.length > 0 ? `(${parts.join(' and ')})` : 'vector(1)';
}

/** Days of the week that follow each other, the last one's next being the first: `[[6, 2]]` of a weekend. */
function runsOf(days: readonly number[]): [first: number, count: number][] {
  const has = (day: number) => days.includes((day + 7) % 7);
  return [0, 1, 2, 3, 4, 5, 6]
    .filter((day) => has(day) && !has(day - 1))
    .map((first) => {
      let count = 1;
      while (count < 7 && has(first + count - 7)) count += 1;
      return [first, count];
    });
}

/** Days since the last day of the week that is `weekday`, of a time as a vector. */
function daysSince(weekday: number, time: string): string {
  return weekday === 0 ? `day_of_week(${time})` : `(day_of_week(${time}) + ${7 - weekday}) % 7`;
}

/** Seconds since 1970 on a zone's clock, as a vector. */
function clockOf({ offset, changes }: ZoneRules, more: number): string {
  const steps = changes.map((change) => ` ${change.bySeconds < 0 ? '-' : '+'} ${Math.abs(change.bySeconds)} * ${isPast(change)}`);
  const fixed = `vector(time()${signed(offset + more)})`;
  return steps.length === 0 ? fixed : `(${fixed}${steps.join('')})`;
}

/** 1 from the change until the end of the year, else 0: at a time set so that the change is at midnight. */
function isPast({ month, fromDay, weekday, atSeconds }: ClockChange): string {
  const at = `vector(time()${signed(-atSeconds)})`;
  const inMonth = `(month(${at}) == bool ${month}) * (day_of_month(${at}) - ${daysSince(weekday, at)} >= bool ${fromDay})`;
  return `((month(${at}) > bool ${month}) + ${inMonth})`;
}

function signed(seconds: number): string {
  return seconds === 0 ? '' : seconds < 0 ? ` - ${-seconds}` : ` + ${seconds}`;
}
