import { asking, copyHeaders, headersOf, listOf, override } from './stand-in.js';

const Real = globalThis.Response;

const NAME = /^[\w-]+$/;
/** What a header may hold without being changed. */
const VALUE = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

/** What is known of an answer that nobody has looked into. */
export interface WholeResponse {
  readonly status: number;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  /** Undefined where there is none. */
  readonly body?: string;
}

/**
 * Stands in for a `Response` that was made of text: neither stream nor bytes are made of it. It becomes a real one, behind the
 * same object, when more is asked of it than it knows.
 */
class ResponseStandIn {
  readonly #text: string | undefined;
  readonly #status: number;
  readonly #list: readonly string[];
  #headers?: Headers;
  #used = false;
  #real?: Response;

  constructor(text: string | undefined, status: number, list: readonly string[]) {
    this.#text = text;
    this.#status = status;
    this.#list = list;
  }

  /** Undefined where what is to be sent is no longer what it was made of. */
  static whole(response: object): WholeResponse | undefined {
    if (!(#status in response) || response.#real || response.#used) return undefined;
    const headers = response.#headers ? listOf(response.#headers) : response.#list;
    return { status: response.#status, headers, body: response.#text };
  }

  static real(response: ResponseStandIn): Response {
    const headers = response.#headers ?? headersOf(response.#list);
    if (!response.#real) {
      response.#real = new Real(response.#text, { status: response.#status, headers });
      if (response.#used) void response.#real.text();
    }
    copyHeaders(response.#headers, response.#real.headers);
    return response.#real;
  }

  get status(): number {
    return this.#status;
  }

  get ok(): boolean {
    return this.#status <= 299;
  }

  get headers(): Headers {
    this.#headers ??= headersOf(this.#list);
    return this.#headers;
  }

  get bodyUsed(): boolean {
    return this.#real ? this.#real.bodyUsed : this.#used;
  }

  async text(): Promise<string> {
    return this.#take() ?? ResponseStandIn.real(this).text();
  }

  async json(): Promise<unknown> {
    const text = this.#take();
    return text === undefined ? ResponseStandIn.real(this).json() : JSON.parse(text);
  }

  clone(): Response {
    const whole = ResponseStandIn.whole(this);
    return whole ? standIn(whole.body, whole.status, whole.headers) : ResponseStandIn.real(this).clone();
  }

  /** The text, which is there once. */
  #take(): string | undefined {
    if (this.#real || this.#used) return undefined;
    this.#used = this.#text !== undefined;
    return this.#text ?? '';
  }
}

override(ResponseStandIn, asking(Real.prototype, ResponseStandIn.real));

function standIn(text: string | undefined, status: number, list: readonly string[]): Response {
  return new ResponseStandIn(text, status, list) as never;
}

/** What the answer is made of, where nobody has looked into it. */
export const wholeOf = ResponseStandIn.whole;

/** `Response`, whose objects are stand-ins where that makes no difference. */
export const Response = function Response(this: unknown, body?: unknown, init?: ResponseInit) {
  if (new.target !== undefined) {
    const made = new.target === Response ? madeOf(body, init, 'text/plain;charset=UTF-8') : undefined;
    return made ?? Reflect.construct(Real, [body, init], new.target === Response ? Real : new.target);
  }
  return (Real as any)();
} as unknown as typeof Real;

Object.setPrototypeOf(Response, Real);
Object.defineProperty(Response, 'prototype', { value: Real.prototype, writable: false });
Object.defineProperty(Response, 'length', { value: Real.length, configurable: true });
Object.defineProperty(Response, 'json', {
  ...Object.getOwnPropertyDescriptor(Real, 'json'),
  value: function json(...given: [data: unknown, init?: ResponseInit]) {
    const text = jsonOf(given[0]);
    return (text === undefined ? undefined : madeOf(text, given[1], 'application/json')) ?? Real.json(...given);
  },
});

function jsonOf(data: unknown): string | undefined {
  try {
    return JSON.stringify(data);
  } catch {
    return undefined;
  }
}

/** Undefined where a real one has to be made, or say what is wrong. */
function madeOf(body: unknown, init: ResponseInit | undefined, type: string): Response | undefined {
  // A byte order mark would not come back.
  const isText = typeof body === 'string' && body.charCodeAt(0) !== 0xfeff && isWellFormed(body);
  if (!isText && body !== undefined && body !== null) return undefined;
  const text = isText ? body : undefined;
  if (init === undefined) return standIn(text, 200, isText ? ['content-type', type] : []);
  if (typeof init !== 'object' || init === null) return undefined;
  const { status = 200, statusText, headers } = init;
  if (!Number.isInteger(status) || status < 200 || status > 599 || statusText !== undefined) return undefined;
  if (isText && (status === 204 || status === 205 || status === 304)) return undefined;
  const list = headers === undefined ? [] : headers instanceof Headers ? listOf(headers) : plainHeaders(headers);
  if (!list) return undefined;
  if (isText && !hasName(list, 'content-type')) list.push('content-type', type);
  return standIn(text, status, sorted(list));
}

/** Of ES2024, which Node has since 20. */
const isWellFormed = (text: string): boolean => (text as unknown as { isWellFormed(): boolean }).isWellFormed();

/** Undefined where they have to be looked at more closely. */
function plainHeaders(headers: object): string[] | undefined {
  if (headers === null || Object.getPrototypeOf(headers) !== Object.prototype) return undefined;
  const list: string[] = [];
  for (const key of Reflect.ownKeys(headers)) {
    const value = (headers as any)[key];
    if (typeof key !== 'string' || typeof value !== 'string' || !NAME.test(key) || !VALUE.test(value)) return undefined;
    const name = key.toLowerCase();
    if (hasName(list, name)) return undefined;
    list.push(name, value);
  }
  return list;
}

function hasName(list: readonly string[], name: string): boolean {
  for (let index = 0; index < list.length; index += 2) if (list[index] === name) return true;
  return false;
}

/** By name, as `Headers` lists them. */
function sorted(list: string[]): string[] {
  if (list.length <= 2) return list;
  const pairs: [string, string][] = [];
  for (let index = 0; index < list.length; index += 2) pairs.push([list[index]!, list[index + 1]!]);
  return pairs.sort(([a], [b]) => (a < b ? -1 : a === b ? 0 : 1)).flat();
}
