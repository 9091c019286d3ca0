import type { Severity, SignalName } from '../../../../core/model.js';
import { burningAt, isOnAt } from '../../../../core/monitoring/evaluate.js';
import type { ErrorBudget } from '../../../../core/monitoring/slo.js';
import { burnRateOf, conditionOf, objectiveOf } from '../../../../core/monitoring/words.js';
import type { AlarmFiring, AlarmState, BudgetState, InvocationSummary } from '../../console/protocol.js';
import type { LocalAlarmModel, LocalModel, LocalObjectiveModel } from '../../model.js';
import type { Clock } from '../clock.js';
import { type Change, keyOf, type Store } from '../store.js';
import { type Firing, Firings } from './firings.js';
import { endOfMinute, MINUTE, Series } from './series.js';
import { answerOf, latencyOf, sourceKind, valueIn } from './signals.js';
import { isSilenced } from './silence.js';

/** What an alarm looks at each minute; undefined for what is counted of invocations. */
export type Gauge = (signal: SignalName, path: string) => number | undefined;

interface WatchedAlarm {
  readonly id: string;
  /** Name of its series in the store. One that is measured in another way is another one. */
  readonly stored: string;
  readonly spec: LocalAlarmModel;
  readonly series: Series;
  firing?: Firing;
  sinceTimeMs: number;
}

interface WatchedObjective {
  readonly id: string;
  readonly stored: string;
  readonly spec: LocalObjectiveModel;
  readonly series: Series;
  /** Paths of what counts. */
  readonly counts: ReadonlySet<string>;
  /** By number of the alert. */
  readonly firings: Map<number, Firing>;
  budget: BudgetState;
  sinceTimeMs: number;
}

/**
 * The alarms and objectives of a service, judged at the end of each minute by the engine's clock. What they are judged by outlives
 * the process, but for the minute that runs when it is killed.
 */
export class Alarms {
  /** Told when an alarm begins or ends, and when the budget of an objective changed. */
  onChange: (state: AlarmState) => void = () => {};
  private readonly alarms: readonly WatchedAlarm[];
  private readonly objectives: readonly WatchedObjective[];
  private readonly bySubject = new Map<string, WatchedAlarm[]>();
  private readonly fired = new Firings();
  /** Whether there may be something to write. */
  private isJudged = false;
  private readonly startSeconds: number;
  /** Seconds after the last event in which something may still begin or end. */
  private readonly horizon: number;
  private lastSeconds = 0;
  private next?: { readonly timeMs: number; readonly cancel: () => void };
  private closed = false;

  constructor(
    model: Pick<LocalModel, 'alarms' | 'objectives'>,
    private readonly clock: Clock,
    private readonly gauge: Gauge,
  ) {
    const sinceTimeMs = clock.now();
    this.startSeconds = endOfMinute(sinceTimeMs);
    this.alarms = model.alarms.map((spec) => {
      const id = `${spec.subject.path}/${spec.name}`;
      return { id, stored: `${id} ${spec.signal} ${spec.statistic}`, spec, sinceTimeMs, series: new Series(spec.statistic) };
    });
    for (const alarm of this.alarms) {
      const key = subjectOf(alarm.spec.subject.kind, alarm.spec.subject.path);
      this.bySubject.set(key, [...(this.bySubject.get(key) ?? []), alarm]);
    }
    this.objectives = model.objectives.map((spec) => ({
      id: `${spec.subject.path}/slo/${spec.name}`,
      stored: `${spec.subject.path}/slo/${spec.name} ${spec.thresholdMillis ?? ''}`,
      ...{ spec, sinceTimeMs, series: new Series('percent'), firings: new Map<number, Firing>(), counts: new Set(spec.counts) },
      budget: { objective: objectiveOf(spec), events: 0, badEvents: 0, remaining: 1 },
    }));
    this.horizon = Math.max(
      0,
      ...this.alarms.filter(({ spec }) => spec.missingData === 'ok').map(({ spec }) => spec.windowSeconds * spec.periods),
      ...this.objectives.flatMap(({ spec }) => spec.alerts.map(({ shortWindowSeconds }) => shortWindowSeconds)),
    );
  }

  /** Every alarm and objective, as it is now. */
  get states(): readonly AlarmState[] {
    return [...this.alarms.map((alarm) => this.stateOf(alarm)), ...this.objectives.map((each) => this.objectiveState(each))];
  }

  /** Times in which alarms were on, the oldest first. */
  get firings(): readonly AlarmFiring[] {
    return this.fired.all;
  }

