/**
 * What synthesis and the running function say to each other: environment variables, paths and headers.
 *
 * The one file of the runtime that platforms may import. Everything here is a deployed format: a change of it is a change
 * of every deployed function, and an old bundle must keep working against a new template.
 */

/** Construct path of the function, for logs and error messages. */
export const FUNCTION_VARIABLE = 'FAASTEN_FUNCTION';

/** Milliseconds an invocation may take, on targets whose request does not carry a deadline (everything but Lambda). */
export const TIMEOUT_VARIABLE = 'FAASTEN_TIMEOUT_MS';

/** Least level of what functions log: `debug`, `info`, `warn` or `error`. `info` without it. */
export const LOG_LEVEL_VARIABLE = 'FAASTEN_LOG_LEVEL';

/**
 * How the function reports each invocation; without it, not at all. Every form writes one line of JSON, which has the same fields
 * everywhere (lib/runtime/report.ts).
 *
 * | value | beside the line |
 * |---|---|
 * | `json` | nothing: Google Cloud makes metrics of the line |
 * | `emf` | the line is CloudWatch's embedded metric format; `emf:errors,memoryUsedMiB` makes metrics of these fields only, as each is paid for; `emf:service,errors` by service only |
 * | `prometheus` | metrics at `:9464/metrics`, a port that no gateway leads to; `prometheus:9465` names another one |
 */
export const METRICS_VARIABLE = 'FAASTEN_METRICS';

/** Path of the service that invocations count for. */
export const SERVICE_VARIABLE = 'FAASTEN_SERVICE';

/** Memory limit of the function, for the billed estimate, on targets that do not tell it (everything but Lambda). */
export const MEMORY_VARIABLE = 'FAASTEN_MEMORY_MIB';

/** Id of the Google Cloud project whose Cloud Trace has the traces: lines of the log then name theirs as Cloud Logging reads it. */
export const TRACE_PROJECT_VARIABLE = 'FAASTEN_TRACE_PROJECT';

/** Bounds in milliseconds, as in `300,1000`, that the histogram of durations gets beside its own: thresholds of objectives. */
export const LATENCY_BOUNDS_VARIABLE = 'FAASTEN_LATENCY_BOUNDS_MS';

/** Upper bounds of that histogram in seconds: those of Prometheus' clients, and longer ones for what runs in the background. */
export const DURATION_BOUNDS: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** Namespace of CloudWatch metrics, and prefix of those of Prometheus. */
export const METRICS_NAMESPACE = 'faasten';

/** Port of `prometheus` without another: OpenTelemetry's default for exporters of that kind. */
export const METRICS_PORT = 9464;

/**
 * `FAASTEN_LINK_<name>=<scheme>:<address>`: where a link leads.
 *
 * | scheme | address |
 * |---|---|
 * | `sqs` | queue URL, then `#content` where messages of a `.fifo` queue are told apart by their content |
 * | `sns` | topic ARN, then the same |
 * | `eventbridge` | ARN of the event bus |
 * | `s3` | bucket name |
 * | `lambda` | function ARN |
 * | `websocket` | `https://` URL of a stage of a WebSocket API of API Gateway |
 * | `pubsub` | `projects/<project>/topics/<topic>` (queues and topics) |
 * | `gcs` | bucket name |
 * | `cloudfunction` | base URL of the function, then `#projects/<project>/topics/<topic>`, the topic that starts it without waiting |
 * | `broker` | URL of a Knative broker's ingress, then `#<CloudEvents type>,<CloudEvents source>` (queues and topics) |
 * | `brokerbus` | URL of a Knative broker's ingress (event buses) |
 * | `pubsubbus` | as `pubsub` (event buses) |
 * | `s3http` | `<endpoint URL>/<bucket>`, path style; credentials in {@link S3_KEY_PREFIX} and {@link S3_SECRET_PREFIX}, region in {@link S3_REGION_PREFIX} |
 * | `http` | base URL of the function, then `#` and a `broker` address, which starts it without waiting |
 * | `local` | `queue`, `topic`, `bus`, `bucket`, `function` or `websocket`, then `:` and its construct path: asked of the process that runs the function |
 */
export const LINK_PREFIX = 'FAASTEN_LINK_';

