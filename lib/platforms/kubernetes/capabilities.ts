import type { Capabilities } from '../../core/capabilities.js';
import type { Settings } from './options.js';

const NO_DEDUPLICATION = 'a Broker takes every event that is posted';
const NO_ORDER =
  'Knative’s contract of Brokers says nothing about order; a class of Broker that keeps one has settings of its own for it';
const NO_AUTHORIZATION =
  'Gateway API has no standard for it; attach your Gateway’s own policy (SecurityPolicy of Envoy Gateway, RequestAuthentication and AuthorizationPolicy of Istio) to the HTTPRoutes';
const NO_LIMITS =
  'Gateway API has no standard for it; attach your Gateway’s own policy (BackendTrafficPolicy of Envoy Gateway, a local rate limit of Istio) to the HTTPRoutes';

const PROXIES =
  'only Knative’s own proxies count requests that are turned away (503, when ten times the concurrency of an instance wait), and a ' +
  'cluster does not show their metrics by default: kubernetes({ monitoring: { requestMetrics: true } })';

const OWN_SINK = 'dead letters go to a sink of your own: kubernetes({ deadLetters })';

const ALERT = 'an alert of a PrometheusRule';

const NO_SOCKETS =
  'nothing in Knative keeps connections and calls a function for each message: a socket is held by one instance, which no other can name';
const NO_STREAMS = 'faasten knows streams of records on AWS only: DynamoDB and Kinesis';

