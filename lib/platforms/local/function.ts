import type { Construct } from 'constructs';
import type { CodeReference, PreparedCode } from '../../core/code.js';
import { entrySource } from '../../core/entry-source.js';
import type {
  EventTriggerSpec,
  FunctionSpec,
  InstrumentationSpec,
  ObjectsTriggerSpec,
  QueueTriggerSpec,
  ScheduleTriggerSpec,
  TopicTriggerSpec,
} from '../../core/model.js';
import type { BackendLink, FunctionBackend } from '../../core/platform.js';
import type { BucketResources } from './bucket.js';
import type { EventBusResources } from './event-bus.js';
import { checkLimits } from './limits.js';
import type { LocalFunctionModel, LocalLink, LocalTrigger } from './model.js';
import type { QueueResources } from './queue.js';
import type { TopicResources } from './topic.js';

/** A function: its settings, what it is linked to, what triggers it, and its code, which is bundled when it is first used. */
export class FunctionResources implements FunctionBackend {
  readonly code: PreparedCode;
  private readonly environment: Record<string, string>;
  private readonly links: Record<string, LocalLink> = {};
  private readonly triggers: Record<string, LocalTrigger> = {};
  private reports?: () => InstrumentationSpec;

  constructor(
    readonly resource: Construct,
    readonly spec: FunctionSpec,
    code: CodeReference,
  ) {
    checkLimits(spec);
    this.environment = { ...spec.environment };
    this.code = code.prepare({
      entrySource: (request) =>
        entrySource(request, {
          adapter: 'local',
          links: { queue: 'local', topic: 'local', bus: 'local', bucket: 'local', function: 'local', websocket: 'local' },
          entrances: { authorizer: 'authorizer', event: 'event', websocket: 'websocket' },
          secrets: ['env'],
        }),
      options: {
        // The version that runs them here may be an older one than the clouds have.
        target: `node${process.versions.node}`,
        nativePlatform: { os: process.platform, cpu: process.arch },
        sourcesContent: false,
      },
    });
  }

  get model(): LocalFunctionModel {
    const { environment, links, triggers } = this;
    const own = { environment: { ...environment }, links: { ...links }, triggers: { ...triggers } };
    return { ...this.spec, ...own, reports: this.reports?.() };
  }

  /** Has the engine report its invocations. */
  report(spec: () => InstrumentationSpec): void {
    this.reports = spec;
  }

  addEnvironment(name: string, value: string): void {
    this.environment[name] = value;
  }

  link(name: string, link: BackendLink): void {
    const target = link.target as { readonly spec: { readonly path: string } } & BackendLink['target'];
    this.links[name] = { kind: link.kind, access: link.access, target: target.spec.path };
  }

  addSchedule(_scope: Construct, name: string, trigger: ScheduleTriggerSpec): void {
    this.triggers[name] = trigger;
  }

  addQueue(_scope: Construct, name: string, trigger: QueueTriggerSpec, queue: QueueResources): void {
    this.triggers[name] = { ...trigger, source: queue.spec.path };
  }

  addTopic(_scope: Construct, name: string, trigger: TopicTriggerSpec, topic: TopicResources): void {
    this.triggers[name] = { ...trigger, source: topic.spec.path };
  }

  addObjects(_scope: Construct, name: string, trigger: ObjectsTriggerSpec, bucket: BucketResources): void {
    this.triggers[name] = { ...trigger, source: bucket.spec.path };
  }

  addEvent(_scope: Construct, name: string, trigger: EventTriggerSpec, bus: EventBusResources): void {
    this.triggers[name] = { ...trigger, source: bus.spec.path };
  }
}
