import type {
  AlarmName,
  AlarmSpec,
  ApiSpec,
  FunctionSpec,
  QueueSpec,
  ScheduleTriggerSpec,
  SignalName,
  SubjectKind,
  WebSocketApiSpec,
} from '../model.js';
import { longestGapSeconds } from './gap.js';

/** What a default is derived from. */
export interface Watched {
  readonly function: FunctionSpec;
  readonly api: ApiSpec;
  readonly websocket: WebSocketApiSpec;
  readonly queue: QueueSpec;
  readonly schedule: ScheduleTriggerSpec;
}

/** One default alarm. Two kinds of constructs may have an alarm of one name. */
export interface AlarmDefault<K extends SubjectKind = SubjectKind>
  extends Pick<
    AlarmSpec,
    'statistic' | 'comparison' | 'periods' | 'periodsToAlarm' | 'minBadEvents' | 'missingData' | 'severity'
  > {
  readonly name: AlarmName;
  readonly of: K;
  readonly signal: SignalName;
  /** How the threshold is said in docs. */
  readonly words: string;
  threshold(spec: Watched[K]): number;
  windowSeconds(spec: Watched[K]): number;
  readonly why: string;
  /** Where the threshold comes from. */
  readonly source: string;
}

const AWS_RECOMMENDED =
  'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Best_Practice_Recommended_Alarms_AWS_Services.html';

const MINUTES = 60;

const row = <K extends SubjectKind>(alarm: AlarmDefault<K>): AlarmDefault => Object.freeze(alarm) as unknown as AlarmDefault;

/**
 * THE table of default alarms. A window is long enough to hold some invocations of a function that runs now and then; one period of
 * it decides where the statistic is robust already.
 */
