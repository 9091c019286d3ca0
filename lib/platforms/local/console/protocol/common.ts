/** Payloads are cut at this many bytes where they are only shown. */
export const MAX_PAYLOAD_BYTES = 64 * 1024;

/** Items of a page without a `limit`. */
export const DEFAULT_PAGE_LIMIT = 50;
/** Most items of a page. */
export const MAX_PAGE_LIMIT = 200;

/** Codes of the errors an engine throws on purpose, and the HTTP status of each. */
export const PROBLEMS = {
  /** Nothing has that id, or not any more. */
  'not-found': 404,
  /** What was asked for cannot be: a body that is no JSON where the engine needs it, a limit that is exceeded. */
  'invalid-value': 400,
  /** Not now: the message is in flight, the service is stopping. */
  conflict: 409,
  /** The engine does not have it: no authorizer, a method that is optional. */
  unsupported: 501,
} as const;
export type ProblemCode = keyof typeof PROBLEMS;

/** What the API answers instead of a result. */
export interface Problem {
  readonly error: { readonly code: ProblemCode | string; readonly message: string };
}

export interface PageRequest {
  /** @default 50; the most is 200 */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Gives the next page; without it, this is the last one. */
  readonly nextCursor?: string;
}

/** A body, as text that can be shown. */
export interface Payload {
  /** Without it, nobody said. */
  readonly contentType?: string;
  /** UTF-8 text, or base64 of bytes that are none. */
  readonly text: string;
  readonly encoding: 'utf8' | 'base64';
  /** Of all of it, not only of what `text` holds. */
  readonly sizeBytes: number;
  /** Whether `text` is only the beginning. */
  readonly truncated: boolean;
}

export interface ErrorSummary {
  /** Class of the error: `TypeError`, `TimeoutError`. */
  readonly name: string;
  readonly message: string;
  /** Source-mapped where the engine can. */
  readonly stack?: string;
}

export type MaybePromise<T> = T | Promise<T>;
