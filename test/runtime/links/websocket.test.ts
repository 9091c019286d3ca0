import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WebSocketClient } from '../../../lib/runtime/clients.js';
import { awsSdkAvailable } from '../../engines/cloud-servers.js';
import { missing } from '../../engines/engine.js';
import { link, type Recorder, recorder, withSdk } from './support.js';

/** The AWS SDK's own client against a server that answers as API Gateway does. */
describe.skipIf(missing('aws-sdk', awsSdkAvailable()))('links to WebSocket APIs', () => {
  const before = { ...process.env };
  let server: Recorder;
  let sockets: WebSocketClient<any>;

  beforeAll(async () => {
    Object.assign(process.env, { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' });
    server = await recorder(({ path }, response) => {
      response.writeHead(path.includes('gone') ? 410 : path.includes('denied') ? 403 : 200, {
        'content-type': 'application/json',
      });
      response.end('{}');
    });
    const { websocket } = await withSdk({ websocket: 'links/websocket' });
    sockets = websocket(link('sockets', `${server.url}/live`));
  });
  afterAll(async () => {
    await server?.close();
    process.env = before;
  });

  test('post JSON to a connection of the stage, signed', async () => {
    expect(await sockets.send('AAAA1234=', { said: 'hello' })).toBe(true);
    const { method, path, body, headers } = server.received.at(-1)!;
    expect([method, decodeURIComponent(path), body]).toEqual(['POST', '/live/@connections/AAAA1234=', '{"said":"hello"}']);
    expect(headers.authorization).toMatch(/^AWS4-HMAC-SHA256 .*\/execute-api\/aws4_request/);
  });

  test('tell that a client has gone, and fail where they may not', async () => {
    expect(await sockets.send('gone', 1)).toBe(false);
    await sockets.disconnect('gone');
    expect(server.received.at(-1)).toMatchObject({ method: 'DELETE' });
    await expect(sockets.send('denied', 1)).rejects.toThrow(/^link 'sockets': send was answered 403/);
  });
});