/** `FAASTEN_S3_KEY_<link name>`: access key id of an `s3http` link. */
export const S3_KEY_PREFIX = 'FAASTEN_S3_KEY_';

/** `FAASTEN_S3_SECRET_<link name>`: secret access key of an `s3http` link. */
export const S3_SECRET_PREFIX = 'FAASTEN_S3_SECRET_';

/** `FAASTEN_S3_REGION_<link name>`: region that an `s3http` link signs for; `us-east-1`, which most S3 servers expect, without it. */
export const S3_REGION_PREFIX = 'FAASTEN_S3_REGION_';

/**
 * Name, for `Symbol.for`, under which a worker of the local platform finds what its links are asked of: a function
 * `(address, operation, argument) => Promise<result>` on `globalThis`.
 */
export const LOCAL_HOST = 'faasten.local.host';

const ATTRIBUTE_PREFIX = 'attr';

/**
 * Name of the CloudEvents extension attribute that carries the message attribute `name` on targets whose messages are CloudEvents
 * (`broker`): `status` is `attrstatus`. Drivers set it, filters compare it, adapters read it back with {@link extensionAttribute}.
 *
 * The prefix keeps messages' attributes apart from CloudEvents' own (`type`, `source`, `id`, `time`) and from what brokers add
 * (`knativeerrorcode`), and lets names start with a digit, which Knative's filters do not. Names are lower case letters and digits,
 * as CloudEvents says: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#attribute-naming-convention
 */
export function attributeExtension(name: string): string {
  return `${ATTRIBUTE_PREFIX}${name}`;
}

/** The message attribute that an extension attribute carries; undefined for one that is not of ours. */
export function extensionAttribute(extension: string): string | undefined {
  const name = extension.toLowerCase();
  return name.startsWith(ATTRIBUTE_PREFIX) && name.length > ATTRIBUTE_PREFIX.length
    ? name.slice(ATTRIBUTE_PREFIX.length)
    : undefined;
}

/**
 * How the value of an extension attribute looks in an HTTP header: what is no printable ASCII character, and space, `"` and `%`, is
 * percent-encoded UTF-8. Adapters decode it. Knative's brokers pass headers on as they are and compare them so: a filter on a value
 * holds the encoded form as well. https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md#3132-http-header-values
 */
