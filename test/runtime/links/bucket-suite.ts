import { describe, expect, test } from 'vitest';
import type { BucketClient } from '../../../lib/runtime/clients.js';

/** Characters that URLs, XML and signatures each treat in their own way. */
export const AWKWARD = [
  'a b+c%20d',
  'é/日本/😀',
  `&<>"'`,
  '=?#;:@$,!*().~',
  'a//b',
  'trailing/',
  '%2e%2e',
  'tab\there',
  '[]{}|\\^`',
];

export interface Subject {
  readonly bucket: BucketClient;
  /** A link to a bucket that is not there. */
  readonly nowhere: BucketClient;
  /** Keys that the server itself cannot hold. */
  readonly unfit?: readonly string[];
  /** The server answers for a missing bucket as for a missing object. */
  readonly mixesUp?: boolean;
}

export async function keysOf(bucket: BucketClient, prefix?: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of bucket.list({ prefix })) keys.push(key);
  return keys;
}

/** What every driver of buckets does, on whatever server. */
export function bucketSuite(subject: () => Subject): void {
  const bucket = () => subject().bucket;

  test('what was put is got: text, bytes, type, size', async () => {
    await bucket().put('orders/1.json', '{"id":1,"für":"Tee"}', { contentType: 'application/json' });
    const stored = (await bucket().get('orders/1.json'))!;
    expect(stored).toMatchObject({ key: 'orders/1.json', contentType: 'application/json', size: 21 });
    expect(stored.etag).toMatch(/^[^"]+$/);
    expect(await stored.json()).toEqual({ id: 1, für: 'Tee' });
    expect(await (await bucket().get('orders/1.json'))!.text()).toBe('{"id":1,"für":"Tee"}');
  });

  test('content in each form, the empty one too', async () => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => index % 251);
    const stream = () =>
      new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(bytes.slice(0, 1000));
          controller.enqueue(bytes.slice(1000));
          controller.close();
        },
      });
    for (const content of [bytes, bytes.buffer, new Blob([bytes]), stream()]) {
      await bucket().put('blob', content);
      const stored = (await bucket().get('blob'))!;
      expect(stored.size).toBe(70_000);
      expect(Buffer.compare(await stored.bytes(), bytes)).toBe(0);
    }
    await bucket().put('blob', '');
    expect(await (await bucket().get('blob'))!.text()).toBe('');

    await bucket().put('blob', bytes);
    const reader = (await bucket().get('blob'))!.body.getReader();
    let length = 0;
    for (let part = await reader.read(); !part.done; part = await reader.read()) length += part.value.length;
    expect(length).toBe(70_000);
  });

  test('what is not there is undefined, and deleting it is no error', async () => {
    expect(await bucket().get('missing/key')).toBeUndefined();
    await bucket().delete('missing/key');
    await bucket().put('short-lived', 'x');
    await bucket().delete('short-lived');
    expect(await bucket().get('short-lived')).toBeUndefined();
  });

  test('a bucket that is not there is an error, whatever is asked', async () => {
    const { nowhere, mixesUp } = subject();
    await expect(nowhere.put('key', 'x')).rejects.toMatchObject({ name: 'LinkError', status: 404 });
    await expect(keysOf(nowhere)).rejects.toMatchObject({ name: 'LinkError', status: 404 });
    await expect(nowhere.put('key', 'x')).rejects.toThrow(/^link 'nowhere': put was answered 404 /);
    if (!mixesUp) await expect(nowhere.get('key')).rejects.toThrow(/^link 'nowhere': get was answered 404 /);
  });

  test('awkward keys come back as they went', async () => {
    const keys = AWKWARD.filter((key) => !subject().unfit?.includes(key)).map((key) => `awkward/${key}`);
    for (const key of keys) await bucket().put(key, `content of ${key}`);
    for (const key of keys) expect(await (await bucket().get(key))?.text()).toBe(`content of ${key}`);
    expect((await keysOf(bucket(), 'awkward/')).sort()).toEqual([...keys].sort());
    for (const key of keys) await bucket().delete(key);
    expect(await keysOf(bucket(), 'awkward/')).toEqual([]);
  });

  test('lists hold size, time and tag, in the order of keys, prefixes taken literally', async () => {
    const before = Date.now() - 5_000;
    for (const key of ['list/b', 'list/a', 'list/c/d', 'list+/e']) await bucket().put(key, key);
    const found = [];
    for await (const info of bucket().list({ prefix: 'list/' })) found.push(info);
    expect(found.map(({ key, bytes }) => [key, bytes])).toEqual([
      ['list/a', 6],
      ['list/b', 6],
      ['list/c/d', 8],
    ]);
    for (const { updated, etag } of found) {
      expect(updated.getTime()).toBeGreaterThan(before);
      expect(updated.getTime()).toBeLessThan(Date.now() + 5_000);
      expect(etag).toMatch(/^[^"]+$/);
    }
    expect(await keysOf(bucket(), 'list+')).toEqual(['list+/e']);
    expect(await keysOf(bucket(), 'no such prefix')).toEqual([]);
  });

  test('lists of more than one page', { timeout: 120_000 }, async () => {
    const keys = Array.from({ length: 1005 }, (_, index) => `many/${String(index).padStart(4, '0')}`);
    for (let at = 0; at < keys.length; at += 20) await Promise.all(keys.slice(at, at + 20).map((key) => bucket().put(key, 'x')));
    expect(await keysOf(bucket(), 'many/')).toEqual(keys);
  });

  test.each([
    ['empty', ''],
    ['the parent', '..'],
    ['with a parent', 'a/../b'],
    ['with the same folder', './a'],
    ['that ends in the same folder', 'a/.'],
    ['of two lines', 'a\nb'],
    ['of 1025 bytes', 'x'.repeat(1025)],
    ['with half a character', '\ud800'],
  ])('a key %s is refused', async (_what, key) => {
    const message = /^link 'data': (get|put|delete|signedUrl) got the key .*; give 1 to 1024 bytes/;
    await expect(bucket().get(key)).rejects.toThrow(message);
    await expect(bucket().put(key, 'x')).rejects.toThrow(message);
    await expect(bucket().delete(key)).rejects.toThrow(message);
    await expect(bucket().signedUrl(key, { method: 'GET' })).rejects.toThrow(message);
  });

  test.each([0, -1, 1.5, 604_801, Number.NaN])('an expiry of %d s is refused', async (expiresInSeconds) => {
    await expect(bucket().signedUrl('key', { method: 'GET', expiresInSeconds })).rejects.toThrow(
      `link 'data': signedUrl got ${expiresInSeconds} as expiresInSeconds; give whole seconds from 1 to 604800`,
    );
  });
}

/** Signed URLs, used by somebody who knows nothing but them. */
export function signedUrlSuite(subject: () => Subject, verifies: boolean): void {
  describe('signed URLs', () => {
    test('anybody may write and read what they name', async () => {
      const { bucket, unfit = [] } = subject();
      for (const key of ['plain.txt', ...AWKWARD.filter((key) => !unfit.includes(key))].map((key) => `signed/${key}`)) {
        const put = await bucket.signedUrl(key, { method: 'PUT', expiresInSeconds: 60 });
        const written = await fetch(put, { method: 'PUT', body: `by URL: ${key}`, headers: { 'content-type': 'text/plain' } });
        expect([key, written.status, await written.text()]).toEqual([key, 200, '']);
        expect(await (await bucket.get(key))!.text()).toBe(`by URL: ${key}`);
        const read = await fetch(await bucket.signedUrl(key, { method: 'GET' }));
        expect([key, await read.text()]).toEqual([key, `by URL: ${key}`]);
      }
    });

    test.runIf(verifies)('but nothing else', async () => {
      const { bucket } = subject();
      await bucket.put('signed/one', 'one');
      await bucket.put('signed/two', 'two');
      const url = await bucket.signedUrl('signed/one', { method: 'GET', expiresInSeconds: 60 });
      expect((await fetch(url.replace('signed/one', 'signed/two'))).status).toBe(403);
      expect((await fetch(url, { method: 'PUT', body: 'three' })).status).toBe(403);
      expect((await fetch(url.replace(/(Expires=)\d+/, '$160000'))).status).toBe(403);
      const short = await bucket.signedUrl('signed/one', { method: 'GET', expiresInSeconds: 1 });
      await new Promise((resolve) => setTimeout(resolve, 2_200));
      expect((await fetch(short)).status).toBe(403);
    });
  });
}
