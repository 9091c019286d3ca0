import { websocket } from 'faasten/runtime';

export default websocket(async ({ type, body, connectionId }, { identity }) => ({
  type,
  body,
  connectionId,
  by: identity?.subject,
}));
