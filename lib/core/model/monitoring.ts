/** `page` wakes somebody up, `ticket` waits for the next working day: the words of Google's SRE workbook. */
export type Severity = 'page' | 'ticket';

export type SubjectKind = 'function' | 'api' | 'websocket' | 'queue' | 'schedule';

/** What is watched. */
export interface SubjectRef {
  readonly kind: SubjectKind;
  /** Construct path; of a schedule, which is a trigger, `<path of the function>/<name of the trigger>`. */
  readonly path: string;
}

/** What is measured; the rows of lib/core/monitoring/signals.ts. */
export type SignalName =
  | 'function.invocations'
  | 'function.errors'
  | 'function.timeouts'
  | 'function.throttles'
  | 'function.duration'
  | 'function.coldStarts'
  | 'function.initDuration'
  | 'function.memoryUsed'
  | 'function.deadLetters'
  | 'api.requests'
  | 'api.clientErrors'
  | 'api.serverErrors'
  | 'api.latency'
  | 'websocket.connects'
  | 'websocket.messages'
  | 'websocket.requests'
  | 'websocket.clientErrors'
  | 'websocket.serverErrors'
  | 'websocket.latency'
  | 'queue.depth'
  | 'queue.messageAge'
  | 'queue.deadLetters'
  | 'schedule.runs';

export type SignalUnit = 'count' | 'milliseconds' | 'seconds' | 'MiB' | 'percent';

/** What is made of a signal's values in a window. `percent` is the share in the signal's total, from 0 to 100. */
export type Statistic = 'sum' | 'max' | 'p50' | 'p90' | 'p95' | 'p99' | 'percent';

/** Names of the default alarms; the rows of lib/core/monitoring/alarms.ts. */
export type AlarmName =
  | 'errors'
  | 'duration'
  | 'memory'
  | 'throttles'
  | 'deadLetters'
  | 'serverErrors'
  | 'latency'
  | 'messageAge'
  | 'missedRun';

/** A time of the week in which an alarm tells nobody. It ends on the next day where `toMinute` is not after `fromMinute`. */
export interface SilenceSpec {
  /** Days on which it begins; 0 is Sunday. */
  readonly days: readonly number[];
  /** Minutes after midnight, from 0 to 1439. */
  readonly fromMinute: number;
  readonly toMinute: number;
  /** IANA name. */
  readonly timeZone: string;
}

/** A condition on one signal of one construct. */
export interface AlarmSpec {
  readonly name: AlarmName;
  readonly subject: SubjectRef;
  readonly signal: SignalName;
  readonly statistic: Statistic;
  readonly comparison: '>' | '>=' | '<';
  readonly threshold: number;
  readonly unit: SignalUnit;
  /** Length of one period, which the statistic is over. */
  readonly windowSeconds: number;
  /** The alarm is on while `periodsToAlarm` of the last `periods` meet the condition. */
  readonly periods: number;
  readonly periodsToAlarm: number;
  /** Of a `percent`: fewer bad events than this in a period do not meet the condition, so that one failure at night is no alarm. */
  readonly minBadEvents: number;
  /** What a period without any value counts as. */
  readonly missingData: 'ok' | 'alarm';
  readonly severity: Severity;
  /** Why it matters, in a sentence, for whoever gets the alarm. */
  readonly why: string;
  /** Where it says what to do. */
  readonly runbook: string;
  readonly silences: readonly SilenceSpec[];
}

/** One multi-window burn-rate alert. It is on while both windows burn faster than `burnRate`. */
export interface BurnRateAlertSpec {
  readonly severity: Severity;
  /** How many times faster than the objective allows the error budget is used up. */
  readonly burnRate: number;
  readonly longWindowSeconds: number;
  readonly shortWindowSeconds: number;
  /** Share of the whole budget that is gone when it fires at exactly this rate, from 0 to 1. */
  readonly budgetUsed: number;
  /** `burnRate` times the error budget: the share of bad events, from 0 to 1, that both windows must exceed. */
  readonly errorRatio: number;
}

/** A service level objective: the share of good events over a rolling window. */
export interface SloSpec {
  readonly name: 'availability' | 'latency';
  /** A service counts the invocations of its functions; see `Instrumentation.service`. */
  readonly subject: { readonly kind: 'service' | 'api' | 'websocket' | 'function'; readonly path: string };
  /** Share of good events, above 0 and below 1: 0.999. */
  readonly objective: number;
  /** Of `latency`: an event is good that took at most this long. */
  readonly thresholdMillis?: number;
  readonly windowSeconds: number;
  readonly alerts: readonly BurnRateAlertSpec[];
  /** Fewer bad events than this in the long window fire no alert. */
  readonly minBadEvents: number;
  readonly runbook: string;
  readonly silences: readonly SilenceSpec[];
}

/** What a function is told about how it is watched. */
export interface InstrumentationSpec {
  /**
   * Path of the service that the invocations count for: the nearest one with an `slo`, else the outermost. Absent outside of any
   * service.
   */
  readonly service?: string;
  /** Bounds, in ascending order, that a histogram of durations needs for the latency objectives around the function. */
  readonly thresholdsMillis: readonly number[];
}

/** Where alarms go. At least one of the kinds is there. */
export interface ChannelSpec {
  readonly path: string;
  readonly email: readonly string[];
  readonly webhooks: readonly WebhookSpec[];
  readonly slack?: SlackSpec;
  readonly pagerDuty?: { readonly integrationKey: ChannelSecret };
}

/** Reference of a secret; its value never passes through synthesis. */
export interface ChannelSecret {
  readonly name: string;
  readonly field?: string;
  readonly version?: string;
}

export interface WebhookSpec {
  readonly url: string;
  /** Sent as `Authorization: Bearer`. */
  readonly token?: ChannelSecret;
}

/** Each target reads what its own way into Slack needs. */
export interface SlackSpec {
  readonly channel?: string;
  readonly channelId?: string;
  readonly workspaceId?: string;
  readonly webhook?: ChannelSecret;
}

export interface PanelSpec {
  readonly title: string;
  /** What its lines tell, in a sentence. */
  readonly description: string;
  readonly unit: SignalUnit;
  readonly lines: readonly { readonly signal: SignalName; readonly statistic: Statistic; readonly label: string }[];
}

/** What a dashboard shows of one construct: a row of panels. */
export interface DashboardRowSpec {
  readonly subject: SubjectRef;
  readonly title: string;
  readonly panels: readonly PanelSpec[];
}

/** The dashboard of a service, as it is when the framework synthesizes. */
export interface DashboardSpec {
  /** Path of the service. */
  readonly path: string;
  readonly title: string;
  /** APIs, WebSocket APIs, functions, schedules and queues, in this order, each in the order of declaration. */
  readonly rows: readonly DashboardRowSpec[];
  readonly slos: readonly SloSpec[];
  readonly alarms: readonly AlarmSpec[];
}
