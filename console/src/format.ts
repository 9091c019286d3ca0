/** Figures as people read them. */

const NUMBER = new Intl.NumberFormat('en');
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });
const DAY_AND_CLOCK = { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hour12: false } as const;

export const count = (value: number): string => NUMBER.format(value);

/** `1 message`, `3 messages` */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `0.4 ms`, `34 ms`, `1.2 s`, `3 min 4 s` */
export function duration(ms: number | undefined): string {
  if (ms === undefined) return '–';
  if (ms < 1) return ms < 0.05 ? '0 ms' : `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return whole(minutes, 'min', Math.floor((ms % 60_000) / 1000), 's');
  return whole(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
}

const whole = (much: number, unit: string, rest: number, smaller: string): string =>
  rest === 0 ? `${much} ${unit}` : `${much} ${unit} ${rest} ${smaller}`;

/** `just now`, `12 s ago`, `3 min ago`, `in 4 h` */
export function ago(timeMs: number, nowMs: number): string {
  const distance = Math.abs(nowMs - timeMs);
  if (distance < 1500) return 'just now';
  const [value, unit] =
    distance < 60_000
      ? [distance / 1000, 's']
      : distance < 3_600_000
        ? [distance / 60_000, 'min']
        : distance < 86_400_000
          ? [distance / 3_600_000, 'h']
          : [distance / 86_400_000, 'd'];
  const text = `${Math.floor(value)} ${unit}`;
  return timeMs > nowMs ? `in ${text}` : `${text} ago`;
}

/** Rough, for ages that grow: `12 s`, `3 min`, `2 h`. */
export function age(ms: number | undefined): string {
  return ms === undefined ? '–' : ms < 60_000 ? `${Math.floor(ms / 1000)} s` : ago(0, ms).replace(' ago', '');
}

export const clock = (timeMs: number): string => CLOCK.format(timeMs);
/** In the reader's time zone, or another one. */
export const dayAndClock = (timeMs: number, timeZone?: string): string =>
  new Date(timeMs).toLocaleString(undefined, { ...DAY_AND_CLOCK, timeZone });
export const exact = (timeMs: number): string => new Date(timeMs).toISOString();

export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  if (value < 1_000_000) return `${(value / 1000).toFixed(1)} kB`;
  return `${(value / 1_000_000).toFixed(1)} MB`;
}

export const mebibytes = (value: number): string =>
  value < 1024 ? `${Math.round(value)} MiB` : `${(value / 1024).toFixed(1)} GiB`;

/** Memory times time, always in one unit, for two that are compared: `0.0034 GiB·s`, `12 GiB·s`, `9,400 GiB·s`. */
export function memoryTime(mibSeconds: number): string {
  const gibSeconds = mibSeconds / 1024;
  return `${gibSeconds < 100 ? Number(gibSeconds.toPrecision(2)) : count(Math.round(gibSeconds))} GiB·s`;
}

/** JSON indented where it is JSON; other text as it is. */
export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}

/** The last part of a construct path. */
export const nameOf = (id: string): string => id.slice(id.lastIndexOf('/') + 1);
