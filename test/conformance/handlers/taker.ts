import { event } from 'faasten/runtime';
import { z } from 'zod';
import { report } from './report.js';

const Order = z.object({ order: z.string(), wish: z.enum(['work', 'work later', 'throw']) });
const failed = new Set<string>();

/** Takes events of a bus; fails always, or the first time, where it is asked to. */
export default event({ data: Order }, async ({ type, source, data }, { trigger }) => {
  await report({ kind: 'event', trigger, type, source, data });
  const first = !failed.has(data.order);
  failed.add(data.order);
  if (data.wish === 'throw' || (data.wish === 'work later' && first)) throw new Error('the password is hunter2');
});
