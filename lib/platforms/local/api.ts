import type { Construct } from 'constructs';
import type { ApiSpec, RouteSpec } from '../../core/model.js';
import type { ApiBackend, FunctionBackend } from '../../core/platform.js';
import { authorizerOf } from './authorizer.js';
import type { FunctionResources } from './function.js';
import { type LocalApiModel, type LocalRoute, urlToken } from './model.js';

/** An API: a port of this machine. */
export class ApiResources implements ApiBackend {
  private readonly routes: Record<string, LocalRoute> = {};

  constructor(
    readonly resource: Construct,
    readonly spec: ApiSpec,
  ) {}

  /** Known when the engine has a port; it puts the URL into environment variables then. */
  get url(): string {
    return urlToken(this.spec.path);
  }

  get model(): LocalApiModel {
    return { ...this.spec, routes: { ...this.routes } };
  }

  addRoute(_scope: Construct, route: RouteSpec, fn: FunctionBackend, authorizer?: FunctionBackend): void {
    const { key, scopes, throttle } = route;
    const { path } = (fn as FunctionResources).spec;
    this.routes[key] = { function: path, authorizer: authorizerOf(route.authorizer, authorizer), scopes, throttle };
  }
}
