import type { Duration } from 'aws-cdk-lib/core';
import { invalid, shown } from '../../core/errors.js';
import type { FilterSpec, FilterValue, FunctionSpec, QueueTriggerSpec, TopicTriggerSpec } from '../../core/model.js';

/** A limit of AWS: its value, and the page that says so. Read on 2026-11-24. */
export interface Limit {
  readonly value: number;
  readonly source: string;
}

const LAMBDA = 'https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html';
const LAMBDA_SQS = 'https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html';
const CLOUDFORMATION = 'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html';
const SNS_FIFO = 'https://docs.aws.amazon.com/sns/latest/dg/fifo-message-delivery.html';
const ALARMS = 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html';
const CLOUDWATCH = 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html';
const TAGS = 'https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html';

export const LIMITS = {
  memoryMinMiB: { value: 128, source: LAMBDA },
  memoryMaxMiB: { value: 10_240, source: LAMBDA },
  timeoutMaxSeconds: { value: 900, source: LAMBDA },
  descriptionMax: { value: 256, source: 'https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html' },
  environmentMaxBytes: { value: 4096, source: LAMBDA },
  /** `MaximumRetryAttempts` is 0 to 2. */
  asyncAttemptsMax: { value: 3, source: 'https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html' },
  maxEventAgeSeconds: {
    value: 21_600,
    source: 'https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html',
  },
  /** From the first step of a rollout to the last one. */
  rolloutMaxMinutes: { value: 2880, source: 'https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html' },
  sqsBatchMax: { value: 10_000, source: LAMBDA_SQS },
  sqsBatchMaxWithoutWindow: { value: 10, source: LAMBDA_SQS },
  sqsFifoBatchMax: { value: 10, source: LAMBDA_SQS },
  sqsWindowMaxSeconds: { value: 300, source: LAMBDA_SQS },
  sqsConcurrencyMin: { value: 2, source: 'https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html' },
  sqsConcurrencyMax: { value: 1000, source: 'https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html' },
  /** A message must stay invisible for six times the function's timeout, plus the window. */
  sqsVisibilityFactor: { value: 6, source: LAMBDA_SQS },
  sqsVisibilityMaxSeconds: {
    value: 43_200,
    source: 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html',
  },
  snsFilterKeysMax: { value: 5, source: 'https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html' },
  snsFilterCombinationsMax: {
    value: 150,
    source: 'https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html',
  },
  apiTimeoutSeconds: {
    value: 30,
    source: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html',
  },
  /** AWS raises it on request. */
  apiRoutes: {
    value: 300,
    source: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html',
  },
  apiIntegrations: {
    value: 300,
    source: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html',
  },
  /** AWS raises it on request. */
  restTimeoutSeconds: {
    value: 29,
    source: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html',
  },
  /** Parts of paths. AWS raises it on request. */
  restResources: {
    value: 300,
    source: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html',
  },
  apiNameMax: { value: 128, source: 'https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html' },
  /** Period times number of periods, of periods of an hour or more. */
  alarmRangeSeconds: { value: 604_800, source: ALARMS },
  /** The same of shorter periods. */
  alarmShortRangeSeconds: { value: 86_400, source: ALARMS },
  alarmLongPeriodSeconds: { value: 3600, source: ALARMS },
  alarmDescriptionMax: { value: 1024, source: ALARMS },
  /** For each state. */
  alarmActions: { value: 5, source: ALARMS },
  alarmWarmUpMinutes: {
    value: 2880,
    source: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-warm-up.html',
  },
  muteRuleAlarms: {
    value: 100,
    source: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutAlarmMuteRule.html',
  },
  dashboardWidgets: { value: 500, source: CLOUDWATCH },
  dashboardMetrics: { value: 2500, source: CLOUDWATCH },
  /** Alarms in one widget of them. */
  alarmWidgetAlarms: {
    value: 100,
    source: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html',
  },
  stackResources: { value: 500, source: CLOUDFORMATION },
  /** 1 MB, which the CDK reads as 1,048,576 bytes and cfn-lint as this. */
  templateBytes: { value: 1_000_000, source: CLOUDFORMATION },
  /** Created, updated or deleted in one deployment of a stack and all stacks nested in it. */
  nestedResources: { value: 2500, source: CLOUDFORMATION },
  stackOutputs: { value: 200, source: CLOUDFORMATION },
  stackParameters: { value: 200, source: CLOUDFORMATION },
  stackMappings: { value: 200, source: CLOUDFORMATION },
  tagsMax: { value: 50, source: TAGS },
  tagKeyMax: { value: 128, source: TAGS },
  tagValueMax: { value: 256, source: TAGS },
} as const satisfies Record<string, Limit>;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html, read on 2026-11-24. */
const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

export const DEFAULT_LOG_RETENTION_DAYS = 30;

