import { handlers, http, queue } from 'faasten/runtime';

export default handlers({
  http: http((_request, { params }) => {
    if (params.what === 'fail') throw new Error('as asked');
    return new Response('done');
  }),
  queue: queue(() => {}),
});
