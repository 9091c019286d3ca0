import type { HttpApiProps, ThrottleSettings, WebSocketApiProps } from 'aws-cdk-lib/aws-apigatewayv2';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { IVpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import type { IHostedZone } from 'aws-cdk-lib/aws-route53';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { AwsAccessLogs } from './access-logs.js';

/** A domain of yours in front of an API. */
export interface AwsApiDomain {
  /** As in `api.shop.example`. */
  readonly name: string;
  /**
   * A certificate for the domain, in the API's region.
   * @default - one is made, and proven by a record in `hostedZone`
   */
  readonly certificate?: ICertificate;
  /**
   * Zone that gets the domain's records (A and AAAA).
   * @default - none are made: point the domain to `AwsApi.of(api).domain` yourself
   */
  readonly hostedZone?: IHostedZone;
  /**
   * Path below which the API is, without slashes around it: `v1`. Handlers see it in `request.url`, routes do not have it.
   * @default - the API has the whole domain
   */
  readonly basePath?: string;
  /**
   * Clients must show a certificate that one of these authorities signed: a PEM file in a bucket. The API's own address, which asks
   * for none, is closed.
   * @default - none is asked for
   */
  readonly mutualTls?: { readonly bucket: IBucket; readonly key: string; readonly version?: string };
}

/** A further stage of an HTTP API: the same routes under `<address>/<name>`. */
export interface AwsApiStage {
  /** For parameters that API Gateway maps; handlers do not see them. @default - none */
  readonly variables?: Readonly<Record<string, string>>;
  /**
   * Whether every change reaches the stage at once. Without it, a stage shows what was deployed to it by other means.
   * @default true
   */
  readonly autoDeploy?: boolean;
  /** @default - the account's own limits */
  readonly throttle?: ThrottleSettings;
}

/** Who may use an API how much, by API keys. */
export interface AwsUsagePlan {
  /** API keys that are made for the plan, by name. Their values are in API Gateway only. @default - none */
  readonly keys?: readonly string[];
  /** Of each key. @default - the API's */
  readonly throttle?: ThrottleSettings;
  /** Of each key. @default - none */
  readonly quota?: { readonly limit: number; readonly period: 'DAY' | 'WEEK' | 'MONTH' };
}

/** Settings that an HTTP API does not have: with one of them, the API becomes a REST API of API Gateway. */
export interface AwsRestSettings {
  /**
   * Usage plans by name. Every route then asks for an API key, in the header `x-api-key`, but those in `keylessRoutes`.
   * @default - none
   */
  readonly usagePlans?: Readonly<Record<string, AwsUsagePlan>>;
  /**
   * Routes that need no API key, by their keys.
   * @default - none, where there are usage plans
   */
  readonly keylessRoutes?: readonly string[];
  /**
   * Whether API Gateway answers requests 400 that do not fit the `schema` of their route: its body, whatever type that says to be,
   * required headers and query parameters. It knows JSON Schema draft 4; what newer drafts can say besides is left to the handler. Of
   * bodies, only the usual binary types (images, PDF, ZIP, forms, octet streams) are passed on as bytes then.
   * @default false
   */
  readonly requestValidation?: boolean;
  /**
   * ARN of a regional web ACL of AWS WAF which looks at requests first.
   * @default - none
   */
  readonly webAclArn?: string;
  /**
   * Interface endpoints (`execute-api`) of VPCs, through which alone the API can be reached.
   * @default - the API is reached from the internet
   */
  readonly privateEndpoints?: readonly IVpcEndpoint[];
}

export const REST_SETTINGS = ['usagePlans', 'requestValidation', 'webAclArn', 'privateEndpoints'] as const;

/** Settings of the API Gateway HTTP API (or REST API) and of its stage. */
export interface AwsApiTuning
  extends AwsRestSettings,
    Partial<
      Omit<
        HttpApiProps,
        | 'createDefaultStage'
        | 'corsPreflight'
        | 'defaultIntegration'
        | 'defaultAuthorizer'
        | 'defaultAuthorizationScopes'
        | 'defaultDomainMapping'
      >
    > {
  /**
   * Most requests per second, and at once. The API's own `throttle` wins.
   * @default - the account's own limits
   */
  readonly throttle?: ThrottleSettings;
  /**
   * Whether, and how, requests are written to a log group. A field that is a `$context` variable of HTTP APIs only is empty in a REST API.
   * @default true
   */
  readonly accessLogs?: boolean | AwsAccessLogs;
  /** @default - the address that API Gateway gives */
  readonly domain?: AwsApiDomain;
  /**
   * Whether the stack sets the role by which API Gateway writes the access logs of REST APIs: a setting of the account and region,
   * which one stack may make and all use.
   * @default false, as the account has one
   */
  readonly cloudWatchRole?: boolean;
  /**
   * Further stages by name, beside `$default`. Not of a REST API.
   * @default - none
   */
  readonly stages?: Readonly<Record<string, AwsApiStage>>;
}

/** Settings of the API Gateway WebSocket API. */
export interface AwsWebSocketApiTuning
  extends Partial<
    Omit<WebSocketApiProps, 'routeSelectionExpression' | 'connectRouteOptions' | 'disconnectRouteOptions' | 'defaultRouteOptions'>
  > {
  /**
   * Whether, and how, connections and messages are written to a log group. The account must have a role for it, once for each region.
   * @default true
   */
  readonly accessLogs?: boolean | AwsAccessLogs;
}
