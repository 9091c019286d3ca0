/**
 * Ways past the portable constructs, on AWS: the CDK's own constructs, typed, and settings that only AWS reads.
 */
import type { CfnMethod, RestApi } from 'aws-cdk-lib/aws-apigateway';
import type {
  HttpApi as CdkHttpApi,
  WebSocketApi as CdkWebSocketApi,
  CfnRoute,
  CfnStage,
  DomainName,
} from 'aws-cdk-lib/aws-apigatewayv2';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { Alias, FunctionUrl, IFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct, IConstruct } from 'constructs';
import type { HttpApi } from '../../api.js';
import { type Attachment, viewOf } from '../../core/attachment.js';
import { invalid, elsewhere as notThere, shown } from '../../core/errors.js';
import type { WatchingCost } from '../../core/monitoring/cost.js';
import type { Backend, TuningEntry } from '../../core/platform.js';
import type { RouteKey } from '../../core/route.js';
import type { ServerlessFunction } from '../../function.js';
import type { WebSocketApi } from '../../websocket-api.js';
import type { HttpApiBackend } from './api.js';
import type { AwsApiTuning, AwsWebSocketApiTuning } from './api-tuning.js';
import { AwsExistingFunction } from './existing-function.js';
import type { LambdaBackend } from './function.js';
import { type WatchingPart, watchingCost } from './monitoring/cost.js';
import type { RestApiBackend } from './rest-api.js';
import type { Rollout } from './rollout.js';
import type { AwsFunctionTuning, AwsServiceTuning } from './tuning.js';
import type { WebSocketApiResources } from './websocket.js';

export type { CostPart, WatchingCost } from '../../core/monitoring/cost.js';
export type { AwsAccessLogs } from './access-logs.js';
export type { AwsApiDomain, AwsApiStage, AwsApiTuning, AwsUsagePlan, AwsWebSocketApiTuning } from './api-tuning.js';
export { AwsEventBus } from './bus.js';
export { AwsBucket, AwsQueue, AwsSchedule, AwsTopic } from './event-views.js';
export type { AwsExistingFunction } from './existing-function.js';
export type { WatchingPart } from './monitoring/cost.js';
export { AwsAlarm, AwsAlertChannel, AwsDashboard } from './monitoring/views.js';
export type { AwsReadingOptions } from './reading.js';
export { AwsStream, type AwsStreamReadingOptions, AwsTable } from './records.js';
export type { Rollout } from './rollout.js';
export type {
  AwsBucketTuning,
  AwsFunctionTuning,
  AwsMessagesTuning,
  AwsObjectsTuning,
  AwsQueueTuning,
  AwsRolloutTuning,
  AwsScheduleTuning,
  AwsServiceTuning,
  AwsSubscriptionTuning,
  AwsTopicTuning,
  AwsWarmScaling,
} from './tuning.js';
export type { AwsEventBusTuning, AwsEventsTuning, AwsRecordsTuning } from './tuning-events.js';

/** Settings of a `Service` on AWS. */
export const AwsService = {
  /** For `tuning` of a service. */
  tune(settings: AwsServiceTuning): TuningEntry {
    return { platform: 'aws', construct: 'service', settings };
  },

  /**
   * What alarms, dashboards and metrics below a construct cost in a month at most, at the prices of lib/platforms/aws/monitoring/prices.ts. To be
   * asked when all is declared.
   */
  watchingCost(scope: IConstruct): WatchingCost<WatchingPart> {
    return watchingCost(scope);
  },
} as const;

/** What a `ServerlessFunction` is on AWS. */
export class AwsFunction {
  /** @throws when the function is on another platform */
  static of(fn: ServerlessFunction<any>): AwsFunction {
    return AwsFunction.tryOf(fn) ?? elsewhere('function', fn, 'AwsFunction');
  }
  /** Undefined when the function is on another platform: for portable services that look at AWS only. */
  static tryOf(fn: ServerlessFunction<any>): AwsFunction | undefined {
    return wrapped<LambdaBackend, AwsFunction>(fn, 'function', (backend) => new AwsFunction(backend));
  }
  /**
   * A function, version or alias of the larger stack, for links: others may `call()` and `start()` it with the JSON that it takes. How
   * its events are retried is its owner's business.
   */
  static from<Input = any, Output = any>(scope: Construct, id: string, fn: IFunction): AwsExistingFunction<Input, Output> {
    return new AwsExistingFunction(scope, id, fn);
  }
  /** Settings of `lambda.Function`, for `tuning` of a function or of a service's `defaults`. */
  static tune(settings: AwsFunctionTuning): TuningEntry {
    return { platform: 'aws', construct: 'function', settings };
  }

  readonly lambda: LambdaFunction;
  readonly role: IRole;
  readonly logGroup: ILogGroup;

  /** `live`, which everything leads to where versions are published: see `tune({ alias })`. Else undefined. */
  readonly alias: Alias | undefined;
  /** What moves `alias` to a new version. Undefined without a `rollout`. */
  readonly rollout: Rollout | undefined;

