import { Construct } from 'constructs';
import { attach, attachmentOf } from './core/attachment.js';
import { requireFeatures } from './core/capabilities.js';
import { Checks, frozen } from './core/checks.js';
import type { DurationLike } from './core/duration.js';
import { conflicting, invalid, otherPlatform, shown } from './core/errors.js';
import type { ApiSpec, CorsSpec, HttpMethod, RouteSpec } from './core/model.js';
import { type ApiBackend, type FunctionBackend, type Platform, Tuning, type TuningEntry } from './core/platform.js';
import { HTTP_METHODS, parseRoute, type RouteKey, routeShape } from './core/route.js';
import { platformOf } from './core/scope.js';
import type { EnteredAs, ServerlessFunction } from './function.js';
import { surroundingsOf } from './service.js';

export interface CorsOptions {
  /** Origins that may call the API from a browser, as in `https://shop.example`; `['*']` for any. */
  readonly origins: readonly string[];
  /** @default - all methods of the API's routes */
  readonly methods?: readonly HttpMethod[];
  /**
   * Request headers that scripts may send.
   * @default ['content-type', 'authorization']
   */
  readonly headers?: readonly string[];
  /**
   * Response headers that scripts may read.
   * @default - the few that browsers always show
   */
  readonly exposedHeaders?: readonly string[];
  /**
   * Whether browsers may send cookies. Not possible with the origin `*`.
   * @default false
   */
  readonly credentials?: boolean;
  /**
   * How long browsers may remember the answer.
   * @default Duration.hours(1)
   */
  readonly maxAge?: DurationLike;
}

export interface HttpApiProps {
  /**
   * The function that answers each route: `'GET /orders/{id}': getOrder`. A route is a method or ANY, and a path in which
   * `{name}` is one segment and `{name+}` the rest.
   * @default - none; see `addRoute`
   */
  readonly routes?: Readonly<Partial<Record<RouteKey, EnteredAs<'http'>>>>;
  /** @default - no CORS headers: browsers of other origins are refused */
  readonly cors?: CorsOptions;
  /** @default - none */
  readonly description?: string;
  /** @default - those of the service */
  readonly tags?: Readonly<Record<string, string>>;
  /** @default - none */
  readonly tuning?: readonly TuningEntry[];
}

/** An HTTP API: one public address, and functions that answer its routes. The functions themselves stay private. */
export class HttpApi extends Construct {
  private readonly platform: Platform;
  private readonly backend: ApiBackend;
  private readonly routes = new Map<string, RouteSpec>();

  constructor(scope: Construct, id: string, props: HttpApiProps = {}) {
    super(scope, id);
    const path = this.node.path;
    this.platform = platformOf(this);
    const checks = new Checks('HTTP API', path, this.platform);
    const around = surroundingsOf(this);
    const spec: ApiSpec = frozen({
      path,
      description: props.description,
      cors: props.cors && corsSpec(checks, props.cors),
      tags: checks.tags({ ...around.tags, ...props.tags }),
    });
    checks.own('', spec);
    requireFeatures(this.platform, path, ['trigger.http', ...(spec.cors ? ['api.cors' as const] : [])]);
    this.backend = this.platform.createApi(this, spec, new Tuning([...around.tuning, ...(props.tuning ?? [])]));
    const described = () => ({ ...spec, routes: [...this.routes.values()].map((route) => route.key).sort() });
    attach(this, { type: 'api', platform: this.platform, backend: this.backend, describe: described });
    for (const [key, fn] of Object.entries(props.routes ?? {})) this.addRoute(key as RouteKey, fn!);
  }

  /** Base URL, without a slash at the end: a late value of the target's framework. */
  get url(): string {
    return this.backend.url;
  }

  /**
   * Has `fn`, which must have an `http()` handler, answer a route.
   * @throws when the route is taken, or the function is on another platform
   */
  addRoute(key: RouteKey, fn: EnteredAs<'http'>): void {
    const path = this.node.path;
    const route = frozen(parseRoute(path, key));
    const taken = this.routes.get(routeShape(route));
    if (taken) throw conflicting('HTTP API', path, `route '${key}' is taken by '${taken.key}'`, 'declare each route once');
    const attachment = Construct.isConstruct(fn) ? attachmentOf(fn) : undefined;
    if (attachment?.type !== 'function') {
      throw invalid('HTTP API', path, `route '${key}' leads to ${shown(fn)}`, 'give a ServerlessFunction');
    }
    const target = fn as unknown as ServerlessFunction;
    if (attachment.platform.name !== this.platform.name) {
      throw otherPlatform(path, 'the function', target.node.path, attachment.platform.name, this.platform.name);
    }
    if (route.segments.some((segment) => segment.kind === 'rest')) requireFeatures(this.platform, path, ['api.rest']);
    target._enteredBy('http', { api: path, key });
    this.backend.addRoute(new Construct(this, routeId(route)), route, attachment.backend as FunctionBackend);
    this.routes.set(routeShape(route), route);
  }
}

/** `GET /orders/{id}` is the construct `GET orders {id}`: readable, and `/` separates construct ids. */
function routeId(route: RouteSpec): string {
  return `${route.method} ${route.path.slice(1).replaceAll('/', ' ')}`.trim();
}

function corsSpec(checks: Checks, cors: CorsOptions): CorsSpec {
  if (!Array.isArray(cors.origins) || cors.origins.length === 0)
    checks.fail(`cors.origins is ${shown(cors.origins)}`, 'name one or more origins');
  for (const origin of cors.origins) {
    if (origin !== '*' && !/^https?:\/\/[^/\s*]+$/.test(origin)) {
      checks.fail(
        `cors.origins has ${shown(origin)}`,
        "write scheme and host without a path, as in 'https://shop.example', or '*'",
      );
    }
  }
  if (cors.credentials && cors.origins.includes('*')) {
    checks.fail("cors allows credentials for the origin '*'", 'name the origins: browsers refuse the two together');
  }
  for (const method of cors.methods ?? []) {
    if (!HTTP_METHODS.includes(method)) checks.fail(`cors.methods has ${shown(method)}`, `use ${HTTP_METHODS.join(', ')}`);
  }
  return {
    origins: cors.origins,
    methods: cors.methods ?? HTTP_METHODS.filter((method) => method !== 'OPTIONS'),
    headers: (cors.headers ?? ['content-type', 'authorization']).map((header) => header.toLowerCase()),
    exposedHeaders: (cors.exposedHeaders ?? []).map((header) => header.toLowerCase()),
    credentials: cors.credentials ?? false,
    maxAgeSeconds: cors.maxAge === undefined ? 3600 : checks.seconds('cors.maxAge', cors.maxAge, 0, 86_400),
  };
}
