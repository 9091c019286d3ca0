/** What the engine and a worker say to each other. See channel.ts for the way. */
import type { MessagePort } from 'node:worker_threads';
import type { CorsSpec } from '../../../../core/model.js';
import type { HandlerKind } from '../../../../core/typing.js';
import type { Trace } from '../../../../runtime/trace.js';

/** One invocation, as a worker gets it. */
export type Task = HttpTask | EventsTask | CallTask | EntranceTask;

export interface HttpTask {
  readonly kind: 'http';
  readonly method: string;
  readonly url: string;
  /** Name, value, name, value, … as they were sent. */
  readonly headers: readonly string[];
  readonly body?: Uint8Array;
  /** Key of the route. */
  readonly route: string;
  readonly cors?: CorsSpec;
  /** What the route's authorizer found out, as API Gateway tells it. */
  readonly authorizer?: object;
}

export interface EventsTask {
  readonly kind: Exclude<HandlerKind, 'http' | 'call' | EntranceTask['kind']>;
  readonly trigger?: string;
  /** As `Item` of the runtime: messages, or one schedule or object event each. */
  readonly items: readonly object[];
}

export interface CallTask {
  readonly kind: 'call';
  /** JSON; undefined where there is no input. */
  readonly body?: string;
}

/** What API Gateway asks of a function besides requests, in its form. */
export interface EntranceTask {
  readonly kind: 'authorizer' | 'websocket';
  readonly event: object;
}

export interface About {
  readonly requestId: string;
  readonly trace: Trace;
}

/** An invocation in a worker's line. */
export interface Lined {
  /** One more than that of the one before. See `Begun`. */
  readonly ticket: number;
  readonly task: Task;
  readonly about: About;
  readonly millis: number;
  /** Body of a request, which is not in its task here. */
  readonly data?: Uint8Array;
}

/** What a worker is started with. */
export interface WorkerStart {
  readonly port: MessagePort;
  readonly begun: Int32Array<SharedArrayBuffer>;
  /** Memory of the rings, by where they lead. */
  readonly toWorker: SharedArrayBuffer;
  readonly toEngine: SharedArrayBuffer;
  /** What the function may use. */
  readonly memoryMiB: number;
}

/** What a worker is told beside the invocations in its line. */
export type ToWorker =
  | { readonly type: 'load'; readonly file: string; readonly environment: Readonly<Record<string, string>> }
  /** Nobody waits for the answer of an invocation any more. */
  | { readonly type: 'abort'; readonly ticket: number }
  /** The chunk before was taken: the next one may come. */
  | { readonly type: 'more' }
  /** What a link asked for. */
  | {
      readonly type: 'reply';
      readonly id: number;
      readonly value?: unknown;
      readonly error?: { message: string; status?: number };
    };

export interface Head {
  readonly status: number;
  readonly headers: readonly string[];
}

/** All of it in line: what a function prints stands before its result. `data` is a body. */
export type FromWorker =
  | { readonly type: 'loaded' }
  | { readonly type: 'unloadable'; readonly error: { name: string; message: string; stack?: string } }
  | { readonly type: 'output'; readonly text: string; readonly dropped?: boolean }
  /** The beginning of an answer that comes in chunks. */
  | { readonly type: 'head'; readonly head: Head }
  | { readonly type: 'chunk'; readonly data?: Uint8Array }
  | {
      readonly type: 'result';
      readonly result: Result;
      readonly heapBytes: number;
      readonly durationMs: number;
      readonly data?: Uint8Array;
    }
  | {
      readonly type: 'link';
      readonly id: number;
      readonly address: string;
      readonly operation: string;
      readonly argument: unknown;
    };

export type Result =
  /** `head` and `body` where they were not sent before. */
  | { readonly of: 'http'; readonly head?: Head; readonly body?: Uint8Array | string; readonly broken?: string }
  /** Positions of the items that failed. */
  | { readonly of: 'events'; readonly failed: readonly number[] }
  | { readonly of: 'call'; readonly body?: string; readonly error?: string }
  | { readonly of: 'answer'; readonly value?: any; readonly error?: string };
