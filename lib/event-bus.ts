import { Construct } from 'constructs';
import { attach, attachExisting } from './core/attachment.js';
import { requireFeatures } from './core/capabilities.js';
import { Checks, frozen } from './core/checks.js';
import { shown } from './core/errors.js';
import { existingOf } from './core/existing.js';
import { makeLinkable } from './core/link.js';
import type { EventBusSpec } from './core/model.js';
import { Tuning, type TuningEntry } from './core/platform.js';
import { platformOf } from './core/scope.js';
import { Trigger } from './core/trigger.js';
import type { Linkable } from './core/typing.js';
import { surroundingsOf } from './service.js';

export interface EventBusProps {
  /** @default - those of the service */
  readonly tags?: Readonly<Record<string, string>>;
  /** @default - none */
  readonly tuning?: readonly TuningEntry[];
}

export interface EventTriggerOptions<Type extends string = string> {
  /**
   * Only events of these types, as in `order.paid`.
   * @default - every type
   */
  readonly types?: readonly Type[];
  /**
   * Only events of these sources.
   * @default - every source
   */
  readonly sources?: readonly string[];
  /** @default - none */
  readonly tuning?: readonly TuningEntry[];
}

type BusLink<Events> = { kind: 'bus'; access: 'publish'; accepts: (events: Events) => void };

/**
 * Events that many publish and many take, told apart by type and source. `Events` has the type of the data by the type of the event:
 * `new EventBus<{ 'order.paid': { id: string } }>(this, 'Bus')`.
 */
export class EventBus<Events extends object = any> extends Construct implements Linkable<BusLink<Events>> {
  declare readonly '~link'?: BusLink<Events>;

  constructor(scope: Construct, id: string, props: EventBusProps = {}) {
    super(scope, id);
    const path = this.node.path;
    const platform = platformOf(this);
    makeLinkable(this, { kind: 'bus', access: 'publish', construct: this });
    const existing = existingOf(props);
    if (existing) {
      attachExisting(this, 'bus', platform, existing);
      return;
    }
    const around = surroundingsOf(this);
    const checks = new Checks('event bus', path, platform);
    const spec: EventBusSpec = frozen({ path, tags: checks.tags({ ...around.tags, ...props.tags }) });
    checks.own('', spec);
    requireFeatures(platform, path, ['trigger.event']);
    const backend = platform.createEventBus!(this, spec, new Tuning([...around.tuning, ...(props.tuning ?? [])]));
    attach(this, { type: 'bus', platform, backend, describe: () => spec });
  }

  /** A trigger that runs a function, with an `event()` handler, for each event of this bus that fits. */
  events(options: EventTriggerOptions<keyof Events & string> = {}): Trigger<'event'> {
    const checks = new Checks('trigger of event bus', this.node.path, platformOf(this));
    const texts = (property: 'types' | 'sources'): readonly string[] => {
      const values = options[property] ?? [];
      if (!Array.isArray(values) || values.some((value) => typeof value !== 'string' || value === '')) {
        checks.fail(`${property} is ${shown(values)}`, 'give non-empty strings');
      }
      return values;
    };
    return new Trigger(frozen({ kind: 'event', types: texts('types'), sources: texts('sources') }), this, options.tuning);
  }
}
