import type { Construct } from 'constructs';
import type { QueueSpec } from '../../core/model.js';
import type { QueueBackend } from '../../core/platform.js';

/** A queue: messages in the engine's store. */
export class QueueResources implements QueueBackend {
  constructor(
    readonly resource: Construct,
    readonly spec: QueueSpec,
  ) {}
}
