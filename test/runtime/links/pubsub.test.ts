import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { FifoQueueClient, FunctionClient, QueueClient, TopicClient } from '../../../lib/runtime/clients.js';
import { cloudfunction } from '../../../lib/runtime/links/cloudfunction.js';
import { pubsub } from '../../../lib/runtime/links/pubsub.js';
import { missing } from '../../engines/engine.js';
import { available, type PubSubEmulator, startPubSub } from '../../engines/pubsub-emulator.js';
import { claims, redirectFetch, startMetadata } from './google-metadata.js';
import { link, type Recorder, recorder } from './support.js';

const skip = missing('Pub/Sub emulator', available());

describe.skipIf(skip)("on Google's emulator", () => {
  let emulator: PubSubEmulator;
  let topic: string;

  beforeAll(async () => {
    if (skip) return;
    emulator = await startPubSub();
    topic = `projects/${emulator.project}/topics/orders`;
    await emulator.request('PUT', 'topics/orders');
    await emulator.request('PUT', 'subscriptions/all', { topic });
  });
  afterAll(() => emulator?.stop());

  const pull = async () => {
    const { receivedMessages = [] } = await emulator.request('POST', 'subscriptions/all:pull', { maxMessages: 10 });
    return receivedMessages.map(({ message }: any) => [
      JSON.parse(Buffer.from(message.data, 'base64').toString()),
      message.attributes,
    ]);
  };

  test('messages arrive as JSON with their attributes', async () => {
    const client = pubsub(link('orders', topic, { PUBSUB_EMULATOR_HOST: emulator.host })) as QueueClient & TopicClient;
    await client.send({ id: 1 });
    await client.send({ id: 'ä😀' }, { attributes: { status: 'paid – früh', region: 'eu' } });
    expect(await pull()).toEqual([
      [{ id: 1 }, undefined],
      [{ id: 'ä😀' }, { status: 'paid – früh', region: 'eu' }],
    ]);
  });

  test('a topic that is not there', async () => {
    const client = pubsub(
      link('events', `projects/${emulator.project}/topics/nowhere`, { PUBSUB_EMULATOR_HOST: emulator.host }),
    ) as TopicClient;
    await expect(client.publish({})).rejects.toMatchObject({ name: 'LinkError', status: 404 });
    await expect(client.publish({})).rejects.toThrow(/^link 'events': publish was answered 404 Not Found: .*Topic not found/);
  });
});

describe('with tokens', () => {
  let metadata: Recorder;
  let google: Recorder;
  let restore: () => void;
  let answer: { status: number; body: unknown };

  beforeEach(async () => {
    answer = { status: 200, body: { messageIds: ['1'] } };
    metadata = await startMetadata();
    google = await recorder((_request, response) =>
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body)),
    );
    restore = redirectFetch({ 'pubsub.googleapis.com': google.url, 'charge.example': google.url });
  });
  afterEach(async () => {
    restore();
    await google.close();
    await metadata.close();
  });
  const TOPIC = 'projects/p/topics/orders';
  const charge = () =>
    cloudfunction(link('charge', `https://charge.example#${TOPIC}`, { GCE_METADATA_HOST: metadata.host })) as FunctionClient<
      any,
      any
    >;

  test('pubsub publishes as the own service account', async () => {
    const client = pubsub(link('orders', TOPIC, { GCE_METADATA_HOST: metadata.host })) as QueueClient;
    await client.send({ id: 1 }, { attributes: { status: 'paid' } });
    expect(google.received).toMatchObject([
      {
        method: 'POST',
        path: '/v1/projects/p/topics/orders:publish',
        headers: { authorization: expect.stringMatching(/^Bearer access-\d+$/), 'content-type': 'application/json' },
        body: '{"messages":[{"data":"eyJpZCI6MX0=","attributes":{"status":"paid"}}]}',
      },
    ]);
  });

  test('pubsub keeps order by key, and refuses what it has not', async () => {
    const client = pubsub(link('orders', TOPIC, { GCE_METADATA_HOST: metadata.host })) as FifoQueueClient;
    await client.send({ id: 1 }, { group: 'customer-1' });
    expect(JSON.parse(google.received[0]!.body).messages).toEqual([
      { data: 'eyJpZCI6MX0=', attributes: {}, orderingKey: 'customer-1' },
    ]);
    await expect(client.send({}, { group: 'a', deduplicationId: '1' })).rejects.toThrow(
      "link 'orders': send got deduplicationId, and Pub/Sub takes every message that is published",
    );
    await expect((client as unknown as QueueClient).send({}, { delaySeconds: 1 })).rejects.toThrow(
      'Pub/Sub cannot delay a message',
    );
    await expect(client.send({}, { group: 'a b' })).rejects.toThrow('got the group "a b"; give 1 to 128 letters');
    expect(google.received).toHaveLength(1);
  });

  test('cloudfunction calls with an identity for that function alone', async () => {
    answer.body = { accepted: true };
    expect(await charge().call({ order: 1 })).toEqual({ accepted: true });
    const [request] = google.received;
    expect(request).toMatchObject({ method: 'POST', path: '/_faasten/call', body: '{"order":1}' });
    expect(request!.headers['content-type']).toBe('application/json');
    expect(claims(request!.headers.authorization).aud).toBe('https://charge.example');
  });

  test('cloudfunction starts through the topic', async () => {
    await charge().start({ order: 1 });
    expect(google.received.map(({ path, body }) => [path, body])).toEqual([
      ['/v1/projects/p/topics/orders:publish', '{"messages":[{"data":"eyJvcmRlciI6MX0=","attributes":{}}]}'],
    ]);
  });

  test('an error names the link and what Google said, and no token', async () => {
    answer = { status: 403, body: { error: { code: 403, message: 'User not authorized to perform this action.' } } };
    const error = await charge()
      .start({})
      .catch((error: Error) => error);
    expect(error).toMatchObject({
      status: 403,
      message: "link 'charge': start was answered 403 Forbidden: User not authorized to perform this action.",
    });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toMatch(/access-\d|Bearer/);
  });
});