  private constructor(private readonly backend: LambdaBackend) {
    this.alias = backend.alias;
    this.rollout = backend.rollout;
    this.lambda = backend.resource;
    this.role = backend.role;
    this.logGroup = backend.logGroup;
  }

  /**
   * The address that `tune({ functionUrl })` makes; `functionUrl.grantInvokeUrl()` lets a principal use it. Undefined without it.
   */
  get functionUrl(): FunctionUrl | undefined {
    return this.backend.url;
  }

  /** URL of `functionUrl`, with a slash at its end. */
  get url(): string | undefined {
    return this.backend.url?.url;
  }

  /** Where failed events end. Undefined until the function has a trigger or a caller that does not wait. */
  get deadLetters(): IQueue | undefined {
    return this.backend.deadLetters;
  }
}

/** What an `HttpApi` is on AWS. */
export class AwsApi {
  /** @throws when the API is on another platform */
  static of(api: HttpApi): AwsApi {
    return AwsApi.tryOf(api) ?? elsewhere('HTTP API', api, 'AwsApi');
  }
  /** Undefined when the API is on another platform. */
  static tryOf(api: HttpApi): AwsApi | undefined {
    return wrapped<HttpApiBackend | RestApiBackend, AwsApi>(api, 'api', (backend) => new AwsApi(backend));
  }
  /** Settings of the CDK's `HttpApi`, and of what it lacks; for `tuning` of an API or a service. */
  static tune(settings: AwsApiTuning): TuningEntry {
    return { platform: 'aws', construct: 'api', settings };
  }

  /** Undefined with `tune({ accessLogs: false })`. */
  readonly accessLogs: ILogGroup | undefined;
  /** Undefined without `tune({ domain })`. */
  readonly domain: DomainName | undefined;
  /** Undefined for an HTTP API, which an API is where no setting needs a REST API. */
  readonly restApi: RestApi | undefined;

  private constructor(private readonly backend: HttpApiBackend | RestApiBackend) {
    this.accessLogs = backend.accessLogs;
    this.domain = backend.domain?.resource;
    this.restApi = 'methods' in backend ? backend.resource : undefined;
  }

  /** @throws for a REST API; see `restApi` */
  get api(): CdkHttpApi {
    return this.httpApi('use restApi').resource;
  }

  /**
   * The route with that key, for what no setting covers.
   * @throws when the API has no such route, or is a REST API; see `method()`
   */
  route(key: RouteKey): CfnRoute {
    return this.find(this.httpApi('use method()').routes, key);
  }

  /**
   * The method of a REST API that answers a route.
   * @throws when the API has no such route, or is an HTTP API; see `route()`
   */
  method(key: RouteKey): CfnMethod {
    if (!('methods' in this.backend)) throw invalid('HTTP API', this.path, 'it is no REST API', 'use route()');
    return this.find(this.backend.methods, key);
  }

  private get path(): string {
    return this.backend.resource.node.scope!.node.path;
  }

  private httpApi(advice: string): HttpApiBackend {
    if ('methods' in this.backend) throw invalid('HTTP API', this.path, 'it is a REST API of API Gateway', advice);
    return this.backend;
  }

  private find<T>(all: ReadonlyMap<string, T>, key: RouteKey): T {
    const found = all.get(key);
    if (found !== undefined) return found;
    throw invalid(
      'HTTP API',
      this.path,
      `it has no route ${shown(key)}`,
      `its routes are: ${[...all.keys()].join(', ') || 'none'}`,
    );
  }
}

/** What a `WebSocketApi` is on AWS. */
export class AwsWebSocketApi {
  /** @throws when the API is on another platform */
  static of(api: WebSocketApi<any>): AwsWebSocketApi {
    return AwsWebSocketApi.tryOf(api) ?? elsewhere('WebSocket API', api, 'AwsWebSocketApi');
  }
  /** Undefined when the API is on another platform. */
  static tryOf(api: WebSocketApi<any>): AwsWebSocketApi | undefined {
    return wrapped<WebSocketApiResources, AwsWebSocketApi>(
      api,
      'websocket',
      ({ resource, stage, accessLogs }) => new AwsWebSocketApi(resource, stage, accessLogs),
    );
  }
  /** Settings of the CDK's `WebSocketApi`, for `tuning` of an API or a service. */
  static tune(settings: AwsWebSocketApiTuning): TuningEntry {
    return { platform: 'aws', construct: 'websocket', settings };
  }

  private constructor(
    readonly api: CdkWebSocketApi,
    readonly stage: CfnStage,
    readonly accessLogs: ILogGroup | undefined,
  ) {}
}

function wrapped<B extends Backend, T>(construct: IConstruct, type: Attachment['type'], wrap: (backend: B) => T): T | undefined {
  return viewOf(construct, type, 'aws', wrap);
}

function elsewhere(what: string, construct: IConstruct, view: string): never {
  throw notThere('aws', what, construct.node.path, view);
}
