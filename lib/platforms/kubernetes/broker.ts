import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { brokerUrl, knownNamespace, namespaceOf } from './context.js';
import { type MetadataOptions, metadataOf, nameOf } from './metadata.js';
import type { Settings } from './options.js';

/** A Broker: takes events by POST and hands them to its Triggers, with retries and dead letters. */
export class Broker {
  readonly name: string;
  readonly resource: ApiObject;
  readonly namespace: string | undefined;

  constructor(
    private readonly scope: Construct,
    id: string,
    private readonly options: MetadataOptions,
    private readonly settings: Settings,
  ) {
    const { class: brokerClass, config } = settings.broker;
    this.name = nameOf(scope, id);
    this.namespace = namespaceOf(scope);
    const annotations = { ...options.annotations, ...(brokerClass && { 'eventing.knative.dev/broker.class': brokerClass }) };
    this.resource = new ApiObject(scope, id, {
      apiVersion: 'eventing.knative.dev/v1',
      kind: 'Broker',
      metadata: { name: this.name, ...metadataOf({ ...options, annotations }) },
      ...(config && { spec: { config } }),
    });
  }

  /** URL that takes events, from anywhere in the cluster. */
  get url(): string {
    return brokerUrl(this.name, knownNamespace(this.options.what, this.options.path, this.scope), this.settings);
  }

  /** How another resource's `sink` refers to it. */
  get reference(): object {
    return {
      apiVersion: 'eventing.knative.dev/v1',
      kind: 'Broker',
      name: this.name,
      ...(this.namespace && { namespace: this.namespace }),
    };
  }
}
