import type { Construct } from 'constructs';
import type { EventBusSpec } from '../../core/model.js';
import type { EventBusBackend } from '../../core/platform.js';

/** An event bus: what is published goes to the own line of each function whose trigger fits. */
export class EventBusResources implements EventBusBackend {
  constructor(
    readonly resource: Construct,
    readonly spec: EventBusSpec,
  ) {}
}
