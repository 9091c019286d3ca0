import { Annotations } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { ApiSpec } from '../../core/model.js';
import type { ApiBackend, Tuning } from '../../core/platform.js';
import { HttpApiBackend } from './api.js';
import type { AwsApiTuning } from './api-tuning.js';
import { RestApiBackend, restSettingsOf } from './rest-api.js';

/** An HTTP API, which costs less and does more, or a REST API where a setting needs one. */
export function createApi(scope: Construct, spec: ApiSpec, tuning: Tuning): ApiBackend {
  if (spec.deployAs === 'function') {
    Annotations.of(scope).addInfoV2(
      'faasten:deployAs',
      `HTTP API '${spec.path}': the handlers of its routes are one function, which may do and knows what any of them may and knows; turning ` +
        'deployAs replaces the functions, and keeps routes and URL',
    );
  }
  const rest = restSettingsOf(tuning.for<AwsApiTuning>('aws', 'api')).length > 0;
  return rest ? new RestApiBackend(scope, spec, tuning) : new HttpApiBackend(scope, spec, tuning);
}
