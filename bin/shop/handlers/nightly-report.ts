import { type BucketClient, schedule } from 'faasten/runtime';
import { keys, Order } from '../model.js';

/** Sums up the orders there are, under the day the run was due. */
export default schedule<{ data: BucketClient }>(async (event, { links, log }) => {
  const report = { orders: 0, totalCents: 0 };
  for await (const { key } of links.data.list({ prefix: 'orders/' })) {
    const stored = await links.data.get(key);
    if (!stored) continue;
    const order = Order.parse(await stored.json());
    report.orders += 1;
    report.totalCents += order.totalCents;
  }
  const day = event.time.toISOString().slice(0, 10);
  await links.data.put(keys.report(day), JSON.stringify(report), { contentType: 'application/json' });
  log.info('report written', { day, ...report });
});
