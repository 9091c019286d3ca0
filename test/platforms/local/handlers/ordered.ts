import { type FifoQueueClient, type FifoTopicClient, handlers, http, queue } from 'faasten/runtime';

/** Sends what a request says, in order, and takes it in order. */
export default handlers({
  http: http<{ orders: FifoQueueClient<any>; news: FifoTopicClient<any> }>(async (request, { links }) => {
    for (const { to, body, ...options } of (await request.json()) as any[]) {
      if (to === 'news') await links.news.publish(body, options);
      else await links.orders.send(body, options);
    }
    return new Response(null, { status: 202 });
  }),
  queue: queue(async (messages, { log, attempt }) => {
    const taken = messages.map(({ body, group }) => `${group ?? '-'}${body.n}`);
    for (const message of messages) if (message.body.until > message.attempt) message.retry();
    log.info('seen', { taken, attempt });
  }),
});
