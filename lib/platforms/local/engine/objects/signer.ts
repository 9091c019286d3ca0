import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { REQUEST_BYTES } from '../../limits.js';
import { bodyOf, problem } from '../http.js';
import type { Buckets } from './buckets.js';

/** Path, on the engine's own port, below which signed URLs lie. */
export const OBJECTS_PATH = '/objects/';

/** Makes URLs with which one object can be read or written for a while, and answers them. They end with the process at the latest. */
export class Signer {
  /** Base URL of the engine's own port. */
  origin = '';
  private readonly key = randomBytes(32);

  constructor(private readonly buckets: Buckets) {}

  url(bucket: string, { key, method, expiresInSeconds }: { key: string; method: string; expiresInSeconds: number }): string {
    const expires = String(Math.floor(Date.now() / 1000) + expiresInSeconds);
    const query = new URLSearchParams({ bucket, key, expires, signature: this.sign(method, bucket, key, expires) });
    return `${this.origin}${OBJECTS_PATH}${encodeURIComponent(key.split('/').at(-1) || 'object')}?${query}`;
  }

  async answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const { method = 'GET', headers } = request;
    const [bucket = '', key = '', expires = '', signature = ''] = ['bucket', 'key', 'expires', 'signature'].map(
      (name) => url.searchParams.get(name) ?? undefined,
    );
    // The guard let local origins in only.
    if (headers.origin) response.setHeader('access-control-allow-origin', headers.origin);
    if (method === 'OPTIONS') {
      response
        .writeHead(204, { 'access-control-allow-methods': 'GET, PUT', 'access-control-allow-headers': 'content-type' })
        .end();
      return;
    }
    const expected = this.sign(method === 'HEAD' ? 'GET' : method, bucket, key, expires);
    const valid = signature.length === expected.length && timingSafeEqual(Buffer.from(signature), Buffer.from(expected));
    if (!valid) return problem(response, 403, 'Forbidden', 'the signature does not fit the URL and the method');
    if (Number(expires) * 1000 <= Date.now()) return problem(response, 403, 'Forbidden', 'the URL has expired');
    const store = this.buckets.all.get(bucket)!;
    if (method === 'PUT') {
      const body = await bodyOf(request);
      if (!body) return problem(response, 413, 'Content Too Large', `a body may have ${REQUEST_BYTES} bytes`);
      await store.put(key, body, headers['content-type']);
      response.writeHead(200).end();
      return;
    }
    const object = await store.get(key);
    if (!object) return problem(response, 404, 'Not Found', 'there is no such object');
    response.writeHead(200, { 'content-type': object.contentType, etag: `"${object.etag}"`, 'content-length': object.size });
    response.end(method === 'HEAD' ? undefined : object.bytes);
  }

  private sign(method: string, bucket: string, key: string, expires: string): string {
    return createHmac('sha256', this.key)
      .update(JSON.stringify([method, bucket, key, expires]))
      .digest('hex');
  }
}
