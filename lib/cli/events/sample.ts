/** What may be put into a sample; each kind takes some of it. */
export interface SampleSettings {
  readonly body?: string;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly attributes?: Readonly<Record<string, string>>;
  /** Of an object. */
  readonly key?: string;
  readonly deleted?: boolean;
  /** Name of the queue, topic, bucket, table, stream, schedule or route. */
  readonly name?: string;
  /** Of an event: `order.paid`. Of a connection: `connect`, `message`, `disconnect`. */
  readonly type?: string;
  /** Who publishes an event. */
  readonly source?: string;
  /** Who sends it, as an authorizer found out. */
  readonly subject?: string;
  readonly count?: number;
  readonly time?: string;
}

export type Setting = keyof SampleSettings;

export interface Sample {
  readonly origin: string;
  readonly summary: string;
  /** Where the form is documented. */
  readonly source: string;
  readonly takes: readonly Setting[];
  /** Values that `type` may have. @default - any */
  readonly types?: readonly string[];
  make(settings: SampleSettings): object;
}

/** Samples are the same in every run: what a vendor makes up is fixed here. */
export const REGION = 'eu-west-1';
export const ACCOUNT = '123456789012';
export const TIME = '2026-01-15T03:00:00Z';
export const BODY = '{"id":"o-1","quantity":2}';
export const EVENT_TYPE = 'order.placed';
export const EVENT_SOURCE = 'shop';
export const SOCKET_TYPES = ['connect', 'message', 'disconnect'] as const;
export const SOCKET_BODY = '{"action":"say","text":"hello"}';
export const ETAG = 'b1946ac92492d2347c6235b4d2611184';

export const idOf = (index = 0) => `0a1b2c3d-4e5f-4a6b-8c7d-${(0x9e0f1a2b3c4d + index).toString(16)}`;

/** JSON where it is some, else the text. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export const base64 = (text: string) => Buffer.from(text).toString('base64');

/** Path and query of `/orders?limit=10`. */
export function pathOf(path = '/orders'): {
  readonly path: string;
  readonly query: string;
  readonly parameters: URLSearchParams;
} {
  const at = path.indexOf('?');
  const query = at < 0 ? '' : path.slice(at + 1);
  return { path: at < 0 ? path : path.slice(0, at), query, parameters: new URLSearchParams(query) };
}

/** One of each message. */
export function times<T>(count: number | undefined, make: (index: number) => T): T[] {
  return Array.from({ length: count ?? 1 }, (_, index) => make(index));
}
