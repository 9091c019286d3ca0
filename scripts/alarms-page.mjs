// Writes docs/alarms.md from the tables of alarms and signals, and the runbooks below: npm run docs
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const target = fileURLToPath(new URL('../docs/alarms.md', import.meta.url));

const LOGS = {
  aws: 'CloudWatch Logs Insights on the function’s log group: `filter message = "invocation" and outcome != "ok"`, then the lines of one `requestId`',
  google: 'Logs Explorer: `jsonPayload.message="invocation" jsonPayload.outcome!="ok"`, then the lines of one `requestId`',
  kubernetes:
    '`kubectl logs -l serving.knative.dev/service=<name> -c <container>`, or the log store: `message="invocation"`, `outcome!="ok"`',
  local: 'the console: invocations that failed, with their logs',
};

/** What it means, where to look and what to do on each target. By anchor. */
const RUNBOOKS = {
  'function-errors': {
    means:
      'Handlers throw, answer 500 or more, fail messages, or run out of time. Requests are answered with errors; events come again and end with the dead letters.',
    do: 'Look at `errorType` of the failed invocations: one kind points at the code or at what it calls, several at the platform. If it began with a deployment, deploy the version before.',
    ...LOGS,
  },
  'function-duration': {
    means:
      'The slowest twentieth of the invocations take nine tenths of the timeout. A little more load or a slower neighbour, and they are cut off in the middle.',
    do: 'Find out what they wait for (`traceId`). Make it faster, do less in one invocation, or raise `timeout`; for a queue, make `batchSize` smaller.',
    aws: 'X-Ray trace of a slow `requestId`; metric Duration of AWS/Lambda, `durationMs` of each line in the log. More `memoryMiB` is more CPU',
    google: 'Cloud Trace of a slow request; metric `durationMs`. More `memoryMiB` is more CPU',
    kubernetes: '`histogram_quantile(0.95, rate(faasten_duration_seconds_bucket[15m]))` by function; CPU throttling of the pod',
    local: 'the console’s timeline',
  },
  'function-memory': {
    means: 'A process has used nine tenths of its memory. When it reaches the limit it is killed, and the invocation with it.',
    do: 'Raise `memoryMiB`, or hold less: stream bodies and objects, make batches smaller. If it grows with each invocation, something keeps what it should let go.',
    aws: 'metric `memoryUsedMiB`; `Max Memory Used` in the REPORT lines',
    google: 'metric `memoryUsedMiB`; container memory utilization of Cloud Run',
    kubernetes: '`faasten_memory_used_bytes`; `kubectl get pods` with OOMKilled',
    local: 'the console’s figures of the function',
  },
  'function-throttles': {
    means: 'More invocations were wanted than may run at once. Callers get 429; events wait and are tried again.',
    do: 'If the load is meant, raise `maxConcurrency` or the account’s quota. If it is not, find who sends it.',
    aws: 'metrics Throttles and ConcurrentExecutions of AWS/Lambda, and ClaimedAccountConcurrency of the account; Service Quotas, «Concurrent executions»',
    google: 'request_count with response code 429 of Cloud Run; quota of instances',
    kubernetes: 'queue depth of the activator and queue-proxy; `max-scale` of the revision',
    local: 'the console: invocations that wait',
  },
  'function-dead-letters': {
    means:
      'An event of a topic, schedule, bucket or `start()` failed in every attempt. It is kept, and nothing happens with it on its own.',
    do: 'Find the error by the event’s id, repair it, and send the event again. Delete it only when it is worthless: the alarm ends when none is left.',
    aws: 'the function’s queue `DeadLetters`: a message says why it failed in `requestContext` and `responsePayload`. SQS redrives to queues only: call `aws lambda invoke --invocation-type Event` with its `requestPayload`, then delete the message',
    google: 'the dead-letter subscription: `gcloud pubsub subscriptions pull`, then publish it again',
    kubernetes: 'log of the dead-letter function of the chart: a line of JSON for each event',
    local: 'the console: dead messages, «redrive»',
  },
  'api-server-errors': {
    means:
      'More than one request in twenty was answered 500 or more: by a function, or by the gateway when a function did not answer in time.',
    do: 'Compare with the functions’ own errors. If they have none, the gateway could not reach them or did not wait: look at duration and throttles.',
    aws: 'access log of the API: `integrationError` by `routeKey`; metric 5xx (5XXError of a REST API)',
    google: 'log of the API Gateway, `httpRequest.status>=500`',
    kubernetes: 'log of the gateway; `kubectl describe httproute`',
    local: 'the console: requests by status',
  },
  'api-latency': {
    means: 'One request in ten takes longer than people wait.',
    do: 'See whether it is cold starts (`coldStart`), the function, or what it calls. `warmInstances` removes cold starts, more memory speeds up code. An `slo` says better than this default what is too slow.',
    aws: 'metrics Latency and IntegrationLatency of the API; X-Ray',
    google: 'latency of the API Gateway and of Cloud Run; Cloud Trace',
    kubernetes: '`faasten_duration_seconds` of the routes’ functions beside `faasten_cold_starts_total`',
    local: 'the console’s timeline',
  },
  'websocket-server-errors': {
    means:
      'More than one connection or message in twenty failed: in a function, or because the gateway could not call it. Clients that are connected get «Internal server error».',
    do: 'Compare with the functions’ own errors. If they have none, the gateway could not reach them or did not wait: look at duration and throttles.',
    aws: 'access log of the API: `integrationStatus`, `integrationError` by `routeKey`; metrics ExecutionError and IntegrationError of AWS/ApiGateway, the second with what functions refused',
    google: 'there are no WebSocket APIs',
    kubernetes: 'there are no WebSocket APIs',
    local: 'the console: invocations of the API’s routes that failed',
  },
  'websocket-latency': {
    means: 'One message in ten takes longer than people wait.',
    do: 'See whether it is cold starts (`coldStart`), the function, or what it calls. A function that answers later, by `WebSocketClient.send()`, frees the route at once. An `slo` says better than this default what is too slow.',
    aws: 'metric IntegrationLatency of AWS/ApiGateway; `durationMs` of the functions’ lines with `kind = "websocket"`',
    google: 'there are no WebSocket APIs',
    kubernetes: 'there are no WebSocket APIs',
    local: 'the console’s timeline',
  },
  'queue-message-age': {
    means: 'The oldest message waits for a quarter of an hour: the consumer fails, is throttled, or is slower than the senders.',
    do: 'See whether the consumer has errors or throttles first. If it is only slow: larger `batchSize`, higher `maxConcurrency`.',
    aws: 'metric ApproximateAgeOfOldestMessage; state of the event source mapping',
    google: 'oldest_unacked_message_age of the subscription',
    kubernetes: 'backlog of the Broker’s class (consumer lag of Kafka, ready messages of RabbitMQ)',
    local: 'the console: queues',
  },
  'queue-dead-letters': {
    means: 'A message failed in every attempt. It is kept, and nothing happens with it on its own.',
    do: 'Find the error by the message’s id, repair it, and send the message again. Delete it only when it is worthless: the alarm ends when none is left.',
    aws: 'the queue’s dead-letter queue; SQS «Start DLQ redrive»',
    google: 'the dead-letter subscription: `gcloud pubsub subscriptions pull`, then publish it again',
    kubernetes: 'log of the dead-letter function of the chart: a line of JSON for each message',
    local: 'the console: dead messages, «redrive»',
  },
  'schedule-missed-run': {
    means: 'No run of the schedule reached the function in the time in which one should have.',
    do: 'See whether the schedule is enabled and may call the function, and whether runs wait because of throttles. Run it by hand if it must not be missed.',
    aws: 'EventBridge Scheduler: the schedule’s state; metrics InvocationAttemptCount, TargetErrorCount and InvocationDroppedCount of AWS/Scheduler, by schedule group; metric `invocations` by function and trigger. With more than two days between two runs: the log of the stack’s schedule checker, `filter missedRun = 1`, says when a run was due; a run by hand ends the alarm within two hours',
    google: 'Cloud Scheduler: result of the last run; «Force run»',
    kubernetes: '`kubectl describe pingsource`; pods of pingsource-mt-adapter',
    local: 'the console: next runs, «run now»',
  },
};

