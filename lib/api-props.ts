import type { Authorizer } from './authorizer.js';
import type { DeployAs } from './core/model.js';
import type { TuningEntry } from './core/platform.js';
import type { RouteKey } from './core/route.js';
import type { CorsOptions } from './cors.js';
import type { EnteredAs } from './function.js';
import type { FunctionSettings } from './function-props.js';
import type { ApiAlarms, MonitoringOptions, SloOptions } from './monitoring.js';
import type { HandlerProps } from './route-handlers.js';
import type { RouteSchema } from './route-schema.js';

/** How many requests an API or a route takes; what is more is answered 429. */
export interface ThrottleOptions {
  /** Requests per second, on average. */
  readonly requestsPerSecond: number;
  /**
   * Most requests at once.
   * @default - as many as `requestsPerSecond`
   */
  readonly burst?: number;
}

/** A route that has more to it than its function. */
export interface RouteOptions {
  /** What answers: a function with an `http()` handler, or such a handler, of which the API makes a function. */
  readonly handler: EnteredAs<'http'> | HandlerProps;
  /**
   * Who may send requests.
   * @default - the API's
   */
  readonly authorizer?: Authorizer;
  /**
   * Scopes of which a token must have one.
   * @default - those of the authorizer
   */
  readonly scopes?: readonly string[];
  /** @default - the API's */
  readonly throttle?: ThrottleOptions;
  /**
   * What the route takes and answers, for `toOpenApi()` and for targets that check requests before the function. The handler checks
   * its body by its own schema; give both the same one.
   * @default - nothing is said
   */
  readonly schema?: RouteSchema;
}

/** What a route leads to. */
export type RouteTarget = EnteredAs<'http'> | HandlerProps | RouteOptions;

export interface HttpApiProps {
  /**
   * What answers each route: a function (`'GET /orders/{id}': getOrder`) or a handler (`{ entry, links }`), or `{ handler: …, … }` with
   * more settings. A route is a method or
   * ANY, and a path in which `{name}` is one segment and `{name+}` the rest; `$default` is everything that no other route answers.
   * @default - none; see `addRoute`
   */
  readonly routes?: Readonly<Partial<Record<RouteKey, RouteTarget>>>;
  /**
   * Who may send requests, on all routes that say nothing else.
   * @default - anybody: the API is public
   */
  readonly authorizer?: Authorizer;
  /**
   * How many requests all routes together take, and each one that has no limit of its own.
   * @default - the target's own limits
   */
  readonly throttle?: ThrottleOptions;
  /**
   * Whether each handler that a route declares in place is a function of its own, or all of them are one, with the links, environment
   * and secrets of all. Handlers, routes and URLs stay the same; the functions are replaced. A `ServerlessFunction` stays what it is.
   * @default - what the service says, else 'functions'
   */
  readonly deployAs?: DeployAs;
  /**
   * Settings of the one function that `deployAs: 'function'` makes.
   * @default - memory and timeout of the handler that needs most
   */
  readonly function?: Omit<FunctionSettings<'http'>, 'triggers'>;
  /** @default - no CORS headers: browsers of other origins are refused */
  readonly cors?: CorsOptions;
  /** @default - none */
  readonly description?: string;
  /** @default - those of the service */
  readonly tags?: Readonly<Record<string, string>>;
  /**
   * How the API is watched; `false` for not at all.
   * @default - as the service around it says
   */
  readonly monitoring?: MonitoringOptions<ApiAlarms> | false;
  /**
   * Objectives for the requests of the API.
   * @default - none
   */
  readonly slo?: SloOptions;
  /** @default - none */
  readonly tuning?: readonly TuningEntry[];
}
