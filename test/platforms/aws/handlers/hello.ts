import { http } from 'faasten/runtime';

export default http(async (_request, { params, route }) => Response.json({ hello: params.name, route }));
