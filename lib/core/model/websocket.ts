import type { AuthorizerSpec, ThrottleSpec } from './api.js';

export interface WebSocketApiSpec {
  readonly path: string;
  readonly description?: string;
  /** Field of a JSON message that names its route. */
  readonly routeBy: string;
  /** Messages and connections of all clients together. */
  readonly throttle?: ThrottleSpec;
  readonly tags: Readonly<Record<string, string>>;
}

export interface WebSocketRouteSpec {
  /** `$connect`, `$disconnect`, `$default`, or a value of the field that names routes. */
  readonly key: string;
  /** Of `$connect` only. */
  readonly authorizer?: AuthorizerSpec;
  /** Whether the sender gets what the handler returns. */
  readonly replies: boolean;
}
