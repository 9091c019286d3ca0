import { Construct, type IConstruct } from 'constructs';
import type { BundlingOptions } from './core/code.js';
import type { DurationLike } from './core/duration.js';
import { invalid, shown } from './core/errors.js';
import type { DeployAs, Severity } from './core/model.js';
import type { TuningEntry } from './core/platform.js';
import type { AlertChannel, ServiceMonitoringOptions, SloOptions } from './monitoring.js';
import { checkService, ServiceWatch } from './watch/service.js';

const SERVICE = Symbol.for('faasten.service');

/** A share of the traffic for a while, then the rest; or one share after the other. */
export type Rollout =
  | {
      /** `percent` of the traffic first; all of it when nothing was wrong for the time of `bake`. */
      readonly canary: { readonly percent: number; readonly bake: DurationLike };
      readonly linear?: never;
    }
  | {
      /** `percent` more of the traffic, each time that nothing was wrong for the time of `every`. */
      readonly linear: { readonly percent: number; readonly every: DurationLike };
      readonly canary?: never;
    };

/** Settings a service gives to all of its functions. A function's own settings win; environment, tags and tuning add up. */
export interface FunctionDefaults {
  /**
   * Memory of one instance, in MiB. On AWS and Google it also sets the share of a CPU.
   * @default 256
   */
  readonly memoryMiB?: number;
  /**
   * How long one invocation may take. Longer than 30 seconds is cut off by most API gateways.
   * @default Duration.seconds(30)
   */
  readonly timeout?: DurationLike;
  /**
   * Environment variables, never secret: they are readable in every console. See `secrets`.
   * @default - none
   */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * How traffic moves to a new version of the function: step by step, and back to the old version when the new one fails.
   * @default - all at once
   */
  readonly rollout?: Rollout;
  /**
   * How long logs are kept, in whole days. Where a target only offers certain periods, the next longer one.
   * @default - 30 days where the target keeps logs itself; refused where it leaves them to the cluster
   */
  readonly logRetention?: DurationLike;
  /**
   * Bundling of functions that have an `entry`.
   * @default - minified without renaming, source maps, nothing external but what the target's runtime brings
   */
  readonly bundling?: BundlingOptions;
  /**
   * Settings that only one target reads, made by its `tune()`.
   * @default - none
   */
  readonly tuning?: readonly TuningEntry[];
}

export interface ServiceProps {
  /**
   * Settings of all functions below, unless they say otherwise.
   * @default - each setting's own default
   */
  readonly defaults?: FunctionDefaults;
  /**
   * Whether the handlers that routes of an API declare are functions of their own, or one function for each API; see `HttpApi`.
   * @default - what the service around says, else 'functions'
   */
  readonly deployAs?: DeployAs;
  /**
   * Tags (AWS), labels (Google, Kubernetes) of every resource of the service.
   * @default - none
   */
  readonly tags?: Readonly<Record<string, string>>;
  /**
   * Settings for the service itself, and for its queues, topics, buckets and APIs, that only one target reads.
   * @default - none
   */
  readonly tuning?: readonly TuningEntry[];
  /**
   * Folder that relative `entry` paths start from; usually `__dirname`.
   * @default - that of the service around it, else the folder of the command that is run
   */
  readonly root?: string;
  /**
   * How everything below is watched, unless it says otherwise; `false` for not at all.
   * @default - alarms and dashboard of docs/monitoring.md, where the target has them; nobody is told
   */
  readonly monitoring?: ServiceMonitoringOptions | false;
  /**
   * Objectives for the invocations of all functions below, but of those in a nested service with objectives of its own: how many may
   * fail, and how fast requests of APIs are to be answered.
   * @default - none
   */
  readonly slo?: SloOptions;
}

/**
 * A group of functions with the queues, topics, buckets and APIs they share: the unit that is declared once and placed in a
 * stack of any target. Extend it, or create it and put constructs into it. Services may be nested; inner settings win.
 */
export class Service extends Construct {
  /** The nearest service around a construct (itself included), if any. */
  static of(scope: IConstruct): Service | undefined {
    return [...scope.node.scopes].reverse().find((candidate): candidate is Service => SERVICE in candidate);
  }

  /** @internal */
  readonly _props: ServiceProps;
  /** @internal */
  readonly _watched: ServiceWatch;

  constructor(scope: Construct, id: string, props: ServiceProps = {}) {
    super(scope, id);
    Object.defineProperty(this, SERVICE, { value: true });
    if (props.root !== undefined && typeof props.root !== 'string') {
      throw invalid(
        'service',
        this.node.path,
        `root is ${shown(props.root)}`,
        'give the path of a folder, as in root: __dirname',
      );
    }
    this._props = props;
    this._watched = new ServiceWatch(this, () => surroundingsOf(this).services.slice(0, -1));
    checkService(this);
  }

  /**
   * Tells one more channel of the alarms of everything below, of some severities or all.
   * @throws when it is there already
   */
  addAlertChannel(channel: AlertChannel, severities: readonly Severity[] = ['page', 'ticket']): void {
    this._watched.addChannel(channel, severities);
  }
}

/** What the services around a construct say, the outermost first. */
export interface Surroundings {
  readonly defaults: FunctionDefaults;
  readonly tags: Readonly<Record<string, string>>;
  readonly tuning: readonly TuningEntry[];
  readonly root: string;
  readonly deployAs: DeployAs;
  readonly services: readonly Service[];
}

export function surroundingsOf(scope: IConstruct): Surroundings {
  let { defaults, tags, tuning, root, deployAs }: Omit<Surroundings, 'services'> = {
    defaults: {},
    tags: {},
    tuning: [],
    root: process.cwd(),
    deployAs: 'functions',
  };
  const services = scope.node.scopes.filter((ancestor): ancestor is Service => SERVICE in ancestor);
  for (const { _props: props } of services) {
    defaults = mergeDefaults(defaults, props.defaults ?? {});
    tags = { ...tags, ...props.tags };
    tuning = [...tuning, ...(props.tuning ?? [])];
    root = props.root ?? root;
    deployAs = props.deployAs ?? deployAs;
  }
  return { defaults, tags, tuning, root, deployAs, services };
}

/** `inner` over `outer`: records and lists add up, the rest is replaced. */
export function mergeDefaults(outer: FunctionDefaults, inner: FunctionDefaults): FunctionDefaults {
  return {
    memoryMiB: inner.memoryMiB ?? outer.memoryMiB,
    timeout: inner.timeout ?? outer.timeout,
    rollout: inner.rollout ?? outer.rollout,
    logRetention: inner.logRetention ?? outer.logRetention,
    environment: { ...outer.environment, ...inner.environment },
    bundling: { ...outer.bundling, ...inner.bundling },
    tuning: [...(outer.tuning ?? []), ...(inner.tuning ?? [])],
  };
}
