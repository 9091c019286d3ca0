import type { HttpApi } from '../api.js';
import { conflicting } from '../core/errors.js';
import type { AuthorizerSpec, JsonSchema, RouteSpec } from '../core/model.js';
import { HTTP_METHODS, routeShape } from '../core/route.js';
import { isLate, LATE_VALUE } from '../core/tokens.js';
import { type OpenApiDocument, REST_EXTENSION } from './document.js';

export interface OpenApiOptions {
  /** @default - the API's path in the tree */
  readonly title?: string;
  /** Version of the API. @default '1.0.0' */
  readonly version?: string;
  /** Base URLs. `api.url` is known after deployment only, so that it cannot be among them. @default - none: the document's own address */
  readonly servers?: readonly string[];
}

/**
 * The OpenAPI 3.1 document of an API as it is now, of its routes, their schemas and their authorizers: plain JSON, the same for the
 * same routes in any order.
 * @throws when two operations have the same name
 */
export function toOpenApi(api: HttpApi, options: OpenApiOptions = {}): OpenApiDocument {
  const { spec, routes } = api._model();
  const sorted = [...routes].sort((a, b) => Number(a.method === 'ANY') - Number(b.method === 'ANY') || (a.key < b.key ? -1 : 1));
  const operations = new Operations(spec.path);
  for (const route of sorted) operations.add(route);
  const schemes = Object.assign({}, ...sorted.map(({ authorizer }) => schemesOf(authorizer)));
  return {
    openapi: '3.1.1',
    info: {
      title: options.title ?? spec.path,
      version: options.version ?? '1.0.0',
      ...(spec.description === undefined ? {} : { description: spec.description }),
    },
    ...(options.servers && { servers: options.servers.map((url) => ({ url })) }),
    paths: operations.paths(),
    ...(Object.keys(schemes).length > 0 && { components: { securitySchemes: schemes } }),
  };
}

/** Operations by path and method. Paths that differ in names of parameters only are one, with the names of the first. */
class Operations {
  private readonly items = new Map<string, { template: string; operations: Record<string, object> }>();
  private readonly ids = new Map<string, string>();
  private readonly templates = new Map<string, string>();

  constructor(private readonly api: string) {}

  add(route: RouteSpec): void {
    const shape = routeShape({ ...route, method: 'ANY' });
    const item = this.items.get(shape) ?? { template: this.templateOf(route, shape), operations: {} };
    this.items.set(shape, item);
    for (const method of route.method === 'ANY' ? HTTP_METHODS : [route.method]) {
      item.operations[method.toLowerCase()] ??= this.operation(route, method, item.template);
    }
  }

  paths(): Record<string, object> {
    const items = [...this.items.values()].sort((a, b) => (a.template < b.template ? -1 : 1));
    return Object.fromEntries(items.map(({ template, operations }) => [template, operations]));
  }

  private templateOf(route: RouteSpec, shape: string): string {
    const template = `/${route.segments.map((each) => (each.kind === 'literal' ? each.text : `{${each.name}}`)).join('/')}`;
    const anonymous = template.replace(/\{[^}]*\}/g, '{}');
    const other = this.templates.get(anonymous);
    if (other !== undefined && other !== shape) {
      throw conflicting(
        'HTTP API',
        this.api,
        `'${route.path}' and another path differ only in that one parameter takes several segments, which OpenAPI cannot say`,
        'leave one of them out',
      );
    }
    this.templates.set(anonymous, shape);
    return template;
  }

  private operation(route: RouteSpec, method: string, template: string): object {
    const { operation, authorizer, scopes = [] } = route;
    const id = this.idOf(route, method);
    const parameters = [
      ...pathParameters(route, template),
      ...(operation?.parameters ?? []).filter((parameter) => parameter.in !== 'path'),
    ];
    const responses = operation && Object.keys(operation.responses).length > 0 ? operation.responses : undefined;
    return {
      operationId: id,
      ...defined({ summary: operation?.summary, description: operation?.description, tags: operation?.tags }),
      ...(parameters.length > 0 && { parameters }),
      ...(operation?.body && { requestBody: { required: true, content: content(operation.body) } }),
      responses: responses
        ? Object.fromEntries(
            Object.entries(responses).map(([status, { description, schema }]) => [
              status,
              { description, ...(schema && { content: content(schema) }) },
            ]),
          )
        : { default: { description: 'What the function answers' } },
      // All of them together: one requirement.
      ...(authorizer && {
        security: [Object.fromEntries(Object.keys(schemesOf(authorizer)).map((name) => [name, [...scopes]]))],
      }),
    };
  }

  private idOf(route: RouteSpec, method: string): string {
    const given = route.operation?.id;
    const words = route.segments.map((each) => (each.kind === 'literal' ? each.text : `by-${each.name}`));
    const name =
      given ??
      [method.toLowerCase(), ...words.flatMap((each) => each.split(/[^A-Za-z0-9]+/))].filter(Boolean).map(camel).join('');
    const id = given !== undefined && route.method === 'ANY' ? `${given}${camel(method.toLowerCase(), 1)}` : name;
    const other = this.ids.get(id);
    if (other !== undefined) {
      throw conflicting(
        'HTTP API',
        this.api,
        `the routes '${other}' and '${route.key}' have the same operationId '${id}'`,
        'give one of them schema: { operationId }',
      );
    }
    this.ids.set(id, route.key);
    return id;
  }
}

function camel(word: string, index: number): string {
  return index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1);
}

/** Parameters of the path, under the names that its template has. */
function pathParameters(route: RouteSpec, template: string): object[] {
  const names = [...template.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name!);
  return route.segments
    .filter((segment) => segment.kind !== 'literal')
    .map((segment, index) => {
      const described = route.operation?.parameters.find((each) => each.in === 'path' && each.name === segment.name);
      return {
        name: names[index]!,
        in: 'path',
        required: true,
        ...defined({ description: described?.description }),
        schema: described?.schema ?? { type: 'string' },
        ...(segment.kind === 'rest' && { [REST_EXTENSION]: true }),
      };
    });
}

function content(schema: JsonSchema): object {
  return { 'application/json': { schema } };
}

function schemesOf(authorizer: AuthorizerSpec | undefined): Record<string, object> {
  if (!authorizer) return {};
  if (authorizer.kind === 'iam') {
    return { Iam: { type: 'apiKey', in: 'header', name: 'Authorization', description: 'AWS Signature Version 4' } };
  }
  const { name } = authorizer;
  if (authorizer.kind === 'jwt') {
    const { issuer } = authorizer;
    if (isLate(issuer))
      return { [name]: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: `Issuer ${LATE_VALUE}` } };
    const openIdConnectUrl = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    return { [name]: { type: 'openIdConnect', openIdConnectUrl } };
  }
  const keys = [
    ...authorizer.headers.map((header) => ({ in: 'header', name: header })),
    ...authorizer.query.map((parameter) => ({ in: 'query', name: parameter })),
  ];
  return Object.fromEntries(
    keys.map((key) => [
      keys.length === 1 ? name : `${name}-${key.name}`,
      // Nothing is known of how the header is to look: a scheme like `bearer` would say too much.
      { type: 'apiKey', ...key },
    ]),
  );
}

function defined<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}
