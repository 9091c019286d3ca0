import { createSign } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { BucketClient } from '../../../lib/runtime/clients.js';
import { gcs } from '../../../lib/runtime/links/gcs.js';
import { encodedPath, signedUrl } from '../../../lib/runtime/links/signature.js';
import { type CloudServer, startGcs, storesAvailable } from '../../engines/cloud-servers.js';
import { enginesDirectory, missing } from '../../engines/engine.js';
import { bucketSuite, type Subject } from './bucket-suite.js';
import { redirectFetch, startMetadata } from './google-metadata.js';
import { link, type Recorder, recorder } from './support.js';

const skip = missing('object-stores', storesAvailable());

describe.skipIf(skip)('gcs on fake-gcs-server', () => {
  let server: CloudServer;
  let subject: Subject;

  beforeAll(async () => {
    if (skip) return;
    server = await startGcs();
    await fetch(`${server.url}/storage/v1/b?project=p`, { method: 'POST', body: '{"name":"faasten-data"}' });
    const environment = { STORAGE_EMULATOR_HOST: server.url };
    subject = {
      bucket: gcs(link('data', 'faasten-data', environment)) as BucketClient,
      nowhere: gcs(link('nowhere', 'faasten-nowhere', environment)) as BucketClient,
      // It says of a missing bucket what it says of a missing object; see below for what Google says.
      mixesUp: true,
    };
  });
  afterAll(() => server?.stop());

  bucketSuite(() => subject);
});

const vectors = join(enginesDirectory, 'object-stores', 'v4_signatures.json');

interface Vector {
  readonly description: string;
  readonly bucket: string;
  readonly object?: string;
  readonly method: string;
  readonly expiration: number;
  readonly timestamp: string;
  readonly headers?: object;
  readonly queryParameters?: object;
  readonly urlStyle?: string;
  readonly expectedStringToSign: string;
  readonly expectedCanonicalRequest: string;
}

describe.skipIf(skip)("signed URLs are those of Google's conformance tests", () => {
  const all: Vector[] = existsSync(vectors) ? JSON.parse(readFileSync(vectors, 'utf8')).signingV4Tests : [];
  // Those without what the driver never signs: headers, query parameters, the bucket in the host.
  const fitting = all.filter(
    ({ object, headers, queryParameters, urlStyle }) => object && !headers && !queryParameters && !urlStyle,
  );

  test('there are some', () => {
    expect(fitting.map(({ description }) => description)).toEqual(
      expect.arrayContaining(['Simple GET', 'Simple PUT', 'Vary expiration and timestamp', 'Vary bucket and object']),
    );
  });

  test.each(fitting)('$description', async (vector) => {
    const signed: string[] = [];
    const host = /\nhost:(.*)\n/.exec(vector.expectedCanonicalRequest)![1]!;
    const url = await signedUrl({
      dialect: 'X-Goog',
      algorithm: 'GOOG4-RSA-SHA256',
      method: vector.method,
      url: new URL(`https://${host}/${vector.bucket}/${encodedPath(vector.object!)}`),
      account: /X-Goog-Credential=(.*?)%2F/.exec(vector.expectedCanonicalRequest)![1]!.replace('%40', '@'),
      place: 'auto/storage/goog4_request',
      date: new Date(vector.timestamp),
      expiresInSeconds: vector.expiration,
      sign: (_scope, text) => {
        signed.push(text);
        return 'abc';
      },
    });
    expect(signed).toEqual([vector.expectedStringToSign]);
    const [, path, query] = vector.expectedCanonicalRequest.split('\n');
    expect(url).toBe(`https://${host}${path}?${query}&X-Goog-Signature=abc`);
  });

  test('paths with what the vectors with headers have', () => {
    const paths = all.filter(({ object, urlStyle }) => object && !urlStyle);
    expect(paths.length).toBeGreaterThan(fitting.length);
    for (const { bucket, object, expectedCanonicalRequest } of paths) {
      expect(`/${bucket}/${encodedPath(object!)}`).toBe(expectedCanonicalRequest.split('\n')[1]);
    }
  });

  test('the signature is the one of the account that Google publishes', async () => {
    const account = JSON.parse(readFileSync(join(enginesDirectory, 'object-stores', 'service-account'), 'utf8'));
    const vector = fitting.find(({ description }) => description === 'Simple GET') as Vector & { expectedUrl: string };
    const sign = createSign('RSA-SHA256').update(vector.expectedStringToSign).sign(account.private_key);
    expect(vector.expectedUrl).toContain(`X-Goog-Signature=${sign.toString('hex')}`);
  });
});

