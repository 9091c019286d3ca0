import { invalid } from '../../core/errors.js';
import type { SecretSpec } from '../../core/model.js';
import { secretAddress } from '../../runtime/wire.js';

/** Start of the environment variables that Secret Manager's values are put in. */
const VALUE_PREFIX = 'FAASTEN_VALUE_';

/** A secret as an environment variable, and where the runtime finds it. */
export function secretReference(path: string, name: string, { name: secret, field, version = 'latest' }: SecretSpec) {
  checkSecretName('function', path, `secrets.${name}`, secret);
  const key = `${VALUE_PREFIX}${name}`;
  return { address: `env:${secretAddress({ name: key, field })}`, variable: { key, secret, version } };
}

/** https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets/create: secretId */
export function checkSecretName(what: string, path: string, property: string, secret: string): void {
  if (/^[A-Za-z0-9_-]{1,255}$/.test(secret)) return;
  throw invalid(
    what,
    path,
    `${property} is the secret '${secret}', which Secret Manager cannot have`,
    'use up to 255 letters, digits, - and _',
  );
}
