import {
  type BucketClient,
  type EventBusClient,
  type FifoQueueClient,
  type FunctionClient,
  handlers,
  http,
  type QueueClient,
  type TopicClient,
  websocket,
} from 'faasten/runtime';

interface Links {
  readonly jobs: QueueClient<any>;
  readonly poison: QueueClient<any>;
  readonly orders: FifoQueueClient<any>;
  readonly news: TopicClient<any>;
  readonly bus: EventBusClient;
  readonly files: BucketClient;
  readonly work: FunctionClient<any, any>;
}

/** Passes the number in the path on, the way the path says. 202: whoever has it has it for good. */
const passOn = http<Links>(async (_request, { params, links }) => {
  const n = params.n!;
  switch (params.kind) {
    case 'Jobs':
      await links.jobs.send({ n });
      break;
    case 'Poison':
      await links.poison.send({ n });
      break;
    case 'Orders':
      await links.orders.send({ n }, { group: n[0]! });
      break;
    case 'News':
      await links.news.publish({ n });
      break;
    case 'Bus':
      await links.bus.publish('made', { n });
      break;
    case 'Files':
      await links.files.put(`in/${n}`, n);
      break;
    case 'Start':
      await links.work.start({ n });
  }
  return new Response(null, { status: 202 });
});

export default handlers({ http: passOn, websocket: websocket(async ({ body }) => ({ echo: body })) });
