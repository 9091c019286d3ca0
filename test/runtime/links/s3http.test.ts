import { createHash, createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BucketClient } from '../../../lib/runtime/clients.js';
import { s3http } from '../../../lib/runtime/links/s3http.js';
import {
  awsSdkAvailable,
  type CloudServer,
  KEYS,
  MINISTACK_KEYS,
  ministackAvailable,
  motoAvailable,
  startMinistack,
  startMoto,
  startVersity,
  storesAvailable,
} from '../../engines/cloud-servers.js';
import { missing } from '../../engines/engine.js';
import { bucketSuite, keysOf, type Subject, signedUrlSuite } from './bucket-suite.js';
import { link, recorder, sdk } from './support.js';

const environment = (name: string, keys = KEYS) => ({
  [`FAASTEN_S3_KEY_${name}`]: keys.accessKeyId,
  [`FAASTEN_S3_SECRET_${name}`]: keys.secretAccessKey,
});
const open = (name: string, address: string, keys = KEYS) => s3http(link(name, address, environment(name, keys))) as BucketClient;

const servers = [
  {
    name: 'versitygw',
    keys: KEYS,
    available: storesAvailable,
    start: startVersity,
    verifies: true,
    unfit: ['a//b', 'trailing/'],
  },
  { name: 'moto', keys: KEYS, available: motoAvailable, start: startMoto, verifies: false },
  { name: 'ministack', keys: MINISTACK_KEYS, available: ministackAvailable, start: startMinistack, verifies: false },
];

describe.each(servers)('s3http on $name', ({ name, keys, available, start, verifies, unfit }) => {
  const skip = missing(name, available()) || missing('aws-sdk', awsSdkAvailable());
  let server: CloudServer;
  let subject: Subject;

  beforeAll(async () => {
    if (skip) return;
    server = await start();
    await makeBucket(server.url, 'faasten-data');
    subject = {
      bucket: open('data', `${server.url}/faasten-data`, keys),
      nowhere: open('nowhere', `${server.url}/faasten-nowhere`, keys),
      unfit,
    };
  });
  afterAll(() => server?.stop());

  describe.skipIf(skip)('does what buckets do', () => {
    bucketSuite(() => subject);
    signedUrlSuite(() => subject, verifies);

    test.runIf(verifies)('wrong keys are told apart, and never told', async () => {
      const secretAccessKey = 'a-wrong-secret-which-nobody-may-read';
      const wrong = open('data', `${server.url}/faasten-data`, { ...KEYS, secretAccessKey });
      const error = await keysOf(wrong).catch((error) => error);
      expect(error).toMatchObject({ name: 'LinkError', status: 403 });
      expect(error.message).toMatch(/^link 'data': list was answered 403 .*SignatureDoesNotMatch/);
      expect(`${error.message}${error.stack}`).not.toContain(secretAccessKey);
      expect(error.message).not.toContain(KEYS.accessKeyId);
    });
  });
});

/** `CreateBucket`, signed by the SDK's own signer, as versitygw wants. */
async function makeBucket(endpoint: string, bucket: string): Promise<void> {
  const response = await fetch(`${endpoint}/${bucket}`, {
    method: 'PUT',
    headers: await smithyHeaders('PUT', `${endpoint}/${bucket}`),
  });
  if (!response.ok) throw new Error(`bucket '${bucket}' was not made: ${response.status} ${await response.text()}`);
}

function signer(): any {
  const { SignatureV4 } = sdk('@smithy/signature-v4');
  class Sha256 {
    private readonly hash;
    constructor(key?: Uint8Array) {
      this.hash = key ? createHmac('sha256', key) : createHash('sha256');
    }
    update(data: Uint8Array) {
      this.hash.update(data);
    }
    async digest() {
      return new Uint8Array(this.hash.digest());
    }
  }
  return new SignatureV4({
    credentials: KEYS,
    region: 'us-east-1',
    service: 's3',
    sha256: Sha256,
    uriEscapePath: false,
    applyChecksum: true,
  });
}

async function smithyHeaders(method: string, href: string, body?: string, more: Record<string, string> = {}, date = new Date()) {
  const url = new URL(href);
  const { headers } = await signer().sign(
    {
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { host: url.host, ...more },
      body,
    },
    { signingDate: date },
  );
  return headers as Record<string, string>;
}

