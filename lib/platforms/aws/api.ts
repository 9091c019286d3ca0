import { CfnIntegration, CfnRoute, type CfnStage, type CorsHttpMethod, HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { type ILogGroup, LogGroup } from 'aws-cdk-lib/aws-logs';
import { Duration, Lazy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { ApiSpec, CorsSpec, RouteSpec, ThrottleSpec } from '../../core/model.js';
import type { ApiBackend, Tuning } from '../../core/platform.js';
import { watchApiLimits } from './api-limits.js';
import { Authorizers } from './authorizers.js';
import type { LambdaBackend } from './function.js';
import { DEFAULT_LOG_RETENTION_DAYS, LIMITS } from './limits.js';
import { relativeId } from './names.js';
import { childOf, isNestedBeside, scopeBeside } from './nested-stacks.js';
import { allowInvocation } from './permissions.js';
import { tag } from './tags.js';
import type { AwsApiTuning } from './tuning.js';

/**
 * One line of JSON for each request. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
 */
const ACCESS_LOG_FORMAT = JSON.stringify({
  requestId: '$context.requestId',
  time: '$context.requestTime',
  ip: '$context.identity.sourceIp',
  method: '$context.httpMethod',
  path: '$context.path',
  routeKey: '$context.routeKey',
  status: '$context.status',
  protocol: '$context.protocol',
  responseLength: '$context.responseLength',
  responseLatency: '$context.responseLatency',
  integrationStatus: '$context.integrationStatus',
  integrationError: '$context.integrationErrorMessage',
});

/** An HTTP API of API Gateway with one stage, `$default`, which every change reaches at once. */
export class HttpApiBackend implements ApiBackend {
  readonly resource: HttpApi;
  readonly accessLogs: ILogGroup;
  readonly routes = new Map<string, CfnRoute>();
  private readonly stage: CfnStage;
  private readonly integrations: Construct;
  private readonly targets = new Map<LambdaBackend, string>();
  private readonly invokable = new Set<LambdaBackend>();
  private readonly authorizers: Authorizers;
  private readonly throttles = new Map<string, ThrottleSpec>();

  constructor(
    private readonly scope: Construct,
    spec: ApiSpec,
    tuning: Tuning,
  ) {
    const { throttle, ...tuned } = tuning.for<AwsApiTuning>('aws', 'api');
    this.resource = new HttpApi(scope, 'Resource', {
      apiName: spec.path.slice(-LIMITS.apiNameMax.value),
      description: spec.description,
      ...tuned,
      corsPreflight: spec.cors && corsOf(spec.cors),
    });
    this.accessLogs = new LogGroup(scope, 'AccessLogs', { retention: DEFAULT_LOG_RETENTION_DAYS });
    this.stage = this.resource.defaultStage!.node.defaultChild as CfnStage;
    this.stage.accessLogSettings = { destinationArn: this.accessLogs.logGroupArn, format: ACCESS_LOG_FORMAT };
    if (throttle)
      this.stage.defaultRouteSettings = { throttlingRateLimit: throttle.rateLimit, throttlingBurstLimit: throttle.burstLimit };
    if (spec.throttle) this.stage.defaultRouteSettings = throttling(spec.throttle);
    this.stage.routeSettings = Lazy.any({ produce: () => this.routeSettings() });
    this.integrations = new Construct(scope, 'Integrations');
    const authorizers = new Construct(scope, 'Authorizers');
    this.authorizers = new Authorizers(authorizers, this.resource.apiId, (fn) => this.allow(fn));
    tag('HTTP API', scope, spec.tags);
    watchApiLimits(scope, () => ({ routes: this.routes.size, integrations: this.targets.size }));
  }

  get url(): string {
    return this.resource.apiEndpoint;
  }

  addRoute(scope: Construct, route: RouteSpec, fn: LambdaBackend, authorizer?: LambdaBackend): void {
    const own = isNestedBeside(fn.scope, scope) ? childOf(scopeBeside(fn, this.scope), scope.node.id) : scope;
    const created = new CfnRoute(own, 'Resource', {
      apiId: this.resource.apiId,
      routeKey: route.key,
      target: this.targetOf(fn),
      ...(route.authorizer && this.authorizers.authorizationOf(route, authorizer)),
    });
    this.routes.set(route.key, created);
    if (route.throttle) {
      this.throttles.set(route.key, route.throttle);
      // A stage has settings only of routes that exist.
      this.stage.node.addDependency(created);
    }
  }

  /** One integration for each function. */
  private targetOf(fn: LambdaBackend): string {
    let target = this.targets.get(fn);
    if (target === undefined) {
      const integration = new CfnIntegration(this.scopeOf(fn), 'Resource', {
        apiId: this.resource.apiId,
        integrationType: 'AWS_PROXY',
        integrationUri: fn.target.arn,
        payloadFormatVersion: '2.0',
      });
      this.allow(fn);
      fn.warnOfGatewayTimeout();
      target = `integrations/${integration.ref}`;
      this.targets.set(fn, target);
    }
    return target;
  }

  /** One permission for each function, as a target and as an authorizer: with one for each route, its policy would overflow at some thirty. */
  private allow(fn: LambdaBackend): void {
    if (this.invokable.has(fn)) return;
    this.invokable.add(fn);
    const scope = this.scopeOf(fn);
    const requests = Stack.of(scope).formatArn({ service: 'execute-api', resource: this.resource.apiId, resourceName: '*' });
    allowInvocation(scope, fn.target, 'apigateway.amazonaws.com', requests);
  }

  /** Where what this API has for a function stands. */
  private scopeOf(fn: LambdaBackend): Construct {
    if (isNestedBeside(fn.scope, this.scope)) return scopeBeside(fn, this.scope);
    return childOf(this.integrations, relativeId(this.scope, fn.scope));
  }

  private routeSettings(): object | undefined {
    if (this.throttles.size === 0) return undefined;
    // A map of routes and not a property of the stage: CloudFormation takes it in its own spelling.
    return Object.fromEntries(
      [...this.throttles].map(([key, { requestsPerSecond, burst }]) => [
        key,
        { ThrottlingRateLimit: requestsPerSecond, ThrottlingBurstLimit: burst },
      ]),
    );
  }
}

function throttling({ requestsPerSecond, burst }: ThrottleSpec) {
  return { throttlingRateLimit: requestsPerSecond, throttlingBurstLimit: burst };
}

function corsOf(cors: CorsSpec) {
  return {
    allowOrigins: [...cors.origins],
    allowMethods: cors.methods as readonly string[] as CorsHttpMethod[],
    allowHeaders: [...cors.headers],
    exposeHeaders: cors.exposedHeaders.length > 0 ? [...cors.exposedHeaders] : undefined,
    allowCredentials: cors.credentials || undefined,
    maxAge: Duration.seconds(cors.maxAgeSeconds),
  };
}
