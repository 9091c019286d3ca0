import { invalid, shown } from './errors.js';
import type { PathSegment, RouteSpec } from './model.js';

/** Here and not in the model, whose exports are types alone: the package gives it whole to its users as types. */
export const HTTP_METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const;
export type HttpMethod = (typeof HTTP_METHODS)[number];

/** `GET /orders/{id}`: a method (or ANY), a space, a path. `{name}` is one segment, `{name+}`, only at the end, all that are left. */
export type RouteKey = `${HttpMethod | 'ANY'} /${string}` | typeof DEFAULT_ROUTE;

/** Everything that no other route of an API answers. */
export const DEFAULT_ROUTE = '$default';

const ADVICE = "write it as in 'GET /orders/{id}' or 'ANY /files/{path+}'";

export function parseRoute(apiPath: string, key: string): RouteSpec {
  const fail = (wrong: string): never => {
    throw invalid('HTTP API', apiPath, `route ${shown(key)} ${wrong}`, ADVICE);
  };
  const [, method, path] = /^([^ ]*) (.*)$/.exec(key) ?? fail('is no method and path');
  if (method !== 'ANY' && !(HTTP_METHODS as readonly string[]).includes(method!)) {
    fail(`has the method ${shown(method)}, which is none of ${HTTP_METHODS.join(', ')}, ANY`);
  }
  if (!path!.startsWith('/')) fail('has a path that does not start with /');
  const texts = path === '/' ? [] : path!.slice(1).split('/');
  const segments = texts.map((text, index): PathSegment => {
    if (text === '') return fail('has an empty path segment');
    const parameter = /^\{([A-Za-z_][A-Za-z0-9_]*)(\+?)\}$/.exec(text);
    if (!parameter) {
      if (!/^[A-Za-z0-9._~!$&'()*,;=:@-]+$/.test(text)) return fail(`has the path segment ${shown(text)}`);
      return { kind: 'literal', text };
    }
    if (parameter[2] && index < texts.length - 1) return fail(`has ${text} before the end of the path`);
    return { kind: parameter[2] ? 'rest' : 'parameter', name: parameter[1]! };
  });
  const names = segments.flatMap((segment) => (segment.kind === 'literal' ? [] : [segment.name]));
  if (new Set(names).size < names.length) fail('uses one parameter name twice');
  if (path!.startsWith('/_faasten')) fail('is below /_faasten, which faasten keeps for itself');
  return { key, method: method as RouteSpec['method'], path: path!, segments };
}

/** Two routes that would answer the same requests have the same shape: parameter names make no difference. */
export function routeShape(route: RouteSpec): string {
  return `${route.method} /${route.segments.map((s) => (s.kind === 'literal' ? s.text : s.kind === 'rest' ? '{+}' : '{}')).join('/')}`;
}
