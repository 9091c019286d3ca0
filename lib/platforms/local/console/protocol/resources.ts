/** Topics, buckets, schedules, and room for what comes. */
import type { PageRequest } from './common.js';

export interface TopicState {
  readonly id: string;
  readonly label: string;
  /** Messages since the process started. */
  readonly publishedCount: number;
  readonly lastPublishedTimeMs?: number;
  readonly subscriptions: readonly TopicSubscription[];
}

export interface TopicSubscription {
  readonly functionId: string;
  readonly trigger: string;
  /** Empty: every message. */
  readonly filter: Readonly<Record<string, readonly string[]>>;
  /** Messages the filter let through, and those it did not. */
  readonly deliveredCount: number;
  readonly filteredCount: number;
}

export interface BucketState {
  readonly id: string;
  readonly label: string;
  /** Where the objects lie, relative to the project. */
  readonly folder: string;
  readonly objectCount: number;
  readonly sizeBytes: number;
}

export interface ObjectSummary {
  readonly key: string;
  readonly sizeBytes: number;
  readonly modifiedTimeMs: number;
  readonly contentType?: string;
}

export interface ObjectQuery extends PageRequest {
  readonly prefix?: string;
}

export interface ScheduleState {
  /** `<function>/<trigger>` */
  readonly id: string;
  readonly functionId: string;
  readonly label: string;
  /** `0 3 * * *`, `every 5 minutes`. */
  readonly expression: string;
  /** IANA name; absent for rates. */
  readonly timeZone?: string;
  /** The next few runs, the earliest first. */
  readonly nextRunTimesMs: readonly number[];
  readonly lastRunTimeMs?: number;
  readonly lastInvocationId?: string;
}

/** State of an alarm or service level objective, where the service declares some. */
export interface AlarmState {
  readonly id: string;
  readonly label: string;
  /** What it watches: a function, queue, API, schedule; of an objective, also a service. */
  readonly resourceId?: string;
  readonly state: 'ok' | 'alarm' | 'noData';
  /** Its condition: `errors > 5 % over 5 minutes, and 2 events at least`. */
  readonly reason: string;
  /** When it came into this state. */
  readonly sinceTimeMs: number;
  /** `page` wakes somebody up, `ticket` waits for the next working day. */
  readonly severity: 'page' | 'ticket';
  readonly why: string;
  /** Where it says what to do. */
  readonly runbook: string;
  /** Paths of the channels that the cloud would tell. Nothing is sent on this machine. */
  readonly tells: readonly string[];
  /** Whether it is in a silence now, in which nobody is told. */
  readonly silenced: boolean;
  /** Of an objective. */
  readonly budget?: BudgetState;
}

/** What is left of an error budget, over what ran since the process started. */
export interface BudgetState {
  /** `99.9 % do not fail over 30 days` */
  readonly objective: string;
  readonly events: number;
  readonly badEvents: number;
  /** From 1 down to 0, and below when the objective is missed. */
  readonly remaining: number;
}

/** A time in which an alarm was on. */
export interface AlarmFiring {
  /** Of the alarm. */
  readonly id: string;
  readonly severity: 'page' | 'ticket';
  /** In words: the alarm's condition, or how fast the budget burned. */
  readonly reason: string;
  readonly fromTimeMs: number;
  /** Absent while it is on. */
  readonly toTimeMs?: number;
}
