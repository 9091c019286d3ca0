import { ApiObject, Lazy } from 'cdk8s';
import type { Construct } from 'constructs';
import { invalid } from '../../core/errors.js';
import type { ApiSpec, RouteSpec } from '../../core/model.js';
import type { ApiBackend, FunctionBackend, Tuning } from '../../core/platform.js';
import { ROUTE_HEADER } from '../../runtime/wire.js';
import { knownNamespace } from './context.js';
import type { FunctionResources } from './function.js';
import { RULES_PER_ROUTE } from './limits.js';
import { metadataOf, nameOf } from './metadata.js';
import type { Settings } from './options.js';
import { bySpecificity, checkPath, pathMatchOf, pathShape } from './routes.js';

/** Settings of an API on Kubernetes. */
export interface KubernetesApiTuning {
  /** Host names that the API answers for; the first one is that of `api.url`. @default - the platform's `hostname` */
  readonly hostnames?: readonly string[];
  /** Gateways to attach to, instead of the platform's: `parentRefs` of the HTTPRoutes. */
  readonly parentRefs?: readonly object[];
}

interface Route {
  readonly route: RouteSpec;
  readonly target: FunctionResources;
}

/** An API: HTTPRoutes of a Gateway that exists, of up to 16 rules each. */
export class ApiResources implements ApiBackend {
  readonly httpRoutes: ApiObject[] = [];
  /** Lets the routes forward to the ingress; undefined where that is left to administrators, or not needed. */
  readonly grant?: ApiObject;
  private readonly tuning: KubernetesApiTuning;
  private readonly hostnames: readonly string[];
  private readonly routes: Route[] = [];
  private readonly bounds = new Set<number>();

  constructor(
    private readonly scope: Construct,
    private readonly spec: ApiSpec,
    private readonly settings: Settings,
    tuning: Tuning,
  ) {
    this.tuning = tuning.for<KubernetesApiTuning>('kubernetes', 'api');
    this.hostnames = this.tuning.hostnames ?? (settings.hostname ? [settings.hostname] : []);
    this.addHttpRoute('Resource');
    const namespace = knownNamespace('HTTP API', spec.path, scope);
    if (settings.ingress.grant && settings.ingress.namespace !== namespace) this.grant = this.createGrant(namespace);
  }

  get resource(): ApiObject {
    return this.httpRoutes[0]!;
  }

  /** Paths of the functions that answer requests. */
  get functionPaths(): readonly string[] {
    return [...new Set(this.routes.map(({ target }) => target.spec.path))].sort();
  }

  /** Has the functions count how many requests take no longer than that. */
  measure(millis: number): void {
    this.bounds.add(millis);
    for (const { target } of this.routes) target.measure(millis);
  }

  get url(): string {
    const [hostname] = this.hostnames;
    if (hostname) return `https://${hostname}`;
    throw invalid(
      'HTTP API',
      this.spec.path,
      'has no URL, as it answers for every host of its Gateway',
      "give it a name: KubernetesApi.tune({ hostnames: ['shop.example.com'] }), or kubernetes({ hostname }) for all",
    );
  }

  addRoute(_scope: Construct, route: RouteSpec, fn: FunctionBackend): void {
    const target = fn as FunctionResources;
    checkPath(this.spec.path, route);
    target.addCors(this.spec.path, this.spec.cors);
    for (const millis of this.bounds) target.measure(millis);
    this.routes.push({ route, target });
    while (this.rules().length > this.httpRoutes.length * RULES_PER_ROUTE)
      this.addHttpRoute(`Routes${this.httpRoutes.length + 1}`);
  }

  private addHttpRoute(id: string): void {
    const index = this.httpRoutes.length;
    const { path, tags, description } = this.spec;
    this.httpRoutes.push(
      new ApiObject(this.scope, id, {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'HTTPRoute',
        metadata: { name: nameOf(this.scope, id), ...metadataOf({ what: 'HTTP API', path, tags, description }) },
        spec: {
          parentRefs: this.tuning.parentRefs ?? [this.settings.gateway],
          ...(this.hostnames.length > 0 && { hostnames: this.hostnames }),
          rules: Lazy.any({ produce: () => this.rules().slice(index * RULES_PER_ROUTE, (index + 1) * RULES_PER_ROUTE) }),
        },
      }),
    );
  }

  /** Without it, a Gateway refuses backends of other namespaces. */
  private createGrant(namespace: string): ApiObject {
    const { name, namespace: to } = this.settings.ingress;
    return new ApiObject(this.scope, 'IngressGrant', {
      apiVersion: 'gateway.networking.k8s.io/v1beta1',
      kind: 'ReferenceGrant',
      metadata: {
        name: nameOf(this.scope),
        namespace: to,
        ...metadataOf({ what: 'HTTP API', path: this.spec.path, tags: this.spec.tags }),
      },
      spec: {
        from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace }],
        to: [{ group: '', kind: 'Service', name }],
      },
    });
  }

  private rules(): object[] {
    const sorted = [...this.routes].sort((a, b) => bySpecificity(a.route, b.route));
    if (!this.spec.cors) return sorted.map((entry) => this.rule(entry, entry.route.method));
    const taken = new Set<string>();
    for (const { route } of sorted) if (route.method === 'OPTIONS' || route.method === 'ANY') taken.add(pathShape(route));
    return sorted.flatMap((entry) => {
      const shape = pathShape(entry.route);
      const own = this.rule(entry, entry.route.method);
      if (taken.has(shape)) return [own];
      taken.add(shape);
      // Browsers ask before they send; any function of the path can answer for all.
      return [own, this.rule(entry, 'OPTIONS')];
    });
  }

  private rule({ route, target }: Route, method: RouteSpec['method']): object {
    const { name, namespace, port } = this.settings.ingress;
    const path = pathMatchOf(
      route,
      this.routes.map((entry) => entry.route),
    );
    return {
      matches: [{ path, ...(method !== 'ANY' && { method }) }],
      filters: [
        // «Set» replaces what a client may have sent.
        { type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: ROUTE_HEADER, value: route.key }] } },
        { type: 'URLRewrite', urlRewrite: { hostname: target.host } },
      ],
      backendRefs: [{ kind: 'Service', name, namespace, port }],
      timeouts: { request: `${target.spec.timeoutSeconds}s` },
    };
  }
}
