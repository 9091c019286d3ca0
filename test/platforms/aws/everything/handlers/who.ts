import { http } from 'faasten/runtime';

export default http(async (_request, { identity, params }) => Response.json({ who: identity?.subject ?? 'nobody', params }));
