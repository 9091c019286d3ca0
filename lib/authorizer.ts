import { type Checks, frozen } from './core/checks.js';
import { Duration, type DurationLike } from './core/duration.js';
import { shown } from './core/errors.js';
import type { AuthorizerSpec } from './core/model.js';
import { isLate } from './core/tokens.js';
import type { EnteredAs } from './function.js';

export interface JwtOptions {
  /** Who must have issued the tokens: their `iss`, an https URL. */
  readonly issuer: string;
  /** One of them must be in a token's `aud` (on AWS, `client_id` will do where there is no `aud`). */
  readonly audiences: readonly string[];
  /**
   * Where the issuer's public keys are: `jwks_uri` of its discovery document. Google needs it; AWS reads that document itself.
   * @default - what the discovery document says, on targets that read it
   */
  readonly jwksUri?: string;
  /**
   * Scopes of which a token must have one; a route may name others.
   * @default - none is asked for
   */
  readonly scopes?: readonly string[];
}

export interface FunctionAuthorizerOptions {
  /**
   * Headers that a request must have; without one, it is refused (401) and the function is not asked.
   * @default ['authorization'], or none where `query` is given
   */
  readonly headers?: readonly string[];
  /**
   * Query parameters that a request must have.
   * @default - none
   */
  readonly query?: readonly string[];
  /**
   * How long an answer holds for the same route, headers and parameters: at most an hour. Zero asks for every request.
   * @default Duration.minutes(5)
   */
  readonly cacheFor?: DurationLike;
}

/** Who may send requests to an API or to one of its routes. Made once, and given to as many as it is for. */
export class Authorizer {
  /** Anybody: for single routes of an API that has an authorizer. */
  static readonly none = new Authorizer('none');

  /** Identities of the target that are allowed to: on AWS, IAM principals with `execute-api:Invoke`, who sign their requests. */
  static readonly iam = new Authorizer('iam', 'Iam');

  /** Bearer tokens (JSON Web Tokens) of an OpenID Connect issuer, in the header `authorization`. */
  static jwt(name: string, options: JwtOptions): Authorizer {
    return new Authorizer('jwt', name, options);
  }

  /** A function with an `authorizer()` handler decides. */
  static function(name: string, fn: EnteredAs<'authorizer'>, options: FunctionAuthorizerOptions = {}): Authorizer {
    return new Authorizer('function', name, options, fn);
  }

  private constructor(
    /** @internal */
    readonly _kind: 'none' | 'iam' | 'jwt' | 'function',
    /** Names the authorizer in the API that it is for: a construct id there. */
    readonly name = '',
    /** @internal */
    readonly _options: Partial<JwtOptions & FunctionAuthorizerOptions> = {},
    /** @internal */
    readonly _function?: EnteredAs<'authorizer'>,
  ) {}
}

/** What platforms see of an authorizer; undefined for none. `where` is the property that it was given as. */
export function authorizerSpec(checks: Checks, where: string, authorizer: Authorizer | undefined): AuthorizerSpec | undefined {
  if (authorizer === undefined) return undefined;
  const { name, _kind: kind, _options: options } = authorizer;
  if (kind === 'none') return undefined;
  if (kind === 'iam') return { kind };
  if (kind !== 'jwt' && kind !== 'function')
    checks.fail(`${where} is ${shown(authorizer)}`, 'give Authorizer.jwt(...) or another one');
  checks.key(where, name);
  if (kind === 'function') {
    const query = options.query ?? [];
    const headers = (options.headers ?? (query.length > 0 ? [] : ['authorization'])).map((header) => header.toLowerCase());
    const cacheSeconds = checks.seconds(`${where}.cacheFor`, options.cacheFor ?? Duration.minutes(5), 0, 3600);
    if (cacheSeconds > 0 && headers.length + query.length === 0) {
      checks.fail(
        `${where} looks at no header and no query parameter, but keeps its answers`,
        'name some, or set cacheFor to zero',
      );
    }
    return frozen({ kind, name, headers, query, cacheSeconds });
  }
  const { issuer, audiences = [], jwksUri } = options;
  for (const [property, value] of Object.entries({ issuer, jwksUri })) {
    if (property === 'jwksUri' && value === undefined) continue;
    if (typeof value !== 'string' || !(isLate(value) || /^https:\/\/[^\s?#]+$/.test(value)))
      checks.fail(`${where}.${property} is ${shown(value)}`, 'give an https URL');
  }
  if (audiences.length === 0)
    checks.fail(`${where}.audiences is empty`, 'name whom the tokens are for: any token of the issuer would do');
  const spec = frozen({ kind, name, issuer: issuer!, audiences, jwksUri });
  checks.own(where, spec);
  return spec;
}
