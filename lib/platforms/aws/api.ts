import {
  CfnIntegration,
  CfnRoute,
  CfnStage,
  type CorsHttpMethod,
  HttpApi,
  type ThrottleSettings,
} from 'aws-cdk-lib/aws-apigatewayv2';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Duration, Lazy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { ApiSpec, CorsSpec, RouteSpec, ThrottleSpec } from '../../core/model.js';
import type { ApiBackend, Tuning } from '../../core/platform.js';
import { accessLogs } from './access-logs.js';
import { ApiDomain } from './api-domain.js';
import { watchApiLimits } from './api-limits.js';
import type { AwsApiStage, AwsApiTuning } from './api-tuning.js';
import { Authorizers } from './authorizers.js';
import type { LambdaBackend } from './function.js';
import { Invocations } from './invocations.js';
import { LIMITS } from './limits.js';
import { childOf, isNestedBeside, scopeBeside } from './nested-stacks.js';
import { tag } from './tags.js';

/**
 * One line of JSON for each request. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
 */
const ACCESS_LOG_FIELDS = {
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
};

/** An HTTP API of API Gateway with one stage, `$default`, which every change reaches at once. */
export class HttpApiBackend implements ApiBackend {
  readonly resource: HttpApi;
  /** Undefined with `tune({ accessLogs: false })`. */
  readonly accessLogs: ILogGroup | undefined;
  private readonly logging: CfnStage.AccessLogSettingsProperty | undefined;
  readonly domain: ApiDomain | undefined;
  readonly routes = new Map<string, CfnRoute>();
  private readonly stage: CfnStage;
  private readonly invocations: Invocations;
  private readonly targets = new Map<LambdaBackend, string>();
  private readonly authorizers: Authorizers;
  private readonly throttles = new Map<string, ThrottleSpec>();

  constructor(
    private readonly scope: Construct,
    spec: ApiSpec,
    tuning: Tuning,
  ) {
    const {
      throttle,
      domain,
      stages = {},
      cloudWatchRole: _,
      accessLogs: logs,
      ...tuned
    } = tuning.for<AwsApiTuning>('aws', 'api');
    this.resource = new HttpApi(scope, 'Resource', {
      apiName: spec.path.slice(-LIMITS.apiNameMax.value),
      description: spec.description,
      disableExecuteApiEndpoint: domain?.mutualTls ? true : undefined,
      ...tuned,
      corsPreflight: spec.cors && corsOf(spec.cors),
    });
    const written = accessLogs(scope, logs, ACCESS_LOG_FIELDS);
    this.accessLogs = written?.logGroup;
    this.logging = written && { destinationArn: written.logGroup.logGroupArn, format: written.format };
    this.stage = this.resource.defaultStage!.node.defaultChild as CfnStage;
    this.stage.accessLogSettings = this.logging;
    this.stage.defaultRouteSettings = spec.throttle ? throttling(spec.throttle) : throttle && throttlingOf(throttle);
    this.stage.routeSettings = Lazy.any({ produce: () => this.routeSettings() });
    for (const [name, stage] of Object.entries(stages)) this.addStage(scope, name, stage);
    this.domain =
      domain && new ApiDomain(scope, domain, { apiId: this.resource.apiId, stageName: '$default', stage: this.stage });
    this.invocations = new Invocations(scope, this.resource.apiId);
    const authorizers = new Construct(scope, 'Authorizers');
    this.authorizers = new Authorizers(authorizers, this.resource.apiId, (fn) => this.invocations.allow(fn));
    tag('HTTP API', scope, spec.tags);
    watchApiLimits(scope, () => ({ routes: this.routes.size, integrations: this.targets.size }));
  }

  /** What CloudWatch knows the API by, all of its stages together. */
  get dimensions(): Record<string, string> {
    return { ApiId: this.resource.apiId };
  }

  get url(): string {
    return this.domain?.url ?? this.resource.apiEndpoint;
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
      const integration = new CfnIntegration(this.invocations.scopeOf(fn), 'Resource', {
        apiId: this.resource.apiId,
        integrationType: 'AWS_PROXY',
        integrationUri: fn.target.arn,
        payloadFormatVersion: '2.0',
      });
      this.invocations.allow(fn);
      fn.warnOfGatewayTimeout();
      target = `integrations/${integration.ref}`;
      this.targets.set(fn, target);
    }
    return target;
  }

  private addStage(scope: Construct, stageName: string, { variables, autoDeploy = true, throttle }: AwsApiStage): void {
    const stages = (scope.node.tryFindChild('Stages') as Construct | undefined) ?? new Construct(scope, 'Stages');
    new CfnStage(stages, stageName, {
      apiId: this.resource.apiId,
      stageName,
      autoDeploy,
      stageVariables: variables,
      accessLogSettings: this.logging,
      defaultRouteSettings: throttle && throttlingOf(throttle),
    });
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

function throttlingOf({ rateLimit, burstLimit }: ThrottleSettings) {
  return { throttlingRateLimit: rateLimit, throttlingBurstLimit: burstLimit };
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
