import { HIDDEN, type SendRequest } from '../../console/protocol.js';
import type { LocalAuthorizer, LocalModel } from '../../model.js';

/** Names of headers and parameters that say who somebody is, or prove it. */
const SENSITIVE =
  /auth(orization|enticat|$)|cookie|token|secret|passw|credential|session|signature|^sig$|^jwt$|^code$|(api|access|private)[-_]?key|^key$|^identitysource$/i;

/** Name and value of a query's parameter. */
const PARAMETER = /([^?&=]+)=([^&#]*)/g;

type HttpRequest = Extract<SendRequest, { kind: 'http' }>;

/** Takes credentials out of what is kept and shown of requests: known names, and those that the service's authorizers look at. */
export class Credentials {
  private readonly names: ReadonlySet<string>;

  constructor(model: LocalModel) {
    const authorizers: (LocalAuthorizer | undefined)[] = [
      ...Object.values(model.apis).flatMap(({ routes }) => Object.values(routes).map(({ authorizer }) => authorizer)),
      ...Object.values(model.websockets).map(({ authorizer }) => authorizer),
    ];
    const named = authorizers.flatMap((each) => (each?.kind === 'function' ? [...each.headers, ...each.query] : []));
    this.names = new Set(named.map((name) => name.toLowerCase()));
  }

  headers(headers: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, this.isOne(name) ? HIDDEN : value]));
  }

  /** A path with its query, or a query alone. */
  query(text: string): string {
    return text.replace(PARAMETER, (whole, name: string) => (this.isOne(plain(name)) ? `${name}=${HIDDEN}` : whole));
  }

  request(request: SendRequest): SendRequest {
    if (request.kind !== 'http' && request.kind !== 'authorizer') return request;
    return { ...request, path: this.query(request.path), headers: this.headers(request.headers) };
  }

  /** A request to a WebSocket API or an authorizer's question, in API Gateway's form. */
  event(event: object): object {
    return JSON.parse(JSON.stringify(event), (name, value) => {
      if (name === 'rawQueryString') return this.query(value);
      if (!this.isOne(name) || value === null || value === undefined) return value;
      if (typeof value === 'string') return HIDDEN;
      return Array.isArray(value) ? value.map(() => HIDDEN) : value;
    });
  }

  /**
   * The request with what is hidden of it as it was in the event that it was made of.
   * @returns names of what stays hidden, where that is not known
   */
  filled(request: HttpRequest, original: HttpRequest | undefined): { readonly request: HttpRequest; readonly missing: string[] } {
    const missing: string[] = [];
    const known = Object.fromEntries(Object.entries(original?.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
    const from = (name: string, value: string | undefined) => {
      if (value !== undefined && value !== HIDDEN) return value;
      missing.push(name);
      return HIDDEN;
    };
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [
        name,
        value.includes(HIDDEN) ? from(name, known[name.toLowerCase()]) : value,
      ]),
    );
    const parameters = new Map([...(original?.path ?? '').matchAll(PARAMETER)].map(([, name, value]) => [name!, value!]));
    const path = request.path.replace(PARAMETER, (whole, name: string, value: string) =>
      value === HIDDEN || value === encodeURIComponent(HIDDEN) ? `${name}=${from(name, parameters.get(name))}` : whole,
    );
    return { request: { ...request, headers, path }, missing };
  }

  private isOne(name: string): boolean {
    return SENSITIVE.test(name) || this.names.has(name.toLowerCase());
  }
}

function plain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
