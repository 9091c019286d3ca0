import type { Entrance } from './entrances/entrance.js';
import type { IdentityDriver } from './identity/driver.js';
import type { LinkDriver } from './links/driver.js';
import type { SecretDriver } from './secrets/driver.js';
import type { Trace } from './trace.js';

/** What the virtual entry tells an adapter; see lib/core/entry-source.ts. */
export interface ServeOptions {
  /** Kinds of events that may arrive. */
  readonly kinds: readonly string[];
  /** `GET /orders/{id}` of each route that leads here. */
  readonly routes: readonly string[];
  /** Those of them that have an authorizer, and how it is found out who sends their requests. Not on Lambda and the local platform, whose events tell. */
  readonly identity?: { readonly routes: readonly string[]; readonly by: IdentityDriver };
  /** Ways in that few functions have. */
  readonly entrances?: readonly Entrance[];
  /** Drivers by scheme; see wire.ts. */
  readonly links: Readonly<Record<string, LinkDriver>>;
  /** Drivers by scheme; see wire.ts. */
  readonly secrets: Readonly<Record<string, SecretDriver>>;
  /** What the lines of an invocation in the log have besides, for the target to find its trace. */
  readonly lineFields?: (trace: Trace, variables: Readonly<Record<string, string | undefined>>) => object;
  /** @default process.env */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}
