import type { Construct } from 'constructs';
import type { ApiSpec } from '../../core/model.js';
import type { ApiBackend, Tuning } from '../../core/platform.js';
import { HttpApiBackend } from './api.js';
import type { AwsApiTuning } from './api-tuning.js';
import { RestApiBackend, restSettingsOf } from './rest-api.js';

/** An HTTP API, which costs less and does more, or a REST API where a setting needs one. */
export function createApi(scope: Construct, spec: ApiSpec, tuning: Tuning): ApiBackend {
  const rest = restSettingsOf(tuning.for<AwsApiTuning>('aws', 'api')).length > 0;
  return rest ? new RestApiBackend(scope, spec, tuning) : new HttpApiBackend(scope, spec, tuning);
}
