import type { ThrottleSpec } from '../../../../core/model.js';

/**
 * A token bucket: full at `burst`, refilled at `requestsPerSecond`, as API Gateway's are.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
 */
export class TokenBucket {
  private tokens: number;
  private sinceMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly spec: ThrottleSpec) {
    this.tokens = spec.burst;
  }

  /** Milliseconds until there is a token; 0 where there is one. */
  wait(now: number): number {
    const { requestsPerSecond, burst } = this.spec;
    const more = (Math.max(0, now - this.sinceMs) / 1000) * requestsPerSecond;
    this.tokens = Math.min(burst, this.tokens + more);
    this.sinceMs = now;
    return this.tokens >= 1 ? 0 : ((1 - this.tokens) / requestsPerSecond) * 1000;
  }

  take(): void {
    this.tokens--;
  }
}

/** The limits of an API: of all that comes, and of single routes besides. */
export class Throttle {
  private readonly all: TokenBucket | undefined;
  private readonly routes = new Map<string, TokenBucket>();

  constructor(all: ThrottleSpec | undefined, routes: Readonly<Record<string, { readonly throttle?: ThrottleSpec }>>) {
    this.all = all && new TokenBucket(all);
    for (const [key, { throttle }] of Object.entries(routes)) if (throttle) this.routes.set(key, new TokenBucket(throttle));
  }

  /** Takes a request, or gives the milliseconds after which one would be taken. */
  refuses(route: string, now: number): number | undefined {
    const buckets = [this.all, this.routes.get(route)].filter((bucket) => bucket !== undefined);
    const wait = Math.max(0, ...buckets.map((bucket) => bucket.wait(now)));
    if (wait > 0) return wait;
    for (const bucket of buckets) bucket.take();
    return undefined;
  }
}
