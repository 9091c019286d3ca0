import type { AlarmSpec, SloSpec } from '../../../core/model.js';
import type { Subject } from '../../../core/monitoring/port.js';
import { duration } from '../../../core/monitoring/promql.js';
import { silencer } from '../../../core/monitoring/silences.js';
import { upper } from '../../../core/monitoring/words.js';
import type { ApiResources } from '../api.js';
import type { QueueResources } from '../queue.js';
import type { Rule } from './chart.js';
import { bound, type Matcher, MEMORY_USED, MINUTE, NO_BOUND, range, selectorOf, sumOver, type Window } from './promql.js';

const MEBIBYTE = 1_048_576;

/** Which of the recorded series are those of a subject; undefined where nothing can be counted of it. */
export type Selection = Readonly<Record<string, Matcher | undefined>>;

export function selectionOf(subject: Subject): Selection | undefined {
  switch (subject.kind) {
    case 'function':
      return { function: subject.path };
    case 'schedule':
      return { function: subject.path.slice(0, -subject.name.length - 1), kind: 'schedule', trigger: subject.name };
    case 'api': {
      // Gateways have no metrics in common: requests are counted by the functions that answer them.
      const functions = (subject.backend as ApiResources).functionPaths;
      return functions.length > 0 ? { function: functions, kind: 'http' } : undefined;
    }
    case 'queue': {
      const { consumer } = subject.backend as QueueResources;
      return consumer && { function: consumer.path, kind: 'queue', trigger: consumer.trigger };
    }
  }
}

/**
 * What keeps an alert from being on. Silences in UTC are Alertmanager's, which goes on to show what it tells nobody; an AlertmanagerConfig
 * cannot say a time zone.
 * @throws for a time zone whose clock does not change by rules
 */
export function unlessSilent({ subject, silences }: AlarmSpec | SloSpec): (query: string) => string {
  return silencer(
    subject.path,
    silences.filter(({ timeZone }) => timeZone !== 'UTC'),
  );
}

/** An alarm as it was asked for. */
export interface Alarm {
  readonly spec: AlarmSpec;
  readonly subject: Subject;
  /** Labels that lead to its channels, when the manifests are written. */
  readonly labels: () => Readonly<Record<string, string>>;
}

/**
 * The alerts of alarms. Those of functions which differ in nothing but the function are one rule: a chart with a thousand functions
 * then has as many rules as one with ten, and fits into an object of Kubernetes.
 */
export function alertsOf(alarms: readonly Alarm[], namespace: string | undefined): readonly Rule[] {
  const rules = new Map<string, Omit<Alarm, 'labels'> & { functions: string[]; labels: Readonly<Record<string, string>> }>();
  for (const { spec, subject, labels: late } of alarms) {
    const labels = late();
    const alone = spec.subject.kind === 'function' ? undefined : spec.subject.path;
    const key = JSON.stringify([{ ...spec, subject: alone }, labels]);
    const known = rules.get(key) ?? { spec, subject, labels, functions: [] };
    known.functions.push(spec.subject.path);
    rules.set(key, known);
  }
  return [...rules.values()].flatMap(({ spec, subject, labels, functions }) => {
    const selection = spec.subject.kind === 'function' ? { function: functions.sort() } : selectionOf(subject);
    return selection ? [alertOf(spec, selection, namespace, labels)] : [];
  });
}

