import { PubsubTopic, type PubsubTopicConfig } from '@cdktf/provider-google/lib/pubsub-topic/index.js';
import type { Construct } from 'constructs';
import type { TopicSpec } from '../../core/model.js';
import type { TopicBackend } from '../../core/platform.js';
import type { StackContext } from './context.js';
import { labelsOf } from './labels.js';
import { NAME_LENGTH } from './limits.js';
import { googleName } from './names.js';

/** Settings of `google_pubsub_topic`. */
export type GoogleTopicTuning = Partial<Omit<PubsubTopicConfig, 'name' | 'project'>>;

/** A topic of Pub/Sub: a topic, or an event bus. */
export class GoogleTopicBackend implements TopicBackend {
  readonly resource: PubsubTopic;
  readonly name: string;
  /** `projects/…/topics/…`, without a reference to the resource: an environment variable of a function must not close a cycle. */
  readonly address: string;

  constructor(
    scope: Construct,
    context: StackContext,
    readonly spec: TopicSpec,
    tuning: GoogleTopicTuning,
  ) {
    this.name = googleName(spec.path, NAME_LENGTH.topic);
    this.address = `projects/${context.project}/topics/${this.name}`;
    this.resource = new PubsubTopic(scope, 'Resource', {
      labels: labelsOf(spec.path, spec.tags),
      ...tuning,
      name: this.name,
      project: context.projectArgument,
    });
  }

  get topic(): PubsubTopic {
    return this.resource;
  }
}
