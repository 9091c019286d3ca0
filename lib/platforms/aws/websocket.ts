import { CfnAuthorizer, CfnIntegration, CfnRoute, CfnRouteResponse, CfnStage, WebSocketApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { FunctionAuthorizerSpec, WebSocketApiSpec, WebSocketRouteSpec } from '../../core/model.js';
import type { Tuning, WebSocketApiBackend } from '../../core/platform.js';
import { accessLogs } from './access-logs.js';
import type { AwsWebSocketApiTuning } from './api-tuning.js';
import { invocationUri } from './authorizers.js';
import type { LambdaBackend } from './function.js';
import { Invocations } from './invocations.js';
import { LIMITS } from './limits.js';
import { tag } from './tags.js';

const STAGE = 'live';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-logging.html */
const ACCESS_LOG_FIELDS = {
  requestId: '$context.requestId',
  time: '$context.requestTime',
  ip: '$context.identity.sourceIp',
  event: '$context.eventType',
  routeKey: '$context.routeKey',
  connectionId: '$context.connectionId',
  status: '$context.status',
  integrationStatus: '$context.integration.status',
  integrationError: '$context.integrationErrorMessage',
};

/** A WebSocket API of API Gateway with one stage, which every change reaches at once. */
export class WebSocketApiResources implements WebSocketApiBackend {
  readonly resource: WebSocketApi;
  readonly stage: CfnStage;
  /** Undefined with `tune({ accessLogs: false })`. */
  readonly accessLogs: ILogGroup | undefined;
  readonly routes = new Map<string, CfnRoute>();
  private readonly targets = new Map<LambdaBackend, string>();
  private readonly invocations: Invocations;
  private readonly authorizers: Construct;

  constructor(scope: Construct, spec: WebSocketApiSpec, tuning: Tuning) {
    const { accessLogs: setting, ...tuned } = tuning.for<AwsWebSocketApiTuning>('aws', 'websocket');
    this.resource = new WebSocketApi(scope, 'Resource', {
      apiName: spec.path.slice(-LIMITS.apiNameMax.value),
      description: spec.description,
      ...tuned,
      routeSelectionExpression: `$request.body.${spec.routeBy}`,
    });
    const logs = accessLogs(scope, setting, ACCESS_LOG_FIELDS);
    this.accessLogs = logs?.logGroup;
    this.stage = new CfnStage(scope, 'Stage', {
      apiId: this.resource.apiId,
      stageName: STAGE,
      autoDeploy: true,
      accessLogSettings: logs && { destinationArn: logs.logGroup.logGroupArn, format: logs.format },
      defaultRouteSettings: spec.throttle && {
        throttlingRateLimit: spec.throttle.requestsPerSecond,
        throttlingBurstLimit: spec.throttle.burst,
      },
    });
    this.invocations = new Invocations(scope, this.resource.apiId);
    this.authorizers = new Construct(scope, 'Authorizers');
    tag('WebSocket API', scope, spec.tags);
  }

  get url(): string {
    return `wss://${this.host}/${STAGE}`;
  }

  /** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-logging.html */
  get dimensions(): Record<string, string> {
    return { ApiId: this.resource.apiId, Stage: STAGE };
  }

  /** Where functions send to connections. https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html */
  get connectionsUrl(): string {
    return `https://${this.host}/${STAGE}`;
  }

  /** All connections of the stage; which ones there will be, nobody knows. */
  get connectionsArn(): string {
    const resourceName = `${STAGE}/*/@connections/*`;
    return Stack.of(this.resource).formatArn({ service: 'execute-api', resource: this.resource.apiId, resourceName });
  }

  addRoute(scope: Construct, route: WebSocketRouteSpec, fn: LambdaBackend, authorizer?: LambdaBackend): void {
    const created = new CfnRoute(scope, 'Resource', {
      apiId: this.resource.apiId,
      routeKey: route.key,
      target: this.targetOf(fn),
      routeResponseSelectionExpression: route.replies ? '$default' : undefined,
      ...this.authorizationOf(route, authorizer),
    });
    this.routes.set(route.key, created);
    if (route.replies)
      new CfnRouteResponse(scope, 'Reply', { apiId: this.resource.apiId, routeId: created.ref, routeResponseKey: '$default' });
  }

  private get host(): string {
    const { region, urlSuffix } = Stack.of(this.resource);
    return `${this.resource.apiId}.execute-api.${region}.${urlSuffix}`;
  }

  private authorizationOf({ authorizer }: WebSocketRouteSpec, fn: LambdaBackend | undefined) {
    if (authorizer?.kind === 'iam') return { authorizationType: 'AWS_IAM' };
    if (authorizer?.kind !== 'function') return {};
    return { authorizationType: 'CUSTOM', authorizerId: this.createAuthorizer(authorizer, fn!).ref };
  }

  /** Answers are not kept. https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html */
  private createAuthorizer({ name, headers, query }: FunctionAuthorizerSpec, fn: LambdaBackend): CfnAuthorizer {
    this.invocations.allow(fn);
    return new CfnAuthorizer(this.authorizers, name, {
      apiId: this.resource.apiId,
      name,
      authorizerType: 'REQUEST',
      authorizerUri: invocationUri(this.authorizers, fn),
      identitySource: [
        ...headers.map((header) => `route.request.header.${header}`),
        ...query.map((parameter) => `route.request.querystring.${parameter}`),
      ],
    });
  }

  /** One integration for each function. */
  private targetOf(fn: LambdaBackend): string {
    const known = this.targets.get(fn);
    if (known !== undefined) return known;
    const integration = new CfnIntegration(this.invocations.scopeOf(fn), 'Resource', {
      apiId: this.resource.apiId,
      integrationType: 'AWS_PROXY',
      integrationUri: invocationUri(this.resource, fn),
    });
    this.invocations.allow(fn);
    fn.warnOfGatewayTimeout(LIMITS.restTimeoutSeconds.value);
    const target = `integrations/${integration.ref}`;
    this.targets.set(fn, target);
    return target;
  }
}
