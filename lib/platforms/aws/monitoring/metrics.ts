import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Duration } from 'aws-cdk-lib/core';
import type { SignalName, Statistic } from '../../../core/model.js';
import type { Subject } from '../../../core/monitoring/port.js';
import { SIGNALS } from '../../../core/monitoring/signals.js';
import { METRICS_NAMESPACE } from '../../../runtime/wire.js';
import type { HttpApiBackend } from '../api.js';
import type { LambdaBackend } from '../function.js';
import type { QueueResources } from '../queue.js';
import type { RestApiBackend } from '../rest-api.js';
import type { WebSocketApiResources } from '../websocket.js';

/** One metric of CloudWatch, before anything is said of statistics and periods. */
export interface Series {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensionsMap: Readonly<Record<string, string>>;
  /** Instead of the sum: of a metric that is 0 or 1 for each event, how many events there were. */
  readonly statistic?: 'SampleCount';
}

/**
 * Where a signal comes from. Of several series `max` takes the larger value, as each may miss something, and `sum` adds them up.
 */
export interface Source {
  readonly series: readonly Series[];
  readonly combine: 'max' | 'sum';
}

type FunctionSubject = Extract<Subject, { kind: 'function' }>;
type ApiSubject = Extract<Subject, { kind: 'api' }>;
type SocketSubject = Extract<Subject, { kind: 'websocket' }>;
type QueueSubject = Extract<Subject, { kind: 'queue' }>;

/** Whether the function's code reports its invocations: only code that faasten bundles does. */
export function reports(fn: LambdaBackend): boolean {
  return fn.spec.code.kind === 'entry';
}

