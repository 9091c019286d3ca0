import { call, handlers, http, objects, queue, schedule, topic } from 'faasten/runtime';

/** What the test reads of the function's output. */
const seen = (kind: string, what: unknown) => console.log(`SEEN ${JSON.stringify([kind, what])}`);

export default handlers({
  http: http(async (request, { route, params }) => {
    const { pathname, search } = new URL(request.url);
    const cookies = request.headers.get('cookie');
    const answer = { method: request.method, pathname, search, route, params, cookies, body: await request.text() };
    return Response.json(answer, { headers: { 'set-cookie': 'seen=1' } });
  }),
  queue: queue(async (messages) => {
    seen(
      'queue',
      messages.map(({ body, attributes, attempt }) => ({ body, attributes, attempt })),
    );
    for (const message of messages) if (message.body === 'fail') message.retry();
  }),
  topic: topic(async ({ body, attributes }) => seen('topic', { body, attributes })),
  schedule: schedule(async ({ name, time }) => seen('schedule', { name, time })),
  objects: objects(async (event) => seen('objects', event)),
  call: call(async (input: { readonly a: number }) => ({ twice: input.a * 2 })),
});
