import type { RouteOptions, RouteTarget } from '../api-props.js';
import type { Authorizer } from '../authorizer.js';
import { FaastenError, invalid } from '../core/errors.js';
import type { JsonSchema } from '../core/model.js';
import type { RouteKey } from '../core/route.js';
import type { RouteSchema } from '../route-schema.js';
import { OPERATION_METHODS, type OperationMethod, REST_EXTENSION } from './document.js';

/** What a document must look like to be read at all. */
export interface OpenApiSource {
  readonly openapi: string;
  readonly paths?: object;
}

/** The `operationId`s of a document whose type still knows them (`as const`); `string` where it does not (an imported JSON file). */
export type OperationIds<D extends OpenApiSource> = {
  [P in keyof D['paths']]: {
    [M in keyof D['paths'][P] & OperationMethod]: D['paths'][P][M] extends { readonly operationId: infer Id extends string }
      ? Id
      : never;
  }[keyof D['paths'][P] & OperationMethod];
}[keyof D['paths']];

/** A target for each operation: exactly these, where the compiler knows them. */
export type OperationHandlers<D extends OpenApiSource> =
  string extends OperationIds<D> ? Readonly<Record<string, RouteTarget>> : { readonly [Id in OperationIds<D>]: RouteTarget };

/** Authorizers by the name of a security scheme of the document. */
export type SchemeAuthorizers = Readonly<Record<string, Authorizer>>;

interface Found {
  readonly id: string;
  readonly key: RouteKey;
  readonly schema: RouteSchema;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
}

/**
 * Routes of an OpenAPI document, with the handler of each operation.
 * @throws when handlers are missing or left over, or the document cannot be read
 */
export function routesOf(
  path: string,
  document: OpenApiSource,
  handlers: Readonly<Record<string, RouteTarget>>,
  authorizers: SchemeAuthorizers,
  hasDefault: boolean,
): Partial<Record<RouteKey, RouteTarget>> {
  const fail = (wrong: string, advice: string): never => {
    throw invalid('HTTP API', path, wrong, advice);
  };
  if (!/^3\.[01]\./.test(document?.openapi ?? ''))
    fail(`the document is of OpenAPI '${document?.openapi}'`, 'give one of 3.0 or 3.1');
  const found = operationsOf(document, fail);
  const ids = found.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) < index);
  if (twice !== undefined) fail(`the document has two operations '${twice}'`, 'give each operation a name of its own');
  const missing = ids.filter((id) => !(id in handlers));
  const surplus = Object.keys(handlers).filter((id) => !ids.includes(id));
  if (missing.length + surplus.length > 0) {
    const words = [
      ...(missing.length > 0 ? [`operations without a handler: ${missing.join(', ')}`] : []),
      ...(surplus.length > 0 ? [`handlers without an operation: ${surplus.join(', ')}`] : []),
    ];
    throw new FaastenError(
      'conflict',
      `HTTP API '${path}': ${words.join('; ')}; name each handler by the operationId that it answers`,
      path,
    );
  }
  return Object.fromEntries(
    found.map((operation) => {
      const target = handlers[operation.id]!;
      const options: RouteOptions = isOptions(target) ? target : { handler: target };
      const security = options.authorizer ? {} : securityOf(operation, authorizers, hasDefault, fail);
      return [operation.key, { ...security, ...options, schema: { ...operation.schema, ...options.schema } }];
    }),
  );
}

function isOptions(target: RouteTarget): target is RouteOptions {
  return target !== null && typeof target === 'object' && 'handler' in target && !('node' in target);
}

type Fail = (wrong: string, advice: string) => never;

