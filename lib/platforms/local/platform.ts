import type { Construct, IConstruct } from 'constructs';
import { Construct as Resource } from 'constructs';
import type { CodeReference, PreparedCode } from '../../core/code.js';
import type {
  ApiSpec,
  BucketSpec,
  EventBusSpec,
  FunctionSpec,
  QueueSpec,
  SubscriptionSpec,
  TopicSpec,
  WebSocketApiSpec,
} from '../../core/model.js';
import type { Platform } from '../../core/platform.js';
import { ApiResources } from './api.js';
import { BucketResources } from './bucket.js';
import { capabilities } from './capabilities.js';
import { EventBusResources } from './event-bus.js';
import { FunctionResources } from './function.js';
import type { LocalModel } from './model.js';
import { LocalMonitoring } from './monitoring/index.js';
import { QueueResources } from './queue.js';
import { TopicResources } from './topic.js';
import { WebSocketApiResources } from './websocket.js';

/** Collects what is declared below one {@link LocalApp}; nothing runs before an engine gets it. */
export class LocalPlatform implements Platform {
  readonly name = 'local';
  readonly capabilities = capabilities;
  readonly monitoring = new LocalMonitoring();
  private readonly functions: FunctionResources[] = [];
  private readonly apis: ApiResources[] = [];
  private readonly queues: QueueResources[] = [];
  private readonly topics: TopicResources[] = [];
  private readonly buckets: BucketResources[] = [];
  private readonly buses: EventBusResources[] = [];
  private readonly websockets: WebSocketApiResources[] = [];

  /** The model as it is now, as JSON. */
  get model(): LocalModel {
    const named = <T>(resources: readonly { readonly spec: { readonly path: string } }[], of: (resource: any) => T) =>
      Object.fromEntries(resources.map((resource) => [resource.spec.path, of(resource)]));
    const model: LocalModel = {
      functions: named(this.functions, ({ model }: FunctionResources) => model),
      apis: named(this.apis, ({ model }: ApiResources) => model),
      queues: named(this.queues, ({ model }: QueueResources) => model),
      topics: named(this.topics, ({ spec }: TopicResources) => spec),
      buckets: named(this.buckets, ({ spec }: BucketResources) => spec),
      buses: named(this.buses, ({ spec }: EventBusResources) => spec),
      websockets: named(this.websockets, ({ model }: WebSocketApiResources) => model),
      ...this.monitoring.model,
    };
    return JSON.parse(JSON.stringify(model));
  }

  /** The code of each function, by construct path. */
  get code(): ReadonlyMap<string, PreparedCode> {
    return new Map(this.functions.map(({ spec, code }) => [spec.path, code]));
  }

  template(_unit: IConstruct): LocalModel {
    return this.model;
  }

  createFunction(scope: Construct, spec: FunctionSpec, code: CodeReference): FunctionResources {
    return kept(this.functions, new FunctionResources(new Resource(scope, 'Resource'), spec, code));
  }
  createApi(scope: Construct, spec: ApiSpec): ApiResources {
    return kept(this.apis, new ApiResources(new Resource(scope, 'Resource'), spec));
  }
  createWebSocketApi(scope: Construct, spec: WebSocketApiSpec): WebSocketApiResources {
    return kept(this.websockets, new WebSocketApiResources(new Resource(scope, 'Resource'), spec));
  }
  createQueue(scope: Construct, spec: QueueSpec): QueueResources {
    return kept(this.queues, new QueueResources(new Resource(scope, 'Resource'), spec));
  }
  subscribe(scope: Construct, spec: SubscriptionSpec, queue: QueueResources, topic: TopicResources): void {
    queue.subscribe(scope.node.id, spec, topic);
  }
  createTopic(scope: Construct, spec: TopicSpec): TopicResources {
    return kept(this.topics, new TopicResources(new Resource(scope, 'Resource'), spec));
  }
  createBucket(scope: Construct, spec: BucketSpec): BucketResources {
    return kept(this.buckets, new BucketResources(new Resource(scope, 'Resource'), spec));
  }
  createEventBus(scope: Construct, spec: EventBusSpec): EventBusResources {
    return kept(this.buses, new EventBusResources(new Resource(scope, 'Resource'), spec));
  }
}

function kept<T>(list: T[], item: T): T {
  list.push(item);
  return item;
}

/** The platform of a LocalApp. */
export function platformFor(_unit: IConstruct): Platform {
  return new LocalPlatform();
}
