import type { Construct } from 'constructs';
import type { QueueSpec, SubscriptionSpec } from '../../core/model.js';
import type { QueueBackend } from '../../core/platform.js';
import type { LocalQueueModel } from './model.js';
import type { TopicResources } from './topic.js';

/** A queue: messages in the engine's store. */
export class QueueResources implements QueueBackend {
  private readonly subscriptions: Record<string, SubscriptionSpec & { readonly topic: string }> = {};

  constructor(
    readonly resource: Construct,
    readonly spec: QueueSpec,
  ) {}

  get model(): LocalQueueModel {
    return { ...this.spec, subscriptions: { ...this.subscriptions } };
  }

  subscribe(id: string, spec: SubscriptionSpec, topic: TopicResources): void {
    this.subscriptions[id] = { ...spec, topic: topic.spec.path };
  }
}