  /** Finds what an earlier process left. */
  async load(store: Store): Promise<void> {
    const nowMs = this.clock.now();
    const at = Math.floor(nowMs / 60_000) * MINUTE;
    const watched = [...this.alarms, ...this.objectives];
    const byName = new Map(watched.map((each) => [each.stored, each]));
    const old: Change[] = [];
    for (const [key, minute] of await store.entries(keyOf('minute', ''))) {
      const [, name, atSeconds] = key.split('\0') as [string, string, string];
      const known = byName.get(name);
      if (known) known.series.restore(Number(atSeconds), minute);
      // Of what is not watched any more.
      else old.push({ key });
    }
    await store.commit(old);
    const ids = new Set(watched.map(({ id }) => id));
    await this.fired.load(store, ({ id }) => ids.has(id), nowMs);
    for (const each of watched) {
      each.sinceTimeMs = this.fired.lastTimeMs(each.id) ?? each.sinceTimeMs;
      this.lastSeconds = Math.max(this.lastSeconds, each.series.lastSeconds ?? 0);
    }
    for (const alarm of this.alarms) [alarm.firing] = this.fired.open(alarm.id);
    for (const objective of this.objectives) {
      const { id, spec, firings, series } = objective;
      for (const firing of this.fired.open(id)) {
        const index = spec.alerts.findIndex((alert) => burnRateOf(alert) === firing.reason);
        if (index < 0) this.fired.end(firing, nowMs);
        else firings.set(index, firing);
      }
      series.forget(at - spec.windowSeconds);
      objective.budget = budgetOf(objective, burningAt(spec, series.events(), at).budget);
    }
  }

  /** What is to be written since the last time: something after each minute, and what is left at the end. */
  changes(): Change[] {
    if (!this.isJudged && !this.closed) return [];
    this.isJudged = false;
    const minutes = [...this.alarms, ...this.objectives].flatMap(({ series, stored }) => series.changes('minute', stored));
    return [...minutes, ...this.fired.changes()];
  }

  close(): void {
    this.closed = true;
    this.next?.cancel();
  }

  /** Counts an invocation that ended. */
  observe(summary: InvocationSummary): void {
    const { functionId, origin } = summary;
    const at = Math.max(this.lastSeconds, endOfMinute(this.clock.now()));
    this.lastSeconds = at;
    const source = sourceKind(origin);
    this.count(subjectOf('function', functionId), summary, at);
    if (source && origin.resourceId !== undefined) this.count(subjectOf(source, origin.resourceId), summary, at);
    for (const objective of this.objectives) {
      const good = isGood(objective, summary);
      if (good !== undefined) objective.series.add(at, good ? 0 : 1, 1);
    }
    this.wake();
  }

  /** Something may have changed: looks at it when the minute is over. */
  wake(): void {
    if (this.closed || this.alarms.length + this.objectives.length === 0) return;
    const timeMs = endOfMinute(this.clock.now()) * 1000;
    if (this.next && this.next.timeMs <= timeMs) return;
    this.at(timeMs);
  }

  private at(timeMs: number): void {
    this.next?.cancel();
    const cancel = this.clock.at(timeMs, () => {
      this.next = undefined;
      this.judge(Math.floor(this.clock.now() / 60_000) * MINUTE);
      const due = this.nextSeconds();
      if (!this.closed && due !== undefined) this.at(due * 1000);
    });
    this.next = { timeMs, cancel };
  }

  /** When to look again: each minute while anything may begin or end by itself, else when a run will have been missed. */
  private nextSeconds(): number | undefined {
    const next = endOfMinute(this.clock.now());
    const busy = this.alarms.some(
      ({ spec, firing }) =>
        spec.missingData === 'ok' && (firing !== undefined || (this.gauge(spec.signal, spec.subject.path) ?? 0) > 0),
    );
    if (busy || this.objectives.some(({ firings }) => firings.size > 0)) return next;
    if (next <= this.lastSeconds + this.horizon + MINUTE) return next;
    const missed = this.alarms
      .filter(({ spec, firing }) => spec.missingData === 'alarm' && !firing)
      .map(({ spec, series }) => (series.lastSeconds ?? this.startSeconds) + spec.windowSeconds * spec.periods);
    return missed.length === 0 ? undefined : Math.max(next, Math.min(...missed));
  }

  private count(key: string, summary: InvocationSummary, at: number): void {
    for (const { spec, series } of this.bySubject.get(key) ?? []) {
      const counted = valueIn(spec.signal, summary);
      if (counted) series.add(at, counted.value, counted.total);
    }
  }

  private judge(at: number): void {
    this.isJudged = true;
    for (const alarm of this.alarms) {
      const { spec, series } = alarm;
      const level = this.gauge(spec.signal, spec.subject.path);
      if (level !== undefined) series.add(at, level);
      series.forget(at - spec.windowSeconds * spec.periods);
      // What did not run yet since the start has not been missed.
      const isKnown = spec.missingData === 'ok' || at >= this.startSeconds + spec.windowSeconds * spec.periods;
      const isOn = (isKnown || alarm.firing !== undefined) && isOnAt(spec, series.samples(), at);
      if (isOn === (alarm.firing !== undefined)) continue;
      alarm.firing = this.turn(alarm.firing, at, { id: alarm.id, severity: spec.severity, reason: conditionOf(spec) });
      alarm.sinceTimeMs = at * 1000;
      this.onChange(this.stateOf(alarm));
    }
    for (const objective of this.objectives) this.judgeObjective(objective, at);
  }

