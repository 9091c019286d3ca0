import { CfnModel, type MethodOptions, Model, RequestValidator, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';
import type { JsonSchema, RouteSpec } from '../../core/model.js';

/** Has a REST API compare requests with the schema of their route. */
export class RestValidation {
  private made: RequestValidator | undefined;
  private readonly scope: Construct;

  constructor(private readonly api: RestApi) {
    this.scope = new Construct(api, 'Models');
  }

  optionsOf({ key, operation }: RouteSpec): Partial<MethodOptions> {
    const required = (operation?.parameters ?? []).filter((each) => each.required && each.in !== 'path');
    const places = { query: 'querystring', header: 'header', path: 'path' } as const;
    if (!operation?.body && required.length === 0) return {};
    return {
      requestValidator: this.validator(),
      requestParameters: Object.fromEntries(required.map((each) => [`method.request.${places[each.in]}.${each.name}`, true])),
      ...(operation?.body && { requestModels: this.models(key, operation.body) }),
    };
  }

  /** One for all routes: it has nothing to check where a route names no model or no parameter. */
  private validator(): RequestValidator {
    this.made ??= new RequestValidator(this.scope, 'Requests', {
      restApi: this.api,
      validateRequestBody: true,
      validateRequestParameters: true,
    });
    return this.made;
  }

  /**
   * A request of a type that has no model is not looked at: without `$default`, `text/plain` would be a way past the schema.
   * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
   */
  private models(key: string, schema: JsonSchema) {
    const model = this.model(key, schema);
    return { 'application/json': model, $default: model };
  }

  private model(key: string, schema: JsonSchema) {
    const made = new CfnModel(this.scope, key.replaceAll('/', ' '), {
      restApiId: this.api.restApiId,
      contentType: 'application/json',
      schema: { $schema: 'http://json-schema.org/draft-04/schema#', ...(draft4(schema) as object) },
    });
    return Model.fromModelName(this.scope, `${key.replaceAll('/', ' ')} name`, made.ref);
  }
}

/**
 * The schema in the words of draft 4, all that API Gateway knows. What only newer drafts say is left out, so that nothing is refused
 * that fits. https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
 */
export function draft4(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(draft4);
  if (schema === null || typeof schema !== 'object') return schema;
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (NEWER.has(key)) continue;
    // Names of properties are no keywords.
    if (key === 'properties' || key === 'patternProperties')
      result[key] = Object.fromEntries(Object.entries(value as object).map(([name, each]) => [name, draft4(each)]));
    else if (key === 'const') result.enum = [value];
    else if (key === 'enum' || key === 'default' || key === 'required') result[key] = value;
    else if (key === 'exclusiveMinimum' && typeof value === 'number')
      Object.assign(result, { minimum: value, exclusiveMinimum: true });
    else if (key === 'exclusiveMaximum' && typeof value === 'number')
      Object.assign(result, { maximum: value, exclusiveMaximum: true });
    else if (key === 'prefixItems') result.items = (value as unknown[]).map(draft4);
    else
      result[key] = typeof value === 'boolean' && key !== 'additionalProperties' && key !== 'uniqueItems' ? value : draft4(value);
  }
  return result;
}

const NEWER = new Set([
  '$schema',
  '$id',
  '$anchor',
  '$comment',
  'if',
  'then',
  'else',
  'contains',
  'minContains',
  'maxContains',
  'propertyNames',
  'dependentRequired',
  'dependentSchemas',
  'unevaluatedItems',
  'unevaluatedProperties',
  'examples',
  'readOnly',
  'writeOnly',
  'contentEncoding',
  'contentMediaType',
]);
