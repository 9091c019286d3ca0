import { HttpProblem } from './problem.js';
import { decoded } from './text.js';

/** A route that a request took. */
export interface RouteMatch {
  /** `GET /orders/{id}` */
  readonly route: string;
  readonly params: Record<string, string>;
}

/**
 * The route of `routes` that answers a request: literal segments win over parameters, parameters over the rest of the path, a
 * method over ANY. The order API Gateway, Gateway API and Google's gateway choose by.
 * @param path percent-encoded
 * @throws HttpProblem when the path is not properly percent-encoded
 */
export function matchRoute(routes: readonly string[], method: string, path: string): RouteMatch | undefined {
  let best: (RouteMatch & { rank: string }) | undefined;
  for (const route of routes) {
    const [allowed, pattern] = route.split(' ') as [string, string];
    const match = (allowed === method || allowed === 'ANY') && matchPath(pattern, path);
    if (!match) continue;
    const rank = match.rank + (allowed === 'ANY' ? 0 : 1);
    if (!best || rank > best.rank) best = { route, params: match.params, rank };
  }
  return best;
}

/** Parameters of a path, if it fits the pattern; `rank` is greater for patterns that fit fewer paths. */
export function matchPath(pattern: string, path: string): { params: Record<string, string>; rank: string } | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  const params: Record<string, string> = {};
  let rank = '';
  for (const [index, segment] of wanted.entries()) {
    const [, name, rest] = /^\{(.+?)(\+?)\}$/.exec(segment) ?? [];
    const value = rest ? given.slice(index) : given.slice(index, index + 1);
    if (name ? !value[0] : value[0] !== segment) return undefined;
    if (name) params[name] = value.map(textOf).join('/');
    rank += rest ? 1 : name ? 2 : 3;
    if (rest) return { params, rank };
  }
  return wanted.length === given.length ? { params, rank } : undefined;
}

function textOf(segment: string): string {
  const text = decoded(segment);
  if (text === undefined) throw new HttpProblem(400, 'The path is not properly encoded');
  return text;
}
