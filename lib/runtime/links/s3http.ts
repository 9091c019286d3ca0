import { type BucketClient, LinkError, type ObjectInfo } from '../clients.js';
import { S3_KEY_PREFIX, S3_REGION_PREFIX, S3_SECRET_PREFIX } from '../wire.js';
import type { LinkConfiguration, LinkDriver } from './driver.js';
import { checkedExpiry, checkedKey, decodedKey, isAbsent, objectOf, toBytes, unquoted } from './object.js';
import { type Outgoing, request } from './request.js';
import { type AwsIdentity, awsSignature, canonicalQuery, encodedPath, signedHeaders, signedUrl } from './signature.js';

/** Buckets of any server that speaks S3 (Ceph, SeaweedFS, Garage), addressed in path style. */
export const s3http: LinkDriver = (link) => {
  const identity: AwsIdentity = {
    accessKeyId: needed(link, S3_KEY_PREFIX),
    secretAccessKey: needed(link, S3_SECRET_PREFIX),
    region: link.environment[`${S3_REGION_PREFIX}${link.name}`] || 'us-east-1',
  };
  const bucket = link.address.replace(/\/$/, '');
  const at = (key: string) => new URL(`${bucket}/${encodedPath(key)}`);

  const send = (
    operation: string,
    method: NonNullable<Outgoing['method']>,
    url: URL,
    content?: Uint8Array<ArrayBuffer>,
    type?: string,
  ) =>
    request(link, operation, {
      method,
      url: url.href,
      headers: () => ({
        ...signedHeaders(identity, {
          method,
          url,
          headers: type ? { 'content-type': type } : {},
          content: content ?? '',
          date: new Date(),
        }),
        // Not signed, as proxies change it: the length of what comes is to be the length of the object.
        'accept-encoding': 'identity',
      }),
      body: content,
    });

  const client: Omit<BucketClient, '~link'> = {
    async get(key) {
      try {
        return objectOf(key, await send('get', 'GET', at(checkedKey(link, 'get', key))));
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
      }
    },
    async put(key, content, options) {
      const url = at(checkedKey(link, 'put', key));
      const response = await send('put', 'PUT', url, await toBytes(content), options?.contentType ?? 'application/octet-stream');
      await response.body?.cancel();
    },
    async delete(key) {
      try {
        const response = await send('delete', 'DELETE', at(checkedKey(link, 'delete', key)));
        await response.body?.cancel();
      } catch (error) {
        if (!isAbsent(error)) throw error;
      }
    },
    async *list(options) {
      let token: string | undefined;
      do {
        const url = new URL(bucket);
        url.search = canonicalQuery({
          'list-type': '2',
          'encoding-type': 'url',
          ...(options?.prefix ? { prefix: options.prefix } : {}),
          ...(token === undefined ? {} : { 'continuation-token': token }),
        });
        const page = await (await send('list', 'GET', url)).text();
        yield* objectsIn(page);
        token = element(page, 'IsTruncated') === 'true' ? element(page, 'NextContinuationToken') : undefined;
      } while (token);
    },
    async signedUrl(key, options) {
      return signedUrl({
        dialect: 'X-Amz',
        algorithm: 'AWS4-HMAC-SHA256',
        method: options.method,
        url: at(checkedKey(link, 'signedUrl', key)),
        account: identity.accessKeyId,
        place: `${identity.region}/s3/aws4_request`,
        date: new Date(),
        expiresInSeconds: checkedExpiry(link, options),
        sign: (scope, text) => awsSignature(identity, scope, text),
      });
    },
  };
  return client;
};

function needed(link: LinkConfiguration, prefix: string): string {
  const value = link.environment[`${prefix}${link.name}`];
  if (!value) throw new LinkError(`link '${link.name}': the environment has no ${prefix}${link.name}`);
  return value;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
function* objectsIn(page: string): Generator<ObjectInfo> {
  const isEncoded = element(page, 'EncodingType') === 'url';
  for (const [, entry = ''] of page.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
    const key = element(entry, 'Key') ?? '';
    yield {
      key: isEncoded ? decodedKey(key) : key,
      bytes: Number(element(entry, 'Size')),
      updated: new Date(element(entry, 'LastModified') ?? 0),
      etag: unquoted(element(entry, 'ETag')),
    };
  }
}

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** Text of the first element of that name. S3's answers hold neither attributes nor CDATA in these. */
function element(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return text?.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (all, hex, decimal, named) =>
    named ? (ENTITIES[named] ?? all) : String.fromCodePoint(hex ? Number.parseInt(hex, 16) : Number(decimal)),
  );
}
