import { join } from 'node:path';
import type { IConstruct } from 'constructs';
import { FaastenError } from '../../core/errors.js';
import { pathNamed } from '../../core/lookup.js';
import type { JwtAuthorizerSpec } from '../../core/model.js';
import { platformOf } from '../../core/scope.js';
import type { TestToken, TokenRequest } from './console/protocol.js';
import { Issuer } from './engine/access/issuer.js';
import { authorizerNamed, mintingAuthorizers } from './engine/inspector/authorizers.js';
import type { LocalPlatform } from './platform.js';

/** File of the data folder that holds the key of test tokens. */
export const ISSUER_FILE = 'issuer.json';

/**
 * A token that `startLocal` with the same `dataDirectory` lets in, whether it runs now or not.
 * @throws FaastenError when the service has no `Authorizer.jwt`, or several and none is named
 */
export async function mintToken(
  app: IConstruct,
  { authorizerId, ...minting }: Partial<TokenRequest>,
  dataDirectory: string,
): Promise<TestToken> {
  const { model } = platformOf(app) as LocalPlatform;
  const id = authorizerFor(mintingAuthorizers(model), authorizerId);
  const authorizer = authorizerNamed(model, id) as JwtAuthorizerSpec;
  const { token, expiryTimeMs } = await new Issuer(join(dataDirectory, ISSUER_FILE)).mint(authorizer, Date.now(), minting);
  return { token, expiryTimeMs, header: { name: 'authorization', value: `Bearer ${token}` } };
}

/** The one that is named by its path or the end of it; without a name, the only one. */
export function authorizerFor(ids: readonly string[], given: string | undefined): string {
  if (given !== undefined) return pathNamed('authorizer', given, ids);
  if (ids.length === 1) return ids[0]!;
  const has =
    ids.length === 0
      ? 'has no Authorizer.jwt; give one to an HttpApi or to a route'
      : `has several, ${ids.join(', ')}: say which`;
  throw new FaastenError('name-ambiguous', `the service ${has}`);
}
