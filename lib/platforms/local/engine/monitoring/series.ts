import type { Statistic } from '../../../../core/model.js';
import type { EventSample, ValueSample } from '../../../../core/monitoring/evaluate.js';

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
}

/** What an alarm or an objective is judged by: values of one signal, summed or gathered by minute. */
export class Series {
  private minutes: Minute[] = [];

  constructor(private readonly statistic: Statistic) {}

  /** End of the last minute in which there was something. */
  get lastSeconds(): number | undefined {
    return this.minutes.at(-1)?.atSeconds;
  }

  add(atSeconds: number, value: number, total = 0): void {
    let minute = this.minutes.at(-1);
    if (minute?.atSeconds !== atSeconds) {
      minute = { atSeconds, value: this.statistic === 'max' ? value : 0, total: 0, values: [], stride: 1, count: 0 };
      this.minutes.push(minute);
    }
    if (this.statistic === 'max') minute.value = Math.max(minute.value, value);
    else if (this.statistic === 'sum' || this.statistic === 'percent') {
      minute.value += value;
      minute.total += total;
    } else gather(minute, value);
  }

  /** Drops what ended at or before a time. */
  forget(untilSeconds: number): void {
    if ((this.minutes[0]?.atSeconds ?? Number.POSITIVE_INFINITY) <= untilSeconds)
      this.minutes = this.minutes.filter(({ atSeconds }) => atSeconds > untilSeconds);
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

function gather(minute: Minute, value: number): void {
  if (minute.count++ % minute.stride === 0) minute.values.push(value);
  if (minute.values.length <= VALUES) return;
  minute.stride *= 2;
  const half = minute.values.filter((_, index) => index % 2 === 0);
  minute.values.splice(0, minute.values.length, ...half);
}
