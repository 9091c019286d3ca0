import type { Checks } from './core/checks.js';
import { shown } from './core/errors.js';
import type { JsonSchema, OperationSpec, ParameterSpec, RouteSpec } from './core/model.js';

/**
 * A JSON Schema (draft 2020-12), or a schema of a library that can be turned into one by itself, as https://standardschema.dev/json-schema
 * says: zod 4.2, arktype 2.1.28, and others; valibot's through `@valibot/to-json-schema`.
 */
export type SchemaSource = JsonSchema | StandardJsonSchema;

export interface StandardJsonSchema {
  readonly '~standard': {
    readonly jsonSchema: {
      input(options: { readonly target: 'draft-2020-12' }): Record<string, unknown>;
      output(options: { readonly target: 'draft-2020-12' }): Record<string, unknown>;
    };
  };
}

/** What a route takes and answers. */
export interface RouteSchema {
  /**
   * Name of the operation for generated clients, unique in the API.
   * @default - made of method and path: `getOrdersById`
   */
  readonly operationId?: string;
  /** @default - none */
  readonly summary?: string;
  /** @default - none */
  readonly description?: string;
  /** Groups in which documentation shows the operation. @default - none */
  readonly tags?: readonly string[];
  /** An object whose properties are the path parameters. @default - each is text */
  readonly params?: SchemaSource;
  /** An object whose properties are query parameters. @default - none are described */
  readonly query?: SchemaSource;
  /** An object whose properties are request headers. @default - none are described */
  readonly headers?: SchemaSource;
  /** Of the JSON body. @default - none is described */
  readonly body?: SchemaSource;
  /** Of the JSON body of the answer with status 200. @default - see `responses` */
  readonly response?: SchemaSource;
  /** Answers by status, or `default`: their schema, or what they mean in words. @default - anything */
  readonly responses?: Readonly<Record<string | number, SchemaSource | string>>;
}

/** What platforms see of a route's schema. */
export function operationSpec(checks: Checks, route: RouteSpec, schema: RouteSchema): OperationSpec {
  const where = `route '${route.key}': schema`;
  const json = (property: string, source: SchemaSource, direction: 'input' | 'output') =>
    jsonSchema(checks, `${where}.${property}`, source, direction);
  const parameters = (['path', 'query', 'header'] as const).flatMap((place) => {
    const property = ({ path: 'params', query: 'query', header: 'headers' } as const)[place];
    const source = schema[property];
    return source ? parametersOf(checks, `${where}.${property}`, place, json(property, source, 'input')) : [];
  });
  const named = route.segments.flatMap((segment) => (segment.kind === 'literal' ? [] : [segment.name]));
  for (const { name } of parameters.filter((parameter) => parameter.in === 'path')) {
    if (!named.includes(name))
      checks.fail(`${where}.params has '${name}', which is not in the path`, 'name the parameters of the path');
  }
  if (schema.operationId !== undefined && !/^[A-Za-z_][A-Za-z0-9_-]*$/.test(schema.operationId))
    checks.fail(`${where}.operationId is ${shown(schema.operationId)}`, 'use letters, digits, _ and -, starting with a letter');
  const answers = { ...(schema.response && { 200: schema.response }), ...schema.responses };
  const responses = Object.entries(answers).map(([status, answer]) => {
    if (!/^([1-5](\d\d|XX)|default)$/.test(status))
      checks.fail(`${where}.responses has '${status}'`, 'give a status, or default');
    return [
      status,
      typeof answer === 'string'
        ? { description: answer }
        : { description: `Answer ${status}`, schema: json(`responses.${status}`, answer, 'output') },
    ];
  });
  return {
    id: schema.operationId,
    summary: schema.summary,
    description: schema.description,
    tags: schema.tags,
    parameters,
    body: schema.body && json('body', schema.body, 'input'),
    responses: Object.fromEntries(responses),
  };
}

function parametersOf(checks: Checks, where: string, place: ParameterSpec['in'], schema: JsonSchema): ParameterSpec[] {
  const { properties, required = [] } = schema as { properties?: Record<string, JsonSchema>; required?: string[] };
  if (!properties)
    checks.fail(`${where} is ${shown(schema)}`, 'give the schema of an object, with a property for each parameter');
  return Object.entries(properties).map(([name, each]) => ({
    name: place === 'header' ? name.toLowerCase() : name,
    in: place,
    required: place === 'path' || required.includes(name),
    description: typeof each.description === 'string' ? each.description : undefined,
    schema: each,
  }));
}

function jsonSchema(checks: Checks, where: string, source: SchemaSource, direction: 'input' | 'output'): JsonSchema {
  const standard = (source as Partial<StandardJsonSchema>)?.['~standard'];
  if (!standard) {
    if (source !== null && typeof source === 'object' && !Array.isArray(source)) return source as JsonSchema;
    return checks.fail(`${where} is ${shown(source)}`, 'give a JSON Schema, or a schema of a library that makes one');
  }
  if (typeof standard.jsonSchema?.[direction] !== 'function') {
    checks.fail(
      `${where} is a schema of '${(standard as { vendor?: string }).vendor}', which makes no JSON Schema by itself`,
      'give a JSON Schema, or use a library with Standard JSON Schema (https://standardschema.dev/json-schema), as zod 4.2 is one',
    );
  }
  try {
    const { $schema, ...schema } = standard.jsonSchema[direction]({ target: 'draft-2020-12' });
    return schema;
  } catch (error) {
    return checks.fail(`${where} has no JSON Schema (${(error as Error).message})`, 'leave out what JSON cannot say');
  }
}
