import { http } from 'faasten/runtime';

export default http((_request, { route }) => Response.json({ hello: 'first', route: route ?? null }));
