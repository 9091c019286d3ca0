import { Construct } from 'constructs';
import { backendOf, functionOf, throttleSpec } from './api-parts.js';
import type { ThrottleOptions } from './api-props.js';
import { type Authorizer, authorizerSpec } from './authorizer.js';
import { attach } from './core/attachment.js';
import { requireFeatures } from './core/capabilities.js';
import { Checks, frozen } from './core/checks.js';
import { conflicting, shown } from './core/errors.js';
import { makeLinkable } from './core/link.js';
import type { WebSocketApiSpec, WebSocketRouteSpec } from './core/model.js';
import { type Platform, Tuning, type TuningEntry, type WebSocketApiBackend } from './core/platform.js';
import { platformOf } from './core/scope.js';
import type { Linkable } from './core/typing.js';
import type { EnteredAs } from './function.js';
import type { ApiAlarms, MonitoringOptions, SloOptions } from './monitoring.js';
import { surroundingsOf } from './service.js';
import { Watch } from './watch/construct.js';

/** A route of messages that has more to it than its function. */
export interface WebSocketRouteOptions {
  /** The function that takes them, which must have a `websocket()` handler. */
  readonly handler: EnteredAs<'websocket'>;
  /**
   * Whether the sender gets what the handler returns.
   * @default false
   */
  readonly replies?: boolean;
}

export interface WebSocketApiProps {
  /**
   * What takes connections and messages: `$connect` before a client is connected, `$disconnect` after it has gone, messages by the value
   * of their field `routeBy`, and `$default` all other messages.
   * @default - none; see `addRoute`
   */
  readonly routes?: Readonly<Record<string, EnteredAs<'websocket'> | WebSocketRouteOptions>>;
  /** Field of a message, which is JSON, that names its route. @default 'action' */
  readonly routeBy?: string;
  /**
   * Who may connect: a function, or identities of the target. Browsers can set no headers here: let a function look at the query.
   * @default - anybody
   */
  readonly authorizer?: Authorizer;
  /** How many connections and messages are taken. @default - the target's own limits */
  readonly throttle?: ThrottleOptions;
  /** @default - none */
  readonly description?: string;
  /** @default - those of the service */
  readonly tags?: Readonly<Record<string, string>>;
  /** @default - none */
  readonly tuning?: readonly TuningEntry[];
  /**
   * How the API is watched; `false` for not at all.
   * @default - as the service says, then the alarms of docs/alarms.md
   */
  readonly monitoring?: MonitoringOptions<ApiAlarms> | false;
  /**
   * Objectives for its connections and messages, with burn-rate alerts.
   * @default - none
   */
  readonly slo?: SloOptions;
}

type SocketLink<T> = { kind: 'websocket'; access: 'push'; accepts: (message: T) => void };

/**
 * A WebSocket API: clients stay connected, functions take their messages, and functions that are linked to it send to them. `T` is the
 * type of what is sent to clients.
 */
export class WebSocketApi<T = any> extends Construct implements Linkable<SocketLink<T>> {
  declare readonly '~link'?: SocketLink<T>;

  private readonly platform: Platform;
  private readonly backend: WebSocketApiBackend;
  private readonly checks: Checks;
  private readonly authorizer: Authorizer | undefined;
  private readonly routes = new Map<string, WebSocketRouteSpec>();

  constructor(scope: Construct, id: string, props: WebSocketApiProps = {}) {
    super(scope, id);
    const path = this.node.path;
    this.platform = platformOf(this);
    this.checks = new Checks('WebSocket API', path, this.platform);
    this.authorizer = props.authorizer;
    const around = surroundingsOf(this);
    const routeBy = props.routeBy ?? 'action';
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(routeBy)) this.checks.fail(`routeBy is ${shown(routeBy)}`, 'name a field of messages');
    const spec: WebSocketApiSpec = frozen({
      path,
      description: props.description,
      routeBy,
      throttle: props.throttle && throttleSpec(this.checks, 'throttle', props.throttle),
      tags: this.checks.tags({ ...around.tags, ...props.tags }),
    });
    this.checks.own('', spec);
    requireFeatures(this.platform, path, ['websocket.api']);
    this.backend = this.platform.createWebSocketApi!(this, spec, new Tuning([...around.tuning, ...(props.tuning ?? [])]));
    const described = () => ({ ...spec, routes: [...this.routes.keys()].sort() });
    attach(this, { type: 'websocket', platform: this.platform, backend: this.backend, describe: described });
    const { backend } = this;
    new Watch(this, this.platform, { kind: 'websocket', path, spec, backend }, around.services, props);
    makeLinkable(this, { kind: 'websocket', access: 'push', construct: this });
    for (const [key, target] of Object.entries(props.routes ?? {})) this.addRoute(key, target);
  }

  /** Where clients connect, `wss://…`: a late value of the target's framework. */
  get url(): string {
    return this.backend.url;
  }

  /**
   * Has a function, which must have a `websocket()` handler, take connections or messages.
   * @throws when the route is taken, or the function is on another platform
   */
  addRoute(key: string, target: EnteredAs<'websocket'> | WebSocketRouteOptions): void {
    const path = this.node.path;
    const isConnection = key === '$connect' || key === '$disconnect';
    if (!isConnection && key !== '$default' && !/^[A-Za-z0-9][A-Za-z0-9_./-]{0,127}$/.test(key))
      this.checks.fail(`route ${shown(key)} is no name`, 'use $connect, $disconnect, $default, or letters, digits and _ . / -');
    if (this.routes.has(key)) throw conflicting('WebSocket API', path, `route '${key}' is taken`, 'declare each route once');
    if (this.node.tryFindChild(key)) this.checks.fail(`route '${key}' has the id of one of its own parts`, 'choose another name');
    const options: WebSocketRouteOptions =
      'handler' in target && !Construct.isConstruct(target) ? target : { handler: target as EnteredAs<'websocket'> };
    if (isConnection && options.replies)
      this.checks.fail(`route '${key}' replies`, 'leave it out: nobody is connected to be replied to');
    const authorizer = key === '$connect' ? this.authorizer : undefined;
    const find = (what: string, fn: unknown) => functionOf('WebSocket API', this, this.platform, what, fn);
    const spec = authorizerSpec(this.checks, 'authorizer', authorizer);
    if (spec?.kind === 'jwt')
      this.checks.fail(
        'authorizer checks tokens in a header, which browsers cannot send here',
        'give Authorizer.function(...) and look at the query',
      );
    const route: WebSocketRouteSpec = frozen({ key, authorizer: spec, replies: options.replies ?? false });
    const fn = find(`route '${key}'`, options.handler);
    const decides = authorizer?._function && find(`authorizer ${authorizer.name}`, authorizer._function);
    fn._enteredBy('websocket', { api: path, key });
    decides?._enteredBy('authorizer');
    this.backend.addRoute(new Construct(this, key), route, backendOf(fn), decides && backendOf(decides));
    this.routes.set(key, route);
  }
}
