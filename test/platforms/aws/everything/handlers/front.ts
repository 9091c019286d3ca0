import {
  type BucketReader,
  type FifoQueueClient,
  type FunctionClient,
  http,
  links,
  type QueueClient,
  type TopicClient,
} from 'faasten/runtime';

interface Note {
  readonly id: string;
  readonly fail?: boolean;
  readonly kind?: string;
}
interface Links {
  jobs: QueueClient<Note>;
  steps: FifoQueueClient<Note>;
  events: TopicClient<Note>;
  price: FunctionClient<{ product: string }, { cents: number }>;
  seen: BucketReader;
}

/** Starts one of each: what came of it is in the bucket, where every handler notes what it got. */
export default http({ links: links<Links>() }, async (request, { links: { jobs, steps, events, price, seen }, params }) => {
  if (request.method === 'GET') {
    const stored = await seen.get(params.key!);
    return stored ? Response.json(await stored.json()) : new Response(null, { status: 404 });
  }
  const { pathname } = new URL(request.url);
  const note = (await request.json()) as Note;
  if (pathname === '/jobs') await jobs.send(note);
  else if (pathname === '/steps') await steps.send(note, { group: 'one', deduplicationId: note.id });
  else if (pathname === '/events') await events.publish(note, { attributes: { kind: note.kind ?? 'none' } });
  else return Response.json(await price.call({ product: note.id }));
  return new Response(null, { status: 202 });
});
