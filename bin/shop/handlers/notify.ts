import { topic } from 'faasten/runtime';
import { OrderEvent } from '../model.js';

/** Would send a mail; its trigger only lets paid and refused orders through. */
export default topic({ message: OrderEvent }, async ({ body }, { log }) => {
  log.info(body.status === 'paid' ? 'your tea is on its way' : 'we could not charge you', { order: body.order });
});
