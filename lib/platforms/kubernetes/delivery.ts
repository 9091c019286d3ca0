import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Broker } from './broker.js';
import { DOUBLING_RETRIES } from './limits.js';
import { metadataOf, nameOf } from './metadata.js';
import type { EventSink } from './options.js';

/** How deliveries that fail are repeated, for one function or queue. */
export interface DeliveryTuning {
  /** @default - `exponential` up to 10 retries, `linear` for more */
  readonly backoffPolicy?: 'exponential' | 'linear';
  /** ISO 8601 duration. @default - `PT1S` exponential, `PT5S` linear */
  readonly backoffDelay?: string;
}

export interface DeliveryOptions {
  readonly attempts: number;
  /** Undefined where events that failed for the last time are dropped. */
  readonly deadLetters?: EventSink;
  /** Of the function. */
  readonly timeoutSeconds: number;
  readonly tuning?: DeliveryTuning;
}

/** Time in which an instance starts that is not there yet; a delivery that is given up before would be made twice. */
const COLD_START_SECONDS = 60;

/** `spec.delivery` of a Trigger. */
export function deliveryOf({ attempts, deadLetters, timeoutSeconds, tuning }: DeliveryOptions): object {
  const retry = attempts - 1;
  const backoffPolicy = tuning?.backoffPolicy ?? (retry > DOUBLING_RETRIES ? 'linear' : 'exponential');
  return {
    retry,
    backoffPolicy,
    backoffDelay: tuning?.backoffDelay ?? (backoffPolicy === 'linear' ? 'PT5S' : 'PT1S'),
    timeout: `PT${timeoutSeconds + COLD_START_SECONDS}S`,
    ...(deadLetters && { deadLetterSink: deadLetters }),
  };
}

export interface TriggerOptions {
  /** @default 'function' */
  readonly what?: 'queue';
  /** Path of the function or queue, and what it is. */
  readonly path: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly broker: Broker;
  /** `filter` or `filters` of the Trigger; nothing lets every event of the Broker through. */
  readonly filter?: object;
  /** What events are posted to: a reference, and for a function the path and query. */
  readonly subscriber: { readonly ref: object; readonly uri?: string };
  readonly delivery: DeliveryOptions;
}

/** A Trigger that posts events of a Broker to a function. It has to be in the namespace of the Broker. */
export function createTrigger(scope: Construct, id: string, options: TriggerOptions): ApiObject {
  const { path, tags, broker, filter, subscriber } = options;
  const name = nameOf(scope, id);
  return new ApiObject(scope, id, {
    apiVersion: 'eventing.knative.dev/v1',
    kind: 'Trigger',
    metadata: { name, namespace: broker.namespace, ...metadataOf({ what: options.what ?? 'function', path, tags }) },
    spec: {
      broker: broker.name,
      ...filter,
      subscriber,
      delivery: deliveryOf(options.delivery),
    },
  });
}
