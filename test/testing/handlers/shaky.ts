import { handlers, http, queue, schedule } from 'faasten/runtime';

/** Fails when it is told to. */
export default handlers({
  http: http(async (_, { params }) => new Response('', { status: params.what === 'fail' ? 500 : 200 })),
  queue: queue(async () => {
    throw new Error('no');
  }),
  schedule: schedule(async () => {}),
});
