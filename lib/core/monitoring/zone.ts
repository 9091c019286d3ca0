/** When clocks of a time zone change, as rules that hold each year. */
export interface ZoneRules {
  /** Seconds that the clock is ahead of UTC at the beginning of a year. */
  readonly offset: number;
  /** In the order of the year. */
  readonly changes: readonly ClockChange[];
}

/** `the first Sunday from March 25 on, at 02:00`, on the clock as it is before. */
export interface ClockChange {
  /** From 1 to 12. */
  readonly month: number;
  /** The change is on this day of the month or one of the next six, whichever is that day of the week. */
  readonly fromDay: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** Seconds from midnight UTC of that date until the change. */
  readonly atSeconds: number;
  /** By how many seconds the clock is set forward. */
  readonly bySeconds: number;
}

/** In 28 years each date is on each day of the week, so that the earliest is the rule's. What is known of the future is the same everywhere. */
const FIRST_YEAR = 2026;
const YEARS = 28;

const DAY = 86_400;

const KNOWN = new Map<string, ZoneRules | undefined>();

/** The rules of an IANA time zone; undefined where its clock does not change in the same way each year. */
export function zoneRules(timeZone: string): ZoneRules | undefined {
  if (!KNOWN.has(timeZone)) KNOWN.set(timeZone, rulesOf(timeZone));
  return KNOWN.get(timeZone);
}

function rulesOf(timeZone: string): ZoneRules | undefined {
  const offsetAt = offsets(timeZone);
  const years = Array.from({ length: YEARS }, (_, index) => changesOf(FIRST_YEAR + index, offsetAt));
  const count = years[0]!.length;
  if (years.some(({ length }) => length !== count)) return undefined;
  const changes = Array.from({ length: count }, (_, index) => ruleOf(years.map((year) => year[index]!)));
  if (changes.some((change) => change === undefined)) return undefined;
  return { offset: offsetAt(Date.UTC(FIRST_YEAR, 0, 1) / 1000), changes: changes as ClockChange[] };
}

interface Change {
  /** Date on the clock as it was before. */
  readonly date: Date;
  readonly atSeconds: number;
  readonly bySeconds: number;
}

/** One rule for the changes of all years. */
function ruleOf(changes: readonly Change[]): ClockChange | undefined {
  const [first] = changes as [Change];
  const alike = ({ date, atSeconds, bySeconds }: Change) =>
    date.getUTCMonth() === first.date.getUTCMonth() &&
    date.getUTCDay() === first.date.getUTCDay() &&
    atSeconds === first.atSeconds &&
    bySeconds === first.bySeconds;
  const days = changes.map(({ date }) => date.getUTCDate());
  const fromDay = Math.min(...days);
  if (!changes.every(alike) || Math.max(...days) > fromDay + 6) return undefined;
  const { date, atSeconds, bySeconds } = first;
  return { month: date.getUTCMonth() + 1, fromDay, weekday: date.getUTCDay(), atSeconds, bySeconds };
}

function changesOf(year: number, offsetAt: (seconds: number) => number): Change[] {
  const bounds = Array.from({ length: 13 }, (_, month) => Date.UTC(year, month, 1) / 1000);
  return bounds.slice(1).flatMap((end, month) => {
    const [before, after] = [offsetAt(bounds[month]!), offsetAt(end)];
    if (before === after) return [];
    let [low, high] = [bounds[month]!, end];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (offsetAt(middle) === before) low = middle;
      else high = middle;
    }
    const midnight = Math.floor((high + before) / DAY) * DAY;
    return [{ date: new Date(midnight * 1000), atSeconds: high - midnight, bySeconds: after - before }];
  });
}

/** Seconds ahead of UTC, at a time in seconds since 1970. */
function offsets(timeZone: string): (seconds: number) => number {
  const fields = {
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  } as const;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    calendar: 'gregory',
    numberingSystem: 'latn',
    ...fields,
  });
  return (seconds) => {
    const part = Object.fromEntries(format.formatToParts(seconds * 1000).map(({ type, value }) => [type, Number(value)]));
    return Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!, part.second!) / 1000 - seconds;
  };
}