describe.skipIf(missing('aws-sdk', awsSdkAvailable()))("signatures are those of the SDK's own signer", () => {
  test('of requests', async () => {
    const server = await recorder((_request, response) => response.end());
    const bucket = open('data', `${server.url}/faasten-data`);
    await bucket.put('a b/é+(1).txt', 'hello', { contentType: 'text/plain' });
    await bucket.delete('x');
    for await (const _ of bucket.list({ prefix: 'a b/é+&=' })) throw new Error('there is nothing');
    expect(server.received).toHaveLength(3);
    for (const { method, path, headers, body } of server.received) {
      const date = new Date(String(headers['x-amz-date']).replace(/(....)(..)(..T..)(..)(..)/, '$1-$2-$3:$4:$5'));
      const more: Record<string, string> = body ? { 'content-type': 'text/plain' } : {};
      const theirs = await smithyHeaders(method, server.url + path, body, more, date);
      expect(headers.authorization).toBe(theirs.authorization);
      expect(headers['x-amz-content-sha256']).toBe(theirs['x-amz-content-sha256']);
    }
    await server.close();
  });

  test('of URLs', async () => {
    for (const [key, method] of [
      ['photos/a b+é(1).jpg', 'PUT'],
      ["it's/~x*!", 'GET'],
    ] as const) {
      const ours = new URL(
        await open('data', 'http://127.0.0.1:9000/faasten-data').signedUrl(key, { method, expiresInSeconds: 300 }),
      );
      const date = ours.searchParams.get('X-Amz-Date')!.replace(/(....)(..)(..T..)(..)(..)/, '$1-$2-$3:$4:$5');
      const { query } = await signer().presign(
        {
          method,
          protocol: 'http:',
          hostname: '127.0.0.1',
          port: 9000,
          path: ours.pathname,
          query: {},
          headers: { host: '127.0.0.1:9000', 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
        },
        {
          signingDate: new Date(date),
          expiresIn: 300,
          unhoistableHeaders: new Set(['x-amz-content-sha256']),
          unsignableHeaders: new Set(['x-amz-content-sha256']),
        },
      );
      expect(Object.fromEntries(ours.searchParams)).toEqual(query);
    }
  });
});

test("a signed URL is the one of AWS's documentation", async () => {
  // https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html, whose host is `examplebucket.s3.amazonaws.com`
  const { awsSignature, signedUrl } = await import('../../../lib/runtime/links/signature.js');
  const identity = {
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    region: 'us-east-1',
  };
  const url = await signedUrl({
    dialect: 'X-Amz',
    algorithm: 'AWS4-HMAC-SHA256',
    method: 'GET',
    url: new URL('https://examplebucket.s3.amazonaws.com/test.txt'),
    account: identity.accessKeyId,
    place: 'us-east-1/s3/aws4_request',
    date: new Date('2013-05-24T00:00:00Z'),
    expiresInSeconds: 86_400,
    sign: (scope, text) => awsSignature(identity, scope, text),
  });
  expect(url).toBe(
    'https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256' +
      '&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z' +
      '&X-Amz-Expires=86400&X-Amz-SignedHeaders=host' +
      '&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
  );
});

test('a request is signed as in the documentation of AWS', async () => {
  // https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, «GET Bucket (List Objects)»
  const { canonicalQuery, signedHeaders } = await import('../../../lib/runtime/links/signature.js');
  const identity = {
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    region: 'us-east-1',
  };
  const url = new URL('https://examplebucket.s3.amazonaws.com/');
  url.search = canonicalQuery({ 'max-keys': '2', prefix: 'J' });
  const { authorization } = signedHeaders(identity, { method: 'GET', url, content: '', date: new Date('2013-05-24T00:00:00Z') });
  expect(authorization).toContain('Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7');
});

test('lists read what servers write that do not encode keys, and every entity', async () => {
  const server = await recorder((_request, response) =>
    response.end(
      `<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>false</IsTruncated>` +
        '<Contents><Key>a+b &lt;&amp;lt;&gt;&quot;&apos;&#233;&#x1F600;%20</Key><LastModified>2026-01-02T03:04:05.678Z</LastModified>' +
        '<ETag>&quot;abc&quot;</ETag><Size>7</Size></Contents></ListBucketResult>',
    ),
  );
  const found = [];
  for await (const info of open('data', `${server.url}/b`).list()) found.push(info);
  expect(found).toEqual([{ key: `a+b <&lt;>"'é😀%20`, updated: new Date('2026-01-02T03:04:05.678Z'), etag: 'abc', bytes: 7 }]);
  await server.close();
});

test('without keys in the environment it says which variable is missing', () => {
  expect(() => s3http(link('data', 'http://127.0.0.1/b'))).toThrow("link 'data': the environment has no FAASTEN_S3_KEY_data");
});

test('it signs for the region it is told', async () => {
  const told = { ...environment('data'), FAASTEN_S3_REGION_data: 'garage' };
  const bucket = s3http(link('data', 'http://127.0.0.1/b', told)) as BucketClient;
  expect(await bucket.signedUrl('k', { method: 'GET' })).toMatch(/%2Fgarage%2Fs3%2Faws4_request/);
});
