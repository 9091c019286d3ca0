import type { BucketClient } from '../clients.js';
import type { LinkDriver } from './driver.js';
import { accessHeader, ownAccount } from './google.js';
import { checkedExpiry, checkedKey, isAbsent, objectOf, toBytes } from './object.js';
import { type Outgoing, request } from './request.js';
import { canonicalQuery, encoded, encodedPath, signedUrl } from './signature.js';

interface Page {
  readonly items?: { readonly name: string; readonly size: string; readonly updated: string; readonly etag?: string }[];
  readonly nextPageToken?: string;
}

/** Buckets on Google Cloud Storage. https://cloud.google.com/storage/docs/json_api/v1 */
export const gcs: LinkDriver = (link) => {
  // The variable by which Google's own libraries find an emulator, which wants no token, and shall get none.
  const emulator = link.environment.STORAGE_EMULATOR_HOST;
  const origin = emulator ? emulator.replace(/^(?!https?:)/, 'http://').replace(/\/$/, '') : 'https://storage.googleapis.com';
  const objects = `b/${encoded(link.address)}/o`;
  const at = (key: string) => `${origin}/storage/v1/${objects}/${encoded(key)}`;

  const send = (operation: string, outgoing: Omit<Outgoing, 'headers'>, headers: Record<string, string> = {}) =>
    request(link, operation, {
      ...outgoing,
      headers: async () => ({ ...headers, ...(emulator ? {} : await accessHeader(link)) }),
    });

  const client: Omit<BucketClient, '~link'> = {
    async get(key) {
      try {
        const url = `${at(checkedKey(link, 'get', key))}?alt=media`;
        return objectOf(key, await send('get', { url }, { 'accept-encoding': 'identity' }));
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
      }
    },
    async put(key, content, options) {
      const query = canonicalQuery({ uploadType: 'media', name: checkedKey(link, 'put', key), fields: 'name' });
      const response = await send(
        'put',
        { method: 'POST', url: `${origin}/upload/storage/v1/${objects}?${query}`, body: await toBytes(content) },
        { 'content-type': options?.contentType ?? 'application/octet-stream' },
      );
      await response.body?.cancel();
    },
    async delete(key) {
      try {
        const response = await send('delete', { method: 'DELETE', url: at(checkedKey(link, 'delete', key)) });
        await response.body?.cancel();
      } catch (error) {
        if (!isAbsent(error)) throw error;
      }
    },
    async *list(options) {
      let token: string | undefined;
      do {
        const query = canonicalQuery({
          fields: 'items(name,size,updated,etag),nextPageToken',
          ...(options?.prefix ? { prefix: options.prefix } : {}),
          ...(token === undefined ? {} : { pageToken: token }),
        });
        const page = (await (await send('list', { url: `${origin}/storage/v1/${objects}?${query}` })).json()) as Page;
        for (const { name, size, updated, etag } of page.items ?? []) {
          yield { key: name, bytes: Number(size), updated: new Date(updated), etag };
        }
        token = page.nextPageToken;
      } while (token);
    },
    async signedUrl(key, options) {
      const url = new URL(`https://storage.googleapis.com/${link.address}/${encodedPath(checkedKey(link, 'signedUrl', key))}`);
      const expiresInSeconds = checkedExpiry(link, options);
      const account = await ownAccount(link);
      return signedUrl({
        dialect: 'X-Goog',
        algorithm: 'GOOG4-RSA-SHA256',
        method: options.method,
        url,
        account,
        place: 'auto/storage/goog4_request',
        date: new Date(),
        expiresInSeconds,
        sign: async (_scope, text) => {
          // Google signs with a key of the account that never leaves it.
          // https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/signBlob
          const response = await request(link, 'signedUrl', {
            method: 'POST',
            url: `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${encoded(account)}:signBlob`,
            headers: async () => ({ 'content-type': 'application/json', ...(await accessHeader(link)) }),
            body: JSON.stringify({ payload: Buffer.from(text).toString('base64') }),
          });
          const { signedBlob } = (await response.json()) as { signedBlob: string };
          return Buffer.from(signedBlob, 'base64').toString('hex');
        },
      });
    },
  };
  return client;
};
