import { type BucketClient, type FunctionClient, queue, type TopicClient } from 'faasten/runtime';

type Links = { data: BucketClient; events: TopicClient; charge: FunctionClient<{ cents: number }, { accepted: boolean }> };

/** Counts in the bucket how often each order was worked on, and says what became of it. */
export default queue<Links>(async (messages, { links }) => {
  for (const { body } of messages) {
    const { id, cents = 1 } = body as { id: string; cents?: number };
    const { accepted } = await links.charge.call({ cents });
    const before = await links.data.get(`fulfilled/${id}`);
    await links.data.put(`fulfilled/${id}`, String(Number((await before?.text()) ?? 0) + 1));
    await links.events.publish({ id }, { attributes: { status: accepted ? 'paid' : 'refused' } });
  }
});
