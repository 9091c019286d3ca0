import { BODY, parsed, type Sample, TIME, times } from './sample.js';

/** An event as `faasten invoke --event` takes it: the same for every target. */
export type NeutralEvent =
  | {
      readonly kind: 'http';
      readonly method?: string;
      /** With query. */
      readonly path?: string;
      readonly headers?: Readonly<Record<string, string>>;
      /** Text; anything else is sent as JSON. */
      readonly body?: unknown;
    }
  | { readonly kind: 'queue'; readonly messages: readonly NeutralMessage[] }
  | ({ readonly kind: 'topic' } & NeutralMessage)
  | { readonly kind: 'schedule'; readonly time?: string }
  | { readonly kind: 'objects'; readonly key: string; readonly type?: 'created' | 'deleted'; readonly body?: string }
  | { readonly kind: 'call'; readonly input?: unknown };

export interface NeutralMessage {
  /** Text; anything else is sent as JSON. */
  readonly body: unknown;
  readonly attributes?: Readonly<Record<string, string>>;
}

export const NEUTRAL_KINDS = ['http', 'queue', 'topic', 'schedule', 'objects', 'call'] as const;

const ORIGIN = 'faasten';
const SOURCE = 'docs/cli.md';

/** For `faasten invoke`. */
export const NEUTRAL: Readonly<Record<NeutralEvent['kind'], Sample>> = {
  http: {
    origin: ORIGIN,
    summary: 'a request',
    source: SOURCE,
    takes: ['method', 'path', 'headers', 'body'],
    make: ({ method, path = '/orders', headers, body }): NeutralEvent => {
      const verb = (method ?? (body === undefined ? 'GET' : 'POST')).toUpperCase();
      const content = body ?? (verb === 'POST' || verb === 'PUT' || verb === 'PATCH' ? BODY : undefined);
      return {
        kind: 'http',
        method: verb,
        path,
        headers: { ...(content !== undefined && { 'content-type': 'application/json' }), ...headers },
        ...(content !== undefined && { body: parsed(content) }),
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
  call: {
    origin: ORIGIN,
    summary: 'the input of a direct call',
    source: SOURCE,
    takes: ['body'],
    make: ({ body = BODY }): NeutralEvent => ({ kind: 'call', input: parsed(body) }),
  },
};
