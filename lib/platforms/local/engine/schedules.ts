import { randomBytes } from 'node:crypto';
import { Cron } from 'croner';
import type { CronSpec, ScheduleTriggerSpec } from '../../../core/model.js';
import type { LocalModel } from '../model.js';
import type { Clock } from './clock.js';
import { triggerEdge } from './edges.js';
import type { Incoming } from './history/events.js';
import type { Deliveries } from './mail/deliveries.js';
import { type Change, keyOf, type Store } from './store.js';

/** A schedule, which is a trigger of a function. */
export interface Schedule {
  /** `<function>/<trigger>` */
  readonly id: string;
  readonly functionPath: string;
  readonly trigger: string;
  readonly spec: ScheduleTriggerSpec;
  lastRunTimeMs?: number;
}

/** Milliseconds before the start in which what was due is caught up on: nobody is to lose a run by starting anew. */
const CATCH_UP = 60_000;

/** Milliseconds between tries to write what could not be written. */
const RETRY = 1000;

interface State {
  /** Where a rate counts from. */
  readonly startTimeMs: number;
  readonly lastRunTimeMs?: number;
}

/**
 * Sends each function its event when a schedule is due. That a run was due is written together with its event, so that none comes
 * twice. A run that was due in the minute before the start comes then; older ones are skipped.
 */
export class Schedules {
  readonly all = new Map<string, Schedule & { state: State }>();
  onRun: (schedule: Schedule) => void = () => {};
  private readonly cancels = new Map<string, () => void>();
  private closed = false;

  constructor(
    model: LocalModel,
    private readonly deliveries: Deliveries,
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly record: (event: Incoming) => string,
  ) {
    for (const [functionPath, { triggers }] of Object.entries(model.functions)) {
      for (const [trigger, spec] of Object.entries(triggers)) {
        if (spec.kind !== 'schedule') continue;
        const id = `${functionPath}/${trigger}`;
        this.all.set(id, { id, functionPath, trigger, spec, state: { startTimeMs: 0 } });
      }
    }
  }

  async begin(): Promise<void> {
    const fresh: Change[] = [];
    for (const schedule of this.all.values()) {
      const key = keyOf('schedule', schedule.id);
      const known = this.store.read(key) as State | undefined;
      schedule.state = known ?? { startTimeMs: this.clock.now() };
      schedule.lastRunTimeMs = known?.lastRunTimeMs;
      if (!known) fresh.push({ key, value: schedule.state });
    }
    await this.store.commit(fresh);
    for (const schedule of this.all.values()) {
      const missed = this.missed(schedule);
      if (missed !== undefined) await this.run(schedule.id, missed);
      this.wait(schedule);
    }
  }

  /** The next few times at which a schedule is due. */
  next(id: string, count: number): number[] {
    const schedule = this.all.get(id)!;
    const times: number[] = [];
    for (let time = this.clock.now(); times.length < count; ) {
      const due = nextTime(schedule.spec, schedule.state.startTimeMs, time);
      if (due === undefined) break;
      times.push(due);
      time = due;
    }
    return times;
  }

  /** Runs a schedule, whenever it is due. */
  async run(id: string, dueTimeMs: number, traceId = randomBytes(16).toString('hex'), givenEventId?: string): Promise<void> {
    const schedule = this.all.get(id)!;
    const { functionPath, trigger } = schedule;
    const incoming = { kind: 'schedule' as const, resourceId: id, title: 'run on time', timeMs: this.clock.now(), traceId };
    const eventId = givenEventId ?? this.record({ ...incoming, request: () => ({ kind: 'schedule', scheduleId: id }) });
    const state: State = { ...schedule.state, lastRunTimeMs: dueTimeMs };
    const event = {
      kind: 'schedule' as const,
      trigger,
      body: JSON.stringify({ name: trigger, time: new Date(dueTimeMs).toISOString() }),
      ...{ traceId, eventId },
      origin: { kind: 'schedule' as const, resourceId: id, edgeId: triggerEdge(functionPath, trigger), title: trigger },
    };
    await this.deliveries.event(functionPath, event, [{ key: keyOf('schedule', id), value: state }]);
    schedule.state = state;
    schedule.lastRunTimeMs = dueTimeMs;
    this.onRun(schedule);
  }

  close(): void {
    this.closed = true;
    for (const cancel of this.cancels.values()) cancel();
  }

  private wait(schedule: Schedule & { state: State }): void {
    if (this.closed) return;
    const [due] = this.next(schedule.id, 1);
    if (due === undefined) return;
    this.cancels.set(
      schedule.id,
      this.clock.at(due, () => {
        void this.runOnce(schedule.id, due);
        this.wait(schedule);
      }),
    );
  }

  /** Until it is written. */
  private runOnce(id: string, due: number): Promise<void> {
    return this.run(id, due).catch(() => {
      if (!this.closed) this.clock.at(this.clock.now() + RETRY, () => void this.runOnce(id, due));
    });
  }

  /** The latest time of those to be caught up on. */
  private missed({ spec, state: { startTimeMs, lastRunTimeMs = 0 } }: Schedule & { state: State }): number | undefined {
    const now = this.clock.now();
    const since = Math.max(now - CATCH_UP, startTimeMs, lastRunTimeMs);
    let latest = since;
    for (;;) {
      const due = nextTime(spec, startTimeMs, latest);
      if (due === undefined || due > now) return latest === since ? undefined : latest;
      latest = due;
    }
  }
}

/** The first time after `after` at which a schedule is due; undefined where there is none. */
export function nextTime({ expression, enabled }: ScheduleTriggerSpec, startTimeMs: number, after: number): number | undefined {
  if (enabled === false) return undefined;
  if (expression.kind === 'rate') {
    const every = expression.everySeconds * 1000;
    return startTimeMs + (Math.floor((after - startTimeMs) / every) + 1) * every;
  }
  const pattern = expression.kind === 'at' ? expression.local : patternOf(expression.cron);
  const cron = new Cron(pattern, { timezone: expression.timeZone, paused: true });
  return cron.nextRun(new Date(after))?.getTime();
}

function patternOf({ minute, hour, dayOfMonth, month, dayOfWeek }: CronSpec): string {
  return [minute, hour, dayOfMonth, month, dayOfWeek].map((field) => (field === '*' ? '*' : field.join(','))).join(' ');
}