export function extensionValue(value: string): string {
  return value.replace(/[^!#$&-~]+/gu, encodeURIComponent);
}

/**
 * `FAASTEN_SECRET_<name>=<scheme>:<address>`: where a secret's value is. Never the value.
 *
 * | scheme | address |
 * |---|---|
 * | `env` | name of the environment variable which the platform fills from its own secret store, then optionally `#<field>` of its JSON |
 * | `secretsmanager` | ARN or name of an AWS Secrets Manager secret, then optionally `#<field>` of its JSON and `@<version id or stage>` |
 * | `ssm` | name or ARN of an AWS Systems Manager parameter, then the same (`@<version number or label>`) |
 *
 * {@link secretAddress} writes these forms.
 */
export const SECRET_PREFIX = 'FAASTEN_SECRET_';

/**
 * Address of a secret: `<name>`, `<name>#<field>`, `<name>#<field>@<version>` or
 * `<name>#@<version>`. Field and version are percent-encoded; the name stands as it is, so it may be a late value of a framework.
 */
export function secretAddress(secret: { readonly name: string; readonly field?: string; readonly version?: string }): string {
  const { name, field, version } = secret;
  if (field === undefined && version === undefined) return name;
  const stage = version === undefined ? '' : `@${encodeURIComponent(version)}`;
  return `${name}#${encodeURIComponent(field ?? '')}${stage}`;
}

/** What {@link secretAddress} was made of. */
export function parseSecretAddress(address: string): { name: string; field?: string; version?: string } {
  const [name = '', rest] = address.split('#', 2);
  if (rest === undefined) return { name };
  const [field, version] = rest.split('@', 2).map(decodeURIComponent);
  return { name, field: field || undefined, version: version || undefined };
}

/**
 * `FAASTEN_SOURCE_<trigger>=<queue ARN, topic ARN or bucket name>`: how a function that gets events of several sources through one
 * entry (Lambda) knows the trigger's name.
 */
export const SOURCE_PREFIX = 'FAASTEN_SOURCE_';

/** Paths below this one are the platform's own: {@link eventPath}. */
export const RESERVED_PATH = '/_faasten/';

/**
 * Where a platform that delivers over HTTP posts the events of one trigger: `/_faasten/queue/Orders`. Direct calls have no
 * trigger name: `/_faasten/call` (the answer is the body), `/_faasten/start` (an event which wraps the input).
 */
export function eventPath(
  kind: 'queue' | 'topic' | 'schedule' | 'objects' | 'event',
  trigger: string,
  settings: { suffix?: string; attempts?: number } = {},
): string {
  return `${RESERVED_PATH}${kind}/${encodeURIComponent(trigger)}${eventQuery(settings)}`;
}

/** Where a platform posts the inputs of `start()`: {@link START_PATH}, with the settings of {@link eventPath}. */
export function startPath(settings: { attempts?: number } = {}): string {
  return `${START_PATH}${eventQuery(settings)}`;
}

function eventQuery({ suffix, attempts }: { suffix?: string; attempts?: number }): string {
  const parameters = [
    ...(suffix ? [`${SUFFIX_PARAMETER}=${encodeURIComponent(suffix)}`] : []),
    ...(attempts === undefined ? [] : [`${ATTEMPTS_PARAMETER}=${attempts}`]),
  ];
  return parameters.length > 0 ? `?${parameters.join('&')}` : '';
}

/**
 * Query parameter of an objects path: events of keys that do not end like it are acknowledged without calling the handler. For
 * targets that cannot filter by suffix.
 */
export const SUFFIX_PARAMETER = 'suffix';

/**
 * Query parameter of an event path: the most deliveries of one event that may reach the handler. Later ones are answered 410
 * without calling it, so that the target, which cannot be told to make so few (Pub/Sub makes five at least), runs out of its own
 * and moves the event to the dead letters. The number of a delivery is `deliveryAttempt` of Pub/Sub's envelope.
 */
export const ATTEMPTS_PARAMETER = 'attempts';

/**
 * `FAASTEN_CORS=<JSON>`: what browsers of other origins may do, for gateways that cannot answer them on their own. The adapter
 * answers preflights, and adds headers to the answers of routes; see lib/runtime/cors.ts for the fields.
 */
export const CORS_VARIABLE = 'FAASTEN_CORS';

export const CALL_PATH = `${RESERVED_PATH}call`;
export const START_PATH = `${RESERVED_PATH}start`;

/**
 * Prefix that a gateway puts before the client's path, so that a client who asks for `/_faasten/queue/Orders` through an API
 * reaches a route and never a trigger. Gateways that can set a header but not a prefix use {@link ROUTE_HEADER}.
 *
 * Such a gateway shows the function its own identity in `authorization`, and passes on the client's as {@link CLIENT_AUTHORIZATION}.
 */
export const API_PATH = `${RESERVED_PATH}http`;

/** Header in which API Gateway passes on a client's `authorization`: https://cloud.google.com/api-gateway/docs/authenticate-service-account */
export const CLIENT_AUTHORIZATION = 'x-forwarded-authorization';

/** Header that marks a request as one of an API; its value is the route key (`GET /orders/{id}`). Set, never passed on, by the gateway. */
export const ROUTE_HEADER = 'x-faasten-route';

/** What EventBridge Scheduler sends to a function: its target's input. Scheduler fills in the `<aws.scheduler.…>` words. */
export function scheduleInput(trigger: string): string {
  return JSON.stringify({
    faasten: 'schedule',
    name: trigger,
    id: '<aws.scheduler.execution-id>',
    time: '<aws.scheduler.scheduled-time>',
  });
}

/**
 * What EventBridge sends to a function for the second and any further trigger on one bucket: the event as it is, under the trigger's
 * name, which the event itself does not tell. EventBridge fills in the word in angle brackets.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
export function objectsInput(trigger: string): string {
  return `{"faasten":"objects","name":${JSON.stringify(trigger)},"event":<aws.events.event.json>}`;
}

/** What EventBridge sends to a function for an `EventBus`: the event as it is, under the trigger's name. As {@link objectsInput}. */
export function eventInput(trigger: string): string {
  return `{"faasten":"event","name":${JSON.stringify(trigger)},"event":<aws.events.event.json>}`;
}
