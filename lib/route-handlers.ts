import { createHash } from 'node:crypto';
import { Construct } from 'constructs';
import { type DurationLike, Duration as OwnDuration } from './core/duration.js';
import { conflicting } from './core/errors.js';
import type { DeployAs } from './core/model.js';
import type { Linkable, LinksProp } from './core/typing.js';
import { ServerlessFunction } from './function.js';
import type { FunctionSettings } from './function-props.js';
import { surroundingsOf } from './service.js';

/** What a handler may say of its function, wherever it runs: alone or with others. */
type HandlerSettings = Pick<FunctionSettings, 'memoryMiB' | 'timeout' | 'environment' | 'secrets'>;

/** A handler that is declared in its route: the API makes the functions, one for each or one for all. */
export interface HandlerProps extends HandlerSettings {
  /** File whose default export is an `http()` handler. Relative to the service's `root`. */
  readonly entry: string;
  /** What the handler may reach. @default - nothing */
  readonly links?: Readonly<Record<string, Linkable>>;
}

/**
 * A handler for a route, compared by the compiler with what its module asks for:
 * `'GET /orders': routeHandler<typeof import('./handlers/list.js')>({ entry: 'handlers/list.ts', links: { orders } })`.
 */
export function routeHandler<M>(props: { readonly entry: string } & HandlerSettings & LinksProp<M>): HandlerProps {
  return props as HandlerProps;
}

export function isHandlerProps(value: unknown): value is HandlerProps {
  return value !== null && typeof value === 'object' && 'entry' in value && !Construct.isConstruct(value);
}

/** The functions of the handlers that an API's routes declare. */
export class RouteHandlers {
  private readonly own = new Map<HandlerProps, ServerlessFunction>();
  private readonly joined = new Map<HandlerProps, string>();
  private readonly routes = new Map<HandlerProps, string[]>();
  private shared: ServerlessFunction | undefined;

  constructor(
    private readonly api: Construct,
    private readonly deployAs: DeployAs,
    private readonly settings: Omit<FunctionSettings<'http'>, 'triggers'>,
    /** Those that are known now: the one function is as large as the largest of them. */
    private readonly declared: readonly HandlerProps[],
  ) {}

  /** The function that answers `route` with a handler. */
  functionOf(route: { readonly key: string; readonly id: string }, handler: HandlerProps): ServerlessFunction {
    if (this.deployAs === 'function') return this.share(route.key, handler);
    const known = this.own.get(handler);
    if (known) return known;
    const scope = (this.api.node.tryFindChild('Handlers') as Construct | undefined) ?? new Construct(this.api, 'Handlers');
    const made = new ServerlessFunction(scope, route.id, handler);
    this.own.set(handler, made);
    return made;
  }

  private share(key: string, handler: HandlerProps): ServerlessFunction {
    this.shared ??= this.create(handler);
    const routes = this.routes.get(handler) ?? [];
    routes.push(key);
    this.routes.set(handler, routes);
    if (!this.joined.has(handler)) {
      const name = memberName(key);
      this.joined.set(handler, name);
      this.checkSize(key, handler);
      this.shared._join(name, handler, routes);
    }
    return this.shared;
  }

  private create(first: HandlerProps): ServerlessFunction {
    const all = this.declared.length > 0 ? this.declared : [first];
    const secrets = Object.assign({}, ...all.map((each) => each.secrets));
    const size = this.sizeOf(all);
    return new ServerlessFunction(this.api, 'Function', { ...size, secrets, ...this.settings, entry: all[0]!.entry });
  }

  private sizeOf(handlers: readonly HandlerProps[]): { memoryMiB: number; timeout: DurationLike } {
    const { memoryMiB: memory = 256, timeout: time = OwnDuration.seconds(30) } = surroundingsOf(this.api).defaults;
    const longest = (a: DurationLike, b: DurationLike) => (b.toMilliseconds() > a.toMilliseconds() ? b : a);
    return {
      memoryMiB: Math.max(...handlers.map(({ memoryMiB = memory }) => memoryMiB)),
      timeout: handlers.map(({ timeout = time }) => timeout).reduce(longest),
    };
  }

  /** A handler that comes later finds the function made. */
  private checkSize(key: string, handler: HandlerProps): void {
    if (this.declared.includes(handler)) return;
    const fail = (what: string): never => {
      const advice = 'declare the route in the routes of the API, or give the API function: { ... } with what all need';
      throw conflicting(
        'HTTP API',
        this.api.node.path,
        `route '${key}' needs ${what} than the function that its handlers share`,
        advice,
      );
    };
    const has = this.settings.memoryMiB ?? this.sizeOf(this.declared.length > 0 ? this.declared : [handler]).memoryMiB;
    if ((handler.memoryMiB ?? 0) > has) fail('more memory');
    const time = this.settings.timeout ?? this.sizeOf(this.declared.length > 0 ? this.declared : [handler]).timeout;
    if ((handler.timeout?.toMilliseconds() ?? 0) > time.toMilliseconds()) fail('more time');
  }
}

/** Stands before a handler's links in the shared function: letters and digits, and the same whatever other routes there are. */
function memberName(key: string): string {
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 8);
  return `${key.replace(/[^A-Za-z0-9]/g, '').slice(0, 30)}${hash}`;
}
