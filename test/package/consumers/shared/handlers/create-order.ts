import { http, links, type QueueClient } from 'faasten/runtime';

export interface Order {
  readonly id: string;
}

export default http({ links: links<{ orders: QueueClient<Order> }>() }, async (request, context) => {
  const order = (await request.json()) as Order;
  await context.links.orders.send(order);
  return Response.json(order, { status: 202 });
});
