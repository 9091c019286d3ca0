/** What Terraform would upload and configure, on Google's own functions-framework and Pub/Sub emulator. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { json } from 'node:stream/consumers';
import type { TerraformStack } from 'cdktf';
import { unzipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { HttpApi, ServerlessFunction, Topic } from '../../../lib/index.js';
import { freePort, missing } from '../../engines/engine.js';
import { available, type HttpFunction, startOnFunctionsFramework } from '../../engines/http-function.js';
import { available as pubsubAvailable, startPubSub } from '../../engines/pubsub-emulator.js';
import { written } from './stacks.js';

/** Runs the only function of a stack from its zip, with the environment it is given. */
async function running(
  make: (stack: TerraformStack) => void,
  use: (fn: HttpFunction, resource: Record<string, Record<string, any>>) => Promise<void>,
): Promise<void> {
  await written(
    make,
    async (folder) => {
      const { resource } = JSON.parse(readFileSync(join(folder, 'cdk.tf.json'), 'utf8'));
      const [object] = Object.values<any>(resource.google_storage_bucket_object);
      const [{ build_config, service_config }] = Object.values<any>(resource.google_cloudfunctions2_function) as [any];
      const code = mkdtempSync(join(tmpdir(), 'function-'));
      for (const [name, bytes] of Object.entries(unzipSync(readFileSync(join(folder, object.source))))) {
        mkdirSync(dirname(join(code, name)), { recursive: true });
        writeFileSync(join(code, name), bytes);
      }
      const fn = await startOnFunctionsFramework(code, service_config.environment_variables, build_config.entry_point);
      try {
        await use(fn, resource);
      } finally {
        await fn.stop();
        rmSync(code, { recursive: true, force: true });
      }
    },
    true,
  );
}

/** Stands before a function: counts deliveries, which Pub/Sub tells where there are dead letters and its emulator does not. */
async function counting(url: string): Promise<{ url: string; statuses: number[]; stop(): void }> {
  const deliveries = new Map<string, number>();
  const statuses: number[] = [];
  const server = createServer(async (request, response) => {
    const envelope = (await json(request)) as any;
    const deliveryAttempt = (deliveries.get(envelope.message.messageId) ?? 0) + 1;
    deliveries.set(envelope.message.messageId, deliveryAttempt);
    const answer = await fetch(`${url}${request.url}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...envelope, deliveryAttempt }),
    });
    statuses.push(answer.status);
    response.writeHead(answer.status).end();
  });
  const port = await freePort();
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${port}`, statuses, stop: () => server.close() };
}

async function until<T>(get: () => Promise<T | undefined>, seconds: number): Promise<T> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    const found = await get();
    if (found !== undefined) return found;
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error(`nothing came within ${seconds} seconds`);
}

describe.skipIf(missing('functions-framework', available()))('on functions-framework', () => {
  const echo = (stack: TerraformStack) => {
    const fn = new ServerlessFunction(stack, 'Echo', { entry: join(__dirname, 'handlers/echo.ts') });
    new HttpApi(stack, 'Api', { cors: { origins: ['https://shop.example'] }, routes: { 'GET /files/{path+}': fn } });
  };

  test('a handler sees the client’s authorization, and browsers are answered', async () => {
    await running(echo, async ({ url }) => {
      const at = `${url}/_faasten/http/files/a/b`;
      const seen = async (headers: Record<string, string>) => (await (await fetch(at, { headers })).json()) as any;
      const gateway = { authorization: 'Bearer of-the-gateway' };
      expect(await seen({ ...gateway, 'x-forwarded-authorization': 'Bearer of-the-client' })).toMatchObject({
        params: { path: 'a/b' },
        headers: { authorization: 'Bearer of-the-client' },
      });
      const { headers } = await seen(gateway);
      expect(JSON.stringify(headers)).not.toContain('of-the-gateway');
      const origin = 'https://shop.example';
      const preflight = await fetch(at, {
        method: 'OPTIONS',
        headers: { ...gateway, origin, 'access-control-request-method': 'GET' },
      });
      expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, origin]);
      const answer = await fetch(at, { headers: { ...gateway, origin } });
      expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, origin]);
      // Without the gateway's prefix there are no routes.
      expect((await fetch(`${url}/files/a/b`, { headers: gateway })).status).toBe(404);
    });
  });

  describe.skipIf(missing('Pub/Sub emulator', pubsubAvailable()))('with Pub/Sub', () => {
    const failing = (stack: TerraformStack) => {
      const topic = new Topic(stack, 'Events');
      new ServerlessFunction(stack, 'Fail', {
        entry: join(__dirname, 'handlers/failing.ts'),
        retry: { maxAttempts: 2 },
        triggers: { Events: topic.messages() },
      });
    };

    test('two attempts are two, though Pub/Sub makes five, and then the event is with the dead letters', async () => {
      await running(failing, async (fn, resource) => {
        const subscriptions = Object.values<any>(resource.google_pubsub_subscription!);
        const push = subscriptions.find(({ push_config }) => push_config);
        const counter = await counting(fn.url);
        const pubsub = await startPubSub();
        try {
          const path = (kind: string, name: string) => `projects/${pubsub.project}/${kind}/${name}`;
          for (const topic of ['events', 'dead']) await pubsub.request('PUT', `topics/${topic}`, {});
          await pubsub.request('PUT', 'subscriptions/kept', { topic: path('topics', 'dead') });
          await pubsub.request('PUT', 'subscriptions/push', {
            topic: path('topics', 'events'),
            ackDeadlineSeconds: push.ack_deadline_seconds,
            // As configured, but for the wait between attempts.
            retryPolicy: { minimumBackoff: '0s', maximumBackoff: '1s' },
            deadLetterPolicy: {
              deadLetterTopic: path('topics', 'dead'),
              maxDeliveryAttempts: push.dead_letter_policy.max_delivery_attempts,
            },
            pushConfig: { pushEndpoint: push.push_config.push_endpoint.replace(/^\$\{.*?\}/, counter.url) },
          });
          const data = Buffer.from('{"hello":1}').toString('base64');
          await pubsub.request('POST', 'topics/events:publish', { messages: [{ data }] });
          const [dead] = await until(async () => {
            const { receivedMessages } = await pubsub.request('POST', 'subscriptions/kept:pull', {
              maxMessages: 1,
              returnImmediately: true,
            });
            return receivedMessages as any[] | undefined;
          }, 40);
          expect(dead.message.data).toBe(data);
          expect(
            fn
              .output()
              .match(/ran for \d+, attempt \d+/g)
              ?.map((line) => line.split(', ')[1]),
          ).toEqual(['attempt 1', 'attempt 2']);
          expect(counter.statuses).toEqual([500, 500, 410, 410, 410]);
        } finally {
          counter.stop();
          await pubsub.stop();
        }
      });
    });
  });
});
