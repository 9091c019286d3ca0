import type { Checks } from './core/checks.js';
import type { DurationLike } from './core/duration.js';
import { shown } from './core/errors.js';
import type { CorsSpec, HttpMethod } from './core/model.js';
import { HTTP_METHODS } from './core/route.js';

export interface CorsOptions {
  /** Origins that may call the API from a browser, as in `https://shop.example`; `['*']` for any. */
  readonly origins: readonly string[];
  /** @default - all methods of the API's routes */
  readonly methods?: readonly HttpMethod[];
  /**
   * Request headers that scripts may send.
   * @default ['content-type', 'authorization']
   */
  readonly headers?: readonly string[];
  /**
   * Response headers that scripts may read.
   * @default - the few that browsers always show
   */
  readonly exposedHeaders?: readonly string[];
  /**
   * Whether browsers may send cookies. Not possible with the origin `*`.
   * @default false
   */
  readonly credentials?: boolean;
  /**
   * How long browsers may remember the answer.
   * @default Duration.hours(1)
   */
  readonly maxAge?: DurationLike;
}

export function corsSpec(checks: Checks, cors: CorsOptions): CorsSpec {
  if (!Array.isArray(cors.origins) || cors.origins.length === 0)
    checks.fail(`cors.origins is ${shown(cors.origins)}`, 'name one or more origins');
  for (const origin of cors.origins) {
    if (origin !== '*' && !/^https?:\/\/[^/\s*]+$/.test(origin)) {
      checks.fail(
        `cors.origins has ${shown(origin)}`,
        "write scheme and host without a path, as in 'https://shop.example', or '*'",
      );
    }
  }
  if (cors.credentials && cors.origins.includes('*')) {
    checks.fail("cors allows credentials for the origin '*'", 'name the origins: browsers refuse the two together');
  }
  for (const method of cors.methods ?? []) {
    if (!HTTP_METHODS.includes(method)) checks.fail(`cors.methods has ${shown(method)}`, `use ${HTTP_METHODS.join(', ')}`);
  }
  return {
    origins: cors.origins,
    methods: cors.methods ?? HTTP_METHODS.filter((method) => method !== 'OPTIONS'),
    headers: (cors.headers ?? ['content-type', 'authorization']).map((header) => header.toLowerCase()),
    exposedHeaders: (cors.exposedHeaders ?? []).map((header) => header.toLowerCase()),
    credentials: cors.credentials ?? false,
    maxAgeSeconds: cors.maxAge === undefined ? 3600 : checks.seconds('cors.maxAge', cors.maxAge, 0, 86_400),
  };
}
