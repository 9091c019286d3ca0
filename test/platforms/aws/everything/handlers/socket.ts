import { HttpProblem, type WebSocketClient, websocket } from 'faasten/runtime';

export default websocket<{ sockets: WebSocketClient<string> }>(async ({ type, request, body }) => {
  if (type === 'connect' && new URL(request!.url).searchParams.get('room') !== 'tea') throw new HttpProblem(403, 'No such room');
  return type === 'message' ? { heard: body.text } : undefined;
});
