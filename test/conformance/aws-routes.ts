import type { Template } from './aws-template.js';
import { type ClientRequest, templatePattern } from './target.js';

/** A route of an API of API Gateway, as its template describes it. */
export interface AwsRoute {
  /** `GET /orders/{id}`. */
  readonly key: string;
  /** Logical ids. */
  readonly fn: string;
  readonly authorizer?: string;
  readonly scopes?: string[];
}

const functionIn = (template: Template, uri: unknown) => template.idIn(uri, 'AWS::Lambda::Function')!;

export function httpRoutes(template: Template): AwsRoute[] {
  return template.ofType('AWS::ApiGatewayV2::Route').flatMap(([, { RouteKey, Target, AuthorizerId, AuthorizationScopes }]) => {
    const { IntegrationUri } = template.properties(template.idIn(Target, 'AWS::ApiGatewayV2::Integration')!);
    const fn = functionIn(template, IntegrationUri);
    // Those of a WebSocket API have no method.
    return RouteKey.includes(' ') ? { key: RouteKey, fn, authorizer: AuthorizerId?.Ref, scopes: AuthorizationScopes } : [];
  });
}

/** A REST API is a tree of resources. */
export function restRoutes(template: Template): AwsRoute[] {
  const pathOf = (id: string): string => {
    const { ParentId, PathPart } = template.properties(id);
    return `${ParentId.Ref ? pathOf(ParentId.Ref) : ''}/${PathPart}`;
  };
  return template.ofType('AWS::ApiGateway::Method').map(([, { HttpMethod, ResourceId, Integration, AuthorizerId }]) => ({
    key: `${HttpMethod} ${pathOf(ResourceId.Ref)}`,
    fn: functionIn(template, Integration.Uri),
    authorizer: AuthorizerId?.Ref,
  }));
}

/** The route that the gateway would choose. */
export function routeFor(routes: readonly AwsRoute[], { method, target }: ClientRequest): AwsRoute {
  const path = target.split('?')[0]!;
  const found = routes.find(({ key }) => {
    const [allowed, pattern] = key.split(' ') as [string, string];
    return (allowed === method || allowed === 'ANY') && templatePattern(pattern).test(path);
  });
  if (!found) throw new Error(`the gateway has no route for ${method} ${path}`);
  return found;
}
