import { FUNCTION_VARIABLE, LINK_PREFIX, SECRET_PREFIX, secretAddress, TIMEOUT_VARIABLE } from '../../../runtime/wire.js';
import { type LocalFunctionModel, withUrls } from '../model.js';
import { type Secrets, variableOf } from './secrets.js';

/** Variables of this process that functions see as well, as every machine of a cloud sets them. */
const PASSED = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'SystemRoot', 'TEMP', 'NODE_EXTRA_CA_CERTS'];

/** `process.env` of a function's workers. */
export function environmentOf(
  model: LocalFunctionModel,
  secrets: Secrets,
  urls: ReadonlyMap<string, string>,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of PASSED) if (process.env[name] !== undefined) environment[name] = process.env[name];
  for (const [name, value] of Object.entries(model.environment)) environment[name] = withUrls(value, urls);
  environment[FUNCTION_VARIABLE] = model.path;
  environment[TIMEOUT_VARIABLE] = String(model.timeoutSeconds * 1000);
  for (const [name, { kind, target }] of Object.entries(model.links)) environment[LINK_PREFIX + name] = `local:${kind}:${target}`;
  for (const [name, secret] of Object.entries(model.secrets)) {
    const variable = variableOf(secret.name);
    environment[SECRET_PREFIX + name] = `env:${secretAddress({ name: variable, field: secret.field })}`;
    const value = secrets.get(secret.name);
    if (value !== undefined) environment[variable] = value;
  }
  return { ...environment, ...more };
}
