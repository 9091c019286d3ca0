import { http } from 'faasten/runtime';

export default http(async (_request, { identity }) => Response.json({ identity: identity ?? null }));