/** The shortest period that CloudWatch Logs offers and that is not shorter than what was asked for. */
export function logRetentionDays(path: string, days: number): number {
  const period = LOG_RETENTION_DAYS.find((candidate) => candidate >= days);
  if (period === undefined) {
    throw invalid(
      'function',
      path,
      `logRetention is ${days} days, and CloudWatch Logs keeps logs for at most ${LOG_RETENTION_DAYS.at(-1)}`,
      'give less, or AwsFunction.tune({ logGroup }) with a log group that never expires',
    );
  }
  return period;
}

export function checkFunction(spec: FunctionSpec): void {
  const fail = (wrong: string, advice: string, limit: Limit): never => {
    throw invalid('function', spec.path, `${wrong} (${limit.source})`, advice);
  };
  const { memoryMinMiB, memoryMaxMiB, timeoutMaxSeconds, descriptionMax, asyncAttemptsMax } = LIMITS;
  if (spec.memoryMiB < memoryMinMiB.value || spec.memoryMiB > memoryMaxMiB.value) {
    fail(
      `memoryMiB is ${spec.memoryMiB}, and Lambda has ${memoryMinMiB.value} to ${memoryMaxMiB.value}`,
      'give a value in between',
      memoryMaxMiB,
    );
  }
  if (spec.timeoutSeconds > timeoutMaxSeconds.value) {
    fail(
      `timeout is ${spec.timeoutSeconds} seconds, and Lambda stops after ${timeoutMaxSeconds.value}`,
      'give at most 15 minutes and split longer work into messages of a queue',
      timeoutMaxSeconds,
    );
  }
  if (spec.description !== undefined && spec.description.length > descriptionMax.value) {
    fail(
      `description has ${spec.description.length} characters, and Lambda takes ${descriptionMax.value}`,
      'make it shorter',
      descriptionMax,
    );
  }
  if (spec.retry.maxAttempts > asyncAttemptsMax.value) {
    fail(
      `retry.maxAttempts is ${spec.retry.maxAttempts}, and Lambda tries an event at most ${asyncAttemptsMax.value} times`,
      `give 1 to ${asyncAttemptsMax.value}, or send the events through a Queue, which tries as often as its maxAttempts says`,
      asyncAttemptsMax,
    );
  }
  checkRollout(spec);
  checkWarmInstances(spec);
}

export function checkMaxEventAge(path: string, age: Duration): void {
  const { value, source } = LIMITS.maxEventAgeSeconds;
  const seconds = age.toSeconds();
  if (seconds < 60 || seconds > value)
    throw invalid(
      'function',
      path,
      `maxEventAge is ${seconds} seconds, and Lambda takes 60 to ${value} (${source})`,
      'give a time in between',
    );
}

function checkRollout({ path, rollout }: FunctionSpec): void {
  if (!rollout) return;
  const { kind, percent, seconds } = rollout;
  const property = kind === 'canary' ? 'canary.bake' : 'linear.every';
  if (seconds % 60 !== 0)
    throw invalid(
      'function',
      path,
      `rollout.${property} is ${seconds} seconds, and CodeDeploy counts in minutes`,
      'give whole minutes',
    );
  const minutes = (seconds / 60) * (kind === 'canary' ? 1 : Math.ceil(100 / percent) - 1);
  const { value, source } = LIMITS.rolloutMaxMinutes;
  if (minutes > value) {
    throw invalid(
      'function',
      path,
      `rollout takes ${minutes} minutes, and CodeDeploy at most ${value} (${source})`,
      kind === 'canary' ? 'give a shorter bake' : 'give a shorter every, or more percent',
    );
  }
}

function checkWarmInstances({ path, warmInstances, maxConcurrency }: FunctionSpec): void {
  if (maxConcurrency === undefined || warmInstances <= maxConcurrency) return;
  throw invalid(
    'function',
    path,
    `warmInstances is ${warmInstances}, and maxConcurrency ${maxConcurrency} (https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html)`,
    'keep no more instances warm than may run',
  );
}

