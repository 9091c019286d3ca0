import { Chart } from 'cdk8s';
import type { Construct, IConstruct } from 'constructs';
import type { Capabilities } from '../../core/capabilities.js';
import type { CodeReference } from '../../core/code.js';
import type {
  ApiSpec,
  BucketSpec,
  EventBusSpec,
  FunctionSpec,
  QueueSpec,
  SubscriptionSpec,
  TopicSpec,
} from '../../core/model.js';
import type { Platform, Tuning } from '../../core/platform.js';
import { ApiResources } from './api.js';
import { BucketResources } from './bucket.js';
import { capabilitiesWith } from './capabilities.js';
import { CODE_LABEL } from './code.js';
import { EventBusResources } from './event-bus.js';
import { FunctionResources } from './function.js';
import { KubernetesMonitoring } from './monitoring/index.js';
import { type KubernetesOptions, type Settings, settingsOf } from './options.js';
import { QueueResources } from './queue.js';
import { TopicResources } from './topic.js';

class KubernetesPlatform implements Platform {
  readonly name = 'kubernetes';
  readonly framework = 'cdk8s';
  readonly capabilities: Capabilities;
  readonly monitoring?: KubernetesMonitoring;
  private readonly settings: Settings;

  constructor(options: KubernetesOptions) {
    this.settings = settingsOf(options);
    const { monitoring } = this.settings;
    if (monitoring) this.monitoring = new KubernetesMonitoring(monitoring);
    this.capabilities = capabilitiesWith(this.settings);
  }

  /**
   * The manifests of a Chart, without the content of ConfigMaps that hold code. Their names keep the half that is the code's own hash,
   * so that they are the same under every version of brotli.
   */
  template(unit: IConstruct): object {
    const manifests = JSON.parse(JSON.stringify(Chart.of(unit).toJson())) as Manifest[];
    const names = new Set<string>();
    const emptied = manifests.map((manifest) => {
      const { name, labels } = manifest.metadata;
      if (!labels?.[CODE_LABEL]) return manifest;
      names.add(name.replace(/-map$/, ''));
      return { ...manifest, binaryData: {} };
    });
    let text = JSON.stringify(emptied);
    for (const name of names) text = text.replaceAll(name, name.slice(0, -8));
    return JSON.parse(text);
  }

  createFunction(scope: Construct, spec: FunctionSpec, code: CodeReference, tuning: Tuning): FunctionResources {
    return new FunctionResources(scope, spec, code, this.settings, tuning);
  }
  createApi(scope: Construct, spec: ApiSpec, tuning: Tuning): ApiResources {
    return new ApiResources(scope, spec, this.settings, tuning);
  }
  createQueue(scope: Construct, spec: QueueSpec, tuning: Tuning): QueueResources {
    return new QueueResources(scope, spec, this.settings, tuning);
  }
  createTopic(scope: Construct, spec: TopicSpec): TopicResources {
    return new TopicResources(scope, spec, this.settings);
  }
  createEventBus(scope: Construct, spec: EventBusSpec): EventBusResources {
    return new EventBusResources(scope, spec, this.settings);
  }
  subscribe(scope: Construct, spec: SubscriptionSpec, queue: QueueResources, topic: TopicResources): void {
    queue.subscribe(scope, spec, topic);
  }
  createBucket(scope: Construct, spec: BucketSpec, tuning: Tuning): BucketResources {
    return new BucketResources(scope, spec, this.settings, tuning);
  }
}

interface Manifest {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
}

/** The platform of a Chart that nobody configured. */
export function platformFor(_unit: IConstruct): Platform {
  return kubernetes();
}

/**
 * The Kubernetes platform, for a cluster that is not like the default: `usePlatform(chart, kubernetes({ gateway: … }))`.
 * @throws FaastenError when an option cannot be used
 */
export function kubernetes(options: KubernetesOptions = {}): Platform {
  return new KubernetesPlatform(options);
}
