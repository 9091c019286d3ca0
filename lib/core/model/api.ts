import type { HttpMethod } from '../route.js';

export interface CorsSpec {
  readonly origins: readonly string[];
  readonly methods: readonly HttpMethod[];
  readonly headers: readonly string[];
  readonly exposedHeaders: readonly string[];
  readonly credentials: boolean;
  readonly maxAgeSeconds: number;
}

export interface ApiSpec {
  readonly path: string;
  readonly description?: string;
  readonly cors?: CorsSpec;
  readonly tags: Readonly<Record<string, string>>;
}

export type PathSegment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'parameter'; readonly name: string }
  /** The rest of the path, at least one segment; always last. */
  | { readonly kind: 'rest'; readonly name: string };

export interface RouteSpec {
  /** `GET /orders/{id}`, the form of all targets. */
  readonly key: string;
  readonly method: HttpMethod | 'ANY';
  readonly path: string;
  readonly segments: readonly PathSegment[];
}