describe('with tokens', () => {
  let metadata: Recorder;
  let google: Recorder;
  let restore: () => void;
  let answer: { status: number; body: object };

  beforeAll(async () => {
    metadata = await startMetadata();
    google = await recorder((_request, response) =>
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body)),
    );
    restore = redirectFetch({ 'storage.googleapis.com': google.url, 'iamcredentials.googleapis.com': google.url });
  });
  afterAll(async () => {
    restore();
    await google.close();
    await metadata.close();
  });
  beforeEach(() => {
    answer = { status: 200, body: { keyId: 'k', signedBlob: Buffer.from([0xde, 0xad, 0xbe, 0xef]).toString('base64') } };
  });
  const bucket = () => gcs(link('data', 'faasten-data', { GCE_METADATA_HOST: metadata.host })) as BucketClient;

  test('IAM signs with the key of the own account', async () => {
    const url = new URL(await bucket().signedUrl('a b/é.jpg', { method: 'PUT', expiresInSeconds: 300 }));
    expect(url.origin + url.pathname).toBe('https://storage.googleapis.com/faasten-data/a%20b/%C3%A9.jpg');
    expect(url.searchParams.get('X-Goog-Credential')).toMatch(
      /^shop@project\.iam\.gserviceaccount\.com\/\d{8}\/auto\/storage\/goog4_request$/,
    );
    expect(url.searchParams.get('X-Goog-Expires')).toBe('300');
    expect(url.searchParams.get('X-Goog-Signature')).toBe('deadbeef');
    const request = google.received.at(-1)!;
    expect(request).toMatchObject({
      method: 'POST',
      path: '/v1/projects/-/serviceAccounts/shop%40project.iam.gserviceaccount.com:signBlob',
    });
    expect(request.headers.authorization).toMatch(/^Bearer access-/);
    const text = Buffer.from(JSON.parse(request.body).payload, 'base64').toString();
    expect(text).toMatch(/^GOOG4-RSA-SHA256\n\d{8}T\d{6}Z\n\d{8}\/auto\/storage\/goog4_request\n[0-9a-f]{64}$/);
  });

  test('a missing object is undefined, a missing bucket an error', async () => {
    answer = { status: 404, body: { error: { code: 404, message: 'No such object: faasten-data/a' } } };
    expect(await bucket().get('a')).toBeUndefined();
    await bucket().delete('a');
    answer = { status: 404, body: { error: { code: 404, message: 'The specified bucket does not exist.' } } };
    for (const attempt of [() => bucket().get('a'), () => bucket().delete('a')]) {
      await expect(attempt()).rejects.toThrow(
        /^link 'data': (get|delete) was answered 404 Not Found: The specified bucket does not exist\.$/,
      );
    }
  });

  test('requests carry the token, and ask for the content as it is', async () => {
    await bucket().get('a/b');
    expect(google.received.at(-1)).toMatchObject({
      method: 'GET',
      path: '/storage/v1/b/faasten-data/o/a%2Fb?alt=media',
      headers: { authorization: expect.stringMatching(/^Bearer access-/), 'accept-encoding': 'identity' },
    });
    await bucket().put('a/b', 'x', { contentType: 'text/plain' });
    expect(google.received.at(-1)).toMatchObject({
      method: 'POST',
      path: '/upload/storage/v1/b/faasten-data/o?fields=name&name=a%2Fb&uploadType=media',
      headers: { authorization: expect.stringMatching(/^Bearer access-/), 'content-type': 'text/plain', 'content-length': '1' },
      body: 'x',
    });
  });
});
