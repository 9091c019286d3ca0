import type { Identity } from '../context.js';

/** Who sent a request, of the claims of a token that was checked. */
export function identityOf(claims: Readonly<Record<string, unknown>>, scopes?: readonly string[] | null): Identity {
  const scope = claims.scope ?? claims.scp;
  const words = Array.isArray(scope) ? scope.map(String) : typeof scope === 'string' ? scope.split(' ').filter(Boolean) : [];
  return { subject: String(claims.sub ?? ''), claims, scopes: scopes ?? words };
}