function alertOf(
  spec: AlarmSpec,
  selection: Selection,
  namespace: string | undefined,
  labels: Readonly<Record<string, string>>,
): Rule {
  const { kind, path } = spec.subject;
  const absence = spec.signal === 'schedule.runs';
  const { windowSeconds: seconds } = spec;
  // Every one of the periods; a `for` would only look at the moments of evaluation.
  const conditions = Array.from({ length: absence ? 1 : spec.periods }, (_, index) =>
    conditionOf(spec, { namespace, ...selection }, { seconds, ago: index * seconds }),
  );
  const own = kind === 'function' ? undefined : { ...(namespace && { namespace }), [kind]: path };
  return {
    alert: `${upper(kind)}${upper(spec.name)}`,
    expr: unlessSilent(spec)(conditions.length === 1 ? conditions[0]! : anyOf(conditions, spec.periodsToAlarm)),
    // As long as the absence lasts, and no longer than the rule is there: a new schedule has not missed anything.
    ...(absence && !isCut(spec) && { for: duration(spec.windowSeconds * spec.periods) }),
    labels: { severity: spec.severity, ...own, ...labels },
    annotations: {
      summary: `${kind} ${own ? path : '{{ $labels.function }}'}: ${spec.name}`,
      description: spec.why,
      runbook_url: spec.runbook,
    },
  };
}

/** `count` of the conditions hold. */
function anyOf(conditions: readonly string[], count: number): string {
  const choices = combinations(conditions, count).map((some) => some.map((condition) => `(${condition})`).join(' and '));
  return choices.length === 1 ? choices[0]! : choices.map((choice) => `(${choice})`).join(' or ');
}

function combinations<T>([first, ...rest]: readonly T[], count: number): T[][] {
  if (count === 0) return [[]];
  if (first === undefined) return [];
  return [...combinations(rest, count - 1).map((others) => [first, ...others]), ...combinations(rest, count)];
}

/** The condition of an alarm in PromQL. */
function conditionOf(spec: AlarmSpec, selection: Selection, window: Window): string {
  const selector = selectorOf(selection);
  const { threshold, comparison } = spec;
  const by = spec.subject.kind === 'function' ? 'namespace, function' : 'namespace';
  const sum = (record: string, more: Selection = {}) => sumOver(record, selectorOf({ ...selection, ...more }), window, by);
  switch (spec.signal) {
    case 'function.errors':
    case 'api.serverErrors': {
      const bad = sum(MINUTE.errors);
      const enough = spec.minBadEvents > 0 ? ` and ${bad} >= ${spec.minBadEvents}` : '';
      return `100 * ${bad} / ${sum(MINUTE.invocations)} ${comparison} ${threshold}${enough}`;
    }
    case 'function.duration':
    case 'api.latency': {
      // The percentile is at or above the threshold when too few are below it; quantiles of buckets would be a guess.
      const share = Number((1 - Number(spec.statistic.slice(1)) / 100).toFixed(4));
      const fast = `${sum(MINUTE.durations, { le: bound(threshold) })} / ${sum(MINUTE.durations, { le: NO_BOUND })}`;
      return `1 - ${fast} >= ${share}`;
    }
    case 'function.memoryUsed':
      return `max by (${by}) (max_over_time(${MEMORY_USED}${selector}${range(window)})) / ${MEBIBYTE} ${comparison} ${threshold}`;
    case 'function.throttles':
      return `${sum(MINUTE.throttles)} ${comparison} ${threshold}`;
    case 'function.deadLetters':
      return `${sum(MINUTE.deadLetters, { kind: { not: 'queue' } })} ${comparison} ${threshold}`;
    case 'queue.deadLetters':
      return `${sum(MINUTE.deadLetters)} ${comparison} ${threshold}`;
    case 'schedule.runs':
      return isCut(spec) ? absence(spec, selector) : `absent(${MINUTE.invocations}${selector} > 0)`;
    default:
      throw new Error(`'${spec.signal}' is not measured on Kubernetes`);
  }
}

/** Whether silences would cut the time short for which an absence must last. */
function isCut({ silences }: AlarmSpec): boolean {
  return silences.some(({ timeZone }) => timeZone !== 'UTC');
}

/** No run in all of the time, though there was one before. */
function absence({ windowSeconds, periods }: AlarmSpec, selector: string): string {
  const seconds = windowSeconds * periods;
  const runs = (within: number) => `sum(sum_over_time(${MINUTE.invocations}${selector}${range({ seconds: within })})) > 0`;
  return `absent(${runs(seconds)}) and ${runs(2 * seconds)}`;
}
