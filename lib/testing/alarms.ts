import type { IConstruct } from 'constructs';
import { describe, type SloModel } from '../core/describe.js';
import { FaastenError } from '../core/errors.js';
import { type EventSample, evaluateSlo } from '../core/monitoring/evaluate.js';
import { burnRateOf, conditionOf, objectiveOf } from '../core/monitoring/words.js';

const HEADER = ['construct', 'alarm', 'when', 'severity', 'tells', 'why'];

/**
 * The alarms of a service, or of everything below any construct, as a table to read and to keep as a snapshot: one line each, in an
 * order that does not change with the order of declaration.
 */
export function alarmTable(scope: IConstruct): string {
  const { alarms, slos } = describe(scope);
  const rows = [
    ...alarms.map((alarm) => [
      alarm.subject.path,
      alarm.name,
      conditionOf(alarm),
      alarm.severity,
      told(alarm.channels),
      alarm.why,
    ]),
    ...slos.flatMap((slo) =>
      slo.alerts.map((alert) => [
        slo.subject.path,
        `slo ${slo.name}`,
        burnRateOf(alert),
        alert.severity,
        told(slo.channels[alert.severity]),
        objectiveOf(slo),
      ]),
    ),
  ];
  const key = ([path, name]: string[]) => `${path}\n${name}`;
  const sorted = rows
    .map((row, index) => ({ row, index }))
    .sort((a, b) => (key(a.row) < key(b.row) ? -1 : key(a.row) > key(b.row) ? 1 : a.index - b.index))
    .map(({ row }) => row);
  return [HEADER, HEADER.map((name) => '-'.repeat(name.length)), ...sorted].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

export interface FailingTraffic {
  /** Share of events that fail, from 0 to 1. */
  readonly errorRatio: number;
  readonly eventsPerMinute: number;
}

/**
 * After how many minutes of such traffic the availability objective of a construct wakes somebody up (`page`), evaluated once a
 * minute after three days without a failure; undefined where it never does. The same evaluation that the local platform makes.
 * @throws when the construct has no availability objective
 */
export function minutesUntilPage(construct: IConstruct, traffic: FailingTraffic): number | undefined {
  const { path } = construct.node;
  const slo = describe(construct).slos.find(({ subject, name }) => subject.path === path && name === 'availability');
  if (!slo) throw new FaastenError('invalid-value', `'${path}' has no slo.availability; give it one to ask when it alerts`, path);
  return untilPage(slo, traffic);
}

const MINUTE = 60;
const QUIET_MINUTES = 3 * 24 * 60;

function untilPage(slo: SloModel, { errorRatio, eventsPerMinute }: FailingTraffic): number | undefined {
  const longest = Math.max(0, ...slo.alerts.map(({ longWindowSeconds }) => longWindowSeconds)) / MINUTE;
  const samples: EventSample[] = Array.from({ length: QUIET_MINUTES + longest }, (_, index) => ({
    atSeconds: (index + 1) * MINUTE,
    good: eventsPerMinute * (index < QUIET_MINUTES ? 1 : 1 - errorRatio),
    total: eventsPerMinute,
  }));
  const page = evaluateSlo(slo, samples).firings.find(({ severity }) => severity === 'page');
  return page && page.fromSeconds / MINUTE - QUIET_MINUTES;
}

function told(channels: readonly string[]): string {
  return channels.length === 0 ? 'nobody' : channels.join(', ');
}
