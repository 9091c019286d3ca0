import { BODY, EVENT_SOURCE, EVENT_TYPE, parsed, type Sample, SOCKET_BODY, SOCKET_TYPES, TIME, times } from './sample.js';

/** What a request brings. */
export interface NeutralRequest {
  readonly method?: string;
  /** With query. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Who sends something, as an authorizer would have found out. */
export interface NeutralIdentity {
  readonly subject: string;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly scopes?: readonly string[];
}

/** An event as `faasten invoke --event` takes it: the same for every target. */
export type NeutralEvent =
  | ({
      readonly kind: 'http';
      /** Text; anything else is sent as JSON. */
      readonly body?: unknown;
      readonly identity?: NeutralIdentity;
    } & NeutralRequest)
  | { readonly kind: 'queue'; readonly messages: readonly NeutralMessage[] }
  | ({ readonly kind: 'topic' } & NeutralMessage)
  | { readonly kind: 'schedule'; readonly time?: string }
  | { readonly kind: 'objects'; readonly key: string; readonly type?: 'created' | 'deleted'; readonly body?: string }
  | { readonly kind: 'event'; readonly type: string; readonly source?: string; readonly data?: object }
  | ({
      readonly kind: 'websocket';
      readonly type: (typeof SOCKET_TYPES)[number];
      readonly connectionId?: string;
      /** Of a message. Text; anything else is sent as JSON. */
      readonly body?: unknown;
      /** With which a client closes the connection. */
      readonly code?: number;
      readonly identity?: NeutralIdentity;
    } & Omit<NeutralRequest, 'method'>)
  | ({ readonly kind: 'authorizer' } & NeutralRequest)
  | { readonly kind: 'call'; readonly input?: unknown };

export interface NeutralMessage {
  /** Text; anything else is sent as JSON. */
  readonly body: unknown;
  readonly attributes?: Readonly<Record<string, string>>;
}

export const NEUTRAL_KINDS = [
  'http',
  'queue',
  'topic',
  'schedule',
  'objects',
  'event',
  'websocket',
  'authorizer',
  'call',
] as const satisfies readonly NeutralEvent['kind'][];

const ORIGIN = 'faasten';
const SOURCE = 'docs/cli.md';

/** For `faasten invoke`. */
export const NEUTRAL: Readonly<Record<NeutralEvent['kind'], Sample>> = {
  http: {
    origin: ORIGIN,
    summary: 'a request',
    source: SOURCE,
    takes: ['method', 'path', 'headers', 'body', 'subject'],
    make: ({ method, path = '/orders', headers, body, subject }): NeutralEvent => {
      const verb = (method ?? (body === undefined ? 'GET' : 'POST')).toUpperCase();
      const content = body ?? (verb === 'POST' || verb === 'PUT' || verb === 'PATCH' ? BODY : undefined);
      return {
        kind: 'http',
        method: verb,
        path,
        headers: { ...(content !== undefined && { 'content-type': 'application/json' }), ...headers },
        ...(content !== undefined && { body: parsed(content) }),
        ...(subject !== undefined && { identity: { subject } }),
      };
    },
  },
  queue: {
    origin: ORIGIN,
    summary: 'messages of a queue',
    source: SOURCE,
    takes: ['body', 'attributes', 'count'],
    make: ({ body = BODY, attributes = {}, count }): NeutralEvent => ({
      kind: 'queue',
      messages: times(count, () => ({ body: parsed(body), attributes })),
    }),
  },
  topic: {
    origin: ORIGIN,
    summary: 'a message of a topic',
    source: SOURCE,
    takes: ['body', 'attributes'],
    make: ({ body = BODY, attributes = {} }): NeutralEvent => ({ kind: 'topic', body: parsed(body), attributes }),
  },
  schedule: {
    origin: ORIGIN,
    summary: 'a run of a schedule',
    source: SOURCE,
    takes: ['time'],
    make: ({ time = TIME }): NeutralEvent => ({ kind: 'schedule', time }),
  },
  objects: {
    origin: ORIGIN,
    summary: 'an object of a bucket',
    source: SOURCE,
    takes: ['key', 'deleted', 'body'],
    make: ({ key = 'raw/photo.jpg', deleted = false, body = 'content' }): NeutralEvent =>
      deleted ? { kind: 'objects', key, type: 'deleted' } : { kind: 'objects', key, type: 'created', body },
  },
  event: {
    origin: ORIGIN,
    summary: 'an event of an event bus',
    source: SOURCE,
    takes: ['type', 'source', 'body'],
    make: ({ type = EVENT_TYPE, source = EVENT_SOURCE, body = BODY }): NeutralEvent => ({
      ...{ kind: 'event', type, source },
      data: parsed(body) as object,
    }),
  },
  websocket: {
    origin: ORIGIN,
    summary: 'a connection or message of a WebSocket API',
    source: SOURCE,
    takes: ['type', 'body', 'path', 'headers', 'subject'],
    types: SOCKET_TYPES,
    make: ({ type, body = SOCKET_BODY, path = '/', headers, subject }): NeutralEvent => ({
      kind: 'websocket',
      ...(type === 'connect' || type === 'disconnect' ? { type } : { type: 'message', body: parsed(body) }),
      ...{ connectionId: 'sample-1', path, headers: { ...headers } },
      ...(type === 'disconnect' && { code: 1000 }),
      ...(subject !== undefined && { identity: { subject } }),
    }),
  },
  authorizer: {
    origin: ORIGIN,
    summary: 'a question of an API: who sends this request, and may they',
    source: SOURCE,
    takes: ['method', 'path', 'headers'],
    make: ({ method = 'GET', path = '/orders', headers }): NeutralEvent => ({
      ...{ kind: 'authorizer', method: method.toUpperCase(), path },
      headers: { authorization: 'Bearer sample', ...headers },
    }),
  },
  call: {
    origin: ORIGIN,
    summary: 'the input of a direct call',
    source: SOURCE,
    takes: ['body'],
    make: ({ body = BODY }): NeutralEvent => ({ kind: 'call', input: parsed(body) }),
  },
};
