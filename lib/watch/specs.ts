/** From what users say about monitoring to specs: pure, no constructs but channels passing through. */
import type { Checks } from '../core/checks.js';
import type { DurationLike } from '../core/duration.js';
import { shown } from '../core/errors.js';
import type { AlarmName, AlarmSpec, SilenceSpec, SloSpec } from '../core/model.js';
import type { AlarmDefault } from '../core/monitoring/alarms.js';
import { SIGNALS } from '../core/monitoring/signals.js';
import { burnRateAlerts } from '../core/monitoring/slo.js';
import type { AlarmOptions, MonitoringOptions, SilenceWindow, SloOptions } from '../monitoring.js';

/** Page of runbooks for who names no other: it comes with the package. */
const RUNBOOKS = 'faasten/docs/alarms.md';

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

/** What the levels around a construct say of one alarm together, the outermost first; false where the innermost word is «off». */
export function alarmOptions(levels: readonly MonitoringOptions[], name: AlarmName): AlarmOptions | false {
  let options: AlarmOptions | false = {};
  for (const level of levels) {
    const said = level.alarms?.[name];
    if (said !== undefined) options = said && { ...options, ...said };
  }
  return options;
}

/** Anchor of a runbook in docs/alarms.md: `function-errors`, `queue-message-age`. */
export function runbookAnchor(of: string, name: string): string {
  return `${of}-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

export function runbookOf(levels: readonly MonitoringOptions[], anchor: string): string {
  const base =
    levels
      .map(({ runbooks }) => runbooks)
      .filter(Boolean)
      .at(-1) ?? RUNBOOKS;
  return `${base}#${anchor}`;
}

export function alarmSpec(
  row: AlarmDefault,
  path: string,
  spec: object,
  options: AlarmOptions,
  levels: readonly MonitoringOptions[],
  checks: Checks,
): AlarmSpec {
  const { name, of, signal, statistic, comparison, missingData, why } = row;
  const where = `monitoring.alarms.${name}`;
  const unit = statistic === 'percent' ? 'percent' : SIGNALS[signal].unit;
  const severity = options.severity ?? row.severity;
  if (severity !== 'page' && severity !== 'ticket')
    checks.fail(`${where}.severity is ${shown(severity)}`, "give 'page' or 'ticket'");
  const whole = (property: 'periods' | 'minBadEvents', least: number) =>
    options[property] === undefined ? undefined : checks.integer(`${where}.${property}`, options[property], least);
  const periods = whole('periods', 1);
  return {
    name,
    subject: { kind: of, path },
    signal,
    statistic,
    comparison,
    threshold: options.threshold === undefined ? row.threshold(spec as never) : threshold(where, unit, options.threshold, checks),
    unit,
    windowSeconds:
      options.window === undefined ? row.windowSeconds(spec as never) : minutes(`${where}.window`, options.window, checks) * 60,
    periods: periods ?? row.periods,
    periodsToAlarm: periods ?? row.periodsToAlarm,
    minBadEvents: whole('minBadEvents', 0) ?? row.minBadEvents,
    missingData,
    severity,
    why,
    runbook: runbookOf(levels, runbookAnchor(of, name)),
    silences: silences(levels, checks),
  };
}

function threshold(where: string, unit: AlarmSpec['unit'], value: number | DurationLike, checks: Checks): number {
  const timed = unit === 'milliseconds' || unit === 'seconds';
  if (timed) {
    if (typeof value !== 'object')
      checks.fail(`${where}.threshold is ${shown(value)}`, 'give a Duration, as in Duration.seconds(2)');
    const millis = checks.milliseconds(`${where}.threshold`, value);
    return unit === 'seconds' ? millis / 1000 : millis;
  }
  if (typeof value !== 'number' || !(value >= 0) || value > (unit === 'percent' ? 100 : Number.MAX_SAFE_INTEGER))
    checks.fail(`${where}.threshold is ${shown(value)}`, `give a number in ${unit === 'count' ? 'events' : unit}, zero or more`);
  return value;
}

function minutes(property: string, value: DurationLike, checks: Checks): number {
  const seconds = checks.seconds(property, value, 60);
  if (seconds % 60 !== 0) checks.fail(`${property} is ${seconds} seconds`, 'give whole minutes');
  return seconds / 60;
}

/** Those of all levels: who silences a service silences what is in it. */
export function silences(levels: readonly MonitoringOptions[], checks: Checks): readonly SilenceSpec[] {
  return levels.flatMap((level) => (level.silences ?? []).map((window) => silence(window, checks)));
}

function silence({ days = DAYS, from, to, timeZone = 'UTC' }: SilenceWindow, checks: Checks): SilenceSpec {
  const minute = (property: string, text: string) => {
    const [, hours, mins] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
    if (hours === undefined) checks.fail(`silences.${property} is ${shown(text)}`, "give hours and minutes, as in '22:00'");
    return Number(hours) * 60 + Number(mins);
  };
  for (const day of days) if (!DAYS.includes(day)) checks.fail(`silences.days has ${shown(day)}`, `use ${DAYS.join(', ')}`);
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch {
    checks.fail(`silences.timeZone is ${shown(timeZone)}`, "give an IANA name, as in 'Europe/Berlin'");
  }
  const numbers = [...new Set(days.map((day) => DAYS.indexOf(day)))].sort();
  return { days: numbers, fromMinute: minute('from', from), toMinute: minute('to', to), timeZone };
}

/** The objectives of a construct, checked. */
export function sloSpecs(
  slo: SloOptions,
  subject: SloSpec['subject'],
  levels: readonly MonitoringOptions[],
  checks: Checks,
): readonly SloSpec[] {
  const { availability, latency } = slo;
  const windowSeconds = slo.window === undefined ? 30 * 86_400 : checks.seconds('slo.window', slo.window, 86_400, 90 * 86_400);
  if (windowSeconds % 86_400 !== 0) checks.fail(`slo.window is ${windowSeconds} seconds`, 'give whole days');
  if (availability === undefined && latency === undefined) checks.fail('slo is empty', 'give availability, latency or both');
  const objective = (property: string, percent: unknown) => {
    if (typeof percent !== 'number' || !(percent >= 50 && percent < 100)) {
      checks.fail(
        `${property} is ${shown(percent)}`,
        'give percent, from 50 to less than 100, as in 99.9: at 100 nothing may ever fail',
      );
    }
    return Number((percent / 100).toPrecision(12));
  };
  const common = {
    subject,
    windowSeconds,
    minBadEvents: slo.minBadEvents === undefined ? 2 : checks.integer('slo.minBadEvents', slo.minBadEvents, 0),
    silences: silences(levels, checks),
  };
  const made = (name: SloSpec['name'], share: number, thresholdMillis?: number): SloSpec => ({
    name,
    ...common,
    objective: share,
    thresholdMillis,
    alerts: burnRateAlerts(share, windowSeconds),
    runbook: runbookOf(levels, runbookAnchor('slo', name)),
  });
  return [
    ...(availability === undefined ? [] : [made('availability', objective('slo.availability', availability))]),
    ...(latency === undefined
      ? []
      : [
          made(
            'latency',
            objective('slo.latency.percentile', latency.percentile),
            positive('slo.latency.threshold', latency.threshold, checks),
          ),
        ]),
  ];
}

function positive(property: string, value: DurationLike, checks: Checks): number {
  const millis = checks.milliseconds(property, value);
  if (!(millis >= 1)) checks.fail(`${property} is ${millis} milliseconds`, 'give a millisecond or more');
  return millis;
}
