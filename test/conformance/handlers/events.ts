import { call, handlers, objects, queue, schedule, topic } from 'faasten/runtime';
import { z } from 'zod';
import { report } from './report.js';

const Order = z.object({ order: z.string(), wish: z.enum(['work', 'retry', 'throw']) });

/** One function that is entered in every way but HTTP. */
export default handlers({
  queue: queue({ message: Order }, async (messages, { trigger }) => {
    for (const { body, attributes, retry: _, ...message } of messages) {
      await report({ kind: 'queue', trigger, body, attributes, attempt: message.attempt });
    }
    for (const message of messages) {
      if (message.body.wish === 'retry') message.retry();
      if (message.body.wish === 'throw') throw new Error('the password is hunter2');
    }
  }),
  topic: topic({ message: Order }, async ({ body, attributes }, { trigger }) => {
    await report({ kind: 'topic', trigger, body, attributes });
    if (body.wish !== 'work') throw new Error('the password is hunter2');
  }),
  schedule: schedule(async (event, { trigger }) => {
    await report({ kind: 'schedule', trigger, time: event.time.toISOString() });
  }),
  objects: objects(async (event, { trigger }) => {
    await report({ kind: 'objects', trigger, key: event.key, type: event.type });
  }),
  call: call({ input: Order }, async (input, { secrets }) => {
    await report({ kind: 'call', input });
    if (input.wish === 'throw') throw new Error('the password is hunter2');
    return { done: input.order, secrets: Object.keys(secrets) };
  }),
});
