import { CfnIntegration, CfnRoute, type CfnStage, type CorsHttpMethod, HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { type ILogGroup, LogGroup } from 'aws-cdk-lib/aws-logs';
import { Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { ApiSpec, CorsSpec, RouteSpec } from '../../core/model.js';
import type { ApiBackend, Tuning } from '../../core/platform.js';
import type { LambdaBackend } from './function.js';
import { DEFAULT_LOG_RETENTION_DAYS, LIMITS } from './limits.js';
import { relativeId } from './names.js';
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
  private readonly integrations: Construct;
  private readonly targets = new Map<LambdaBackend, string>();

  constructor(scope: Construct, spec: ApiSpec, tuning: Tuning) {
    const { throttle, ...tuned } = tuning.for<AwsApiTuning>('aws', 'api');
    this.resource = new HttpApi(scope, 'Resource', {
      apiName: spec.path.slice(-LIMITS.apiNameMax.value),
      description: spec.description,
      ...tuned,
      corsPreflight: spec.cors && corsOf(spec.cors),
    });
    this.accessLogs = new LogGroup(scope, 'AccessLogs', { retention: DEFAULT_LOG_RETENTION_DAYS });
    const stage = this.resource.defaultStage!.node.defaultChild as CfnStage;
    stage.accessLogSettings = { destinationArn: this.accessLogs.logGroupArn, format: ACCESS_LOG_FORMAT };
    if (throttle)
      stage.defaultRouteSettings = { throttlingRateLimit: throttle.rateLimit, throttlingBurstLimit: throttle.burstLimit };
    this.integrations = new Construct(scope, 'Integrations');
    tag('HTTP API', scope, spec.tags);
  }

  get url(): string {
    return this.resource.apiEndpoint;
  }

  addRoute(scope: Construct, route: RouteSpec, fn: LambdaBackend): void {
    const created = new CfnRoute(scope, 'Resource', {
      apiId: this.resource.apiId,
      routeKey: route.key,
      target: this.targetOf(fn),
    });
    this.routes.set(route.key, created);
  }

  /** One integration and one permission for each function: with one for each route, its policy would overflow at some thirty. */
  private targetOf(fn: LambdaBackend): string {
    let target = this.targets.get(fn);
    if (target === undefined) {
      const scope = new Construct(this.integrations, relativeId(this.integrations.node.scope!, fn.scope));
      const integration = new CfnIntegration(scope, 'Resource', {
        apiId: this.resource.apiId,
        integrationType: 'AWS_PROXY',
        integrationUri: fn.target.arn,
        payloadFormatVersion: '2.0',
      });
      const requests = Stack.of(scope).formatArn({
        service: 'execute-api',
        resource: this.resource.apiId,
        resourceName: '*',
      });
      allowInvocation(scope, fn.target, 'apigateway.amazonaws.com', requests);
      fn.warnOfGatewayTimeout();
      target = `integrations/${integration.ref}`;
      this.targets.set(fn, target);
    }
    return target;
  }
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
