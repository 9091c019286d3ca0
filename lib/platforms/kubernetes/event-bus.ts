import type { Construct } from 'constructs';
import type { EventBusSpec } from '../../core/model.js';
import type { EventBusBackend } from '../../core/platform.js';
import { Broker } from './broker.js';
import type { Settings } from './options.js';

/** An event bus: a Broker. Others may post CloudEvents to it, too. */
export class EventBusResources implements EventBusBackend {
  readonly broker: Broker;

  constructor(scope: Construct, { path, tags }: EventBusSpec, settings: Settings) {
    this.broker = new Broker(scope, 'Resource', { what: 'event bus', path, tags }, settings);
  }

  get resource() {
    return this.broker.resource;
  }
}
