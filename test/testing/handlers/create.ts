import { type BucketWriter, http, type QueueClient } from 'faasten/runtime';

export default http<{ orders: QueueClient; data: BucketWriter }>(async (request, { links, log, secrets }) => {
  const order = (await request.json()) as { id: string };
  log.info('order accepted', { id: order.id, key: secrets.KEY?.length });
  await links.data.put(`accepted/${order.id}`, 'yes');
  await links.orders.send(order, { attributes: { id: order.id } });
  return Response.json(order, { status: 202 });
});
