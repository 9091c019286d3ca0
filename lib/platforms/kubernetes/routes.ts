import { invalid } from '../../core/errors.js';
import type { PathSegment, RouteSpec } from '../../core/model.js';

/** `path` of a match of an HTTPRoute: https://gateway-api.sigs.k8s.io/reference/spec/#httppathmatch */
export interface PathMatch {
  readonly type: 'Exact' | 'PathPrefix' | 'RegularExpression';
  readonly value: string;
}

/**
 * How a Gateway recognises the path of a route among all `routes` of the API. Exact and prefix matches are known to every Gateway;
 * parameters inside a path take regular expressions, which most know. How these rank beside prefixes is up to the Gateway, so that
 * below a path where one is needed, the rest (`{path+}`) is one too.
 */
export function pathMatchOf(route: RouteSpec, routes: readonly RouteSpec[]): PathMatch {
  const { segments } = route;
  if (segments.every(({ kind }) => kind === 'literal')) return { type: 'Exact', value: route.path };
  const literals = leadingLiterals(segments);
  const prefix = segments.length === literals.length + 1 && segments.at(-1)!.kind === 'rest';
  const crossed = routes.some((other) => needsExpression(other) && startsAlike(leadingLiterals(other.segments), literals));
  if (prefix && !crossed) return { type: 'PathPrefix', value: `/${literals.join('/')}` };
  return { type: 'RegularExpression', value: `^/${segments.map(expressionOf).join('/')}$` };
}

/** Order in which routes are tried: what says more comes first. */
export function bySpecificity(a: RouteSpec, b: RouteSpec): number {
  const ranks = { literal: 0, parameter: 1, rest: 2 } as const;
  for (let i = 0; i < Math.max(a.segments.length, b.segments.length); i++) {
    const [x, y] = [a.segments[i], b.segments[i]];
    // A longer path first: it says more where the other one has ended.
    if (!x || !y) return x ? -1 : 1;
    if (x.kind !== y.kind) return ranks[x.kind] - ranks[y.kind];
  }
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  // A method before any method.
  return Number(a.method === 'ANY') - Number(b.method === 'ANY') || (a.method < b.method ? -1 : 1);
}

/** Paths that answer the same requests are equal, whatever their parameters are called. */
export function pathShape({ segments }: RouteSpec): string {
  return segments.map(expressionOf).join('/');
}

/** @throws for a path that Gateways do not take */
export function checkPath(api: string, { key, segments }: RouteSpec): void {
  if (segments.some((segment) => segment.kind === 'literal' && (segment.text === '.' || segment.text === '..'))) {
    throw invalid(
      'HTTP API',
      api,
      `route '${key}' has '.' or '..' in its path`,
      'write the path without them: Gateways resolve them before they match',
    );
  }
}

function needsExpression({ segments }: RouteSpec): boolean {
  return segments.some(({ kind }) => kind === 'parameter');
}

function leadingLiterals(segments: readonly PathSegment[]): string[] {
  const end = segments.findIndex(({ kind }) => kind !== 'literal');
  return segments.slice(0, end < 0 ? segments.length : end).map((segment) => (segment.kind === 'literal' ? segment.text : ''));
}

/** Whether one of two lists begins with the other. */
function startsAlike(a: readonly string[], b: readonly string[]): boolean {
  return a.slice(0, b.length).every((text, index) => text === b[index]);
}

/** RE2, as Envoy reads it, and PCRE alike. */
function expressionOf(segment: PathSegment): string {
  if (segment.kind === 'parameter') return '[^/]+';
  return segment.kind === 'rest' ? '.+' : segment.text.replace(/[.$*+?()]/g, '\\$&');
}
