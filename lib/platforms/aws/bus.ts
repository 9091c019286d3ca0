import { EventBus as CdkEventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { viewOf } from '../../core/attachment.js';
import { elsewhere } from '../../core/errors.js';
import { existing } from '../../core/existing.js';
import type { TuningEntry } from '../../core/platform.js';
import { EventBus } from '../../event-bus.js';
import type { EventBusResources } from './event-bus.js';
import type { AwsEventBusTuning, AwsEventsTuning } from './tuning-events.js';

/** What an `EventBus` is on AWS. */
export class AwsEventBus {
  /** @throws when the bus is on another platform */
  static of(bus: EventBus): AwsEventBus {
    const found = AwsEventBus.tryOf(bus);
    if (!found) throw elsewhere('aws', 'event bus', bus.node.path, 'AwsEventBus');
    return found;
  }
  /** Undefined when the bus is on another platform. */
  static tryOf(bus: EventBus): AwsEventBus | undefined {
    return viewOf(bus, 'bus', 'aws', (backend: EventBusResources) => new AwsEventBus(backend.resource));
  }
  /** A bus of the larger stack, for links and triggers. */
  static from<Events extends object = any>(scope: Construct, id: string, bus: IEventBus): EventBus<Events> {
    const backend: EventBusResources = { resource: bus };
    return new EventBus<Events>(scope, id, existing({ platform: 'aws', backend }));
  }
  /** The bus that every account has, which AWS's own services tell what happens. */
  static default<Events extends object = any>(scope: Construct, id: string): EventBus<Events> {
    return AwsEventBus.from<Events>(scope, id, CdkEventBus.fromEventBusName(scope, `${id}Default`, 'default'));
  }
  /** Settings of `events.EventBus`, for `tuning` of a bus or a service. */
  static tune(settings: AwsEventBusTuning): TuningEntry {
    return { platform: 'aws', construct: 'bus', settings };
  }
  /** Settings of the EventBridge rule, for `tuning` of `bus.events()`. */
  static tuneEvents(settings: AwsEventsTuning): TuningEntry {
    return { platform: 'aws', construct: 'events', settings };
  }

  private constructor(readonly bus: IEventBus) {}
}
