import { LinkError, type ObjectContent, type SignedUrlOptions, type StoredObject } from '../clients.js';
import type { LinkConfiguration } from './driver.js';

/** Seconds: 7 days, the longest of S3 and Cloud Storage alike. */
const MAX_EXPIRY = 604_800;

/**
 * A key that every store and every HTTP client takes as it is. Clients resolve `.` and `..` in paths, so a key with such a segment
 * would reach another object.
 */
export function checkedKey(link: LinkConfiguration, operation: string, key: string): string {
  const bytes = typeof key === 'string' ? Buffer.byteLength(key) : 0;
  // 1,024 bytes: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html, https://cloud.google.com/storage/docs/objects#naming
  if (bytes < 1 || bytes > 1024 || /\p{Cs}|[\r\n]|(^|\/)\.{1,2}(\/|$)/u.test(key)) {
    throw new LinkError(
      `link '${link.name}': ${operation} got the key ${JSON.stringify(key)}; give 1 to 1024 bytes without line breaks and without '.' and '..' between slashes`,
    );
  }
  return key;
}

export function checkedExpiry(link: LinkConfiguration, { expiresInSeconds = 900 }: SignedUrlOptions): number {
  if (!Number.isInteger(expiresInSeconds) || expiresInSeconds < 1 || expiresInSeconds > MAX_EXPIRY) {
    throw new LinkError(
      `link '${link.name}': signedUrl got ${expiresInSeconds} as expiresInSeconds; give whole seconds from 1 to ${MAX_EXPIRY}`,
    );
  }
  return expiresInSeconds;
}

/** Whole content in memory: stores want to know its size, and a request that is tried again sends it again. */
export async function toBytes(content: ObjectContent): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(content as ConstructorParameters<typeof Response>[0]).arrayBuffer());
}

/** An object whose content is the body of an answer. */
export function storedObject(
  key: string,
  response: Response,
  facts: { contentType?: string; size?: number; etag?: string },
): StoredObject {
  return {
    key,
    contentType: facts.contentType,
    size: facts.size,
    etag: unquoted(facts.etag),
    body: (response.body ?? new Blob([]).stream()) as ReadableStream<Uint8Array>,
    bytes: async () => new Uint8Array(await response.arrayBuffer()),
    text: () => response.text(),
    json: () => response.json(),
  };
}

/** {@link storedObject} from an HTTP answer alone. */
export function objectOf(key: string, response: Response): StoredObject {
  const { headers } = response;
  const length = headers.get('content-length');
  return storedObject(key, response, {
    contentType: headers.get('content-type') ?? undefined,
    // An encoded body is decoded on the way, and the length is that of the encoded one.
    size: length === null || headers.has('content-encoding') ? undefined : Number(length),
    etag: headers.get('etag') ?? undefined,
  });
}

export function unquoted(etag: string | undefined): string | undefined {
  return etag?.replace(/^(W\/)?"|"$/g, '');
}

/** Whether an error says that there is no such object; that there is no such bucket is another matter. */
export function isAbsent(error: unknown): boolean {
  return error instanceof LinkError && error.status === 404 && !/NoSuchBucket|bucket does not exist/i.test(error.message);
}

/** Keys in S3's lists, asked for with `encoding-type=url`, as XML cannot hold every character. */
export function decodedKey(key: string): string {
  return decodeURIComponent(key.replaceAll('+', ' '));
}
