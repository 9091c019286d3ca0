import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { explained, perRegion, regionOf } from '../links/aws.js';
import { parseSecretAddress } from '../wire.js';
import type { SecretDriver } from './driver.js';
import { fieldOf } from './field.js';

const client = perRegion((settings) => new SSMClient(settings));

/**
 * Secrets in the parameter store of AWS Systems Manager. A version (or label) follows the name after a colon there.
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
 */
export const ssm: SecretDriver = async (address) => {
  const { name, field, version } = parseSecretAddress(address);
  const command = new GetParameterCommand({ Name: version === undefined ? name : `${name}:${version}`, WithDecryption: true });
  const answer = await client(regionOf(name))
    .send(command)
    .catch((error: unknown) => {
      throw new Error(`secret '${name}': reading it ${explained(error).words}`);
    });
  const value = answer.Parameter?.Value;
  if (value === undefined) throw new Error(`secret '${name}': AWS answered without a value`);
  return fieldOf(name, value, field);
};
