/** The service of a new project: small, and one of each that most services have. The same for every framework. */

const SHOP = `import type { Construct } from 'constructs';
import { Bucket, HttpApi, Queue, ServerlessFunction, Service } from 'faasten';
import type { Order } from './order';

/** Declared once: it imports no cloud, and runs where it is put. */
export class Shop extends Service {
  constructor(scope: Construct, id: string) {
    super(scope, id, { root: __dirname });

    const orders = new Queue<Order>(this, 'Orders', { maxAttempts: 5 });
    const data = new Bucket(this, 'Data');

    new HttpApi(this, 'Api', {
      routes: {
        'POST /orders': new ServerlessFunction<typeof import('./handlers/create-order')>(this, 'CreateOrder', {
          entry: 'handlers/create-order.ts',
          links: { orders, data: data.writeOnly() },
        }),
        'GET /orders/{id}': new ServerlessFunction<typeof import('./handlers/get-order')>(this, 'GetOrder', {
          entry: 'handlers/get-order.ts',
          links: { data: data.readOnly() },
        }),
      },
    });

    new ServerlessFunction<typeof import('./handlers/fulfil')>(this, 'Fulfil', {
      entry: 'handlers/fulfil.ts',
      links: { data: data.writeOnly() },
      triggers: { Orders: orders.messages({ batchSize: 10 }) },
    });
  }
}
`;

const ORDER = `export interface Order {
  readonly id: string;
  readonly product: string;
  readonly status: 'accepted' | 'fulfilled';
}

/** Where an order lies in the bucket. */
export const keyOf = (id: string) => \`orders/\${id}.json\`;
`;

const CREATE = `import { type BucketWriter, http, type QueueClient } from 'faasten/runtime';
import { keyOf, type Order } from '../order';

/** Accepts an order, and leaves the work to the queue. */
export default http<{ orders: QueueClient<Order>; data: BucketWriter }>(async (request, { links, log }) => {
  const { product } = (await request.json()) as { product?: string };
  if (!product) return Response.json({ title: 'which product?' }, { status: 400 });
  const order: Order = { id: crypto.randomUUID(), product, status: 'accepted' };
  await links.data.put(keyOf(order.id), JSON.stringify(order));
  await links.orders.send(order);
  log.info('order accepted', { id: order.id });
  return Response.json(order, { status: 202, headers: { location: \`/orders/\${order.id}\` } });
});
`;

const GET = `import { type BucketReader, http } from 'faasten/runtime';
import { keyOf } from '../order';

export default http<{ data: BucketReader }>(async (_request, { links, params }) => {
  const stored = await links.data.get(keyOf(params.id ?? ''));
  return stored ? Response.json(await stored.json()) : new Response(null, { status: 404 });
});
`;

const FULFIL = `import { type BucketWriter, queue } from 'faasten/runtime';
import { keyOf, type Order } from '../order';

/** Takes up to ten orders at once. One that throws comes again, five times at most. */
export default queue<{ data: BucketWriter }>(async (messages, { links, log }) => {
  for (const { body } of messages) {
    const order: Order = { ...(body as Order), status: 'fulfilled' };
    await links.data.put(keyOf(order.id), JSON.stringify(order));
    log.info('order fulfilled', { id: order.id });
  }
});
`;

const TEST = `import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type RunningService, startService } from 'faasten/testing';
import { Shop } from '../shop';

let shop: RunningService;
before(async () => {
  shop = await startService((scope) => new Shop(scope, 'Shop'));
});
after(() => shop.stop());

test('an order is accepted, and fulfilled a moment later', async () => {
  const accepted = await shop.request('POST /orders', { json: { product: 'teapot' } });
  assert.equal(accepted.status, 202);
  const { id } = (await accepted.json()) as { id: string };

  await shop.settle();

  const order = await shop.request(\`GET /orders/\${id}\`);
  assert.deepEqual(await order.json(), { id, product: 'teapot', status: 'fulfilled' });
});

test('an order without a product is refused', async () => {
  const { status } = await shop.request('POST /orders', { json: {} });
  assert.equal(status, 400);
});
`;

const CONFIG = `import { defineConfig } from 'faasten';
import { Shop } from './shop';

/** For faasten's own command: npx faasten dev. */
export default defineConfig((scope) => new Shop(scope, 'Shop'));
`;

export const SERVICE_FILES: Readonly<Record<string, string>> = {
  'faasten.config.ts': CONFIG,
  'shop.ts': SHOP,
  'order.ts': ORDER,
  'handlers/create-order.ts': CREATE,
  'handlers/get-order.ts': GET,
  'handlers/fulfil.ts': FULFIL,
  'test/shop.test.ts': TEST,
};
