import { type EventBusClient, http, type QueueClient } from 'faasten/runtime';

interface Links {
  bus: EventBusClient<{ paid: { id: string }; refused: { id: string } }>;
  theirs: QueueClient<{ id: string }>;
}

export default http<Links>(async (request, { links: { bus, theirs } }) => {
  const { id, type } = (await request.json()) as { id: string; type: 'paid' | 'refused' };
  await bus.publish(type, { id }, { source: 'shop' });
  await theirs.send({ id });
  return new Response(null, { status: 202 });
});
