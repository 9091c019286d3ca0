import type { Statistic } from '../../../../core/model.js';
import type { EventSample, ValueSample } from '../../../../core/monitoring/evaluate.js';
import { type Change, keyOf } from '../store.js';

/** Values that are kept of a minute for its percentiles; of more than that, every second one, every fourth, and so on. */
const VALUES = 1000;

export const MINUTE = 60;

/** The end of the minute that a time is in. What happened in a minute is judged when it is over. */
export function endOfMinute(timeMs: number): number {
  return (Math.floor(timeMs / 60_000) + 1) * MINUTE;
}

interface Minute {
  readonly atSeconds: number;
  value: number;
  total: number;
  readonly values: number[];
  /** Of how many values one is kept. */
  stride: number;
  count: number;
  /** Whether there is more in it than was written. */
  dirty: boolean;
}

/** A minute as it is stored: value and total, and what is known of a percentile's values. */
type StoredMinute = readonly [value: number, total: number, values?: readonly number[], stride?: number, count?: number];

/** What an alarm or an objective is judged by: values of one signal, summed or gathered by minute. */
export class Series {
  private minutes: Minute[] = [];
  /** Ends of minutes that are no longer needed, and may be in the store. */
  private forgotten: number[] = [];

  constructor(private readonly statistic: Statistic) {}

  /** End of the last minute in which there was something. */
  get lastSeconds(): number | undefined {
    return this.minutes.at(-1)?.atSeconds;
  }

  add(atSeconds: number, value: number, total = 0): void {
    let minute = this.minutes.at(-1);
    if (minute?.atSeconds !== atSeconds) {
      const start = this.statistic === 'max' ? value : 0;
      minute = { atSeconds, value: start, total: 0, values: [], stride: 1, count: 0, dirty: true };
      this.minutes.push(minute);
    }
    minute.dirty = true;
    if (this.statistic === 'max') minute.value = Math.max(minute.value, value);
    else if (this.statistic === 'sum' || this.statistic === 'percent') {
      minute.value += value;
      minute.total += total;
    } else gather(minute, value);
  }

  /** Drops what ended at or before a time. */
  forget(untilSeconds: number): void {
    const first = this.minutes.findIndex(({ atSeconds }) => atSeconds > untilSeconds);
    const old = this.minutes.splice(0, first < 0 ? this.minutes.length : first);
    this.forgotten.push(...old.map(({ atSeconds }) => atSeconds));
  }

  /** Takes a minute that an earlier process wrote; they come in order. */
  restore(atSeconds: number, [value, total, values = [], stride = 1, count = 0]: StoredMinute): void {
    this.minutes.push({ atSeconds, value, total, values: [...values], stride, count, dirty: false });
  }

  /** What is to be written since the last time, below a key of its own. A minute that is over is written once. */
  changes(...key: string[]): Change[] {
    const changes: Change[] = this.forgotten.map((atSeconds) => ({ key: keyOf(...key, nameOf(atSeconds)) }));
    this.forgotten = [];
    for (let index = this.minutes.length - 1; this.minutes[index]?.dirty; index--) {
      const minute = this.minutes[index]!;
      minute.dirty = false;
      changes.push({ key: keyOf(...key, nameOf(minute.atSeconds)), value: stored(minute) });
    }
    return changes;
  }

  samples(): ValueSample[] {
    return this.minutes.flatMap(({ atSeconds, value, total, values }) =>
      values.length > 0 ? values.map((each) => ({ atSeconds, value: each })) : [{ atSeconds, value, total }],
    );
  }

  /** Of a `percent`: the same as good events and all events. */
  events(): EventSample[] {
    return this.minutes.map(({ atSeconds, value, total }) => ({ atSeconds, good: total - value, total }));
  }
}

/** In the order of time. */
function nameOf(atSeconds: number): string {
  return String(atSeconds).padStart(12, '0');
}

function stored({ value, total, values, stride, count }: Minute): StoredMinute {
  return values.length === 0 ? [value, total] : [value, total, values, stride, count];
}

function gather(minute: Minute, value: number): void {
  if (minute.count++ % minute.stride === 0) minute.values.push(value);
  if (minute.values.length <= VALUES) return;
  minute.stride *= 2;
  const half = minute.values.filter((_, index) => index % 2 === 0);
  minute.values.splice(0, minute.values.length, ...half);
}
