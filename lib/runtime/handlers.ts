import type { BucketClient } from './clients.js';
import type { AuthorizerContext, Context, HandlerKind, HttpContext, NoLinks } from './context.js';
import type { BusEvent, Message, ObjectEvent, QueueMessage, ScheduleEvent } from './events.js';
import type { InputOf, OutputOf, Schema } from './schema.js';
import type { SocketContext, SocketEvent } from './websocket.js';

/** One kind of a handler, as the dispatcher runs it. */
export interface Part {
  readonly schema?: Schema<any, any>;
  readonly run: (event: any, context: any) => unknown;
}

/** What `http()`, `queue()` and the others return: the default export of a handler's module. */
export interface Handler<K extends HandlerKind = HandlerKind, L = any, Input = never, Output = any> {
  readonly '~handler': {
    readonly kinds: readonly K[];
    readonly parts: Readonly<Partial<Record<HandlerKind, Part>>>;
    /** Type only. */
    readonly links: L;
    /** Type only: what a direct call gives. */
    readonly input: (input: Input) => void;
    /** Type only: what a direct call returns. */
    readonly output: Output;
  };
}

/** The links a handler asks for, where its types are to be inferred from schemas. Made by `links()`. */
export interface LinkRequest<L> {
  /** Type only. */
  readonly '~links'?: L;
}

/**
 * Asks for links in the options of a handler: `queue({ message: Order, links: links<{ events: TopicClient<Paid> }>() }, ...)`. A type
 * and nothing else: it does nothing when it runs.
 */
export function links<L extends object>(): LinkRequest<L> {
  return {};
}

/** The return value of a handler that returns nothing. */
export type Done = void | Promise<void>;

export interface HttpOptions<S, L> {
  /** Schema of the JSON body. What does not fit it is answered 400, with the issues, without calling the handler. */
  readonly body?: S;
  readonly links?: LinkRequest<L>;
}

export interface MessageOptions<S, L> {
  /** Schema of a message. A message that does not fit it fails, alone, and ends with the dead letters. */
  readonly message?: S;
  readonly links?: LinkRequest<L>;
}

export interface CallOptions<S, L> {
  /** Schema of the input. What does not fit it fails without calling the handler. */
  readonly input?: S;
  readonly links?: LinkRequest<L>;
}

/** Answers the requests of an `HttpApi`'s routes. */
export function http<L extends object = NoLinks>(
  run: (request: Request, context: HttpContext<L>) => Response | Promise<Response>,
): Handler<'http', L, never, never>;
export function http<S extends Schema<any, any> | undefined = undefined, L extends object = NoLinks>(
  options: HttpOptions<S, L>,
  run: (request: Request, context: HttpContext<L, Made<S, undefined>>) => Response | Promise<Response>,
): Handler<'http', L, never, never>;
export function http(first: unknown, run?: unknown): any {
  return handler('http', 'body', first, run);
}

/** Takes the messages of a `Queue`, one or several at once. What it does not fail is done: nothing else is delivered again. */
export function queue<L extends object = NoLinks>(
  run: (messages: readonly QueueMessage<any>[], context: Context<L>) => Done,
): Handler<'queue', L, never, never>;
export function queue<S extends Schema<any, any> | undefined = undefined, L extends object = NoLinks>(
  options: MessageOptions<S, L>,
  run: (messages: readonly QueueMessage<Made<S, any>>[], context: Context<L>) => Done,
): Handler<'queue', L, never, never>;
export function queue(first: unknown, run?: unknown): any {
  return handler('queue', 'message', first, run);
}

/** Takes the messages of a `Topic`, one at a time. */
export function topic<L extends object = NoLinks>(
  run: (message: Message<any>, context: Context<L>) => Done,
): Handler<'topic', L, never, never>;
export function topic<S extends Schema<any, any> | undefined = undefined, L extends object = NoLinks>(
  options: MessageOptions<S, L>,
  run: (message: Message<Made<S, any>>, context: Context<L>) => Done,
): Handler<'topic', L, never, never>;
export function topic(first: unknown, run?: unknown): any {
  return handler('topic', 'message', first, run);
}

/** Runs on a `Schedule`. */
export function schedule<L extends object = NoLinks>(
  run: (event: ScheduleEvent, context: Context<L>) => Done,
): Handler<'schedule', L, never, never> {
  return handler('schedule', '', run);
}

/** Runs when objects of a `Bucket` are created or deleted, one at a time. */
export function objects<L extends object = NoLinks>(
  run: (event: ObjectEvent, context: Context<L>) => Done,
): Handler<'objects', L, never, never> {
  return handler('objects', '', run);
}

export interface EventOptions<S, L> {
  /** Schema of the data. An event that does not fit it fails, and ends with the dead letters. */
  readonly data?: S;
  readonly links?: LinkRequest<L>;
}