  private judgeObjective(objective: WatchedObjective, at: number): void {
    const { id, spec, series, firings } = objective;
    series.forget(at - spec.windowSeconds);
    const events = series.events();
    const { alerts, budget } = burningAt(spec, events, at);
    const severity = severityOf(firings.values());
    for (const [index, alert] of spec.alerts.entries()) {
      const isOn = alerts.includes(alert);
      const firing = firings.get(index);
      if (isOn === (firing !== undefined)) continue;
      const turned = this.turn(firing, at, { id, severity: alert.severity, reason: burnRateOf(alert) });
      if (turned) firings.set(index, turned);
      else firings.delete(index);
    }
    const changed = severityOf(firings.values()) !== severity;
    if (changed) objective.sinceTimeMs = at * 1000;
    const { badEvents, events: before } = objective.budget;
    objective.budget = budgetOf(objective, budget);
    const same = objective.budget.badEvents === badEvents && objective.budget.events === before;
    if (changed || !same) this.onChange(this.objectiveState(objective));
  }

  /** Begins a firing, or ends the one there is. */
  private turn(firing: Firing | undefined, at: number, about: Pick<Firing, 'id' | 'severity' | 'reason'>): Firing | undefined {
    if (!firing) return this.fired.begin(about, at * 1000);
    this.fired.end(firing, at * 1000);
    return undefined;
  }

  private stateOf({ id, spec, series, firing, sinceTimeMs }: WatchedAlarm): AlarmState {
    const { name, subject, severity, why, runbook, silences, tells } = spec;
    const unknown = series.lastSeconds === undefined;
    return {
      ...{ id, label: name, resourceId: subject.path, sinceTimeMs, severity, why, runbook, tells },
      state: firing ? 'alarm' : unknown ? 'noData' : 'ok',
      reason: conditionOf(spec),
      silenced: isSilenced(silences, this.clock.now()),
    };
  }

  private objectiveState({ id, spec, firings, budget, sinceTimeMs }: WatchedObjective): AlarmState {
    const { name, subject, runbook, silences, tells } = spec;
    const severity = severityOf(firings.values());
    const worst = [...firings.values()].find((firing) => firing.severity === severity);
    return {
      ...{ id, label: `slo ${name}`, resourceId: subject.path, sinceTimeMs, runbook, budget },
      state: severity ? 'alarm' : budget.events === 0 ? 'noData' : 'ok',
      reason: worst?.reason ?? budget.objective,
      why: `The objective is that ${budget.objective}.`,
      severity: severity ?? 'page',
      tells: tells[severity ?? 'page'],
      silenced: isSilenced(silences, this.clock.now()),
    };
  }
}

const subjectOf = (kind: string, path: string): string => `${kind} ${path}`;

/** What is left of an objective's budget, as it is told. */
function budgetOf({ budget, series }: WatchedObjective, { used, remaining }: ErrorBudget): BudgetState {
  const events = series.events().reduce((sum, { total }) => sum + total, 0);
  return { ...budget, events, badEvents: used, remaining: Number.isFinite(remaining) ? remaining : -1 };
}

function severityOf(firings: Iterable<AlarmFiring>): Severity | undefined {
  const all = [...firings].map(({ severity }) => severity);
  return all.includes('page') ? 'page' : all[0];
}

/** Whether an invocation is good for an objective; undefined where it does not count. */
function isGood({ spec, counts }: WatchedObjective, summary: InvocationSummary): boolean | undefined {
  const { subject, name, thresholdMillis = 0 } = spec;
  const { functionId, origin, status } = summary;
  if (subject.kind === 'api') {
    if (origin.kind !== 'http' || origin.resourceId !== subject.path) return undefined;
    return name === 'availability' ? answerOf(summary) < 500 : latencyOf(summary) <= thresholdMillis;
  }
  if (subject.kind === 'websocket') {
    if (sourceKind(origin) !== 'websocket' || origin.resourceId !== subject.path) return undefined;
    return name === 'availability' ? status === 'succeeded' : latencyOf(summary) <= thresholdMillis;
  }
  if (!counts.has(functionId) || status === 'throttled') return undefined;
  if (name === 'availability') return status === 'succeeded';
  // Of a service, only requests have somebody who waits.
  if (subject.kind === 'service' && origin.kind !== 'http') return undefined;
  return (summary.durationMs ?? 0) <= thresholdMillis;
}
