import { Construct } from 'constructs';
import { backendOf, functionOf, throttleSpec } from './api-parts.js';
import type { HttpApiProps, RouteOptions, RouteTarget } from './api-props.js';
import { type Authorizer, authorizerSpec } from './authorizer.js';
import { attach } from './core/attachment.js';
import { featuresOfRoute, requireFeatures } from './core/capabilities.js';
import { Checks, frozen } from './core/checks.js';
import { conflicting, shown } from './core/errors.js';
import type { ApiSpec, RouteSpec } from './core/model.js';
import { type ApiBackend, type Platform, Tuning } from './core/platform.js';
import { DEFAULT_ROUTE, parseRoute, type RouteKey, routeShape } from './core/route.js';
import { platformOf } from './core/scope.js';
import { corsSpec } from './cors.js';
import { type OpenApiSource, type OperationHandlers, routesOf, type SchemeAuthorizers } from './openapi/import.js';
import { type HandlerProps, isHandlerProps, RouteHandlers } from './route-handlers.js';
import { operationSpec } from './route-schema.js';
import { surroundingsOf } from './service.js';
import { Watch } from './watch/construct.js';

/** An HTTP API: one public address, and functions that answer its routes. The functions themselves stay private. */
export class HttpApi extends Construct {
  private readonly platform: Platform;
  private readonly backend: ApiBackend;
  private readonly spec: ApiSpec;
  private readonly checks: Checks;
  private readonly authorizer: Authorizer | undefined;
  private readonly authorizers = new Map<string, Authorizer>();
  private readonly routes = new Map<string, RouteSpec>();
  private readonly handlers: RouteHandlers;
  private readonly watch: Watch;

  constructor(scope: Construct, id: string, props: HttpApiProps = {}) {
    super(scope, id);
    const path = this.node.path;
    this.platform = platformOf(this);
    this.checks = new Checks('HTTP API', path, this.platform);
    this.authorizer = props.authorizer;
    const around = surroundingsOf(this);
    const deployAs = props.deployAs ?? around.deployAs;
    if (deployAs !== 'functions' && deployAs !== 'function')
      this.checks.fail(`deployAs is ${shown(deployAs)}`, "give 'functions' or 'function'");
    this.handlers = new RouteHandlers(this, deployAs, props.function ?? {}, declaredIn(props.routes ?? {}));
    const spec: ApiSpec = frozen({
      path,
      deployAs: deployAs === 'function' ? deployAs : undefined,
      description: props.description,
      cors: props.cors && corsSpec(this.checks, props.cors),
      throttle: props.throttle && throttleSpec(this.checks, 'throttle', props.throttle),
      tags: this.checks.tags({ ...around.tags, ...props.tags }),
    });
    this.spec = spec;
    this.checks.own('', spec);
    requireFeatures(this.platform, path, [
      'trigger.http',
      ...(spec.cors ? ['api.cors' as const] : []),
      ...(spec.throttle ? ['api.throttle' as const] : []),
    ]);
    this.backend = this.platform.createApi(this, spec, new Tuning([...around.tuning, ...(props.tuning ?? [])]));
    const described = () => ({ ...spec, routes: [...this.routes.values()].map((route) => route.key).sort() });
    attach(this, { type: 'api', platform: this.platform, backend: this.backend, describe: described });
    this.watch = new Watch(this, this.platform, { kind: 'api', path, spec, backend: this.backend }, around.services, props);
    // The default route last: it takes what is left.
    const entries = Object.entries(props.routes ?? {}) as [RouteKey, RouteTarget][];
    for (const [key, target] of entries) if (key !== DEFAULT_ROUTE) this.addRoute(key, target);
    for (const [key, target] of entries) if (key === DEFAULT_ROUTE) this.addRoute(key, target);
  }

  /**
   * An API that answers an OpenAPI document (3.0 or 3.1): each operation is a route, and `handlers` has a target for each
   * `operationId`. Where the document's type knows them (`as const`), the compiler compares; else an error names those that are
   * missing or left over. `authorizers` are found by the names of the document's security schemes.
   */
  static fromOpenApi<const D extends OpenApiSource>(
    scope: Construct,
    id: string,
    document: D,
    handlers: OperationHandlers<D>,
    props: Omit<HttpApiProps, 'routes'> & { readonly authorizers?: SchemeAuthorizers } = {},
  ): HttpApi {
    const { authorizers = {}, ...own } = props;
    const path = [...scope.node.path.split('/').filter(Boolean), id].join('/');
    const targets = handlers as Readonly<Record<string, RouteTarget>>;
    return new HttpApi(scope, id, {
      ...own,
      routes: routesOf(path, document, targets, authorizers, own.authorizer !== undefined),
    });
  }

