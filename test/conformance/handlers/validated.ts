import { http } from 'faasten/runtime';
import { z } from 'zod';

export default http({ body: z.object({ amount: z.int() }) }, async (_request, { body }) =>
  Response.json({ twice: 2 * body.amount }),
);
