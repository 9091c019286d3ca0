import type { webcrypto } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { JwtAuthorizerSpec } from '../../../../core/model.js';

const ALGORITHM = 'ES256';

export interface Minting {
  readonly subject?: string;
  readonly scopes?: readonly string[];
  /** Over all others. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** @default an hour */
  readonly lifetimeSeconds?: number;
}

export interface Minted {
  readonly token: string;
  readonly expiryTimeMs: number;
}

/**
 * Stands for the issuers that authorizers name: it signs test tokens with a key of this machine, and only those are let in. The key
 * lies in the data folder, so that a token outlives the process.
 */
export class Issuer {
  private keys?: Promise<{ readonly private: webcrypto.CryptoKey; readonly public: webcrypto.CryptoKey }>;

  /** @param file where the key is kept; undefined keeps it in memory */
  constructor(private readonly file: string | undefined) {}

  /** A token that the authorizer lets in, unless the claims say otherwise. */
  async mint({ issuer, audiences }: JwtAuthorizerSpec, now: number, minting: Minting = {}): Promise<Minted> {
    const { subject = 'test-user', scopes = [], claims = {}, lifetimeSeconds = 3600 } = minting;
    const { SignJWT } = await import('jose');
    const seconds = Math.floor(now / 1000);
    const payload = {
      iss: issuer,
      aud: audiences[0],
      sub: subject,
      iat: seconds,
      exp: seconds + lifetimeSeconds,
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
      ...claims,
    };
    const key = (await this.key()).private;
    const token = await new SignJWT(payload).setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' }).sign(key);
    return { token, expiryTimeMs: payload.exp * 1000 };
  }

  /**
   * The claims of a token, checked as API Gateway does.
   * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
   * @throws an Error that says what is wrong
   */
  async verify(token: string, { issuer, audiences }: JwtAuthorizerSpec, now: number): Promise<Record<string, unknown>> {
    const { jwtVerify } = await import('jose');
    const { payload } = await jwtVerify(token, (await this.key()).public, {
      ...{ issuer, algorithms: [ALGORITHM], currentDate: new Date(now), requiredClaims: ['exp'] },
    });
    // Without `aud`, as in access tokens of Cognito, `client_id` will do.
    const meant = payload.aud === undefined ? [payload.client_id] : [payload.aud].flat();
    if (!meant.some((each) => audiences.includes(each as string))) throw new Error(`it is for ${meant}, not for ${audiences}`);
    if (payload.iat !== undefined && payload.iat * 1000 > now) throw new Error('its "iat" is in the future');
    return payload;
  }

  private key() {
    this.keys ??= this.load();
    return this.keys;
  }

  private async load() {
    const { importJWK } = await import('jose');
    const jwk = (this.file === undefined ? undefined : read(this.file)) ?? (await this.make());
    const { d: _private, ...publicPart } = jwk;
    const key = async (part: object) => (await importJWK(part, ALGORITHM)) as webcrypto.CryptoKey;
    return { private: await key(jwk), public: await key(publicPart) };
  }

  private async make(): Promise<{ d?: string }> {
    const { exportJWK, generateKeyPair } = await import('jose');
    const jwk = await exportJWK((await generateKeyPair(ALGORITHM, { extractable: true })).privateKey);
    if (this.file !== undefined) {
      mkdirSync(dirname(this.file), { recursive: true });
      writeFileSync(this.file, JSON.stringify(jwk), { mode: 0o600 });
    }
    return jwk;
  }
}

function read(file: string): { d?: string } | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
