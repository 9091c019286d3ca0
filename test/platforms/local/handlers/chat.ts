import { authorizer, HttpProblem, handlers, type WebSocketClient, websocket } from 'faasten/runtime';

const there = new Set<string>();

/** A chat that tells what it sees, and lets in whoever brings a name. */
export default handlers({
  authorizer: authorizer(async (request) => {
    const name = new URL(request.url).searchParams.get('name');
    if (name === 'broken') throw new Error('as wished');
    return name === 'mallory' ? undefined : { subject: name!, claims: { admin: name === 'ann' } };
  }),
  websocket: websocket<{ sockets: WebSocketClient<any> }>(async (event, { links, identity, log }) => {
    const { type, route, body, reason, request, connectionId } = event;
    const query = request && Object.fromEntries(new URL(request.url).searchParams);
    log.info('seen', { type, route, body, reason, query, subject: identity?.subject, admin: identity?.claims.admin });
    if (type === 'connect') {
      if (query?.name === 'eve') throw new HttpProblem(403, 'Not you');
      return there.add(connectionId);
    }
    if (type === 'disconnect') return there.delete(connectionId);
    switch (body.wish) {
      case 'fail':
        throw new Error('as wished');
      case 'leave':
        return links.sockets.disconnect(connectionId);
      case 'large':
        return links.sockets.send(connectionId, 'x'.repeat(128 * 1024));
      case 'all': {
        const told = await Promise.all([...there, 'nobody'].map((id) => links.sockets.send(id, { said: body.text })));
        return { told };
      }
      default:
        return { echo: body };
    }
  }),
});
