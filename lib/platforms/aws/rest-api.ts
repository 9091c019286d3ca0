import {
  AccessLogFormat,
  type CfnMethod,
  type CfnStage,
  EndpointType,
  Integration,
  IntegrationType,
  LogGroupLogDestination,
  Period,
  Resource,
  ResponseType,
  RestApi,
  type Stage,
} from 'aws-cdk-lib/aws-apigateway';
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Annotations, Lazy, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { invalid } from '../../core/errors.js';
import type { ApiSpec, RouteSpec } from '../../core/model.js';
import type { ApiBackend, Tuning } from '../../core/platform.js';
import { CORS_VARIABLE } from '../../runtime/wire.js';
import { accessLogs } from './access-logs.js';
import { ApiDomain } from './api-domain.js';
import { type AwsApiTuning, type AwsUsagePlan, REST_SETTINGS } from './api-tuning.js';
import { invocationUri } from './authorizers.js';
import type { LambdaBackend } from './function.js';
import { Invocations } from './invocations.js';
import { LIMITS } from './limits.js';
import { RestAuthorizers } from './rest-authorizers.js';
import { RestValidation } from './rest-validation.js';
import { tag } from './tags.js';

const STAGE = 'live';

/** What is not text, where all types cannot be named at once. */
const BINARY_TYPES = [
  'application/octet-stream',
  'application/pdf',
  'application/zip',
  'image/gif',
  'image/jpeg',
  'image/png',
  'image/webp',
  'multipart/form-data',
];

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html */
const ACCESS_LOG_FIELDS = {
  requestId: '$context.requestId',
  time: '$context.requestTime',
  ip: '$context.identity.sourceIp',
  method: '$context.httpMethod',
  path: '$context.path',
  routeKey: '$context.httpMethod $context.resourcePath',
  status: '$context.status',
  protocol: '$context.protocol',
  responseLength: '$context.responseLength',
  responseLatency: '$context.responseLatency',
  integrationStatus: '$context.integration.status',
  integrationError: '$context.integrationErrorMessage',
  apiKeyId: '$context.identity.apiKeyId',
};

/** A REST API of API Gateway, for what HTTP APIs do not have. Routes, handlers and `url` are the same. */
export class RestApiBackend implements ApiBackend {
  readonly resource: RestApi;
  /** Undefined with `tune({ accessLogs: false })`. */
  readonly accessLogs: ILogGroup | undefined;
  readonly domain: ApiDomain | undefined;
  readonly methods = new Map<string, CfnMethod>();
  private readonly stage: Stage;
  private readonly invocations: Invocations;
  private readonly authorizers: RestAuthorizers;
  private readonly validation: RestValidation | undefined;
  private readonly routes: RouteSpec[] = [];
  private readonly keyless: ReadonlySet<string> | undefined;
  private readonly cors: string | undefined;

