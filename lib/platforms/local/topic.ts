import type { Construct } from 'constructs';
import type { TopicSpec } from '../../core/model.js';
import type { TopicBackend } from '../../core/platform.js';

/** A topic: what is published goes to each subscribed function's own line at once. */
export class TopicResources implements TopicBackend {
  constructor(
    readonly resource: Construct,
    readonly spec: TopicSpec,
  ) {}
}
