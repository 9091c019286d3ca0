import { parseSecretAddress } from '../wire.js';
import type { SecretDriver } from './driver.js';
import { fieldOf } from './field.js';

/**
 * Secrets that the platform puts into an environment variable by itself (Google Cloud, Kubernetes). A field is one of the JSON that
 * the variable holds, where the store itself knows no fields.
 */
export const env: SecretDriver = (address, environment) => {
  const { name, field } = parseSecretAddress(address);
  const value = environment[name];
  if (value === undefined)
    throw new Error(`secret: the environment has no ${name}, which the platform fills from its secret store`);
  return fieldOf(name, value, field);
};
