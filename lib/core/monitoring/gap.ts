import type { CronField, CronSpec, ScheduleTriggerSpec } from '../model.js';

const DAY = 86_400;

/** Four years have every date there is. */
const YEARS = [2024, 2025, 2026, 2027, 2028];

/** Longest time between two runs of a schedule, on the clock of its own time zone. Infinite where there is one run only. */
export function longestGapSeconds(expression: ScheduleTriggerSpec['expression']): number {
  if (expression.kind === 'at') return Number.POSITIVE_INFINITY;
  return expression.kind === 'rate' ? expression.everySeconds : longestGapOfCron(expression.cron);
}

function longestGapOfCron(cron: CronSpec): number {
  const minutes = values(cron.minute, 60);
  const times = values(cron.hour, 24).flatMap((hour) => minutes.map((minute) => hour * 3600 + minute * 60));
  const within = Math.max(0, ...times.slice(1).map((time, index) => time - times[index]!));
  // From the last run of a day to the first of the next one that has some.
  const overnight = longestDays(cron) * DAY - times.at(-1)! + times[0]!;
  return Math.max(within, overnight);
}

/** Most days from one day with runs to the next one. */
function longestDays(cron: CronSpec): number {
  const has = (field: CronField, value: number) => field === '*' || field.includes(value);
  let last: number | undefined;
  let longest = 1;
  const end = Date.UTC(YEARS.at(-1)!, 11, 31) / 86_400_000;
  for (let day = Date.UTC(YEARS[0]!, 0, 1) / 86_400_000; day <= end; day += 1) {
    const date = new Date(day * 86_400_000);
    if (!has(cron.month, date.getUTCMonth() + 1)) continue;
    if (!has(cron.dayOfMonth, date.getUTCDate()) || !has(cron.dayOfWeek, date.getUTCDay())) continue;
    if (last !== undefined) longest = Math.max(longest, day - last);
    last = day;
  }
  return longest;
}

function values(field: CronField, count: number): readonly number[] {
  return field === '*' ? Array.from({ length: count }, (_, index) => index) : field;
}