const SLO = `## Service level objectives

An \`slo\` has four alerts. Each looks at two windows, so that it comes early and ends soon after the trouble does; the parameters are those of
Google’s SRE workbook (https://sre.google/workbook/alerting-on-slos/), for 30 days:`;

/** @returns {string} the whole page */
export function alarmsPage() {
  const { ALARMS } = require('../dist/core/monitoring/alarms.js');
  const { SIGNALS } = require('../dist/core/monitoring/signals.js');
  const { burnRateAlerts } = require('../dist/core/monitoring/slo.js');
  const { humanDuration } = require('../dist/core/duration.js');
  const anchor = ({ of, name }) => `${of}-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const time = (seconds) => humanDuration(seconds * 1000);
  const words = { websocket: 'WebSocket API' };
  const window = (alarm) => {
    if (alarm.of === 'schedule') return 'see left';
    const length = time(alarm.windowSeconds({ timeoutSeconds: 30, memoryMiB: 256, retentionSeconds: 345_600 }));
    return alarm.periods === 1 ? length : `${length}, ${alarm.periodsToAlarm} of ${alarm.periods}`;
  };
  const row = (cells) => `| ${cells.join(' | ')} |`;
  const runbook = (alarm) => {
    const id = anchor(alarm);
    const book = RUNBOOKS[id];
    if (!book) throw new Error(`there is no runbook '${id}' in scripts/alarms-page.mjs`);
    return [
      `### ${id.replaceAll('-', ' ')}`,
      '',
      `${book.means} ${alarm.why}`,
      '',
      `**Threshold**: ${alarm.statistic === 'percent' ? 'share' : alarm.statistic} of ${SIGNALS[alarm.signal].what}: ${alarm.words}. Source: ${alarm.source}.`,
      '',
      book.do,
      '',
      `- AWS: ${book.aws}.`,
      `- Google Cloud: ${book.google}.`,
      `- Kubernetes: ${book.kubernetes}.`,
      `- Local: ${book.local}.`,
      '',
    ].join('\n');
  };
  return [
    '# Alarms',
    '',
    'Generated by `npm run docs` from `lib/core/monitoring`, the same tables that targets translate. How to change or route alarms is in',
    '[Monitoring](monitoring.md); which target has which alarm is in [What each target supports](support.md).',
    '',
    row(['alarm', 'of', 'on when', 'window', 'severity']),
    '|---|---|---|---|---|',
    ...ALARMS.map((alarm) =>
      row([`[${alarm.name}](#${anchor(alarm)})`, words[alarm.of] ?? alarm.of, alarm.words, window(alarm), alarm.severity]),
    ),
    '',
    SLO,
    '',
    row(['severity', 'burn rate', 'long window', 'short window', 'budget used']),
    '|---|---|---|---|---|',
    ...burnRateAlerts(0.999, 30 * 86_400).map((alert) =>
      row([
        alert.severity,
        `${alert.burnRate}`,
        time(alert.longWindowSeconds),
        time(alert.shortWindowSeconds),
        `${alert.budgetUsed * 100} %`,
      ]),
    ),
    '',
    'Another window of the objective keeps the alerts’ windows and changes the rates, so that the same share of the budget is meant; a rate below 1 is',
    'raised to 1. A rate that cannot be reached, as everything would have to fail more than once, is left out. Fewer bad events than',
    '`minBadEvents` (2) in the long window are no alert, and where nothing happened nothing is burned.',
    '',
    '### slo availability',
    '',
    'Events fail faster than the objective allows. A page says that the budget of the whole window is gone in hours or days, a ticket that it will not last. Do as for [function errors](#function-errors), and consider to stop deploying until the budget is back.',
    '',
    '### slo latency',
    '',
    'Requests take longer than the objective allows. Do as for [api latency](#api-latency).',
    '',
    '## Runbooks',
    '',
    ...ALARMS.map(runbook),
    '## Signals',
    '',
    row(['signal', 'unit', 'what', 'field of the report']),
    '|---|---|---|---|',
    ...Object.entries(SIGNALS).map(([name, { unit, what, field }]) =>
      row([`\`${name}\``, unit, what, field ? `\`${field}\`` : 'the target’s own']),
    ),
    '',
    'Cold starts have no alarm: they are the price of paying for nothing while nothing happens, and what they do to users is in `latency`.',
    '',
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const page = alarmsPage();
  if (readFileSync(target, { encoding: 'utf8', flag: 'a+' }) !== page) writeFileSync(target, page);
}
