import { AuthorizationType, CfnAuthorizer, type IAuthorizer } from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';
import { invalid } from '../../core/errors.js';
import type { FunctionAuthorizerSpec, RouteSpec } from '../../core/model.js';
import { invocationUri } from './authorizers.js';
import type { LambdaBackend } from './function.js';

interface MethodAuthorization {
  readonly authorizationType: AuthorizationType;
  readonly authorizer?: IAuthorizer;
}

/** The authorizers of one REST API, each made once. */
export class RestAuthorizers {
  private readonly scope: Construct;
  private readonly made = new Map<string, CfnAuthorizer>();

  constructor(
    api: Construct,
    private readonly path: string,
    private readonly restApiId: string,
    private readonly invokable: (fn: LambdaBackend) => void,
  ) {
    this.scope = new Construct(api, 'Authorizers');
  }

  authorizationOf({ authorizer }: RouteSpec, fn: LambdaBackend | undefined): MethodAuthorization {
    if (!authorizer) return { authorizationType: AuthorizationType.NONE };
    if (authorizer.kind === 'iam') return { authorizationType: AuthorizationType.IAM };
    if (authorizer.kind === 'jwt') {
      throw invalid(
        'HTTP API',
        this.path,
        `the authorizer ${authorizer.name} checks tokens, which a REST API of API Gateway does not (it knows Cognito's only)`,
        'give Authorizer.function(...), or leave out what made it a REST API',
      );
    }
    let made = this.made.get(authorizer.name);
    if (!made) {
      made = this.function(authorizer, fn!);
      this.made.set(authorizer.name, made);
    }
    const authorizationType = AuthorizationType.CUSTOM;
    return { authorizationType, authorizer: { authorizerId: made.ref, authorizationType } };
  }

  /** https://docs.aws.amazon.com/apigateway/latest/developerguide/configure-api-gateway-lambda-authorization.html */
  private function({ name, headers, query, cacheSeconds }: FunctionAuthorizerSpec, fn: LambdaBackend): CfnAuthorizer {
    this.invokable(fn);
    const sources = [
      ...headers.map((header) => `method.request.header.${header}`),
      ...query.map((parameter) => `method.request.querystring.${parameter}`),
      // With the route, an answer for one route is none for another.
      ...(cacheSeconds > 0 ? ['context.httpMethod', 'context.resourcePath'] : []),
    ];
    return new CfnAuthorizer(this.scope, name, {
      restApiId: this.restApiId,
      name,
      type: 'REQUEST',
      authorizerUri: invocationUri(this.scope, fn),
      identitySource: sources.length > 0 ? sources.join(',') : undefined,
      authorizerResultTtlInSeconds: cacheSeconds,
    });
  }
}
