import { type BucketWriter, type FunctionClient, links, queue, type TopicClient } from 'faasten/runtime';
import { type Charge, keys, Order, type OrderEvent, type Receipt } from '../model.js';

/** Charges each order and says what became of it. An order that cannot be charged now is tried again, alone. */
export default queue(
  {
    message: Order,
    links: links<{ charge: FunctionClient<Charge, Receipt>; data: BucketWriter; events: TopicClient<OrderEvent> }>(),
  },
  async (messages, context) => {
    for (const message of messages) {
      const order = message.body;
      try {
        const receipt = await context.links.charge.call({ order: order.id, amountCents: order.totalCents });
        const status = receipt.accepted ? 'paid' : 'refused';
        await context.links.data.put(keys.order(order.id), JSON.stringify({ ...order, status }), {
          contentType: 'application/json',
        });
        await context.links.events.publish({ order: order.id, customer: order.customer, status }, { attributes: { status } });
      } catch (error) {
        context.log.warn('order is tried again', { order: order.id, attempt: message.attempt, error });
        message.retry();
      }
    }
  },
);
