import type { LinkConfiguration } from './driver.js';
import { request } from './request.js';

/** Milliseconds before its end at which a token is no longer used. Google's server hands out one that lives five minutes at least. */
const MARGIN = 60_000;

interface Kept {
  readonly value: Promise<string>;
  until: number;
}

/** Tokens of this process, by what was asked for: a function has one identity. */
const kept = new Map<string, Kept>();

/**
 * Asks the metadata server, which knows the function's own service account. No key file, nothing in the environment.
 * https://cloud.google.com/compute/docs/metadata/overview
 */
async function metadata(link: LinkConfiguration, operation: string, path: string): Promise<Response> {
  // The variable by which Google's own libraries find another one.
  const host = link.environment.GCE_METADATA_HOST || 'metadata.google.internal';
  return request(link, operation, {
    url: `http://${host}/computeMetadata/v1/instance/service-accounts/default/${path}`,
    headers: () => ({ 'metadata-flavor': 'Google' }),
    timeout: 5_000,
  });
}

/** One request for all who ask at the same time; asked again when what was got is about to end. */
function keep(key: string, make: () => Promise<{ value: string; until: number }>): Promise<string> {
  const found = kept.get(key);
  if (found && Date.now() < found.until) return found.value;
  const made = make();
  const entry: Kept = { value: made.then(({ value }) => value), until: Number.POSITIVE_INFINITY };
  kept.set(key, entry);
  made.then(
    ({ until }) => {
      entry.until = until;
    },
    () => kept.delete(key),
  );
  return entry.value;
}

/** Header with an access token of the function's service account, for Google's own APIs. */
export async function accessHeader(link: LinkConfiguration): Promise<Record<string, string>> {
  const token = await keep('access', async () => {
    const response = await metadata(link, 'asking for an access token', 'token');
    const { access_token, expires_in } = (await response.json()) as { access_token: string; expires_in: number };
    return { value: access_token, until: Date.now() + expires_in * 1000 - MARGIN };
  });
  return { authorization: `Bearer ${token}` };
}

/** Header with an OIDC token of the function's service account, for another function. `audience` is that function's base URL. */
export async function identityHeader(link: LinkConfiguration, audience: string): Promise<Record<string, string>> {
  const token = await keep(`identity ${audience}`, async () => {
    const response = await metadata(link, 'asking for an identity token', `identity?audience=${encodeURIComponent(audience)}`);
    const value = (await response.text()).trim();
    const { exp } = JSON.parse(Buffer.from(value.split('.')[1] ?? '', 'base64url').toString()) as { exp: number };
    return { value, until: exp * 1000 - MARGIN };
  });
  return { authorization: `Bearer ${token}` };
}

/** The service account that the function runs as. */
export function ownAccount(link: LinkConfiguration): Promise<string> {
  return keep('email', async () => {
    const response = await metadata(link, 'asking for its service account', 'email');
    return { value: (await response.text()).trim(), until: Number.POSITIVE_INFINITY };
  });
}
