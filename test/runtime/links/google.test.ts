import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { claims, startMetadata } from './google-metadata.js';
import { link, type Recorder } from './support.js';

/** Tokens are kept per process: each test loads the module anew. */
async function fresh(): Promise<typeof import('../../../lib/runtime/links/google.js')> {
  const file = require.resolve('../../../dist/runtime/links/google.js');
  delete require.cache[file];
  return require(file);
}

let metadata: Recorder;
const at = (name: string) => link(name, '', { GCE_METADATA_HOST: metadata.host });

beforeEach(async () => {
  metadata = await startMetadata();
});
afterEach(async () => {
  vi.useRealTimers();
  await metadata.close();
});

describe('tokens of the metadata server', () => {
  test('one request for all who ask, and for all links', async () => {
    const { accessHeader } = await fresh();
    const headers = await Promise.all([accessHeader(at('a')), accessHeader(at('b')), accessHeader(at('c'))]);
    expect(headers).toEqual(Array(3).fill({ authorization: 'Bearer access-1' }));
    expect(await accessHeader(at('a'))).toEqual({ authorization: 'Bearer access-1' });
    expect(metadata.received.map(({ path }) => path)).toEqual(['/computeMetadata/v1/instance/service-accounts/default/token']);
  });

  test('another one a minute before it ends', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { accessHeader, identityHeader } = await fresh();
    const start = Date.now();
    await accessHeader(at('a'));
    const identity = await identityHeader(at('a'), 'https://charge.example');
    vi.setSystemTime(start + (3600 - 70) * 1000);
    expect(await accessHeader(at('a'))).toEqual({ authorization: 'Bearer access-1' });
    expect(await identityHeader(at('a'), 'https://charge.example')).toEqual(identity);
    vi.setSystemTime(start + (3600 - 50) * 1000);
    expect(await accessHeader(at('a'))).toEqual({ authorization: 'Bearer access-3' });
    expect(claims((await identityHeader(at('a'), 'https://charge.example')).authorization).number).toBe(4);
  });

  test('an identity for each audience', async () => {
    const { identityHeader } = await fresh();
    const one = await identityHeader(at('a'), 'https://one.example/?a=b&c');
    const two = await identityHeader(at('a'), 'https://two.example');
    expect(claims(one.authorization).aud).toBe('https://one.example/?a=b&c');
    expect(claims(two.authorization).aud).toBe('https://two.example');
    expect(await identityHeader(at('b'), 'https://one.example/?a=b&c')).toEqual(one);
  });

  test('a failure is not kept', async () => {
    const { accessHeader } = await fresh();
    const nowhere = link('orders', '', { GCE_METADATA_HOST: '127.0.0.1:1' });
    await expect(accessHeader(nowhere)).rejects.toMatchObject({
      name: 'LinkError',
      message: "link 'orders': asking for an access token did not reach 127.0.0.1:1: bad port",
    });
    expect(await accessHeader(at('orders'))).toEqual({ authorization: 'Bearer access-1' });
  });
});
