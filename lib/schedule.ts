import { parseCron } from './core/cron.js';
import type { DurationLike } from './core/duration.js';
import { FaastenError, shown } from './core/errors.js';
import type { ScheduleTriggerSpec } from './core/model.js';
import type { TuningEntry } from './core/platform.js';
import { Trigger } from './core/trigger.js';

export interface ScheduleOptions {
  /**
   * Whether it runs. One that is switched off stays where it is and runs nothing.
   * @default true
   */
  readonly enabled?: boolean;
  /** @default - none */
  readonly tuning?: readonly TuningEntry[];
}

export interface CronOptions extends ScheduleOptions {
  /**
   * IANA name of the time zone the fields are read in, as in `Europe/Berlin`. Daylight-saving changes are the target's: a time
   * that does not exist on a day is skipped or moved by an hour, one that comes twice runs once.
   * @default 'UTC'
   */
  readonly timeZone?: string;
}

export type RateOptions = ScheduleOptions;

export interface AtOptions extends ScheduleOptions {
  /**
   * IANA name of the time zone that a time without one is read in.
   * @default 'UTC'
   */
  readonly timeZone?: string;
}

/** Runs a function at times of the clock, or at a steady pace, or once. The handler is a `schedule()` handler. */
export class Schedule {
  /**
   * At the times of a crontab expression: minute, hour, day of month, month, day of week.
   * @throws when the expression or the time zone does not exist
   */
  static cron(expression: string, options: CronOptions = {}): Trigger<'schedule'> {
    return triggerOf({ kind: 'cron', cron: parseCron(expression), timeZone: timeZoneOf(options.timeZone) }, options);
  }

  /**
   * Once in every `interval`, counted from the deployment. Whole minutes, from one minute to 31 days; on targets that only
   * know the clock, the interval must divide an hour or a day.
   */
  static rate(interval: DurationLike, options: RateOptions = {}): Trigger<'schedule'> {
    const minutes = interval.toMilliseconds({ integral: false }) / 60_000;
    if (!Number.isInteger(minutes) || minutes < 1 || minutes > 31 * 24 * 60) {
      throw new FaastenError(
        'invalid-value',
        `a schedule cannot run every ${minutes} minutes; give whole minutes, from 1 minute to 31 days`,
      );
    }
    return triggerOf({ kind: 'rate', everySeconds: minutes * 60 }, options);
  }

  /**
   * Once: at a `Date`, or at a time of the clock (`2026-12-24T18:00:00`) in a time zone. What
   * becomes of one that has passed when it is deployed is up to the target.
   * @throws when the time or the time zone does not exist
   */
  static at(time: Date | string, options: AtOptions = {}): Trigger<'schedule'> {
    return triggerOf({ kind: 'at', local: localTime(time, options.timeZone), timeZone: timeZoneOf(options.timeZone) }, options);
  }

  private constructor() {}
}

function triggerOf(expression: ScheduleTriggerSpec['expression'], { enabled, tuning }: ScheduleOptions): Trigger<'schedule'> {
  const spec: ScheduleTriggerSpec = { kind: 'schedule', expression, ...(enabled === false && { enabled }) };
  return new Trigger(spec, undefined, tuning);
}

function timeZoneOf(timeZone = 'UTC'): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return timeZone;
  } catch {
    throw new FaastenError('invalid-value', `there is no time zone ${shown(timeZone)}; give an IANA name, as in 'Europe/Berlin'`);
  }
}

function localTime(time: Date | string, timeZone: string | undefined): string {
  const isDate = typeof time !== 'string';
  if (isDate && timeZone !== undefined) {
    throw new FaastenError(
      'invalid-value',
      `a Date is a moment in every time zone, and timeZone is ${shown(timeZone)}; leave timeZone out, or give '2026-12-24T18:00:00'`,
    );
  }
  const text = isDate ? (Number.isNaN(time?.getTime?.() ?? Number.NaN) ? String(time) : time.toISOString().slice(0, 19)) : time;
  // A date that does not exist, as the 30th of February, would become another one.
  const asRead = new Date(`${text}Z`);
  if (
    !/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(text) ||
    Number.isNaN(asRead.getTime()) ||
    !asRead.toISOString().startsWith(text)
  ) {
    throw new FaastenError(
      'invalid-value',
      `a schedule cannot run at ${shown(text)}; give a Date, or a time of the clock, as in '2026-12-24T18:00:00'`,
    );
  }
  return asRead.toISOString().slice(0, 19);
}