  constructor(
    scope: Construct,
    private readonly spec: ApiSpec,
    tuning: Tuning,
  ) {
    const tuned = tuning.for<AwsApiTuning>('aws', 'api');
    const { usagePlans, domain, throttle, privateEndpoints } = tuned;
    if (tuned.stages)
      throw invalid(
        'HTTP API',
        spec.path,
        `it has stages, and is a REST API because of ${restSettingsOf(tuned).join(', ')}`,
        'leave one of both out',
      );
    const logs = accessLogs(scope, tuned.accessLogs, ACCESS_LOG_FIELDS);
    this.accessLogs = logs?.logGroup;
    // Not `Resource`: CloudFormation lets no logical id change its type, so that an HTTP API could not become a REST API.
    this.resource = new RestApi(scope, 'Rest', {
      restApiName: tuned.apiName ?? spec.path.slice(-LIMITS.apiNameMax.value),
      description: spec.description ?? tuned.description,
      disableExecuteApiEndpoint: domain?.mutualTls ? true : tuned.disableExecuteApiEndpoint,
      endpointConfiguration: privateEndpoints
        ? { types: [EndpointType.PRIVATE], vpcEndpoints: [...privateEndpoints] }
        : { types: [EndpointType.REGIONAL] },
      policy: privateEndpoints && onlyThrough(privateEndpoints.map(({ vpcEndpointId }) => vpcEndpointId)),
      // Bodies arrive as they were sent, whatever their type; but what is to be compared with a schema must stay text.
      binaryMediaTypes: tuned.requestValidation ? BINARY_TYPES : ['*/*'],
      cloudWatchRole: tuned.cloudWatchRole ?? false,
      deployOptions: {
        stageName: STAGE,
        accessLogDestination: logs && new LogGroupLogDestination(logs.logGroup),
        accessLogFormat: logs && AccessLogFormat.custom(logs.format),
        throttlingRateLimit: spec.throttle?.requestsPerSecond ?? throttle?.rateLimit,
        throttlingBurstLimit: spec.throttle?.burst ?? throttle?.burstLimit,
      },
    });
    // The CDK's own output, which nobody asked for.
    this.resource.node.tryRemoveChild('Endpoint');
    this.stage = this.resource.deploymentStage;
    const cfnStage = this.stage.node.defaultChild as CfnStage;
    const general = cfnStage.methodSettings;
    cfnStage.methodSettings = Lazy.any({ produce: () => this.methodSettings(general) });
    this.invocations = new Invocations(scope, this.resource.restApiId);
    this.authorizers = new RestAuthorizers(this.resource, spec.path, this.resource.restApiId, (fn) => this.invocations.allow(fn));
    this.validation = tuned.requestValidation ? new RestValidation(this.resource) : undefined;
    this.keyless = usagePlans && new Set(tuned.keylessRoutes);
    for (const [name, plan] of Object.entries(usagePlans ?? {})) this.addPlan(name, plan);
    if (tuned.webAclArn !== undefined)
      new CfnWebACLAssociation(scope, 'WebAcl', { webAclArn: tuned.webAclArn, resourceArn: this.stage.stageArn });
    this.domain = domain && new ApiDomain(scope, domain, { apiId: this.resource.restApiId, stageName: STAGE, stage: cfnStage });
    this.cors = spec.cors && JSON.stringify(spec.cors);
    if (spec.cors) this.answerErrors(spec.cors.origins);
    tag('HTTP API', scope, spec.tags);
    Annotations.of(scope).addInfoV2(
      'faasten:restApi',
      `HTTP API '${spec.path}': it is a REST API of API Gateway, because of ${restSettingsOf(tuned).join(', ')}; requests cost 3.5 times as much`,
    );
  }

  /** What CloudWatch knows the API by: a name, which is its path and so no other one's in the app. */
  get dimensions(): Record<string, string> {
    return { ApiName: this.resource.restApiName, Stage: STAGE };
  }

  get url(): string {
    const { region, urlSuffix } = Stack.of(this.resource);
    return this.domain?.url ?? `https://${this.resource.restApiId}.execute-api.${region}.${urlSuffix}/${STAGE}`;
  }

  addRoute(_scope: Construct, route: RouteSpec, fn: LambdaBackend, authorizer?: LambdaBackend): void {
    this.checkNames(route);
    if (this.cors !== undefined && route.method === 'OPTIONS') {
      throw invalid('HTTP API', this.spec.path, `route '${route.key}' is answered by cors already`, 'leave one of both out');
    }
    const resource = this.resource.root.resourceForPath(route.path);
    const method = resource.addMethod(route.method, this.integrationOf(fn), {
      ...this.authorizers.authorizationOf(route, authorizer),
      apiKeyRequired: this.keyless && !this.keyless.has(route.key),
      ...this.validation?.optionsOf(route),
    });
    const { value, source } = LIMITS.restResources;
    const count = this.resource.root.node.findAll().filter((each) => each instanceof Resource).length;
    if (count === value + 1) {
      Annotations.of(this.resource).addWarningV2(
        'faasten:restResources',
        `HTTP API '${this.spec.path}': its paths have more than the ${value} parts that a REST API may have by default (${source})`,
      );
    }
    this.methods.set(route.key, method.node.defaultChild as CfnMethod);
    this.routes.push(route);
    if (this.cors === undefined) return;
    // The function answers browsers, as the gateway would only for one origin; see lib/runtime/cors.ts. Preflights carry no tokens.
    fn.addEnvironment(CORS_VARIABLE, this.cors);
    if (!resource.node.tryFindChild('OPTIONS')) resource.addMethod('OPTIONS', this.integrationOf(fn));
  }

