import { call } from 'faasten/runtime';
import { Charge, type Receipt } from '../model.js';

/** Charges a customer. Stands for a payment provider: amounts that end in 13 cents are refused. */
export default call({ input: Charge }, async ({ order, amountCents }, { secrets }): Promise<Receipt> => {
  if (!secrets.PAYMENT_KEY) throw new Error('there is no payment key');
  return { accepted: amountCents % 100 !== 13, reference: `charge-${order}` };
});
