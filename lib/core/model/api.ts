import type { HttpMethod } from '../route.js';

export interface CorsSpec {
  readonly origins: readonly string[];
  readonly methods: readonly HttpMethod[];
  readonly headers: readonly string[];
  readonly exposedHeaders: readonly string[];
  readonly credentials: boolean;
  readonly maxAgeSeconds: number;
}

/** Who may send requests: whoever a JWT of an issuer names, a signature of the target's own identities, or a function's word. */
export type AuthorizerSpec = JwtAuthorizerSpec | FunctionAuthorizerSpec | { readonly kind: 'iam' };

export interface JwtAuthorizerSpec {
  readonly kind: 'jwt';
  readonly name: string;
  /** `iss` of the tokens: an https URL, or a late value. */
  readonly issuer: string;
  /** One of them must be in `aud`. */
  readonly audiences: readonly string[];
  /** Where the issuer's keys are, for targets that do not read its discovery document. */
  readonly jwksUri?: string;
}

/** The function itself is handed to the platform as a backend. */
export interface FunctionAuthorizerSpec {
  readonly kind: 'function';
  readonly name: string;
  /** Headers without which a request is refused before the function is asked; lower case. With the route, the key of the cache. */
  readonly headers: readonly string[];
  /** Query parameters, likewise. */
  readonly query: readonly string[];
  /** How long an answer holds for equal headers, parameters and route; 0 asks every time. */
  readonly cacheSeconds: number;
}

export interface ThrottleSpec {
  readonly requestsPerSecond: number;
  /** Most requests at once. */
  readonly burst: number;
}

/** How many functions the handlers of an API are. */
export type DeployAs = 'functions' | 'function';

export interface ApiSpec {
  readonly path: string;
  /** Whether handlers that routes declare are one function. Without it, each is its own. */
  readonly deployAs?: 'function';
  readonly description?: string;
  readonly cors?: CorsSpec;
  /** Of all routes together, and of each one that has none of its own. */
  readonly throttle?: ThrottleSpec;
  readonly tags: Readonly<Record<string, string>>;
}

export type PathSegment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'parameter'; readonly name: string }
  /** The rest of the path, at least one segment; always last. */
  | { readonly kind: 'rest'; readonly name: string };

/** A JSON Schema, draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export interface ParameterSpec {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}

/** What a route takes and answers, for descriptions of the API and for targets that check requests by it. */
export interface OperationSpec {
  readonly id?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly parameters: readonly ParameterSpec[];
  /** Of a JSON body, which must be there. */
  readonly body?: JsonSchema;
  /** By status, or `default`. */
  readonly responses: Readonly<Record<string, { readonly description: string; readonly schema?: JsonSchema }>>;
}

export interface RouteSpec {
  /** `GET /orders/{id}`, the form of all targets. */
  readonly key: string;
  readonly method: HttpMethod | 'ANY';
  readonly path: string;
  readonly segments: readonly PathSegment[];
  /** Without it, anybody may send requests. */
  readonly authorizer?: AuthorizerSpec;
  /** Of which a JWT must have one. */
  readonly scopes?: readonly string[];
  readonly throttle?: ThrottleSpec;
  readonly operation?: OperationSpec;
}
