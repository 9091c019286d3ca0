import { http } from 'faasten/runtime';

/** What a handler sees of a request. */
export default http((request, { params }) =>
  Response.json({ method: request.method, url: request.url, params, headers: Object.fromEntries(request.headers) }),
);