export const ALARMS: readonly AlarmDefault[] = [
  row({
    name: 'errors',
    of: 'function',
    signal: 'function.errors',
    statistic: 'percent',
    comparison: '>',
    words: 'more than 5 % of the invocations',
    threshold: () => 5,
    windowSeconds: () => 5 * MINUTES,
    periods: 1,
    periodsToAlarm: 1,
    minBadEvents: 2,
    missingData: 'ok',
    severity: 'page',
    why: 'Work fails: requests are answered with errors, or events are delivered again and end with the dead letters.',
    source: `what AWS recommends for server errors of APIs, while of functions it says a number above zero that the work can bear (${AWS_RECOMMENDED}); two failures at least, as one proves nothing`,
  }),
  row({
    name: 'duration',
    of: 'function',
    signal: 'function.duration',
    statistic: 'p95',
    comparison: '>=',
    words: '90 % of `timeout`',
    threshold: ({ timeoutSeconds }) => timeoutSeconds * 900,
    windowSeconds: () => 15 * MINUTES,
    periods: 1,
    periodsToAlarm: 1,
    minBadEvents: 0,
    missingData: 'ok',
    severity: 'ticket',
    why: 'Invocations are about to run out of time, and then fail half done.',
    source: 'an invocation is told to stop at nine tenths of its time, as `context.signal` says',
  }),
  row({
    name: 'memory',
    of: 'function',
    signal: 'function.memoryUsed',
    statistic: 'max',
    comparison: '>=',
    words: '90 % of `memoryMiB`',
    threshold: ({ memoryMiB }) => Math.round(memoryMiB * 0.9),
    windowSeconds: () => 15 * MINUTES,
    periods: 1,
    periodsToAlarm: 1,
    minBadEvents: 0,
    missingData: 'ok',
    severity: 'ticket',
    why: 'The process is about to be killed for the memory it uses, in the middle of its work.',
    source: `AWS recommends 90 % of what Lambda Insights shows as memory_utilization (${AWS_RECOMMENDED}); a tenth is left for the one event that is larger`,
  }),
  row({
    name: 'throttles',
    of: 'function',
    signal: 'function.throttles',
    statistic: 'sum',
    comparison: '>=',
    words: 'one in a period',
    threshold: () => 1,
    windowSeconds: () => 5 * MINUTES,
    periods: 3,
    periodsToAlarm: 2,
    minBadEvents: 0,
    missingData: 'ok',
    severity: 'page',
    why: 'Invocations are turned away: callers get errors, events come late.',
    source: `AWS recommends to act on throttles that go on for 5 minutes (${AWS_RECOMMENDED})`,
  }),
  row({
    name: 'deadLetters',
    of: 'function',
    signal: 'function.deadLetters',
    statistic: 'max',
    comparison: '>=',
    words: 'one',
    threshold: () => 1,
    windowSeconds: () => 5 * MINUTES,
    periods: 1,
    periodsToAlarm: 1,
    minBadEvents: 0,
    missingData: 'ok',
    severity: 'ticket',
    why: 'An event failed for the last time. Nothing delivers it again unless somebody does.',
    source: `AWS: no message belongs into a dead-letter queue (${AWS_RECOMMENDED})`,
  }),
  row({
    name: 'serverErrors',
    of: 'api',
    signal: 'api.serverErrors',
    statistic: 'percent',
    comparison: '>',
    words: 'more than 5 % of the requests',
    threshold: () => 5,
    windowSeconds: () => 5 * MINUTES,
    periods: 1,
    periodsToAlarm: 1,
    minBadEvents: 2,
    missingData: 'ok',
    severity: 'page',
    why: 'Clients get errors that are not theirs.',
    source: `AWS recommends 5 % (${AWS_RECOMMENDED}); two failures at least, as one proves nothing`,
  }),
  row({
    name: 'latency',
    of: 'api',
    signal: 'api.latency',
    statistic: 'p90',
    comparison: '>=',
    words: '2.5 seconds',
    threshold: () => 2500,
    windowSeconds: () => 5 * MINUTES,
    periods: 3,
    periodsToAlarm: 3,
    minBadEvents: 0,
    missingData: 'ok',
    severity: 'ticket',
    why: 'One request in ten is slower than people wait.',
    source: `AWS recommends 2.5 seconds of the 90th percentile of Latency, where nothing better is known (${AWS_RECOMMENDED}); an \`slo\` knows better`,
  }),
  row({
    name: 'serverErrors',
    of: 'websocket',
    signal: 'websocket.serverErrors',
    statistic: 'percent',
    comparison: '>',
    words: 'more than 5 % of the connections and messages',
    threshold: () => 5,
    windowSeconds: () => 5 * MINUTES,
    periods: 1,
    periodsToAlarm: 1,
    minBadEvents: 2,
    missingData: 'ok',
    severity: 'page',
    why: 'Clients cannot connect, or what they send is lost: nobody delivers it again.',
    source: `AWS recommends 5 % of ExecutionError (${AWS_RECOMMENDED}); two failures at least, as one proves nothing`,
  }),
  row({
    name: 'latency',
    of: 'websocket',
    signal: 'websocket.latency',
    statistic: 'p90',
    comparison: '>=',
    words: '2 seconds',
    threshold: () => 2000,
    windowSeconds: () => 5 * MINUTES,
    periods: 3,
    periodsToAlarm: 3,
    minBadEvents: 0,
    missingData: 'ok',
    severity: 'ticket',
    why: 'One message in ten takes longer than people wait.',
    source: `AWS recommends 2 seconds of the 90th percentile of IntegrationLatency, where nothing better is known (${AWS_RECOMMENDED}); an \`slo\` knows better`,
  }),
  row({
    name: 'messageAge',
    of: 'queue',
    signal: 'queue.messageAge',
    statistic: 'max',
    comparison: '>=',
    words: '15 minutes, or half of a `retention` that is shorter than 30 minutes',
    threshold: ({ retentionSeconds }) => Math.min(15 * MINUTES, retentionSeconds / 2),
    windowSeconds: () => 5 * MINUTES,
    periods: 2,
    periodsToAlarm: 2,
    minBadEvents: 0,
    missingData: 'ok',
    severity: 'page',
    why: 'The consumer is too slow, or does not run, and messages wait longer and longer.',
    source: `AWS leaves the age to the work that is done, and recommends to act when it holds for 15 minutes (${AWS_RECOMMENDED})`,
  }),
  row({
    name: 'deadLetters',
    of: 'queue',
    signal: 'queue.deadLetters',
    statistic: 'max',
    comparison: '>=',
    words: 'one',
    threshold: () => 1,
    windowSeconds: () => 5 * MINUTES,
    periods: 1,
    periodsToAlarm: 1,
    minBadEvents: 0,
    missingData: 'ok',
    severity: 'ticket',
    why: 'A message failed for the last time. Nothing delivers it again unless somebody does.',
    source: `AWS: no message belongs into a dead-letter queue (${AWS_RECOMMENDED})`,
  }),
  row({
    name: 'missedRun',
    of: 'schedule',
    signal: 'schedule.runs',
    statistic: 'sum',
    comparison: '<',
    words: 'none in the longest time between two runs and a tenth of it more, 6 hours at most',
    threshold: () => 1,
    windowSeconds: ({ expression }) => withGrace(expression),
    periods: 1,
    periodsToAlarm: 1,
    minBadEvents: 0,
    missingData: 'alarm',
    severity: 'ticket',
    why: 'The schedule did not run when it should have, and nothing else would say so.',
    source:
      'a dead man’s switch: a tenth of the time for a late start, from 10 minutes to the 6 hours for which Lambda tries (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html), and an hour for daylight saving',
  }),
];

/** How long without a run is too long. */
function withGrace(expression: ScheduleTriggerSpec['expression']): number {
  const gap = longestGapSeconds(expression);
  const shift = expression.kind === 'cron' && expression.timeZone !== 'UTC' ? 60 * MINUTES : 0;
  const late = Math.min(Math.max(gap / 10, 10 * MINUTES), 360 * MINUTES);
  return Math.ceil((gap + late + shift) / MINUTES) * MINUTES;
}

export function alarmsOf(kind: SubjectKind): readonly AlarmDefault[] {
  return ALARMS.filter(({ of }) => of === kind);
}

export function alarmDefault(kind: SubjectKind, name: AlarmName): AlarmDefault {
  return alarmsOf(kind).find((alarm) => alarm.name === name)!;
}
