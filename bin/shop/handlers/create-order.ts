import { type BucketWriter, http, links, type QueueClient } from 'faasten/runtime';
import { keys, NewOrder, type Order, products } from '../model.js';

/** Accepts an order: stores it, and leaves the payment to the queue's worker, so that the customer does not wait for it. */
export default http(
  { body: NewOrder, links: links<{ orders: QueueClient<Order>; data: BucketWriter }>() },
  async (_request, context) => {
    const unknown = context.body.lines.filter((line) => !products.some((product) => product.id === line.product));
    if (unknown.length > 0) {
      return Response.json({ title: `there is no product '${unknown[0]!.product}'`, status: 422 }, { status: 422 });
    }
    const totalCents = context.body.lines.reduce(
      (sum, line) => sum + line.quantity * products.find((product) => product.id === line.product)!.priceCents,
      0,
    );
    const order: Order = { ...context.body, id: crypto.randomUUID(), totalCents, status: 'accepted' };
    await context.links.data.put(keys.order(order.id), JSON.stringify(order), { contentType: 'application/json' });
    await context.links.orders.send(order);
    context.log.info('order accepted', { order: order.id, totalCents });
    return Response.json(order, { status: 202, headers: { location: `/orders/${order.id}` } });
  },
);
