/** Reads what callers of the API send, field by field. What is not asked for is not passed on. */
import { wrongField } from './errors.js';
import {
  DEFAULT_PAGE_LIMIT,
  type InvocationStatus,
  type LogLine,
  MAX_PAGE_LIMIT,
  type MessageState,
  type SendKind,
  type SendRequest,
  type TimeWindow,
  type TokenRequest,
} from './protocol.js';

/** Fields of a query or a body. */
export class Input {
  static ofQuery(query: URLSearchParams): Input {
    return new Input(Object.fromEntries(query), true);
  }

  constructor(
    private readonly fields: Readonly<Record<string, unknown>>,
    /** Whether numbers come as text. */
    private readonly isText = false,
  ) {}

  text(name: string): string {
    const value = this.fields[name];
    if (typeof value !== 'string' || value === '') throw wrongField(name, value, 'a text that is not empty');
    return value;
  }

  optionalText(name: string): string | undefined {
    const value = this.fields[name];
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value !== 'string') throw wrongField(name, value, 'a text');
    return value;
  }

  /** A text that may be empty, as a body is. */
  body(name: string): string {
    const value = this.fields[name];
    if (typeof value !== 'string') throw wrongField(name, value, 'a text');
    return value;
  }

  optionalBody(name: string): string | undefined {
    return this.fields[name] === undefined ? undefined : this.body(name);
  }

  optionalNumber(name: string, { min, max }: { min: number; max: number }): number | undefined {
    const raw = this.fields[name];
    if (raw === undefined || raw === null || raw === '') return undefined;
    const value = this.isText && typeof raw === 'string' ? Number(raw) : raw;
    if (typeof value !== 'number' || !(value >= min && value <= max))
      throw wrongField(name, raw, `a number from ${min} to ${max}`);
    return value;
  }

  number(name: string, range: { min: number; max: number; otherwise?: number }): number {
    const value = this.optionalNumber(name, range) ?? range.otherwise;
    if (value === undefined) throw wrongField(name, undefined, `a number from ${range.min} to ${range.max}`);
    return value;
  }

  oneOf<T extends string>(name: string, known: readonly T[]): T {
    const value = this.fields[name];
    if (!known.includes(value as T)) throw wrongField(name, value, `one of ${known.join(', ')}`);
    return value as T;
  }

  optionalOneOf<T extends string>(name: string, known: readonly T[]): T | undefined {
    return this.optionalText(name) === undefined ? undefined : this.oneOf(name, known);
  }

  /** A record of texts: headers, attributes. */
  texts(name: string): Record<string, string> {
    const value = this.fields[name] ?? {};
    if (typeof value !== 'object' || Array.isArray(value)) throw wrongField(name, value, 'an object of texts');
    for (const each of Object.values(value)) if (typeof each !== 'string') throw wrongField(name, value, 'an object of texts');
    return value as Record<string, string>;
  }

  optionalList(name: string): string[] | undefined {
    const value = this.fields[name];
    if (value === undefined || value === null) return undefined;
    if (!Array.isArray(value) || value.some((each) => typeof each !== 'string')) throw wrongField(name, value, 'a list of texts');
    return value;
  }

  optionalObject(name: string): Record<string, unknown> | undefined {
    const value = this.fields[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'object' || Array.isArray(value)) throw wrongField(name, value, 'an object');
    return value as Record<string, unknown>;
  }

  within(name: string): Input {
    return new Input(this.optionalObject(name) ?? {});
  }

  page(): { limit: number; cursor?: string } {
    return {
      limit: Math.floor(this.number('limit', { min: 1, max: MAX_PAGE_LIMIT, otherwise: DEFAULT_PAGE_LIMIT })),
      cursor: this.optionalText('cursor'),
    };
  }

  window(): TimeWindow {
    const range = { min: 0, max: Number.MAX_SAFE_INTEGER };
    const window = { fromTimeMs: this.number('fromTimeMs', range), toTimeMs: this.number('toTimeMs', range) };
    if (window.fromTimeMs >= window.toTimeMs) throw wrongField('toTimeMs', window.toTimeMs, 'later than fromTimeMs');
    return window;
  }
}

const STATUSES = [
  'running',
  'succeeded',
  'partial',
  'failed',
  'timedOut',
  'throttled',
  'crashed',
] as const satisfies readonly InvocationStatus[];

export const LEVELS = ['debug', 'info', 'warn', 'error'] as const satisfies readonly LogLine['level'][];
export const MESSAGE_STATES = ['ready', 'delayed', 'inFlight', 'dead'] as const satisfies readonly MessageState[];
export const SEND_KINDS = [
  'http',
  'queue',
  'topic',
  'schedule',
  'objects',
  'call',
  'authorizer',
  'bus',
] as const satisfies readonly SendKind[];

/** `failed,timedOut` */
export function statusesOf(input: Input): InvocationStatus[] | undefined {
  const names = input.optionalText('status')?.split(',');
  return names?.map((status) => new Input({ status }).oneOf('status', STATUSES));
}

const METHOD = /^[A-Z]{1,20}$/;
const MAX_DELAY_SECONDS = 30 * 24 * 3600;

export function sendRequestOf(input: Input): SendRequest {
  const kind = input.oneOf('kind', SEND_KINDS);
  switch (kind) {
    case 'http':
      return {
        ...{ kind, apiId: input.text('apiId'), ...requestHead(input) },
        ...{ body: input.optionalBody('body'), eventId: input.optionalText('eventId') },
      };
    case 'authorizer':
      return { kind, authorizerId: input.text('authorizerId'), ...requestHead(input) };
    case 'queue':
      return {
        kind,
        queueId: input.text('queueId'),
        body: input.body('body'),
        attributes: input.texts('attributes'),
        group: input.optionalText('group'),
        delaySeconds: input.optionalNumber('delaySeconds', { min: 0, max: MAX_DELAY_SECONDS }),
      };
    case 'topic':
      return { kind, topicId: input.text('topicId'), body: input.body('body'), attributes: input.texts('attributes') };
    case 'schedule':
      return { kind, scheduleId: input.text('scheduleId') };
    case 'objects':
      return {
        kind,
        bucketId: input.text('bucketId'),
        key: input.text('key'),
        type: input.oneOf('type', ['created', 'deleted']),
        body: input.optionalBody('body'),
        contentType: input.optionalText('contentType'),
      };
    case 'call':
      return { kind, functionId: input.text('functionId'), input: input.body('input') };
    case 'bus':
      return {
        ...{ kind, busId: input.text('busId'), type: input.text('type'), source: input.optionalText('source') },
        data: input.body('data'),
      };
  }
}

function requestHead(input: Input): { method: string; path: string; headers: Record<string, string> } {
  const method = input.text('method');
  if (!METHOD.test(method)) throw wrongField('method', method, 'an HTTP method in capitals');
  const path = input.text('path');
  if (!path.startsWith('/')) throw wrongField('path', path, "a path that starts with '/'");
  return { method, path, headers: input.texts('headers') };
}

export function tokenRequestOf(input: Input): TokenRequest {
  return {
    authorizerId: input.text('authorizerId'),
    subject: input.optionalText('subject'),
    scopes: input.optionalList('scopes'),
    audience: input.optionalText('audience'),
    claims: input.optionalObject('claims'),
    lifetimeSeconds: input.optionalNumber('lifetimeSeconds', { min: 1, max: 30 * 24 * 3600 }),
  };
}
