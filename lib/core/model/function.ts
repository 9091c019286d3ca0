import type { CodeSpec } from './code.js';

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

/** How traffic moves to a new version. */
export interface RolloutSpec {
  /** `canary`: a share first, then the rest. `linear`: one share after the other. */
  readonly kind: 'canary' | 'linear';
  /** Share of each step. */
  readonly percent: number;
  /** How long a step is watched before the next one. */
  readonly seconds: number;
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
  /** Without it, all traffic goes to a new version at once. */
  readonly rollout?: RolloutSpec;
  /** Without it, the target's default. */
  readonly logRetentionDays?: number;
  readonly tags: Readonly<Record<string, string>>;
}
