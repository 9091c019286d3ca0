/**
 * Looks at each schedule: when it was due last, by the clock of its time zone, whether it has been as it is since then, and whether its
 * function reported a run. Times that clocks skip are not due and those that come twice are due once, as Scheduler has it:
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
 */
export const SCHEDULE_CHECKER_SOURCE = `const { CloudWatchClient, GetMetricDataCommand } = require('@aws-sdk/client-cloudwatch');
const { GetScheduleCommand, SchedulerClient } = require('@aws-sdk/client-scheduler');
const cloudWatch = new CloudWatchClient();
const scheduler = new SchedulerClient();
const [MINUTE, HOUR, DAY] = [60e3, 3600e3, 86400e3];
// CloudWatch forgets what was reported 455 days ago.
const KNOWN_DAYS = 450;

const numeric = Object.fromEntries(['year', 'month', 'day', 'hour', 'minute', 'second'].map((unit) => [unit, 'numeric']));
const formats = {};

// What clocks show, as a number of milliseconds.
function shownAt(moment, timeZone) {
  formats[timeZone] ??= new Intl.DateTimeFormat('en', { timeZone, hourCycle: 'h23', ...numeric });
  const parts = formats[timeZone].formatToParts(moment).map(({ type, value }) => [type, Number(value)]);
  const { year, month, day, hour, minute, second } = Object.fromEntries(parts);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

// The first moment at which clocks show that, if there is one.
function momentOf(shown, timeZone) {
  const offsets = [-DAY, DAY].map((away) => shownAt(shown + away, timeZone) - shown - away);
  const moments = offsets.map((offset) => shown - offset).filter((moment) => shownAt(moment, timeZone) === shown);
  return moments.length > 0 ? Math.min(...moments) : undefined;
}

// The last time that is due and not after the given moment.
function lastDue({ cron, timeZone, everySeconds }, moment) {
  if (!cron) return moment - everySeconds * 1000;
  const all = (field, count) => (field === '*' ? [...Array(count).keys()] : field);
  const has = (field, value) => field === '*' || field.includes(value);
  const times = all(cron.hour, 24).flatMap((hour) => all(cron.minute, 60).map((minute) => hour * HOUR + minute * MINUTE));
  const today = Math.floor(shownAt(moment, timeZone) / DAY);
  for (let day = today; day > today - KNOWN_DAYS; day--) {
    const date = new Date(day * DAY);
    if (!has(cron.month, date.getUTCMonth() + 1) || !has(cron.dayOfMonth, date.getUTCDate())) continue;
    if (!has(cron.dayOfWeek, date.getUTCDay())) continue;
    for (const time of times.toReversed()) {
      const due = momentOf(day * DAY + time, timeZone);
      if (due <= moment) return due;
    }
  }
}

// A schedule that somebody deleted was due all the same.
async function deployed(arn) {
  const [, GroupName, Name] = arn.split('/');
  try {
    return await scheduler.send(new GetScheduleCommand({ GroupName, Name }));
  } catch (error) {
    if (error.name === 'ResourceNotFoundException') return {};
    throw error;
  }
}

async function runsSince(time, { function: Function, trigger }, now) {
  const Dimensions = Object.entries({ function: Function, trigger }).map(([Name, Value]) => ({ Name, Value }));
  const Metric = { Namespace: 'faasten', MetricName: 'invocations', Dimensions };
  const { MetricDataResults } = await cloudWatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(time - (time % HOUR)),
      EndTime: new Date(now),
      MetricDataQueries: [{ Id: 'runs', MetricStat: { Metric, Period: 3600, Stat: 'Sum' } }],
    }),
  );
  return MetricDataResults[0].Values.reduce((sum, value) => sum + value, 0);
}

async function check(schedule, now) {
  const { arn, function: Function, trigger, least, lateSeconds } = schedule;
  const { LastModificationDate = 0, StartDate = 0, EndDate = now, FlexibleTimeWindow } = await deployed(arn);
  const window = (FlexibleTimeWindow?.MaximumWindowInMinutes ?? 0) * MINUTE;
  const due = lastDue(schedule, now - lateSeconds * 1000 - window);
  const counts = due >= Math.max(LastModificationDate, StartDate) && due <= EndDate;
  const runs = counts ? await runsSince(due, schedule, now) : undefined;
  const report = {
    message: 'schedule',
    ...{ function: Function, trigger, due: counts ? new Date(due) : undefined, runs },
    missedRun: runs < least ? 1 : 0,
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: [
        { Namespace: 'faasten', Dimensions: [['function', 'trigger']], Metrics: [{ Name: 'missedRun', Unit: 'Count' }] },
      ],
    },
  };
  process.stdout.write(JSON.stringify(report) + '\\n');
}

exports.handler = async ({ schedules }) => {
  const now = Date.now();
  const checked = await Promise.allSettled(schedules.map((schedule) => check(schedule, now)));
  const failed = checked.flatMap(({ reason }) => reason ?? []);
  if (failed.length > 0) throw new AggregateError(failed, failed.map(({ message }) => message).join(', '));
};
`;
