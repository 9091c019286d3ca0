import type { SecretDriver } from './driver.js';

/** Secrets that the platform puts into an environment variable by itself (Google Cloud, Kubernetes). */
export const env: SecretDriver = (address, environment) => {
  const value = environment[address];
  if (value === undefined)
    throw new Error(`secret: the environment has no ${address}, which the platform fills from its secret store`);
  return value;
};
