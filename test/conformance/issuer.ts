import { AUDIENCE, ISSUER } from './service.js';
import type { TokenRequest } from './target.js';

type Jose = typeof import('jose', { with: { 'resolution-mode': 'import' }});
type Claims = Readonly<Record<string, unknown>>;

const ALGORITHM = 'ES256';

/** Stands for the OpenID Connect issuer that the service names: signs tokens, and has the keys by which a gateway checks them. */
export class Issuer {
  static async make(): Promise<Issuer> {
    const jose = await import('jose');
    const { privateKey, publicKey } = await jose.generateKeyPair(ALGORITHM);
    const keys = jose.createLocalJWKSet({ keys: [{ ...(await jose.exportJWK(publicKey)), kid: 'one', alg: ALGORITHM }] });
    return new Issuer(jose, privateKey, keys);
  }

  private constructor(
    private readonly jose: Jose,
    private readonly key: Parameters<InstanceType<Jose['SignJWT']>['sign']>[0],
    private readonly keys: ReturnType<Jose['createLocalJWKSet']>,
  ) {}

  /** Value of the header `authorization`. */
  async token({ subject = 'ann', scopes = [], claims = {} }: TokenRequest): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const own = { iss: ISSUER, aud: AUDIENCE, sub: subject, iat: now, exp: now + 3600 };
    const token = new this.jose.SignJWT({ ...own, ...(scopes.length > 0 && { scope: scopes.join(' ') }), ...claims });
    return `Bearer ${await token.setProtectedHeader({ alg: ALGORITHM, kid: 'one' }).sign(this.key)}`;
  }

  /** Claims of the token in a header, if the gateway that knows this issuer and these audiences lets it in. */
  async claimsOf(header: string | undefined, issuer: string, audience: string[]): Promise<Claims | undefined> {
    const checks = { issuer, audience, requiredClaims: ['exp'] };
    return this.jose.jwtVerify((header ?? '').replace(/^Bearer /, ''), this.keys, checks).then(
      ({ payload }) => payload,
      () => undefined,
    );
  }
}

/** Of `scope`, which is text. */
export const scopesOf = ({ scope }: Claims): string[] =>
  String(scope ?? '')
    .split(' ')
    .filter(Boolean);
