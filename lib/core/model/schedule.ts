export type RecurringExpression =
  | { readonly kind: 'cron'; readonly cron: CronSpec; readonly timeZone: string }
  | { readonly kind: 'rate'; readonly everySeconds: number };

/** Once. `local` is `2026-12-24T18:00:00`, a time of the clock in that zone. */
export interface OnceExpression {
  readonly kind: 'at';
  readonly local: string;
  readonly timeZone: string;
}

export interface ScheduleTriggerSpec {
  readonly kind: 'schedule';
  readonly expression: RecurringExpression | OnceExpression;
  /** Undefined is true. */
  readonly enabled?: false;
}

/** The five fields of crontab(5), checked and expanded to what they mean. */
export interface CronSpec {
  /** As the user wrote it. */
  readonly source: string;
  readonly minute: CronField;
  readonly hour: CronField;
  readonly dayOfMonth: CronField;
  readonly month: CronField;
  /** 0 is Sunday. */
  readonly dayOfWeek: CronField;
}
/** `*`, or the values in ascending order. */
export type CronField = '*' | readonly number[];
