import { authorizer, handlers, http } from 'faasten/runtime';

let asked = 0;

/** Says who it was; and decides, by the word that a request brings. */
export default handlers({
  http: http(async (_request, { identity }) => Response.json(identity ?? null)),
  authorizer: authorizer(async (request, { route, params, log }) => {
    asked++;
    const word = request.headers.get('x-word')!;
    log.info('asked', { path: new URL(request.url).pathname, params, route });
    if (word === 'broken') throw new Error('as wished');
    return word === 'sesame' ? { subject: 'ali', claims: { asked, list: [1, 2] } } : undefined;
  }),
});
