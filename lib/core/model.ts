/**
 * The neutral model: what constructs reduce their props to, and all that platforms see. Frozen plain data, no constructs, no
 * cloud. Durations are numbers with their unit in the name; every default is already filled in.
 */
import type { HttpMethod } from './route.js';

export type { HttpMethod };

export type Access = 'send' | 'publish' | 'read' | 'write' | 'readWrite' | 'invoke';

/** Code that faasten bundles: a file of the user's, relative to the folder that relative entries start from. */
export interface EntryCodeSpec {
  readonly kind: 'entry';
  /** As the user wrote it, with `/`. */
  readonly entry: string;
}
/** Code that is already built, in the target's native signature. */
export interface PrebuiltCodeSpec {
  readonly kind: 'prebuilt';
  readonly directory: string;
  readonly handler: string;
  readonly runtime: string;
}
/** A container image: an HTTP server on `$PORT` which receives requests and CloudEvents. */
export interface ImageCodeSpec {
  readonly kind: 'image';
  readonly image: string;
}
/** An image that is built from a Dockerfile. */
export interface BuildCodeSpec {
  readonly kind: 'build';
  readonly context: string;
  readonly dockerfile: string;
}
export type CodeSpec = EntryCodeSpec | PrebuiltCodeSpec | ImageCodeSpec | BuildCodeSpec;

/** Where a secret's value is; never the value. */
export interface SecretSpec {
  /** Name of the secret in the target's own store. */
  readonly name: string;
  /** Field of a JSON secret (on Kubernetes: key of the Secret object). */
  readonly field?: string;
  /** Version or stage. The newest one without it. */
  readonly version?: string;
}

export interface RetrySpec {
  /** Deliveries of one event in all, the first one counted; 1 is no retry. */
  readonly maxAttempts: number;
  /** Whether an event that failed for the last time is kept in a dead-letter queue. */
  readonly deadLetters: boolean;
}

export interface FunctionSpec {
  /** Construct path. */
  readonly path: string;
  readonly code: CodeSpec;
  readonly description?: string;
  readonly memoryMiB: number;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, SecretSpec>>;
  /** Most invocations at the same time. Without it, the target's own limit. */
  readonly maxConcurrency?: number;
  /** Instances kept warm. */
  readonly warmInstances: number;
  /** For events without a queue of their own: topics, schedules, objects, calls that do not wait. */
  readonly retry: RetrySpec;
  /** Without it, the target's default. */
  readonly logRetentionDays?: number;
  readonly tags: Readonly<Record<string, string>>;
}

export interface QueueSpec {
  readonly path: string;
  /** Deliveries of one message in all before it is dead. */
  readonly maxAttempts: number;
  /** How long a message waits for a consumer. */
  readonly retentionSeconds: number;
  /** How long a dead message is kept. */
  readonly deadLetterRetentionSeconds: number;
  readonly tags: Readonly<Record<string, string>>;
}

export interface TopicSpec {
  readonly path: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface BucketSpec {
  readonly path: string;
  readonly versioned: boolean;
  /** What becomes of the objects when the bucket is removed from the stack. */
  readonly removal: 'retain' | 'delete';
  readonly tags: Readonly<Record<string, string>>;
}

export interface CorsSpec {
  readonly origins: readonly string[];
  readonly methods: readonly HttpMethod[];
  readonly headers: readonly string[];
  readonly exposedHeaders: readonly string[];
  readonly credentials: boolean;
  readonly maxAgeSeconds: number;
}

export interface ApiSpec {
  readonly path: string;
  readonly description?: string;
  readonly cors?: CorsSpec;
  readonly tags: Readonly<Record<string, string>>;
}

export type PathSegment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'parameter'; readonly name: string }
  /** The rest of the path, at least one segment; always last. */
  | { readonly kind: 'rest'; readonly name: string };

export interface RouteSpec {
  /** `GET /orders/{id}`, the form of all targets. */
  readonly key: string;
  readonly method: HttpMethod | 'ANY';
  readonly path: string;
  readonly segments: readonly PathSegment[];
}

export interface ScheduleTriggerSpec {
  readonly kind: 'schedule';
  readonly expression:
    | { readonly kind: 'cron'; readonly cron: CronSpec; readonly timeZone: string }
    | { readonly kind: 'rate'; readonly everySeconds: number };
}

/** The five fields of crontab(5), checked and expanded to what they mean. */
export interface CronSpec {
  /** As the user wrote it. */
  readonly source: string;
  readonly minute: CronField;
  readonly hour: CronField;
  readonly dayOfMonth: CronField;
  readonly month: CronField;
  /** 0 is Sunday. */
  readonly dayOfWeek: CronField;
}
/** `*`, or the values in ascending order. */
export type CronField = '*' | readonly number[];

export interface QueueTriggerSpec {
  readonly kind: 'queue';
  /** Most messages in one invocation. */
  readonly batchSize: number;
  /** How long to wait for a batch to fill. */
  readonly windowSeconds: number;
  /** Most invocations of this trigger at the same time. */
  readonly maxConcurrency?: number;
}
export interface TopicTriggerSpec {
  readonly kind: 'topic';
  /** Attribute name to the values of which one must be there; all attributes must match. Empty: every message. */
  readonly filter: Readonly<Record<string, readonly string[]>>;
}
export interface ObjectsTriggerSpec {
  readonly kind: 'objects';
  readonly events: readonly ('created' | 'deleted')[];
  readonly prefix: string;
  readonly suffix: string;
}
export type TriggerSpec = ScheduleTriggerSpec | QueueTriggerSpec | TopicTriggerSpec | ObjectsTriggerSpec;
export type TriggerKind = TriggerSpec['kind'];
