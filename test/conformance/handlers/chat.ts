import { HttpProblem, type WebSocketClient, websocket } from 'faasten/runtime';
import { report } from './report.js';

/** Tells what it sees, and sends to the clients that messages name. */
export default websocket<{ sockets: WebSocketClient }>(async (event, { links, identity }) => {
  const { type, route, body, reason, request, connectionId } = event;
  const name = request && new URL(request.url).searchParams.get('name');
  const who = { subject: identity?.subject, email: identity?.claims.email };
  await report({ kind: 'websocket', type, route, connectionId, body, name, code: reason?.code, ...who });
  if (name === 'eve') throw new HttpProblem(403, 'Not you');
  switch (body?.wish) {
    case 'tell':
      return { told: await links.sockets.send(body.to, { text: body.text, from: identity?.subject }) };
    case 'leave':
      return { left: await links.sockets.disconnect(body.to) };
    default:
      return { echo: body };
  }
});
