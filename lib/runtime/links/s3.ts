import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { BucketClient } from '../clients.js';
import { answered, perRegion } from './aws.js';
import type { LinkDriver } from './driver.js';
import { checkedExpiry, checkedKey, decodedKey, isAbsent, storedObject, toBytes, unquoted } from './object.js';

const client = perRegion((settings) => new S3Client(settings));
/** Without this, the SDK signs the checksum of an empty body into the URL, and S3 refuses what is uploaded with it. */
const signer = perRegion((settings) => new S3Client(settings), {
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
});

/** Buckets on Amazon S3. */
export const s3: LinkDriver = (link) => {
  const Bucket = link.address;
  const bucket: Omit<BucketClient, '~link'> = {
    async get(key) {
      const command = new GetObjectCommand({ Bucket, Key: checkedKey(link, 'get', key) });
      try {
        const { Body, ContentType, ContentLength, ETag } = await answered(link, 'get', client().send(command));
        const response = new Response(Body?.transformToWebStream() as ConstructorParameters<typeof Response>[0]);
        return storedObject(key, response, { contentType: ContentType, size: ContentLength, etag: ETag });
      } catch (error) {
        // A role that may not list the bucket gets 403 instead, and cannot tell.
        // https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
        if (isAbsent(error)) return undefined;
        throw error;
      }
    },
    async put(key, content, options) {
      const command = new PutObjectCommand({
        Bucket,
        Key: checkedKey(link, 'put', key),
        Body: await toBytes(content),
        ContentType: options?.contentType ?? 'application/octet-stream',
      });
      await answered(link, 'put', client().send(command));
    },
    async delete(key) {
      await answered(link, 'delete', client().send(new DeleteObjectCommand({ Bucket, Key: checkedKey(link, 'delete', key) })));
    },
    async *list(options) {
      let token: string | undefined;
      do {
        const page = await answered(
          link,
          'list',
          client().send(
            new ListObjectsV2Command({ Bucket, Prefix: options?.prefix, ContinuationToken: token, EncodingType: 'url' }),
          ),
        );
        // Some servers leave keys as they are, and say so.
        const isEncoded = page.EncodingType === 'url';
        for (const { Key = '', Size = 0, LastModified, ETag } of page.Contents ?? []) {
          yield {
            key: isEncoded ? decodedKey(Key) : Key,
            bytes: Size,
            updated: LastModified ?? new Date(0),
            etag: unquoted(ETag),
          };
        }
        token = page.IsTruncated ? page.NextContinuationToken : undefined;
      } while (token);
    },
    async signedUrl(key, options) {
      const input = { Bucket, Key: checkedKey(link, 'signedUrl', key) };
      const expiresIn = checkedExpiry(link, options);
      // Loaded late: few functions sign, and all would pay for it at their start.
      const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner');
      const command = options.method === 'PUT' ? new PutObjectCommand(input) : new GetObjectCommand(input);
      return answered(link, 'signedUrl', getSignedUrl(signer(), command, { expiresIn }));
    },
  };
  return bucket;
};