/** Takes the events of an `EventBus`, one at a time. */
export function event<L extends object = NoLinks>(
  run: (event: BusEvent, context: Context<L>) => Done,
): Handler<'event', L, never, never>;
export function event<S extends Schema<any, any> | undefined = undefined, L extends object = NoLinks>(
  options: EventOptions<S, L>,
  run: (event: BusEvent<Made<S, any>>, context: Context<L>) => Done,
): Handler<'event', L, never, never>;
export function event(first: unknown, run?: unknown): any {
  return handler('event', 'data', first, run);
}

/** Answers other functions that are linked to this one. Input and output travel as JSON. */
export function call<Input = any, Output = unknown>(
  run: (input: Input, context: Context) => Output | Promise<Output>,
): Handler<'call', NoLinks, Input, Output>;
export function call<Output, S extends Schema<any, any>, L extends object = NoLinks>(
  options: CallOptions<S, L> & { readonly input: S },
  run: (input: OutputOf<S>, context: Context<L>) => Output | Promise<Output>,
): Handler<'call', L, InputOf<S>, Output>;
export function call<Output, Input = any, L extends object = NoLinks>(
  options: CallOptions<undefined, L>,
  run: (input: Input, context: Context<L>) => Output | Promise<Output>,
): Handler<'call', L, Input, Output>;
export function call(first: unknown, run?: unknown): any {
  return handler('call', 'input', first, run);
}

/** What an `authorizer()` handler says of who may send a request. */
export interface Admission {
  /** Who it is: `context.identity.subject` of the route's handler. */
  readonly subject: string;
  /**
   * What else the route's handler should know: `context.identity.claims`.
   * @default - nothing
   */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/**
 * Decides for an `HttpApi` or a `WebSocketApi` who may send requests: it gets a request without its body, and tells whose it is, or
 * `undefined` to refuse it (403). The answer may be kept for a while; see `Authorizer.function`.
 */
export function authorizer<L extends object = NoLinks>(
  run: (request: Request, context: AuthorizerContext<L>) => Admission | undefined | Promise<Admission | undefined>,
): Handler<'authorizer', L, never, never> {
  return handler('authorizer', '', run);
}

/** Takes connections and messages of a `WebSocketApi`. `connect` may be refused by an `HttpProblem`; a route that replies sends what it returns. */
export function websocket<L extends object = NoLinks>(
  run: (event: SocketEvent<any>, context: SocketContext<L>) => unknown,
): Handler<'websocket', L, never, never>;
export function websocket<S extends Schema<any, any> | undefined = undefined, L extends object = NoLinks>(
  options: MessageOptions<S, L>,
  run: (event: SocketEvent<Made<S, any>>, context: SocketContext<L>) => unknown,
): Handler<'websocket', L, never, never>;
export function websocket(first: unknown, run?: unknown): any {
  return handler('websocket', 'message', first, run);
}

type Parts = { readonly [K in HandlerKind]?: Handler<K> };

/** Joins handlers of several kinds into one: `handlers({ queue: queue(...), schedule: schedule(...) })`. */
export function handlers<H extends Parts>(
  byKind: H,
): Handler<keyof H & HandlerKind, LinksOf<H>, InputOfCall<H['call']>, OutputOfCall<H['call']>> {
  const kinds = Object.keys(byKind) as (keyof H & HandlerKind)[];
  const parts = Object.fromEntries(kinds.map((kind) => [kind, byKind[kind]?.['~handler'].parts[kind]]));
  return { '~handler': { kinds, parts } } as never;
}

function handler(kind: HandlerKind, option: string, first: unknown, second?: unknown): any {
  const [options, run] = typeof first === 'function' ? [undefined, first] : [first as Record<string, unknown>, second];
  return { '~handler': { kinds: [kind], parts: { [kind]: { schema: options?.[option], run } } } };
}

/** What a schema makes; `Without` where there is none. */
type Made<S, Without> = S extends Schema<any, any> ? OutputOf<S> : Without;

type InputOfCall<H> = H extends Handler<'call', any, infer Input, any> ? Input : never;
type OutputOfCall<H> = H extends Handler<'call', any, never, infer Output> ? Output : never;

/** The links of all parts together. */
type LinksOf<H> = { [K in NamesOf<H[keyof H]>]: Together<LinkNamed<H[keyof H], K>> };
type NamesOf<H> = H extends Handler<any, infer L> ? keyof L : never;
type LinkNamed<H, K> = H extends Handler<any, infer L> ? (K extends keyof L ? L[K] : never) : never;

/** One client that is each of the union `C`: of a bucket that one part reads and another writes, a client that does both. */
type Together<C> = [C] extends [{ readonly '~link'?: { readonly kind: 'bucket' } }]
  ? [AccessOf<C>] extends [infer A]
    ? IsUnion<A> extends true
      ? BucketClient
      : C
    : never
  : Intersection<C>;
type AccessOf<C> = C extends { readonly '~link'?: { readonly access: infer A } } ? A : never;
type Intersection<U> = (U extends unknown ? (value: U) => void : never) extends (value: infer I) => void ? I : never;
type IsUnion<U, Each = U> = Each extends unknown ? ([U] extends [Each] ? false : true) : never;
