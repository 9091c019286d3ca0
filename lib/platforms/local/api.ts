import type { Construct } from 'constructs';
import type { ApiSpec, RouteSpec } from '../../core/model.js';
import type { ApiBackend, FunctionBackend } from '../../core/platform.js';
import type { FunctionResources } from './function.js';
import { type LocalApiModel, urlToken } from './model.js';

/** An API: a port of this machine. */
export class ApiResources implements ApiBackend {
  private readonly routes: Record<string, string> = {};

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

  addRoute(_scope: Construct, route: RouteSpec, fn: FunctionBackend): void {
    this.routes[route.key] = (fn as FunctionResources).spec.path;
  }
}
