import { createHash } from 'node:crypto';
import { invalid } from '../../core/errors.js';
import type { CorsSpec, HttpMethod, JwtAuthorizerSpec, RouteSpec } from '../../core/model.js';
import { HTTP_METHODS, routeShape } from '../../core/route.js';

/** One route, and where its requests go. */
export interface Operation {
  readonly route: RouteSpec;
  /** Address that the request's path is added to. */
  readonly address: string;
  /** Whom the gateway's identity token is for. */
  readonly audience: string;
  /** How long the gateway waits for an answer. */
  readonly deadlineSeconds: number;
}

export interface OpenApiProps {
  /** Construct path of the API. */
  readonly path: string;
  readonly description?: string;
  readonly cors?: CorsSpec;
  readonly operations: readonly Operation[];
}

/** https://cloud.google.com/api-gateway/docs/path-templating: everything else may mean something there. */
const LITERAL = /^[A-Za-z0-9._~-]+$/;

/**
 * The document of API Gateway: OpenAPI 2.0 with Google's extensions, the same for the same routes in any order.
 * https://cloud.google.com/api-gateway/docs/oasv2-extensions
 *
 * With CORS, a path that has no OPTIONS of its own gets one, which leads to the function of its first method: API Gateway answers
 * no preflights, see lib/runtime/cors.ts.
 */
export function openApi({ path, description, cors, operations }: OpenApiProps): object {
  const byTemplate = new Map<string, Map<HttpMethod, Operation>>();
  // Sorted, so that of routes which differ in parameters' names only, the same one names them every time; ANY last, for what is left.
  const sorted = [...operations].sort(
    (a, b) => Number(a.route.method === 'ANY') - Number(b.route.method === 'ANY') || (a.route.key < b.route.key ? -1 : 1),
  );
  const templates = new Map<string, string>();
  for (const operation of sorted) {
    const { route } = operation;
    const shape = routeShape({ ...route, method: 'ANY' });
    const template = templates.get(shape) ?? pathTemplate(path, route);
    templates.set(shape, template);
    const methods = byTemplate.get(template) ?? new Map<HttpMethod, Operation>();
    byTemplate.set(template, methods);
    for (const method of route.method === 'ANY' ? HTTP_METHODS : [route.method]) {
      if (!methods.has(method)) methods.set(method, operation);
    }
  }
  return {
    swagger: '2.0',
    info: { title: path, version: '1', ...(description === undefined ? {} : { description }) },
    schemes: ['https'],
    ...securityDefinitions(path, sorted),
    paths: Object.fromEntries(
      [...byTemplate]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([template, methods]) => [template, pathItem(template, methods, cors)]),
    ),
  };
}

/** https://cloud.google.com/api-gateway/docs/authenticating-users-jwt */
function securityDefinitions(api: string, operations: readonly Operation[]): object {
  const byName = new Map<string, JwtAuthorizerSpec>();
  for (const { route } of operations) if (route.authorizer?.kind === 'jwt') byName.set(route.authorizer.name, route.authorizer);
  if (byName.size === 0) return {};
  const definition = ({ name, issuer, audiences, jwksUri }: JwtAuthorizerSpec) => {
    if (jwksUri === undefined) {
      throw invalid(
        'HTTP API',
        api,
        `the authorizer ${name} has no jwksUri, which API Gateway takes the issuer’s keys from`,
        'give `jwks_uri` of the issuer’s /.well-known/openid-configuration',
      );
    }
    return {
      type: 'oauth2',
      flow: 'implicit',
      authorizationUrl: '',
      'x-google-issuer': issuer,
      'x-google-jwks_uri': jwksUri,
      'x-google-audiences': audiences.join(','),
    };
  };
  const names = [...byName.keys()].sort();
  return { securityDefinitions: Object.fromEntries(names.map((name) => [name, definition(byName.get(name)!)])) };
}

function pathItem(template: string, methods: Map<HttpMethod, Operation>, cors: CorsSpec | undefined): object {
  const all = new Map<HttpMethod, Operation>(methods);
  const first = HTTP_METHODS.find((method) => methods.has(method))!;
  if (cors && !all.has('OPTIONS')) all.set('OPTIONS', methods.get(first)!);
  const names = [...template.matchAll(/\{(\w+)/g)].map(([, name]) => name);
  return {
    ...(names.length > 0 ? { parameters: names.map((name) => ({ name, in: 'path', required: true, type: 'string' })) } : {}),
    ...Object.fromEntries(
      HTTP_METHODS.filter((method) => all.has(method)).map((method) => {
        const { address, audience, deadlineSeconds, route } = all.get(method)!;
        // A preflight carries no token.
        const security = methods.has(method) && route.authorizer?.kind === 'jwt' ? [{ [route.authorizer.name]: [] }] : undefined;
        return [
          method.toLowerCase(),
          {
            operationId: operationId(method, template),
            'x-google-backend': {
              address,
              path_translation: 'APPEND_PATH_TO_ADDRESS',
              jwt_audience: audience,
              deadline: deadlineSeconds,
            },
            ...(security && { security }),
            responses: { default: { description: 'What the function answers' } },
          },
        ];
      }),
    ),
  };
}

function pathTemplate(api: string, { key, segments }: RouteSpec): string {
  const texts = segments.map((segment) => {
    if (segment.kind === 'parameter') return `{${segment.name}}`;
    if (segment.kind === 'rest') return `{${segment.name}=**}`;
    if (LITERAL.test(segment.text)) return segment.text;
    throw invalid(
      'HTTP API',
      api,
      `route '${key}' has '${segment.text}' in its path, which API Gateway would not take literally`,
      'use letters, digits and - . _ ~ in paths, or a parameter',
    );
  });
  return `/${texts.join('/')}`;
}

/** A word, as Google makes a method's name of it; the digest tells apart what the word does not. */
function operationId(method: HttpMethod, template: string): string {
  const words = template.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  const hash = createHash('sha256').update(template).digest('hex').slice(0, 8);
  return [method.toLowerCase(), ...words, hash].join('_');
}
