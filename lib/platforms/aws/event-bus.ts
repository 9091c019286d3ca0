import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import type { EventBusSpec, EventTriggerSpec } from '../../core/model.js';
import type { EventBusBackend, Tuning } from '../../core/platform.js';
import { eventInput } from '../../runtime/wire.js';
import type { LambdaBackend } from './function.js';
import { requireSamePlace } from './place.js';
import { invokeByRule } from './rule.js';
import { tag } from './tags.js';
import type { AwsEventBusTuning, AwsEventsTuning } from './tuning-events.js';

/** An event bus of EventBridge: one of ours, or one that exists. */
export interface EventBusResources extends EventBusBackend {
  readonly resource: IEventBus;
}

export function createEventBus(scope: Construct, spec: EventBusSpec, tuning: Tuning): EventBusResources {
  const resource = new EventBus(scope, 'Resource', tuning.for<AwsEventBusTuning>('aws', 'bus'));
  tag('event bus', scope, spec.tags);
  return { resource };
}

/** The event arrives under its trigger's name, which it does not tell itself. */
export function triggerByEvent(
  scope: Construct,
  fn: LambdaBackend,
  name: string,
  { types, sources }: EventTriggerSpec,
  { resource: bus }: EventBusResources,
  tuning: Tuning,
): void {
  const { pattern, state } = tuning.for<AwsEventsTuning>('aws', 'events');
  requireSamePlace(fn, `triggers.${name}`, 'event bus', bus, 'a rule is where its bus is');
  const neutral = { ...(types.length > 0 && { 'detail-type': types }), ...(sources.length > 0 && { source: sources }) };
  const given = { ...neutral, ...pattern };
  // A pattern must say something; every event has a source.
  const eventPattern = Object.keys(given).length > 0 ? given : { source: [{ prefix: '' }] };
  invokeByRule(scope, fn, { eventPattern, eventBusName: bus.eventBusName, state, inputTemplate: eventInput(name) });
}
