import { asking, copyHeaders, headersOf, listOf, override } from './stand-in.js';

const Real = globalThis.Request;
const realFetch = globalThis.fetch;

/** Methods that a `Request` takes as they are. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** A target that its URL has as it is: no character that would be encoded … */
const PLAIN = /^\/[\w\-.~!$&()*+,;=:@%/]*(\?[\w\-.~!$&()*+,;=:@%/?[\]]*)?$/;
/** … and no segment that might be resolved. */
const DOTS = /\/(\.|%2e)/i;

const decoder = new TextDecoder();

/** A request as the engine tells of it. */
export interface Given {
  readonly method: string;
  readonly url: string;
  /** Names and values in turn, as they were sent. */
  readonly headers: readonly string[];
}

/**
 * Stands in for the `Request` of an invocation. It becomes a real one, behind the same object, when more is asked of it than it knows:
 * for its signal, and for the stream that its body would be.
 */
class RequestStandIn {
  readonly #method: string;
  readonly #url: string;
  readonly #list: readonly string[];
  readonly #bytes: Uint8Array | undefined;
  #headers?: Headers;
  #used = false;
  #real?: Request;

  constructor(method: string, url: string, list: readonly string[], bytes: Uint8Array | undefined) {
    this.#method = method;
    this.#url = url;
    this.#list = list;
    this.#bytes = bytes;
  }

  static is(value: unknown): value is RequestStandIn {
    return typeof value === 'object' && value !== null && #method in value;
  }

  static real(request: RequestStandIn): Request {
    const { headers } = request;
    if (!request.#real) {
      request.#real = new Real(request.#url, { method: request.#method, headers, body: request.#bytes as never });
      if (request.#used) void request.#real.text();
    }
    copyHeaders(headers, request.#real.headers);
    return request.#real;
  }

  get method(): string {
    return this.#method;
  }

  get url(): string {
    return this.#url;
  }

  get headers(): Headers {
    this.#headers ??= headersOf(this.#list);
    return this.#headers;
  }

  get bodyUsed(): boolean {
    return this.#real ? this.#real.bodyUsed : this.#used;
  }

  async text(): Promise<string> {
    return this.#take() ?? RequestStandIn.real(this).text();
  }

  async json(): Promise<unknown> {
    const text = this.#take();
    return text === undefined ? RequestStandIn.real(this).json() : JSON.parse(text);
  }

  clone(): Request {
    if (this.#real || this.#used) return RequestStandIn.real(this).clone();
    const list = this.#headers ? listOf(this.#headers) : this.#list;
    return new RequestStandIn(this.#method, this.#url, list, this.#bytes) as never;
  }

  /** The text, which is there once. */
  #take(): string | undefined {
    if (this.#real || this.#used) return undefined;
    this.#used = this.#bytes !== undefined;
    return this.#bytes ? decoder.decode(this.#bytes) : '';
  }
}

override(RequestStandIn, asking(Real.prototype, RequestStandIn.real));

/** @throws TypeError where the method or the URL is none of a `Request` */
export function requestOf({ method, url, headers }: Given, body?: Uint8Array): Request {
  const sent = method === 'GET' || method === 'HEAD' ? undefined : body;
  const made = new RequestStandIn(method, urlOf(url), headers, sent);
  return METHODS.includes(method) ? (made as never) : RequestStandIn.real(made);
}

/** `Request`, which also takes stand-ins. */
export const Request = function Request(this: unknown, ...given: unknown[]) {
  if (new.target === undefined) return (Real as any)();
  const [input, ...more] = given;
  const values = RequestStandIn.is(input) ? [RequestStandIn.real(input), ...more] : given;
  return Reflect.construct(Real, values, new.target === Request ? Real : new.target);
} as unknown as typeof Real;

Object.setPrototypeOf(Request, Real);
Object.defineProperty(Request, 'prototype', { value: Real.prototype, writable: false });
Object.defineProperty(Request, 'length', { value: Real.length, configurable: true });

/** `fetch`, which also takes stand-ins. */
export function fetch(input: unknown, ...more: any[]): Promise<Response> {
  return realFetch(RequestStandIn.is(input) ? RequestStandIn.real(input) : (input as string), ...more);
}

/** Of the last URL, as most come to one host. */
let origin = { sent: '', url: '' };

/** As `new URL()` would write it. */
function urlOf(url: string): string {
  const end = url.indexOf('/', url.indexOf('//') + 2);
  const sent = end < 0 ? url : url.slice(0, end);
  const target = end < 0 ? '/' : url.slice(end);
  if (!PLAIN.test(target) || DOTS.test(target)) return new URL(url).href;
  if (origin.sent !== sent) origin = { sent, url: new URL(sent).origin };
  return origin.url + target;
}
