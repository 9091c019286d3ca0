/**
 * What the type parameter of `ServerlessFunction<typeof import('./handler')>` makes of a handler's module.
 *
 * Structural on purpose: handlers are written against `faasten/runtime`, which ships to the cloud and shares no code with the
 * constructs. The two meet in two phantom properties: `~handler` on what `http()`, `queue()`, … return, and `~link` on the
 * clients a handler asks for.
 */

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

/** What a link allows, as a type. `accepts` is a function so that messages are compared in the direction they travel. */
export type LinkShape =
  | { readonly kind: 'queue'; readonly access: 'send'; readonly fifo: boolean; readonly accepts: (message: never) => void }
  | {
      readonly kind: 'topic';
      readonly access: 'publish';
      readonly fifo: boolean;
      readonly accepts: (message: never) => void;
    }
  | { readonly kind: 'bus'; readonly access: 'publish'; readonly accepts: (events: never) => void }
  | { readonly kind: 'bucket'; readonly access: 'read' | 'write' | 'readWrite' }
  | { readonly kind: 'function'; readonly access: 'invoke'; readonly accepts: (input: never) => void; readonly returns: any }
  | { readonly kind: 'websocket'; readonly access: 'push'; readonly accepts: (message: never) => void };

/** Something that a function may be linked to: a queue, a topic, a function, or one access to a bucket. */
export interface Linkable<S extends LinkShape = LinkShape> {
  /** Type only. */
  readonly '~link'?: S;
}

/** A trigger that enters a function as kind `K`. */
export interface TriggerOf<K extends HandlerKind = HandlerKind> {
  /** Type only. */
  readonly '~trigger'?: K;
}

/** What `http()`, `queue()` and the others return, seen from the constructs. */
interface HandlerShape {
  readonly '~handler': {
    readonly kinds: readonly HandlerKind[];
    readonly links?: any;
    readonly input?: (input: never) => void;
    readonly output?: any;
  };
}

type IsAny<T> = 0 extends 1 & T ? true : false;

/** The `~handler` of a module's default export; `any` where no module was named. */
type Declared<M> =
  IsAny<M> extends true ? any : M extends { default: { '~handler': infer H extends HandlerShape['~handler'] } } ? H : never;

export type KindsOf<M> = IsAny<M> extends true ? HandlerKind : Declared<M>['kinds'][number];

type Asked<M> = NonNullable<Declared<M>['links']>;
type LinkOf<C> = C extends { readonly '~link'?: infer S extends LinkShape } ? Linkable<S> : Linkable;

/** The `links` a function must, may and must not be given, from what its handler asks for. */
export type LinksProp<M> =
  IsAny<M> extends true
    ? { readonly links?: Readonly<Record<string, Linkable>> }
    : keyof Asked<M> extends never
      ? { readonly links?: Readonly<Record<string, never>> }
      : { readonly links: { readonly [K in keyof Asked<M>]: LinkOf<Asked<M>[K]> } };

/** The link that a function itself is to its callers. */
export type CallShape<M> = {
  readonly kind: 'function';
  readonly access: 'invoke';
  readonly accepts: IsAny<M> extends true
    ? (input: any) => void
    : Declared<M>['input'] extends infer F extends (input: never) => void
      ? F
      : (input: any) => void;
  readonly returns: IsAny<M> extends true ? any : Declared<M>['output'];
};