  private integrationOf(fn: LambdaBackend): Integration {
    this.invocations.allow(fn);
    fn.warnOfGatewayTimeout(LIMITS.restTimeoutSeconds.value);
    return new Integration({
      type: IntegrationType.AWS_PROXY,
      integrationHttpMethod: 'POST',
      uri: invocationUri(this.resource, fn),
    });
  }

  /** A REST API has one name for a parameter at one place of its paths. */
  private checkNames(route: RouteSpec): void {
    for (const other of this.routes) {
      for (const [index, segment] of route.segments.entries()) {
        const there = other.segments[index];
        if (!there || (segment.kind === 'literal') !== (there.kind === 'literal')) break;
        if (segment.kind === 'literal') {
          if (there.kind !== 'literal' || there.text !== segment.text) break;
        } else if (there.kind !== 'literal' && there.name !== segment.name) {
          throw invalid(
            'HTTP API',
            this.spec.path,
            `route '${route.key}' has {${segment.name}} where '${other.key}' has {${there.name}}, and a REST API takes one name for both`,
            'give the parameters the same name',
          );
        }
      }
    }
  }

  private addPlan(name: string, { keys = [], throttle, quota }: AwsUsagePlan): void {
    const plan = this.resource.addUsagePlan(`Plan ${name}`, {
      throttle: throttle && { rateLimit: throttle.rateLimit, burstLimit: throttle.burstLimit },
      quota: quota && { limit: quota.limit, period: Period[quota.period] },
      apiStages: [{ api: this.resource, stage: this.stage }],
    });
    for (const key of keys)
      plan.addApiKey(this.resource.addApiKey(`Key ${name} ${key}`, { description: `${key}, of the plan ${name}` }));
  }

  private methodSettings(general: unknown): unknown {
    const own = this.routes.flatMap(({ method, path, throttle }) =>
      throttle
        ? [
            {
              // Any method of a path is *, as in the console.
              httpMethod: method === 'ANY' ? '*' : method,
              resourcePath: path,
              throttlingRateLimit: throttle.requestsPerSecond,
              throttlingBurstLimit: throttle.burst,
            },
          ]
        : [],
    );
    const all = [...((general as object[] | undefined) ?? []), ...own];
    return all.length > 0 ? all : undefined;
  }

  /** What API Gateway refuses by itself: scripts may read it where there is one origin, or any. */
  private answerErrors(origins: readonly string[]): void {
    const origin = origins.includes('*') ? '*' : origins.length === 1 ? origins[0] : undefined;
    if (origin === undefined) return;
    const responseHeaders = { 'Access-Control-Allow-Origin': `'${origin}'` };
    this.resource.addGatewayResponse('Refused', { type: ResponseType.DEFAULT_4XX, responseHeaders });
    this.resource.addGatewayResponse('Failed', { type: ResponseType.DEFAULT_5XX, responseHeaders });
  }
}

/** The settings for which an API is a REST API; empty where it is an HTTP API. */
export function restSettingsOf(tuned: AwsApiTuning): readonly string[] {
  return REST_SETTINGS.filter((setting) => tuned[setting] !== undefined && tuned[setting] !== false);
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html */
function onlyThrough(endpointIds: readonly string[]): PolicyDocument {
  const resources = ['execute-api:/*'];
  return new PolicyDocument({
    statements: [
      new PolicyStatement({
        effect: Effect.ALLOW,
        principals: [new AnyPrincipal()],
        actions: ['execute-api:Invoke'],
        resources,
        conditions: { StringEquals: { 'aws:SourceVpce': endpointIds } },
      }),
    ],
  });
}