/** What Knative, Gateway API and Rook make of each feature. */
export const capabilities: Capabilities = {
  'code.entry': { native: 'a stock Node.js image; the code is in an immutable ConfigMap that is named by its content' },
  'code.prebuilt': {
    native: 'a Node.js program that serves HTTP on $PORT, in the stock image; `handler` is the file to start, `runtime` nodejs24',
  },
  'code.image': { unsupported: 'links and events of images are not wired up here yet' },
  'code.build': { unsupported: 'synthesis does not build or push images' },
  'function.memory': { native: 'request and limit of the container' },
  'function.timeout': { native: 'timeoutSeconds of the revision, up to 600 seconds' },
  'function.environment': { native: 'env of the container' },
  'function.secrets': { native: 'secretKeyRef of a Secret in the namespace' },
  'function.maxConcurrency': {
    native: 'containerConcurrency times max-scale; while a new revision takes over, the old one has its own for a moment',
  },
  'function.warmInstances': { native: 'annotation min-scale' },
  'function.rollout': {
    unsupported:
      'Knative splits traffic between revisions that are named, but nothing of it moves the shares or watches the new revision; that takes a controller of its own',
  },
  'function.retry': { native: 'delivery.retry of a Trigger with exponential backoff' },
  'function.deadLetters': {
    emulated:
      'a small function per chart writes each dead event to its log as a line of JSON, which lives as long as the cluster keeps logs; kubernetes({ deadLetters }) names another sink',
  },
  'function.logRetention': {
    unsupported: 'logs go to standard output, and how long they are kept is up to the log store of the cluster',
  },
  'function.tags': { native: 'labels, and annotations for values that a label cannot have' },
  'function.description': { native: 'annotation kubernetes.io/description' },
  'trigger.http': { native: 'HTTPRoutes of a Gateway that exists' },
  'trigger.schedule.cron': { native: 'PingSource' },
  'trigger.schedule.rate': {
    emulated:
      'PingSource at times of the clock: the rate must divide an hour or a day, and the first run is at the next such time',
  },
  'trigger.schedule.at': { unsupported: 'a PingSource repeats: its times have no year' },
  'trigger.schedule.enabled': { emulated: 'a PingSource cannot pause: it is left out' },
  'trigger.schedule.timeZone': { native: 'timezone of the PingSource' },
  'trigger.queue': {
    native: 'a Trigger of the queue’s Broker; one function per queue. How durable messages are is up to the class of the Broker',
  },
  'trigger.queue.batch': { emulated: 'messages are delivered one at a time, the array has one' },
  'trigger.queue.window': { emulated: 'messages are delivered one at a time, without waiting' },
  'trigger.queue.partialFailure': {
    emulated: 'messages are delivered one at a time: one that is to be retried fails its own delivery only',
  },
  'trigger.queue.maxConcurrency': { unsupported: 'a Trigger has no limit of its own; use maxConcurrency of the function' },
  'trigger.topic': { native: 'a Trigger of the topic’s Broker' },
  'trigger.topic.filter': { native: 'filter of the Trigger; attributes are named with lower case letters and digits' },
  'trigger.topic.conditions': { native: 'filters of the Trigger: prefix, not, CESQL' },
  'trigger.objects': { native: 'CephBucketNotification of Rook, through a Broker of the trigger’s own' },
  'trigger.objects.prefix': { native: 'key filter of the notification' },
  'trigger.objects.suffix': { native: 'key filter of the notification' },
  'trigger.changes': { unsupported: NO_STREAMS },
  'trigger.stream': { unsupported: NO_STREAMS },
  'trigger.event': { native: 'a Trigger of the bus, which is a Broker; types and sources are its filter' },
  'trigger.call': { native: 'a request to the function’s address inside the cluster, which every pod of the cluster may make' },
  'api.cors': { emulated: 'the function answers: Gateway API has no stable filter for it; a preflight may start an instance' },
  'api.rest': { native: 'PathPrefix, or a regular expression beside routes with parameters' },
  'api.authorizer.jwt': { unsupported: NO_AUTHORIZATION },
  'api.authorizer.scopes': { unsupported: NO_AUTHORIZATION },
  'api.authorizer.function': { unsupported: NO_AUTHORIZATION },
  'api.authorizer.iam': { unsupported: NO_AUTHORIZATION },
  'api.throttle': { unsupported: NO_LIMITS },
  'api.throttle.route': { unsupported: NO_LIMITS },
  'websocket.api': { unsupported: NO_SOCKETS },
  'queue.deadLetters': {
    emulated:
      'a small function per chart writes each dead message to its log as a line of JSON, which lives as long as the cluster keeps logs; kubernetes({ deadLetters }) names another sink',
  },
  'queue.fifo': { unsupported: NO_ORDER },
  'queue.contentBasedDeduplication': { unsupported: NO_DEDUPLICATION },
  'queue.delay': { unsupported: 'a Broker delivers at once' },
  'queue.subscribe': { native: 'a Trigger of the topic’s Broker, which posts to the queue’s Broker' },
  'queue.retention': {
    unsupported:
      'a Broker has no retention of its own; it is set where the Broker’s class keeps events (a Kafka topic, a RabbitMQ queue)',
  },
  'topic.fifo': { unsupported: NO_ORDER },
  'bucket.versioned': { unsupported: 'an ObjectBucketClaim cannot ask for versions' },
  'bucket.removal': { native: 'a storage class whose reclaim policy is Delete' },
  'link.queue': { native: 'POST to the ingress of the queue’s Broker, which every pod of the cluster may make' },
  'link.queue.delay': { unsupported: 'a Broker delivers at once: `send` throws a LinkError' },
  'link.deduplication': { unsupported: `${NO_DEDUPLICATION}: \`send\` throws a LinkError` },
  'link.topic': { native: 'POST to the ingress of the topic’s Broker, which every pod of the cluster may make' },
  'link.bus': { native: 'POST to the ingress of the Broker, which every pod of the cluster may make' },
  'link.bucket': {
    emulated:
      'one pair of keys per bucket may read and write: readOnly() and writeOnly() limit the client in the handler, not the keys',
  },
  'link.bucket.signedUrl': {
    native: 'signed for the address of the store; outside of the cluster it works with kubernetes({ objectStore: { endpoint } })',
  },
  'link.websocket': { unsupported: NO_SOCKETS },
  'link.function.call': { native: 'a request to the function’s address inside the cluster' },
  'link.function.start': { native: 'a Broker and a Trigger of the function' },
  'runtime.streaming': { native: 'chunked HTTP responses' },
  'monitoring.signals': {
    native: 'a line in the log, and metrics at port 9464 of each instance, which a PodMonitor has Prometheus scrape',
  },
  'monitoring.alarm.errors': { native: ALERT },
  'monitoring.alarm.duration': { native: ALERT },
  'monitoring.alarm.memory': { native: ALERT },
  'monitoring.alarm.throttles': { unsupported: PROXIES },
  'monitoring.alarm.deadLetters': {
    emulated:
      'an alert on what the function of the chart that logs dead letters counts; with a sink of your own (kubernetes({ deadLetters })) there is none',
  },
  'monitoring.alarm.serverErrors': {
    emulated:
      'an alert on what the API’s functions count, as Gateways have no metrics in common; what a Gateway answers itself is not in it',
  },
  'monitoring.alarm.latency': {
    emulated: 'an alert on what the API’s functions count: without the time in the Gateway and the wait for a new instance',
  },
  'monitoring.alarm.messageAge': {
    unsupported:
      'how many messages wait in a Broker, and how long, is known to its class only; watch the lag of its topics or queues',
  },
  'monitoring.alarm.missedRun': { native: ALERT },
  'monitoring.silences': {
    native:
      'muteTimeIntervals of the AlertmanagerConfig, in UTC; in another time zone, which these cannot say, alerts are not on at these times',
  },
  'monitoring.slo': { native: 'recording rules, and an alert for each pair of windows' },
  'monitoring.dashboard': {
    native: 'a dashboard of Grafana in a ConfigMap, which its sidecar loads; one row is repeated for each function',
  },
  'monitoring.dashboard.existing': { unsupported: 'Grafana loads a dashboard whole; copy the rows, or link the two' },
  'monitoring.channel.email': { native: 'AlertmanagerConfig; the mail server is a global setting of the Alertmanager' },
  'monitoring.channel.webhook': { native: 'AlertmanagerConfig' },
  'monitoring.channel.slack': { native: 'AlertmanagerConfig, with `channel` and `webhook`' },
  'monitoring.channel.pagerDuty': { native: 'AlertmanagerConfig' },
  'monitoring.channel.existing': {
    native: '`KubernetesAlertChannel.from({ labels })`: labels that your Alertmanager’s routes look for',
  },
};

/** What a platform with these options can do. */
export function capabilitiesWith({ monitoring, deadLetters }: Pick<Settings, 'monitoring' | 'deadLetters'>): Capabilities {
  if (monitoring) {
    return {
      ...capabilities,
      ...(monitoring.requestMetrics && {
        'monitoring.alarm.throttles': { native: 'an alert on what Knative’s proxies answered 503 and no instance did' },
      }),
      ...(deadLetters && { 'monitoring.alarm.deadLetters': { unsupported: OWN_SINK } }),
    };
  }
  const off = { unsupported: 'the platform was made without it: kubernetes({ monitoring: false })' };
  return Object.fromEntries(
    Object.entries(capabilities).map(([feature, support]) => [feature, feature.startsWith('monitoring.') ? off : support]),
  ) as Capabilities;
}
