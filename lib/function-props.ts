import type { HandlerKind, KindsOf, LinksProp, TriggerOf } from './core/typing.js';
import type { FunctionAlarms, MonitoringOptions, SloOptions } from './monitoring.js';
import type { Secret } from './secret.js';
import type { FunctionDefaults } from './service.js';

/** Code that faasten bundles. */
export interface EntryCode {
  /**
   * File whose default export is the handler (`http()`, `queue()`, …). Relative to the service's `root`.
   */
  readonly entry: string;
  readonly code?: never;
  readonly image?: never;
  readonly build?: never;
}
/** Code that is already built, in the target's own signature and any of its languages. */
export interface PrebuiltCode {
  readonly code: {
    /** Folder with the built code. Relative to the service's `root`. */
    readonly directory: string;
    /** The target's name for what to run: `index.handler` (AWS), an exported function (Google). */
    readonly handler: string;
    /** The target's name of the runtime: `python3.13` (AWS), `python313` (Google). */
    readonly runtime: string;
  };
  readonly entry?: never;
  readonly image?: never;
  readonly build?: never;
}
/** A container image, in any language: an HTTP server on `$PORT` which receives requests and CloudEvents. */
export interface ImageCode {
  /** Reference of the image, best with a digest: `registry.example/app@sha256:…`. */
  readonly image: string;
  readonly entry?: never;
  readonly code?: never;
  readonly build?: never;
}
/** An image that is built from a Dockerfile. */
export interface BuildCode {
  readonly build: { readonly context: string /** @default 'Dockerfile' */; readonly dockerfile?: string };
  readonly entry?: never;
  readonly code?: never;
  readonly image?: never;
}

export interface RetryOptions {
  /**
   * Deliveries of one event in all, the first one counted.
   * @default 3
   */
  readonly maxAttempts?: number;
  /**
   * Whether an event that failed for the last time is kept in a dead-letter queue of the function.
   * @default true
   */
  readonly deadLetters?: boolean;
}

export interface FunctionSettings<K extends HandlerKind = HandlerKind> extends FunctionDefaults {
  /** @default - none */
  readonly description?: string;
  /**
   * Secrets by the name the handler knows them by (`context.secrets.STRIPE_KEY`). Only references: see `Secret`.
   * @default - none
   */
  readonly secrets?: Readonly<Record<string, Secret>>;
  /**
   * What makes the function run, each under a name of its own. HTTP routes are declared by `HttpApi`, direct calls by links.
   * @default - none
   */
  readonly triggers?: Readonly<Record<string, TriggerOf<K>>>;
  /**
   * Most invocations of the function at the same time.
   * @default - the target's own limit
   */
  readonly maxConcurrency?: number;
  /**
   * Instances kept warm, and paid for, all the time.
   * @default 0
   */
  readonly warmInstances?: number;
  /**
   * What happens to events that fail and have no queue of their own: of topics, schedules, buckets, and calls that do not
   * wait. (Messages of a `Queue` follow the queue's `maxAttempts`.)
   * @default - 3 attempts, then the dead-letter queue
   */
  readonly retry?: RetryOptions;
  /**
   * Tags (AWS), labels (Google, Kubernetes), added to the service's.
   * @default - those of the service
   */
  readonly tags?: Readonly<Record<string, string>>;
  /**
   * How the function and its schedules are watched; `false` for not at all.
   * @default - as the service around it says
   */
  readonly monitoring?: MonitoringOptions<FunctionAlarms> | false;
  /**
   * Objectives for the invocations of the function.
   * @default - none
   */
  readonly slo?: SloOptions;
}

/**
 * Props of a function whose handler is the module `M` (`typeof import('./handlers/fulfil')`). With `M`, the compiler refuses a
 * link the handler asks for and does not get, a link it does not ask for, the wrong access, and a trigger of another kind.
 */
export type FunctionProps<M = any> = (EntryCode | PrebuiltCode | ImageCode | BuildCode) &
  FunctionSettings<KindsOf<M>> &
  LinksProp<M>;
