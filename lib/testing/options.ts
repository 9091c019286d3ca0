import type { DurationLike } from '../core/duration.js';

export interface ServiceOptions {
  /**
   * What time it is at the start. Time stands still, and moves with `advance()`.
   * @default 2026-01-01T00:00:00Z
   */
  readonly startTime?: Date | string;
  /**
   * Values of secrets, by the name that `Secret.fromName()` was given.
   * @default - none; a function whose secret has no value fails
   */
  readonly secrets?: Readonly<Record<string, string>>;
  /**
   * Environment variables of every function, over its own.
   * @default - none
   */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** The body, as JSON. */
  readonly json?: unknown;
  /** Which API, by its path or the end of it. Needed where there are several. */
  readonly api?: string;
}

export interface TokenOptions {
  /** Which authorizer, by its name. Needed where there are several that take tokens. */
  readonly authorizer?: string;
  /** @default 'test-user' */
  readonly subject?: string;
  /** @default - none */
  readonly scopes?: readonly string[];
  /** Further claims, over all others. @default - none */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** @default Duration.hours(1) */
  readonly lifetime?: DurationLike;
}

export interface ConnectOptions {
  /** Query of the URL: `name=ann`. */
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface MessageOptions {
  readonly attributes?: Readonly<Record<string, string>>;
  /** Of a queue that keeps order. */
  readonly group?: string;
}