  /** Base URL, without a slash at the end: a late value of the target's framework. */
  get url(): string {
    return this.backend.url;
  }

  /**
   * Has a function, which must have an `http()` handler, answer a route. `$default` is `ANY /{path+}`, and `ANY /` where that is free.
   * @throws when the route is taken, or a function is on another platform
   */
  addRoute(key: RouteKey, target: RouteTarget): void {
    const options = optionsOf(target);
    this.add(key === DEFAULT_ROUTE ? 'ANY /{path+}' : key, options);
    if (key === DEFAULT_ROUTE && !this.routes.has(routeShape(parseRoute(this.node.path, 'ANY /')))) this.add('ANY /', options);
  }

  /** @internal */
  _model(): { readonly spec: ApiSpec; readonly routes: readonly RouteSpec[] } {
    return { spec: this.spec, routes: [...this.routes.values()] };
  }

  private add(key: string, options: RouteOptions): void {
    const path = this.node.path;
    const parsed = parseRoute(path, key);
    const taken = this.routes.get(routeShape(parsed));
    if (taken) throw conflicting('HTTP API', path, `route '${key}' is taken by '${taken.key}'`, 'declare each route once');
    const authorizer = options.authorizer ?? this.authorizer;
    const operation = options.schema && operationSpec(this.checks, parsed, options.schema);
    const route = frozen({ ...parsed, ...this.settings(key, options, authorizer), operation });
    requireFeatures(this.platform, path, featuresOfRoute(route));
    const find = (what: string, each: unknown) => functionOf('HTTP API', this, this.platform, what, each);
    const { handler } = options;
    const fn = isHandlerProps(handler)
      ? this.handlers.functionOf({ key, id: routeId(parsed) }, handler)
      : find(`route '${key}'`, handler);
    const decides = authorizer?._function && find(`authorizer ${authorizer.name}`, authorizer._function);
    fn._enteredBy('http', { api: path, key, authorizer: route.authorizer }, this.watch);
    decides?._enteredBy('authorizer');
    this.backend.addRoute(new Construct(this, routeId(route)), route, backendOf(fn), decides && backendOf(decides));
    this.routes.set(routeShape(route), route);
  }

  private settings(key: string, options: RouteOptions, authorizer: Authorizer | undefined): Partial<RouteSpec> {
    const named = (property: string) => `route '${key}': ${property}`;
    const spec = authorizerSpec(this.checks, authorizer === options.authorizer ? named('authorizer') : 'authorizer', authorizer);
    if (spec && spec.kind !== 'iam') {
      const other = this.authorizers.get(spec.name);
      if (other && other !== authorizer) {
        throw conflicting(
          'HTTP API',
          this.node.path,
          `two authorizers have the name '${spec.name}'`,
          'make it once, or choose another name',
        );
      }
      this.authorizers.set(spec.name, authorizer!);
    }
    const scopes = options.scopes ?? (spec?.kind === 'jwt' ? authorizer?._options.scopes : undefined);
    if (scopes && spec?.kind !== 'jwt')
      this.checks.fail(`${named('scopes')} is ${shown(scopes)}`, 'give the route Authorizer.jwt(...): only tokens have scopes');
    return {
      authorizer: spec,
      scopes: scopes && scopes.length > 0 ? scopes : undefined,
      throttle: options.throttle && throttleSpec(this.checks, named('throttle'), options.throttle),
    };
  }
}

/** A construct is the function itself; everything else, also what is wrong, is looked at as settings. */
function optionsOf(target: RouteTarget): RouteOptions {
  const plain = target !== null && typeof target === 'object' && 'handler' in target && !Construct.isConstruct(target);
  return plain ? (target as RouteOptions) : { handler: target as RouteOptions['handler'] };
}

/** Handlers that routes declare in place, in the order of their routes' keys. */
function declaredIn(routes: NonNullable<HttpApiProps['routes']>): HandlerProps[] {
  const sorted = Object.entries(routes).sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([, target]) => optionsOf(target!).handler).filter(isHandlerProps);
}

/** `GET /orders/{id}` is the construct `GET orders {id}`: readable, and `/` separates construct ids. */
function routeId(route: RouteSpec): string {
  return `${route.method} ${route.path.slice(1).replaceAll('/', ' ')}`.trim();
}
