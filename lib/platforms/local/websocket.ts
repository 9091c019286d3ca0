import type { Construct } from 'constructs';
import type { WebSocketApiSpec, WebSocketRouteSpec } from '../../core/model.js';
import type { FunctionBackend, WebSocketApiBackend } from '../../core/platform.js';
import { authorizerOf } from './authorizer.js';
import type { FunctionResources } from './function.js';
import { type LocalAuthorizer, type LocalWebSocketModel, type LocalWebSocketRoute, urlToken } from './model.js';

/** A WebSocket API: a port of this machine. */
export class WebSocketApiResources implements WebSocketApiBackend {
  private readonly routes: Record<string, LocalWebSocketRoute> = {};
  private authorizer?: LocalAuthorizer;

  constructor(
    readonly resource: Construct,
    readonly spec: WebSocketApiSpec,
  ) {}

  /** Known when the engine has a port; see {@link urlToken}. */
  get url(): string {
    return urlToken(this.spec.path);
  }

  get model(): LocalWebSocketModel {
    return { ...this.spec, routes: { ...this.routes }, authorizer: this.authorizer };
  }

  addRoute(_scope: Construct, route: WebSocketRouteSpec, fn: FunctionBackend, authorizer?: FunctionBackend): void {
    const { path } = (fn as FunctionResources).spec;
    this.routes[route.key] = { function: path, replies: route.replies };
    this.authorizer ??= authorizerOf(route.authorizer, authorizer);
  }
}
