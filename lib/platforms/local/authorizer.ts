import type { AuthorizerSpec } from '../../core/model.js';
import type { FunctionBackend } from '../../core/platform.js';
import type { FunctionResources } from './function.js';
import type { LocalAuthorizer } from './model.js';

/** An authorizer, with the path of its function. Those by the target's own identities were refused before. */
export function authorizerOf(spec: AuthorizerSpec | undefined, fn: FunctionBackend | undefined): LocalAuthorizer | undefined {
  if (!spec || spec.kind === 'iam') return undefined;
  return spec.kind === 'jwt' ? spec : { ...spec, function: (fn as FunctionResources).spec.path };
}
