import { authorizer, handlers, http } from 'faasten/runtime';
import { report } from './report.js';

/** Says who sent a request; and decides who may, by a word that the request brings. */
export default handlers({
  http: http(async (_request, { identity }) =>
    Response.json(identity ? { subject: identity.subject, scopes: identity.scopes, email: identity.claims.email } : null),
  ),
  authorizer: authorizer(async (request, { params }) => {
    const { pathname, searchParams } = new URL(request.url);
    const word = request.headers.get('x-word') ?? searchParams.get('name')!;
    await report({ kind: 'authorizer', path: pathname, params, word });
    if (word === 'broken') throw new Error('the password is hunter2');
    return word === 'mallory' ? undefined : { subject: word, claims: { email: `${word}@shop.example` } };
  }),
});
