/** The shop, deployed by the CDK's own command to a server that answers as AWS does and runs the functions. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Jimp } from 'jimp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  awsSdkAvailable,
  type CloudServer,
  MINISTACK_KEYS,
  ministackAvailable,
  startMinistack,
} from '../../../engines/cloud-servers.js';
import { enginesDirectory, missing, run } from '../../../engines/engine.js';
import { node, available as nodeAvailable } from '../../../engines/node.js';

const root = join(__dirname, '../../../..');
const skip =
  missing('ministack', ministackAvailable()) || missing('aws-sdk', awsSdkAvailable()) || missing('node 24', nodeAvailable(24));

describe.skipIf(skip)('the deployed shop', () => {
  let folder: string;
  let server: CloudServer;
  let host: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'deployed-'));
    // Lambda's runtime brings the AWS SDK; here functions find it in a folder above theirs.
    symlinkSync(join(enginesDirectory, 'aws-sdk', 'node_modules'), join(folder, 'node_modules'));
    mkdirSync(join(folder, 'functions'));
    const path = `${dirname(node(24))}${delimiter}${process.env.PATH}`;
    server = await startMinistack({ TMPDIR: join(folder, 'functions'), PATH: path });
    const secret = await fetch(server.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'secretsmanager.CreateSecret',
        authorization:
          'AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/secretsmanager/aws4_request, SignedHeaders=host, Signature=0',
      },
      body: JSON.stringify({ Name: 'shop-payment-key', SecretString: 'key', ClientRequestToken: '0'.repeat(32) }),
    });
    expect(secret.status).toBe(200);
    cdk('bootstrap', 'aws://123456789012/eu-west-1');
    cdk('deploy', '--require-approval', 'never', '--outputs-file', join(folder, 'outputs.json'));
    host = new URL(JSON.parse(readFileSync(join(folder, 'outputs.json'), 'utf8')).shop.Url).host;
  }, 180_000);

  afterAll(async () => {
    await server?.stop();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  function cdk(...args: string[]): void {
    const common = ['--app', 'npx tsx test/platforms/aws/deployed/app.ts', '--output', join(folder, 'cdk.out'), '--ci'];
    const { status, stdout, stderr } = run(join(root, 'node_modules/.bin/cdk'), [...args, ...common], {
      cwd: root,
      timeoutSeconds: 120,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        AWS_ENDPOINT_URL: server.url,
        AWS_ACCESS_KEY_ID: MINISTACK_KEYS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: MINISTACK_KEYS.secretAccessKey,
        AWS_REGION: 'eu-west-1',
        CDK_DISABLE_CLI_TELEMETRY: 'true',
      },
    });
    if (status !== 0) throw new Error(`cdk ${args[0]} failed:\n${stdout}\n${stderr}`);
  }

  /** A request to the API: the server finds it by the host's name, which no resolver knows. */
  function call(method: string, path: string, body?: object): Promise<{ status: number; body: Buffer; json(): any }> {
    return new Promise((resolve, reject) => {
      const headers = { host, ...(body && { 'content-type': 'application/json' }) };
      const sent = request(`${server.url}${path}`, { method, headers }, (response) => {
        const parts: Buffer[] = [];
        response
          .on('data', (part) => parts.push(part))
          .on('end', () => {
            const whole = Buffer.concat(parts);
            resolve({ status: response.statusCode!, body: whole, json: () => JSON.parse(whole.toString('utf8')) });
          });
      });
      sent.on('error', reject).end(body && JSON.stringify(body));
    });
  }

  async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
    const end = Date.now() + 40_000;
    while (Date.now() < end) {
      const found = await ask();
      if (found !== undefined) return found;
      await wait(300);
    }
    throw new Error(`${what} did not come; the server said:\n${server.output().slice(-3000)}`);
  }

  test('answers routes', async () => {
    const products = await call('GET', '/products');
    expect(products.status).toBe(200);
    expect(products.json()).toContainEqual(expect.objectContaining({ id: 'teapot' }));
    expect((await call('GET', '/orders/00000000-0000-4000-8000-000000000000')).status).toBe(404);
    expect((await call('GET', '/nowhere')).status).toBe(404);
  });

  test('takes an order from the API through the queue to the payment, a secret, a call and a topic', async () => {
    const made = await call('POST', '/orders', { customer: 'a@example.com', lines: [{ product: 'teapot', quantity: 2 }] });
    expect(made.status).toBe(202);
    const order = await until('the payment', async () => {
      const { status, json } = await call('GET', `/orders/${made.json().id}`);
      return status === 200 && json().status !== 'accepted' ? json() : undefined;
    });
    expect(order).toMatchObject({ status: 'paid', totalCents: 6980 });
    // The topic's subscriber, which nothing else starts.
    await until('the notification', async () => (/spawned for shop-ShopNotify/.test(server.output()) ? true : undefined));
  });

  test('makes a thumbnail of a photo that was uploaded to a signed URL', async () => {
    const { url } = (await call('POST', '/products/teapot/photo')).json();
    const photo = await new Jimp({ width: 640, height: 480, color: 0x336699ff }).getBuffer('image/jpeg');
    expect((await fetch(url, { method: 'PUT', body: new Uint8Array(photo) })).status).toBe(200);
    const thumbnail = await until('the thumbnail', async () => {
      const { status, body } = await call('GET', '/photos/teapot.jpg');
      return status === 200 ? body : undefined;
    });
    expect((await Jimp.read(thumbnail)).width).toBe(200);
  });
});
