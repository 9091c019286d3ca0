import { http } from 'faasten/runtime';

export default http((_request, { params }) => Response.json({ greeting: 'hello from the tarball', name: params.name }));