/** Whether what it reports becomes metrics of the function itself. */
export function hasMetrics(fn: LambdaBackend): boolean {
  return reports(fn) && fn.hasMetrics;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
const lambda = (metricName: string, { backend }: FunctionSubject): Series => ({
  namespace: 'AWS/Lambda',
  metricName,
  dimensionsMap: (backend as LambdaBackend).dimensions,
});

/** What the function itself reports: lib/runtime/emf.ts. */
const reported = (metricName: string, dimensionsMap: Record<string, string>): Series => ({
  namespace: METRICS_NAMESPACE,
  metricName,
  dimensionsMap,
});

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
const sqs = (metricName: string, QueueName: string): Series => ({
  namespace: 'AWS/SQS',
  metricName,
  dimensionsMap: { QueueName },
});

/**
 * HTTP and REST APIs count the same under other names.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html,
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
 */
const gateway = (http: string, rest: string, { backend }: ApiSubject): Series => {
  const api = backend as HttpApiBackend | RestApiBackend;
  const isRest = 'methods' in api;
  return { namespace: 'AWS/ApiGateway', metricName: isRest ? rest : http, dimensionsMap: api.dimensions };
};

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-logging.html */
const socket = (metricName: string, { backend }: SocketSubject): Series => ({
  namespace: 'AWS/ApiGateway',
  metricName,
  dimensionsMap: (backend as WebSocketApiResources).dimensions,
});

const one = (series: Series): Source => ({ series: [series], combine: 'sum' });

const ofFunction = (metricName: string) => (subject: FunctionSubject) => one(lambda(metricName, subject));
/** What nobody reports has no series. */
const ofReport =
  (field: string) =>
  (subject: FunctionSubject): Source => ({
    series: hasMetrics(subject.backend as LambdaBackend) ? [reported(field, { function: subject.path })] : [],
    combine: 'sum',
  });
const ofApi = (http: string, rest: string) => (subject: ApiSubject) => one(gateway(http, rest, subject));
const ofSocket = (metricName: string) => (subject: SocketSubject) => one(socket(metricName, subject));
const ofQueue = (metricName: string) => (subject: QueueSubject) =>
  one(sqs(metricName, (subject.backend as QueueResources).resource.queueName));

const VISIBLE = 'ApproximateNumberOfMessagesVisible';

/** THE table of where AWS has each signal. */
const SOURCES: { readonly [S in SignalName]: (subject: any) => Source } = {
  'function.invocations': ofFunction('Invocations'),
  // A process that is killed reports nothing, and Lambda does not see answers of 500 and messages that failed.
  'function.errors': (subject: FunctionSubject) => ({
    series: [lambda('Errors', subject), ...ofReport('errors')(subject).series],
    combine: 'max',
  }),
  'function.timeouts': ofReport('timeouts'),
  'function.throttles': ofFunction('Throttles'),
  'function.duration': ofFunction('Duration'),
  'function.coldStarts': ofReport('coldStarts'),
  'function.initDuration': ofReport('initMs'),
  'function.memoryUsed': ofReport('memoryUsedMiB'),
  'function.deadLetters': ({ backend }: FunctionSubject) =>
    one(sqs(VISIBLE, (backend as LambdaBackend).async().deadLetters!.queueName)),
  'api.requests': ofApi('Count', 'Count'),
  'api.clientErrors': ofApi('4xx', '4XXError'),
  'api.serverErrors': ofApi('5xx', '5XXError'),
  'api.latency': ofApi('Latency', 'Latency'),
  'websocket.connects': ofSocket('ConnectCount'),
  'websocket.messages': ofSocket('MessageCount'),
  // `MessageCount` has what is sent to clients, too.
  'websocket.requests': (subject: SocketSubject) => one({ ...socket('ExecutionError', subject), statistic: 'SampleCount' }),
  'websocket.clientErrors': ofSocket('ClientError'),
  // `IntegrationError` has answers of 400 to 499, too, as to a client that a function does not let in.
  'websocket.serverErrors': ofSocket('ExecutionError'),
  'websocket.latency': ofSocket('IntegrationLatency'),
  'queue.depth': ({ backend }: QueueSubject) => ({
    series: [VISIBLE, 'ApproximateNumberOfMessagesNotVisible'].map((name) =>
      sqs(name, (backend as QueueResources).resource.queueName),
    ),
    combine: 'sum',
  }),
  'queue.messageAge': ofQueue('ApproximateAgeOfOldestMessage'),
  'queue.deadLetters': ({ backend }: QueueSubject) => one(sqs(VISIBLE, (backend as QueueResources).deadLetters.queueName)),
  'schedule.runs': ({ name, backend }: Extract<Subject, { kind: 'schedule' }>) => {
    const fn = backend as LambdaBackend;
    const series = reports(fn) ? [reported('invocations', { function: fn.spec.path, trigger: name })] : [];
    return { series, combine: 'sum' };
  },
};

export function sourceOf(signal: SignalName, subject: Subject): Source {
  return SOURCES[signal](subject);
}

const STATISTICS: Partial<Record<Statistic, string>> = { sum: 'Sum', max: 'Maximum', percent: 'Sum' };

/** A signal's values, period by period; without a value where nothing happened. */
export function valuesOf(source: Source, statistic: Statistic, period: Duration): IMetric {
  const metrics = source.series.map((series) => new Metric({ statistic: STATISTICS[statistic] ?? statistic, ...series, period }));
  if (metrics.length === 1) return metrics[0]!;
  const usingMetrics = Object.fromEntries(metrics.map((metric, index) => [`m${index + 1}`, metric]));
  const filled = Object.keys(usingMetrics).map((id) => `FILL(${id}, 0)`);
  return new MathExpression({
    expression: source.combine === 'sum' ? filled.join(' + ') : `MAX([${filled.join(', ')}])`,
    usingMetrics,
    period,
  });
}

/** The share of a signal in its total, from 0 to 100. */
export function percentOf(signal: SignalName, subject: Subject, period: Duration, least = 0): MathExpression {
  const total = SIGNALS[signal].total!;
  const parts = [signal, total].map((name) => [name, valuesOf(sourceOf(name, subject), 'sum', period)] as const);
  return shareOf(Object.fromEntries(parts.map(([name, metric]) => [name.split('.')[1]!, metric])), period, 100, least);
}

/**
 * `factor` times the first of two metrics by the second one, and 0 where the first is less than `least`; without a value where nothing happened
 * at all. Names are the ids of the metrics, which are each one's own in a graph.
 */
export function shareOf(metrics: Record<string, IMetric>, period: Duration, factor: number, least: number): MathExpression {
  const [bad, total] = Object.keys(metrics);
  const share = `${factor === 1 ? '' : `${factor} * `}${bad} / ${total}`;
  return new MathExpression({
    expression: least > 1 ? `IF(${bad} >= ${least}, ${share}, 0)` : share,
    usingMetrics: metrics,
    period,
  });
}
