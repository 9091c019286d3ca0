import type { LinkDriver } from './links/driver.js';
import type { SecretDriver } from './secrets/driver.js';

/** What the virtual entry tells an adapter; see lib/core/entry-source.ts. */
export interface ServeOptions {
  /** Kinds of events that may arrive. */
  readonly kinds: readonly string[];
  /** `GET /orders/{id}` of each route that leads here. */
  readonly routes: readonly string[];
  /** Drivers by scheme; see wire.ts. */
  readonly links: Readonly<Record<string, LinkDriver>>;
  /** Drivers by scheme; see wire.ts. */
  readonly secrets: Readonly<Record<string, SecretDriver>>;
  /** @default process.env */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}
