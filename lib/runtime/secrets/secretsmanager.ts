import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { explained, perRegion, regionOf } from '../links/aws.js';
import { parseSecretAddress } from '../wire.js';
import type { SecretDriver } from './driver.js';
import { fieldOf } from './field.js';

const client = perRegion((settings) => new SecretsManagerClient(settings));

/** Secrets in AWS Secrets Manager. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html */
export const secretsmanager: SecretDriver = async (address) => {
  const { name, field, version } = parseSecretAddress(address);
  // Ids of versions are UUIDs; everything else is a stage, as AWSPREVIOUS.
  const isId = version !== undefined && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(version);
  const command = new GetSecretValueCommand({
    SecretId: name,
    VersionId: isId ? version : undefined,
    VersionStage: isId ? undefined : version,
  });
  const answer = await client(regionOf(name))
    .send(command)
    .catch((error: unknown) => {
      throw new Error(`secret '${name}': reading it ${explained(error).words}`);
    });
  if (answer.SecretString === undefined) throw new Error(`secret '${name}' is binary; store it as text`);
  return fieldOf(name, answer.SecretString, field);
};
