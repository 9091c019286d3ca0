import { FaastenError, shown } from '../../core/errors.js';
import type { CronField, RecurringExpression } from '../../core/model.js';

/** When a Cloud Scheduler job runs: five fields of unix-cron, and an IANA time zone. */
export interface JobTimes {
  readonly schedule: string;
  readonly timeZone: string;
}

const SOURCE = 'https://cloud.google.com/scheduler/docs/configuring/cron-job-schedules';

/**
 * Cloud Scheduler reads unix-cron as crontab does; the expanded values leave nothing to read differently.
 * @throws for a rate that the clock cannot tell
 */
export function jobTimes(path: string, expression: RecurringExpression): JobTimes {
  if (expression.kind === 'rate') return { schedule: clockRate(path, expression.everySeconds / 60), timeZone: 'Etc/UTC' };
  const { minute, hour, dayOfMonth, month, dayOfWeek } = expression.cron;
  return {
    schedule: [minute, hour, dayOfMonth, month, dayOfWeek].map(field).join(' '),
    timeZone: expression.timeZone === 'UTC' ? 'Etc/UTC' : expression.timeZone,
  };
}

function field(values: CronField): string {
  return values === '*' ? '*' : values.join(',');
}

function clockRate(path: string, minutes: number): string {
  const hours = minutes / 60;
  if (minutes === 1) return '* * * * *';
  if (minutes < 60 && 60 % minutes === 0) return `*/${minutes} * * * *`;
  if (hours === 1) return '0 * * * *';
  if (Number.isInteger(hours) && hours < 24 && 24 % hours === 0) return `0 */${hours} * * *`;
  if (hours === 24) return '0 0 * * *';
  throw new FaastenError(
    'value-out-of-range',
    `schedule '${path}': a rate of ${shown(minutes)} minutes divides neither an hour nor a day, and Cloud Scheduler only knows ` +
      `the clock (${SOURCE}); choose another interval, or declare the times by Schedule.cron()`,
    path,
  );
}
