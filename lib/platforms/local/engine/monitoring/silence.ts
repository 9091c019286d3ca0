import type { SilenceSpec } from '../../../../core/model.js';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** Whether a time is in one of the silences. */
export function isSilenced(silences: readonly SilenceSpec[], timeMs: number): boolean {
  return silences.some(({ days, fromMinute, toMinute, timeZone }) => {
    const { day, minute } = weekTime(timeMs, timeZone);
    if (fromMinute < toMinute) return days.includes(day) && minute >= fromMinute && minute < toMinute;
    // It ends on the next day.
    return (days.includes(day) && minute >= fromMinute) || (days.includes((day + 6) % 7) && minute < toMinute);
  });
}

function weekTime(timeMs: number, timeZone: string): { day: number; minute: number } {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'short',
    hour: 'numeric',
    minute: 'numeric',
  });
  const parts = Object.fromEntries(format.formatToParts(timeMs).map(({ type, value }) => [type, value]));
  return { day: DAYS.indexOf(parts.weekday!), minute: Number(parts.hour) * 60 + Number(parts.minute) };
}