export function checkQueueTrigger(path: string, name: string, trigger: QueueTriggerSpec, fifo: boolean): void {
  const fail = (wrong: string, advice: string, limit: Limit): never => {
    throw invalid('function', path, `triggers.${name} has ${wrong} (${limit.source})`, advice);
  };
  const { sqsBatchMax, sqsFifoBatchMax, sqsBatchMaxWithoutWindow, sqsWindowMaxSeconds, sqsConcurrencyMin, sqsConcurrencyMax } =
    LIMITS;
  const { batchSize, windowSeconds, maxConcurrency } = trigger;
  if (batchSize > sqsBatchMax.value) {
    fail(
      `batchSize ${batchSize}, and Lambda takes at most ${sqsBatchMax.value} messages at once`,
      'give a smaller one',
      sqsBatchMax,
    );
  }
  if (fifo && windowSeconds > 0) {
    fail(
      `a window of ${windowSeconds} seconds, and Lambda does not wait for batches of a fifo queue`,
      'leave window out',
      sqsFifoBatchMax,
    );
  }
  if (fifo && batchSize > sqsFifoBatchMax.value) {
    fail(
      `batchSize ${batchSize}, and Lambda takes at most ${sqsFifoBatchMax.value} messages of a fifo queue at once`,
      'give a smaller one',
      sqsFifoBatchMax,
    );
  }
  if (batchSize > sqsBatchMaxWithoutWindow.value && windowSeconds < 1) {
    fail(
      `batchSize ${batchSize}, and Lambda collects more than ${sqsBatchMaxWithoutWindow.value} messages only with a window`,
      'set window, as in window: Duration.seconds(1), or a smaller batchSize',
      sqsBatchMaxWithoutWindow,
    );
  }
  if (windowSeconds > sqsWindowMaxSeconds.value) {
    fail(
      `a window of ${windowSeconds} seconds, and Lambda waits at most ${sqsWindowMaxSeconds.value}`,
      'give a shorter one',
      sqsWindowMaxSeconds,
    );
  }
  if (maxConcurrency !== undefined && (maxConcurrency < sqsConcurrencyMin.value || maxConcurrency > sqsConcurrencyMax.value)) {
    fail(
      `maxConcurrency ${maxConcurrency}, and Lambda limits a queue to ${sqsConcurrencyMin.value} to ${sqsConcurrencyMax.value}`,
      maxConcurrency < sqsConcurrencyMin.value
        ? "give 2 or more, or limit the function itself with the function's maxConcurrency"
        : `give ${sqsConcurrencyMax.value} or less, or leave it out`,
      maxConcurrency < sqsConcurrencyMin.value ? sqsConcurrencyMin : sqsConcurrencyMax,
    );
  }
}

export function checkTopicTrigger(path: string, name: string, { filter }: TopicTriggerSpec, fifo: boolean): void {
  if (fifo) {
    throw invalid(
      'function',
      path,
      `triggers.${name} is of a fifo topic, and SNS delivers those to queues only (${SNS_FIFO})`,
      'subscribe a Queue to the topic, and give its messages to the function',
    );
  }
  checkFilter('function', path, `triggers.${name}`, filter);
}

/** What SNS limits of a filter policy. `who` has the filter. */
export function checkFilter(what: string, path: string, who: string, filter: FilterSpec): void {
  const { snsFilterKeysMax, snsFilterCombinationsMax } = LIMITS;
  const keys = Object.keys(filter).length;
  if (keys > snsFilterKeysMax.value) {
    throw invalid(
      what,
      path,
      `${who} filters by ${keys} attributes, and SNS by at most ${snsFilterKeysMax.value} (${snsFilterKeysMax.source})`,
      'filter by fewer, and check the others in the handler',
    );
  }
  const sizeOf = (value: FilterValue) => (typeof value === 'object' && 'not' in value ? value.not.length : 1);
  const combinations = Object.values(filter).reduce(
    (product, values) => product * values.reduce((sum, value) => sum + sizeOf(value), 0),
    1,
  );
  if (combinations > snsFilterCombinationsMax.value) {
    throw invalid(
      what,
      path,
      `${who} has a filter of ${combinations} combinations, and SNS takes at most ${snsFilterCombinationsMax.value} ` +
        `(${snsFilterCombinationsMax.source})`,
      'name fewer values',
    );
  }
}

/** Tags as AWS takes them: nothing is changed, as tags are looked up by others; what AWS refuses is an error here. */
export function checkTags(
  what: string,
  path: string,
  tags: Readonly<Record<string, string>>,
  isLate: (text: string) => boolean,
): void {
  const fail = (wrong: string, advice: string): never => {
    throw invalid(what, path, `${wrong} (${TAGS})`, advice);
  };
  const allowed = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
  const keys = Object.keys(tags);
  if (keys.length > LIMITS.tagsMax.value)
    fail(`it has ${keys.length} tags, and AWS takes ${LIMITS.tagsMax.value} a resource`, 'leave some out');
  for (const [key, value] of Object.entries(tags)) {
    if (key.length === 0 || key.length > LIMITS.tagKeyMax.value || !allowed.test(key) || /^aws:/i.test(key)) {
      fail(
        `tags has the key ${shown(key)}`,
        `use 1 to ${LIMITS.tagKeyMax.value} letters, digits, spaces and _.:/=+-@, not starting with aws:`,
      );
    }
    if (!isLate(value) && (value.length > LIMITS.tagValueMax.value || !allowed.test(value)))
      fail(`tags.${key} is ${shown(value)}`, `use up to ${LIMITS.tagValueMax.value} letters, digits, spaces and _.:/=+-@`);
  }
}
