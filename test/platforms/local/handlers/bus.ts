import { type EventBusClient, event, handlers, http } from 'faasten/runtime';
import { z } from 'zod';

/** Publishes what a request says, and tells what it takes. */
export default handlers({
  http: http<{ bus: EventBusClient }>(async (request, { links }) => {
    const { type, data, source } = (await request.json()) as any;
    await links.bus.publish(type, data, { source });
    return new Response(null, { status: 202 });
  }),
  event: event({ data: z.object({ id: z.string(), until: z.number().default(0) }) }, async (taken, { log, attempt, trigger }) => {
    const { type, source, data, time } = taken;
    log.info('seen', { trigger, type, source, id: data.id, attempt, time: time.toISOString() });
    if (attempt < data.until) throw new Error('as wished');
  }),
});
