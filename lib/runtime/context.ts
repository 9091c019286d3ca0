import type { Trace } from './trace.js';

/** How a function may be entered. `call` is a direct call of another function, `authorizer` a question of an API's. */
export type HandlerKind =
  | 'http'
  | 'queue'
  | 'topic'
  | 'schedule'
  | 'objects'
  | 'call'
  | 'changes'
  | 'stream'
  | 'event'
  | 'authorizer'
  | 'websocket';

/** The links of a handler that asks for none. */
export type NoLinks = Record<never, never>;

/** Writes one line of JSON for each entry. `fields` are added to it; errors among them are written with stack and causes. */
export interface Logger {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** What every handler gets beside its event. */
export interface Context<L = NoLinks> {
  /** Names this invocation in logs, and in the answer to a request that failed. */
  readonly requestId: string;
  /** Construct path of the function, as in `shop/Shop/CreateOrder`. */
  readonly functionName: string;
  readonly kind: HandlerKind;
  /** Name of the trigger in the function's `triggers`. Undefined for requests, calls and events that no trigger is known of. */
  readonly trigger?: string;
  /** Number of this delivery, 1 for the first, where the target counts them; of a batch, the highest. */
  readonly attempt: number;
  /** The trace that the invocation belongs to. Links send it on by themselves. */
  readonly trace: Trace;
  /** Aborts shortly before the target stops the function: at nine tenths of the time, at most a second before its end. */
  readonly signal: AbortSignal;
  /** Milliseconds until the target stops the function. `Infinity` where there is no limit. */
  remainingMillis(): number;
  /** Its lines carry `requestId`, `function` and the trace's id. */
  readonly log: Logger;
  /**
   * Clients of what the function is linked to. Each is made when it is first used.
   * @throws when there is no link of that name
   */
  readonly links: L;
  /** Values of the function's `secrets`, by name. Read once, before the first invocation. Never logged. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** Who sent a request, as the API's authorizer found out. */
export interface Identity {
  /** Subject of the token (`sub`) or of the authorizer function's answer; on AWS, the ARN of an IAM identity. */
  readonly subject: string;
  /** Claims of the token as the target gives them (API Gateway of AWS: as text), or of the authorizer function's answer. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** Scopes of the token. */
  readonly scopes: readonly string[];
}

/** What an `http()` handler gets. */
export interface HttpContext<L = NoLinks, Body = undefined> extends Context<L> {
  /** Path parameters of the route, percent-decoded: `id` of `/orders/{id}`. A `{path+}` holds the rest of the path, with slashes. */
  readonly params: Readonly<Record<string, string>>;
  /** Key of the route, as in `GET /orders/{id}`, where the target says it. */
  readonly route?: string;
  /** The JSON body as its schema made it. Undefined without a schema. */
  readonly body: Body;
  /** Who sent the request. Undefined on routes without an authorizer. */
  readonly identity?: Identity;
}

/** What an `authorizer()` handler gets. */
export interface AuthorizerContext<L = NoLinks> extends Context<L> {
  /** Path parameters of the route. */
  readonly params: Readonly<Record<string, string>>;
  /** Key of the route, as in `GET /orders/{id}`. */
  readonly route?: string;
}
