import { jwt, type Recorder, recorder } from './support.js';

/**
 * Google's metadata server, as documented: https://cloud.google.com/compute/docs/metadata/overview. Written here, as nobody ships one.
 * It refuses whoever does not send the header that pages in a browser cannot.
 */
export async function startMetadata(settings: { seconds?: number; email?: string } = {}): Promise<Recorder> {
  const { seconds = 3600, email = 'shop@project.iam.gserviceaccount.com' } = settings;
  return recorder(({ path, headers }, response, number) => {
    const { pathname, searchParams } = new URL(path, 'http://metadata');
    const what = /^\/computeMetadata\/v1\/instance\/service-accounts\/default\/(\w+)$/.exec(pathname)?.[1];
    if (headers['metadata-flavor'] !== 'Google') return response.writeHead(403).end();
    if (what === 'token') {
      response.writeHead(200, { 'content-type': 'application/json' });
      return response.end(JSON.stringify({ access_token: `access-${number}`, expires_in: seconds, token_type: 'Bearer' }));
    }
    if (what === 'identity') return response.end(jwt(seconds, { aud: searchParams.get('audience'), number }));
    if (what === 'email') return response.end(email);
    return response.writeHead(404).end();
  });
}

/** Claims of the token in an Authorization header. */
export function claims(authorization: string | undefined): any {
  return JSON.parse(Buffer.from(String(authorization).split('.')[1]!, 'base64url').toString());
}

/**
 * Sends requests for a host of Google's to a server here, all others where they are meant to go. The drivers have no setting for it, so
 * that nothing in a function's environment can lead its tokens elsewhere.
 */
export function redirectFetch(hosts: Readonly<Record<string, string>>): () => void {
  const original = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    const url = new URL(String(input));
    const target = hosts[url.hostname];
    return original(target ? `${target}${url.pathname}${url.search}` : url, init);
  };
  return () => {
    globalThis.fetch = original;
  };
}
