import type { Construct } from 'constructs';
import type { TopicSpec } from '../../core/model.js';
import type { TopicBackend } from '../../core/platform.js';
import { Broker } from './broker.js';
import type { Settings } from './options.js';

/** CloudEvents type of messages that links publish. */
export const TOPIC_MESSAGE = 'dev.faasten.topic.message';

/** A topic: a Broker of its own, with one Trigger per function. */
export class TopicResources implements TopicBackend {
  readonly broker: Broker;

  constructor(
    scope: Construct,
    readonly spec: TopicSpec,
    settings: Settings,
  ) {
    this.broker = new Broker(scope, 'Resource', { what: 'topic', path: spec.path, tags: spec.tags }, settings);
  }

  get resource() {
    return this.broker.resource;
  }
}
