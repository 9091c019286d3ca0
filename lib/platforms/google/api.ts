import { ServiceAccount } from '@cdktf/provider-google/lib/service-account/index.js';
import { Lazy, Token } from 'cdktf';
import type { Construct } from 'constructs';
import { FaastenError } from '../../core/errors.js';
import type { ApiSpec, RouteSpec } from '../../core/model.js';
import type { ApiBackend, FunctionBackend } from '../../core/platform.js';
import { API_PATH } from '../../runtime/wire.js';
import { BetaResource } from './beta.js';
import type { StackContext } from './context.js';
import type { GoogleFunctionBackend } from './function.js';
import { Grants } from './grants.js';
import { labelsOf } from './labels.js';
import { GATEWAY_REGIONS, NAME_LENGTH } from './limits.js';
import { googleName } from './names.js';
import { type Operation, openApi } from './openapi.js';
import { base64Of } from './text.js';

/** Settings of an API on Google Cloud. */
export interface GoogleApiTuning {
  /**
   * Region of the gateway. API Gateway runs in ten of Google's regions only; functions may be elsewhere.
   * @default - that of the functions
   */
  readonly region?: string;
}

export class GoogleApiBackend implements ApiBackend {
  /** `google_api_gateway_gateway`: the public address. */
  readonly resource: BetaResource;
  readonly api: BetaResource;
  readonly config: BetaResource;
  /** What the gateway calls functions as. */
  readonly serviceAccount: ServiceAccount;
  readonly url: string;

  private readonly operations: Operation[] = [];
  private readonly functions = new Set<GoogleFunctionBackend>();
  private readonly grants: Grants;

  constructor(
    scope: Construct,
    private readonly context: StackContext,
    private readonly spec: ApiSpec,
    { region = context.region }: GoogleApiTuning,
  ) {
    const { path } = spec;
    if (!Token.isUnresolved(region) && !GATEWAY_REGIONS.includes(region)) {
      throw new FaastenError(
        'value-out-of-range',
        `HTTP API '${path}': API Gateway does not run in ${region} (https://cloud.google.com/api-gateway/docs/deployment-model); ` +
          `give it another region by tuning: [GoogleApi.tune({ region })], one of ${GATEWAY_REGIONS.join(', ')}`,
        path,
      );
    }
    const project = context.projectArgument;
    const labels = labelsOf(path, spec.tags);
    this.serviceAccount = new ServiceAccount(scope, 'ServiceAccount', {
      accountId: googleName(path, NAME_LENGTH.serviceAccount),
      displayName: path,
      project,
    });
    this.grants = new Grants(scope, 'Grants', this.serviceAccount, context);
    const name = googleName(path, NAME_LENGTH.gateway);
    this.api = new BetaResource(scope, 'Api', 'google_api_gateway_api', { api_id: name, project, display_name: path, labels });
    // A config never changes: another document is another config, which the gateway turns to before the old one goes.
    this.config = new BetaResource(
      scope,
      'Config',
      'google_api_gateway_api_config',
      {
        api: this.api.getStringAttribute('api_id'),
        api_config_id_prefix: `${googleName(path, NAME_LENGTH.apiConfigPrefix - 1)}-`,
        project,
        display_name: path,
        labels,
        openapi_documents: [
          { document: [{ path: 'openapi.json', contents: Lazy.stringValue({ produce: () => base64Of(this.document()) }) }] },
        ],
        gateway_config: [{ backend_config: [{ google_service_account: this.serviceAccount.email }] }],
      },
      { lifecycle: { createBeforeDestroy: true } },
    );
    this.resource = new BetaResource(scope, 'Resource', 'google_api_gateway_gateway', {
      gateway_id: name,
      api_config: this.config.getStringAttribute('id'),
      region,
      project,
      display_name: path,
      labels,
    });
    this.url = `https://${this.resource.getStringAttribute('default_hostname')}`;
    scope.node.addValidation({
      validate: () =>
        this.operations.length > 0 ? [] : [`HTTP API '${path}' has no routes, and API Gateway takes no empty API; add a route`],
    });
  }

  /** The functions that answer it. */
  get answeredBy(): readonly GoogleFunctionBackend[] {
    return [...this.functions];
  }

  addRoute(_scope: Construct, route: RouteSpec, fn: FunctionBackend): void {
    const target = fn as GoogleFunctionBackend;
    target.serve(this.spec.path, this.spec.cors && JSON.stringify(this.spec.cors));
    this.grants.invoke(target);
    this.functions.add(target);
    const url = target.urlFrom(this.context);
    this.operations.push({
      route,
      address: `${url}${API_PATH}`,
      audience: url,
      deadlineSeconds: target.spec.timeoutSeconds,
    });
    // Now, so that the error is at the user's line.
    this.document();
  }

  /** The project's number in it is a late value. */
  private document(): string {
    const { path, description, cors } = this.spec;
    return JSON.stringify(openApi({ path, description, cors, operations: this.operations }));
  }
}
