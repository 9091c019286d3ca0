import { parseCron } from './core/cron.js';
import type { DurationLike } from './core/duration.js';
import { FaastenError, shown } from './core/errors.js';
import { Trigger } from './core/trigger.js';

export interface CronOptions {
  /**
   * IANA name of the time zone the fields are read in, as in `Europe/Berlin`. Daylight-saving changes are the target's: a time
   * that does not exist on a day is skipped or moved by an hour, one that comes twice runs once.
   * @default 'UTC'
   */
  readonly timeZone?: string;
}

/** Runs a function at times of the clock, or at a steady pace. The handler is a `schedule()` handler. */
export class Schedule {
  /**
   * At the times of a crontab expression: minute, hour, day of month, month, day of week.
   * @throws when the expression or the time zone does not exist
   */
  static cron(expression: string, options: CronOptions = {}): Trigger<'schedule'> {
    const timeZone = options.timeZone ?? 'UTC';
    try {
      new Intl.DateTimeFormat('en', { timeZone });
    } catch {
      throw new FaastenError(
        'invalid-value',
        `there is no time zone ${shown(timeZone)}; give an IANA name, as in 'Europe/Berlin'`,
      );
    }
    return new Trigger({ kind: 'schedule', expression: { kind: 'cron', cron: parseCron(expression), timeZone } });
  }

  /**
   * Once in every `interval`, counted from the deployment. Whole minutes, from one minute to 31 days; on targets that only
   * know the clock, the interval must divide an hour or a day.
   */
  static rate(interval: DurationLike): Trigger<'schedule'> {
    const minutes = interval.toMilliseconds({ integral: false }) / 60_000;
    if (!Number.isInteger(minutes) || minutes < 1 || minutes > 31 * 24 * 60) {
      throw new FaastenError(
        'invalid-value',
        `a schedule cannot run every ${minutes} minutes; give whole minutes, from 1 minute to 31 days`,
      );
    }
    return new Trigger({ kind: 'schedule', expression: { kind: 'rate', everySeconds: minutes * 60 } });
  }

  private constructor() {}
}