function operationsOf(document: OpenApiSource, fail: Fail): Found[] {
  const resolve = resolver(document, fail);
  const all = (document as { security?: Found['security'] }).security ?? [];
  return Object.entries((document.paths ?? {}) as Record<string, any>).flatMap(([template, given]) => {
    const item = resolve(given);
    return OPERATION_METHODS.filter((method) => item[method]).map((method): Found => {
      const operation = item[method];
      const place = `${method.toUpperCase()} ${template}`;
      if (typeof operation.operationId !== 'string')
        fail(`the operation ${place} has no operationId`, 'name it, as handlers are found by it');
      const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])].map(resolve);
      const rest = parameters.filter((each) => each.in === 'path' && each[REST_EXTENSION]).map(({ name }) => name);
      const path = template.replace(/\{([^}]*)\}/g, (whole, name) => (rest.includes(name) ? `{${name}+}` : whole));
      const answers = Object.entries<any>(operation.responses ?? {}).map(([status, response]) => {
        const { description, content } = resolve(response);
        return [
          status,
          content?.['application/json']?.schema ? resolve(content['application/json'].schema) : (description ?? ''),
        ];
      });
      const body = resolve(operation.requestBody ?? {})?.content?.['application/json']?.schema;
      return {
        id: operation.operationId,
        key: `${method.toUpperCase()} ${path}` as RouteKey,
        security: operation.security ?? all,
        schema: {
          operationId: operation.operationId,
          summary: operation.summary,
          description: operation.description,
          tags: operation.tags,
          params: group(parameters, 'path'),
          query: group(parameters, 'query'),
          headers: group(parameters, 'header'),
          body: body && resolve(body),
          responses: Object.fromEntries(answers),
        },
      };
    });
  });
}

/** The parameters of one place as the schema of an object. */
function group(parameters: readonly any[], place: string): JsonSchema | undefined {
  // An operation's own parameter stands after that of its path, and wins.
  const own = new Map(parameters.filter((each) => each.in === place).map((each) => [each.name, each]));
  if (own.size === 0) return undefined;
  const described = ({ schema, description }: any) => ({
    ...(schema ?? { type: 'string' }),
    ...(description && { description }),
  });
  return {
    type: 'object',
    properties: Object.fromEntries([...own].map(([name, each]) => [name, described(each)])),
    required: [...own].flatMap(([name, { required }]) => (required ? [name] : [])),
  };
}

/** Puts what `$ref`s of the document mean in their place. A schema that holds itself ends with one that takes anything. */
function resolver(document: OpenApiSource, fail: Fail): (value: any) => any {
  const inner = (value: any, open: readonly string[]): any => {
    if (Array.isArray(value)) return value.map((each) => inner(each, open));
    if (value === null || typeof value !== 'object') return value;
    const { $ref, ...beside } = value;
    if (typeof $ref !== 'string') return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inner(each, open)]));
    if (open.includes($ref)) return {};
    if (!$ref.startsWith('#/')) fail(`the document refers to ${$ref}, which is not in it`, 'bundle it into one document first');
    const steps = $ref
      .slice(2)
      .split('/')
      .map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'));
    const target = steps.reduce((at: any, step) => at?.[step], document);
    if (target === undefined) fail(`the document refers to ${$ref}, which is not in it`, 'add it');
    return { ...inner(target, [...open, $ref]), ...inner(beside, open) };
  };
  return (value) => inner(value, []);
}

/** What a document says is protected must not become public because nobody said by whom. */
function securityOf(
  { id, security }: Found,
  authorizers: SchemeAuthorizers,
  hasDefault: boolean,
  fail: Fail,
): Partial<RouteOptions> {
  if (security.length === 0) return {};
  const names = security.length === 1 ? Object.keys(security[0]!) : [];
  const [name] = names;
  if (names.length === 1 && authorizers[name!]) {
    const scopes = security[0]![name!]!;
    return { authorizer: authorizers[name!], ...(scopes.length > 0 && { scopes }) };
  }
  if (hasDefault) return {};
  return fail(
    `the operation '${id}' asks for ${JSON.stringify(security)}, and no authorizer is given for it`,
    'give authorizers: { <name of the security scheme>: Authorizer.jwt(...) }, an authorizer for the API, or one beside the handler',
  );
}
