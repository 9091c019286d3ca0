/** Limits of Google Cloud, read in November 2026. What a quota can raise is not here. */
import { FaastenError } from '../../core/errors.js';

/** A limit that Google does not raise, and the page it is from. */
export interface Limit {
  readonly min: number;
  readonly max: number;
  readonly source: string;
}

/** Memory of one instance, in MiB. */
export const MEMORY_MIB: Limit = { min: 128, max: 32_768, source: 'https://cloud.google.com/functions/docs/configuring/memory' };

/** Timeout of an HTTP request, in seconds. */
export const TIMEOUT_SECONDS: Limit = {
  min: 1,
  max: 3600,
  source: 'https://cloud.google.com/functions/docs/configuring/timeout',
};

/** Acknowledgement deadline of a Pub/Sub subscription, in seconds: how long a function may work on one event. */
export const ACK_SECONDS: Limit = {
  min: 10,
  max: 600,
  source: 'https://cloud.google.com/pubsub/docs/subscription-properties#ack_deadline',
};

/** `max_delivery_attempts` of a dead-letter policy. Fewer are emulated, see `ATTEMPTS_PARAMETER`. */
export const DELIVERY_ATTEMPTS: Limit = {
  min: 5,
  max: 100,
  source: 'https://cloud.google.com/pubsub/docs/handling-failures#how_dead_letter_topics_work',
};

/** `message_retention_duration` of a subscription, in seconds. */
export const RETENTION_SECONDS: Limit = {
  min: 600,
  max: 31 * 86_400,
  source: 'https://cloud.google.com/pubsub/docs/subscription-properties#message_retention_duration',
};

/** Length of a subscription's filter, in bytes. */
export const FILTER_BYTES: Limit = {
  min: 1,
  max: 256,
  source: 'https://cloud.google.com/pubsub/docs/subscription-message-filter#filtering_syntax',
};

/** Wait before a failed event is delivered again, in seconds: the first time and at most. Pub/Sub's own range is 0 to 600. */
export const BACKOFF_SECONDS = { first: 10, longest: 600 };

/** How long events of topics, schedules and buckets wait for a function that is out of order, in seconds: Pub/Sub's default. */
export const EVENT_SECONDS = 7 * 86_400;

/** How long dead letters of a function are kept, in seconds: as long as a queue keeps them by default. */
export const DEAD_LETTER_SECONDS = 14 * 86_400;

/** Longest names. A Cloud Run service, which every function is, is the shortest: https://cloud.google.com/run/docs/deploying#services */
export const NAME_LENGTH = {
  function: 49,
  /** https://cloud.google.com/iam/docs/service-accounts-create */
  serviceAccount: 30,
  /** https://cloud.google.com/storage/docs/buckets#naming */
  bucket: 63,
  /** https://cloud.google.com/resource-manager/docs/creating-managing-projects: a project's id. */
  project: 30,
  /** https://cloud.google.com/artifact-registry/docs/repositories/create-repos */
  repository: 63,
  /** Part of a host name beside a hash: https://cloud.google.com/api-gateway/docs/deploying-api */
  gateway: 49,
  /** The provider adds 26 characters to the prefix of an API config's id. */
  apiConfigPrefix: 36,
  /** https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names allows 255; short names are easier to read. */
  topic: 80,
  job: 80,
} as const;

/** Labels: https://cloud.google.com/resource-manager/docs/labels-overview#requirements */
export const LABEL_LENGTH = 63;
export const LABEL_COUNT = 64;

/** Where API Gateway runs: https://cloud.google.com/api-gateway/docs/deployment-model#regions */
export const GATEWAY_REGIONS: readonly string[] = [
  'asia-northeast1',
  'australia-southeast1',
  'europe-west1',
  'europe-west2',
  'us-central1',
  'us-east1',
  'us-east4',
  'us-west2',
  'us-west3',
  'us-west4',
];

/** Throws when `value` is outside `limit`; otherwise gives it back. */
export function within(what: string, path: string, property: string, value: number, unit: string, limit: Limit): number {
  if (value < limit.min || value > limit.max) {
    throw new FaastenError(
      'value-out-of-range',
      `${what} '${path}': ${property} is ${value}${unit}, and Google Cloud has ${limit.min} to ${limit.max}${unit} (${limit.source}); ` +
        'choose a value in between',
      path,
    );
  }
  return value;
}
