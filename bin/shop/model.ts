import { z } from 'zod';

/** What a customer sends. */
export const NewOrder = z.object({
  customer: z.email(),
  lines: z.array(z.object({ product: z.string().min(1), quantity: z.int().min(1).max(100) })).min(1),
});
export type NewOrder = z.infer<typeof NewOrder>;

export const Order = NewOrder.extend({
  id: z.uuid(),
  totalCents: z.int(),
  status: z.enum(['accepted', 'paid', 'refused']),
});
export type Order = z.infer<typeof Order>;

/** What the shop tells the world about an order. */
export const OrderEvent = z.object({ order: z.uuid(), customer: z.email(), status: Order.shape.status });
export type OrderEvent = z.infer<typeof OrderEvent>;

export const Charge = z.object({ order: z.uuid(), amountCents: z.int().positive() });
export type Charge = z.infer<typeof Charge>;
export interface Receipt {
  readonly accepted: boolean;
  readonly reference: string;
}

/** Where things lie in the buckets. */
export const keys = {
  order: (id: string) => `orders/${id}.json`,
  report: (day: string) => `reports/${day}.json`,
  rawPhoto: (product: string) => `raw/${product}.jpg`,
  thumbnail: (product: string) => `thumbnails/${product}.jpg`,
};

export const products = [
  { id: 'teapot', name: 'Teapot', priceCents: 3490 },
  { id: 'cup', name: 'Cup', priceCents: 990 },
  { id: 'tea', name: 'Darjeeling, 250 g', priceCents: 1450 },
] as const;
