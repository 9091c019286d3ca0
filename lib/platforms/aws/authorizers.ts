import { CfnAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { FunctionAuthorizerSpec, JwtAuthorizerSpec, RouteSpec } from '../../core/model.js';
import type { LambdaBackend } from './function.js';

/** What a route of an HTTP API says of its authorizer. */
interface RouteAuthorization {
  readonly authorizationType: string;
  readonly authorizerId?: string;
  readonly authorizationScopes?: string[];
}

/** The authorizers of one HTTP API, each made once. */
export class Authorizers {
  private readonly made = new Map<string, CfnAuthorizer>();

  /** `scope` is their parent; `invokable` lets the API invoke a function. */
  constructor(
    private readonly scope: Construct,
    private readonly apiId: string,
    private readonly invokable: (fn: LambdaBackend) => void,
  ) {}

  authorizationOf({ authorizer, scopes }: RouteSpec, fn: LambdaBackend | undefined): RouteAuthorization {
    if (!authorizer) return { authorizationType: 'NONE' };
    if (authorizer.kind === 'iam') return { authorizationType: 'AWS_IAM' };
    let made = this.made.get(authorizer.name);
    if (!made) {
      made = authorizer.kind === 'jwt' ? this.jwt(authorizer) : this.function(authorizer, fn!);
      this.made.set(authorizer.name, made);
    }
    return {
      authorizationType: authorizer.kind === 'jwt' ? 'JWT' : 'CUSTOM',
      authorizerId: made.ref,
      authorizationScopes: scopes && [...scopes],
    };
  }

  /** API Gateway finds the keys by itself. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html */
  private jwt({ name, issuer, audiences }: JwtAuthorizerSpec): CfnAuthorizer {
    return new CfnAuthorizer(this.scope, name, {
      apiId: this.apiId,
      name,
      authorizerType: 'JWT',
      identitySource: ['$request.header.Authorization'],
      jwtConfiguration: { issuer, audience: [...audiences] },
    });
  }

  /** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html */
  private function({ name, headers, query, cacheSeconds }: FunctionAuthorizerSpec, fn: LambdaBackend): CfnAuthorizer {
    this.invokable(fn);
    const named = [
      ...headers.map((header) => `$request.header.${header}`),
      ...query.map((parameter) => `$request.querystring.${parameter}`),
    ];
    return new CfnAuthorizer(this.scope, name, {
      apiId: this.apiId,
      name,
      authorizerType: 'REQUEST',
      authorizerUri: invocationUri(this.scope, fn),
      authorizerPayloadFormatVersion: '2.0',
      enableSimpleResponses: true,
      // With the route, an answer for one route is none for another.
      identitySource: cacheSeconds > 0 ? [...named, '$context.routeKey'] : named,
      authorizerResultTtlInSeconds: cacheSeconds,
    });
  }
}

/** How API Gateway names a function that it invokes. https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-authorizers.html */
export function invocationUri(scope: Construct, fn: LambdaBackend): string {
  return Stack.of(scope).formatArn({
    service: 'apigateway',
    account: 'lambda',
    resource: 'path/2015-03-31/functions',
    resourceName: `${fn.target.arn}/invocations`,
  });
}
