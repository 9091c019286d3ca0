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
  /** What it watches: a function, queue, API. */
  readonly resourceId?: string;
  readonly state: 'ok' | 'alarm' | 'noData';
  /** `3 of the last 5 minutes had more than 5 % errors`. */
  readonly reason: string;
  readonly sinceTimeMs: number;
}
