/** Modules of handlers, as `typeof import('…')` sees them. Only their types are used. */
import {
  type BucketClient,
  type BucketReader,
  type BucketWriter,
  call,
  type FifoQueueClient,
  type FifoTopicClient,
  type FunctionClient,
  handlers,
  http,
  links,
  objects,
  type QueueClient,
  queue,
  schedule,
  type TopicClient,
  topic,
} from 'faasten/runtime';
import { z } from 'zod';

export interface Order {
  readonly id: string;
}
export interface Receipt {
  readonly paid: boolean;
}

type Module<T> = { default: T };

const plain = http(async () => new Response('ok'));
export type Plain = Module<typeof plain>;

const sending = http<{ orders: QueueClient<Order> }>(async (_request, { links: { orders } }) => {
  await orders.send({ id: '1' });
  return new Response(null, { status: 202 });
});
export type Sending = Module<typeof sending>;

const inOrder = http<{ orders: FifoQueueClient<Order>; events: FifoTopicClient<Order> }>(async (_request, { links }) => {
  await links.orders.send({ id: '1' }, { group: 'customer', deduplicationId: '1' });
  await links.events.publish({ id: '1' }, { group: 'customer' });
  // @ts-expect-error order needs a group
  await links.orders.send({ id: '1' });
  // @ts-expect-error a queue with order does not delay one message
  await links.orders.send({ id: '1' }, { group: 'customer', delaySeconds: 1 });
  return new Response(null, { status: 202 });
});
export type InOrder = Module<typeof inOrder>;

const delaying = http<{ orders: QueueClient<Order> }>(async (_request, { links: { orders } }) => {
  await orders.send({ id: '1' }, { delaySeconds: 60 });
  // @ts-expect-error a queue without order has no groups
  await orders.send({ id: '1' }, { group: 'customer' });
  return new Response(null, { status: 202 });
});
export type Delaying = Module<typeof delaying>;

const publishing = schedule<{ events: TopicClient<Order> }>(async (_event, { links: { events } }) => {
  await events.publish({ id: '1' });
});
export type Publishing = Module<typeof publishing>;

const storing = http<{ reads: BucketReader; writes: BucketWriter; both: BucketClient }>(
  async (_request, { links: { reads } }) => {
    // @ts-expect-error a reader does not write
    reads.put('key', 'content');
    return new Response('ok');
  },
);
export type Storing = Module<typeof storing>;

const charging = call({ input: z.object({ id: z.string() }) }, async ({ id }): Promise<Receipt> => ({ paid: id !== '' }));
export type Charging = Module<typeof charging>;

const working = queue(
  { message: z.object({ id: z.string() }), links: links<{ charge: FunctionClient<Order, Receipt> }>() },
  async (messages, { links: { charge } }) => {
    for (const { body } of messages) {
      const id: string = body.id;
      // @ts-expect-error the schema makes an object with an id
      void body.name;
      const { paid } = await charge.call({ id });
      void (paid satisfies boolean);
    }
  },
);
export type Working = Module<typeof working>;

const several = handlers({
  topic: topic<{ data: BucketReader }>(async () => {}),
  objects: objects<{ data: BucketWriter; events: TopicClient<Order> }>(async () => {}),
});
export type Several = Module<typeof several>;
