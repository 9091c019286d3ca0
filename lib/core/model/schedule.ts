export interface ScheduleTriggerSpec {
  readonly kind: 'schedule';
  readonly expression:
    | { readonly kind: 'cron'; readonly cron: CronSpec; readonly timeZone: string }
    | { readonly kind: 'rate'; readonly everySeconds: number };
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
