import { type TerraformStack, Testing } from 'cdktf';
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
import { GoogleApiBackend, type GoogleApiTuning } from './api.js';
import { GoogleBucketBackend, type GoogleBucketTuning } from './bucket.js';
import { capabilitiesWith } from './capabilities.js';
import { StackContext } from './context.js';
import { GoogleFunctionBackend, type GoogleFunctionTuning } from './function.js';
import { GoogleMonitoring } from './monitoring/index.js';
import { GoogleQueueBackend, type GoogleQueueTuning } from './queue.js';
import { GoogleTopicBackend, type GoogleTopicTuning } from './topic.js';

/** Settings for everything below a construct: `usePlatform(stack, google({ ... }))`. */
export interface GoogleOptions {
  /**
   * Where everything runs, as in `europe-west1`.
   * @default - the region of the stack's GoogleProvider
   */
  readonly region?: string;
  /**
   * Id of the project.
   * @default - the provider's project
   */
  readonly project?: string;
  /**
   * Name of an existing bucket for the functions' sources.
   * @default - a private bucket of the stack
   */
  readonly sourceBucket?: string;
  /**
   * What builds functions, where the stack may not grant rights on the project. The account needs roles/logging.logWriter,
   * roles/artifactregistry.writer on the repository, and roles/storage.objectViewer on the sources.
   * @default - a service account and an image repository of the stack
   */
  readonly build?: {
    /** `projects/<project>/serviceAccounts/<email>` */
    readonly serviceAccount: string;
    /** `projects/<project>/locations/<region>/repositories/<name>`, of format DOCKER, in the functions' region. */
    readonly repository: string;
  };
  /**
   * `false`: no alert policies, dashboards or reports of invocations, even where services ask for them.
   * @default true
   */
  readonly monitoring?: boolean;
}

const NAME = 'google';

class GooglePlatform implements Platform {
  readonly name = NAME;
  readonly framework = 'cdktf';
  readonly capabilities: Capabilities;
  readonly monitoring?: GoogleMonitoring;

  constructor(private readonly options: GoogleOptions) {
    const { monitoring = true } = options;
    this.capabilities = capabilitiesWith(monitoring);
    if (monitoring) this.monitoring = new GoogleMonitoring((scope) => this.context(scope));
  }

  template(unit: IConstruct): object {
    return JSON.parse(Testing.synth(unit as TerraformStack));
  }

  createFunction(scope: Construct, spec: FunctionSpec, code: CodeReference, tuning: Tuning): GoogleFunctionBackend {
    return new GoogleFunctionBackend(scope, this.context(scope), spec, code, tuning.for<GoogleFunctionTuning>(NAME, 'function'));
  }

  createApi(scope: Construct, spec: ApiSpec, tuning: Tuning): GoogleApiBackend {
    return new GoogleApiBackend(scope, this.context(scope), spec, tuning.for<GoogleApiTuning>(NAME, 'api'));
  }

  createQueue(scope: Construct, spec: QueueSpec, tuning: Tuning): GoogleQueueBackend {
    return new GoogleQueueBackend(scope, this.context(scope), spec, tuning.for<GoogleQueueTuning>(NAME, 'queue'));
  }

  createTopic(scope: Construct, spec: TopicSpec, tuning: Tuning): GoogleTopicBackend {
    return new GoogleTopicBackend(scope, this.context(scope), spec, tuning.for<GoogleTopicTuning>(NAME, 'topic'));
  }

  createEventBus(scope: Construct, spec: EventBusSpec): GoogleTopicBackend {
    return new GoogleTopicBackend(scope, this.context(scope), spec, {});
  }

  subscribe(scope: Construct, spec: SubscriptionSpec, queue: GoogleQueueBackend, topic: GoogleTopicBackend): void {
    queue.subscribe(scope, this.context(scope), spec, topic);
  }

  createBucket(scope: Construct, spec: BucketSpec, tuning: Tuning): GoogleBucketBackend {
    return new GoogleBucketBackend(scope, this.context(scope), spec, tuning.for<GoogleBucketTuning>(NAME, 'bucket'));
  }

  private context(scope: IConstruct): StackContext {
    return StackContext.of(scope, this.options);
  }
}

/** Google Cloud, with settings that the provider does not tell: for `usePlatform` inside a TerraformStack. */
export function google(options: GoogleOptions = {}): Platform {
  return new GooglePlatform(options);
}

/** Everything else is told by the stack's provider. */
export function platformFor(_unit: IConstruct): Platform {
  return google();
}
