/**
 * Answers browsers of other origins, behind gateways that cannot. What a gateway does by itself elsewhere: preflights never reach
 * the handler, and the answers of routes get the headers; those that the handler set for this purpose are replaced.
 */

/** Value of `FAASTEN_CORS`. Methods are upper case, headers lower case. */
export interface Cors {
  /** Exact origins, or `*` alone for any. */
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly exposedHeaders: readonly string[];
  readonly credentials: boolean;
  readonly maxAgeSeconds: number;
}

/**
 * The answer to a request of an API: that of `next`, with the headers of `setting` (the value of `FAASTEN_CORS`), or the answer to
 * a preflight. Without a setting, `next` answers alone.
 */
export async function withCors(setting: string | undefined, request: Request, next: () => Promise<Response>): Promise<Response> {
  if (!setting) return next();
  const cors = JSON.parse(setting) as Cors;
  const preflight = request.method === 'OPTIONS' && request.headers.has('access-control-request-method');
  const answer = preflight ? new Response(null, { status: 204 }) : await next();
  const headers = new Headers(answer.headers);
  for (const name of [...headers.keys()]) if (name.startsWith('access-control-')) headers.delete(name);
  for (const [name, value] of grants(cors, request.headers.get('origin'), preflight)) headers.set(name, value);
  if (!cors.origins.includes('*')) headers.append('vary', 'origin');
  return new Response(answer.body, { status: answer.status, statusText: answer.statusText, headers });
}

/** Nothing for an origin that is not allowed: the browser then refuses. */
function grants(cors: Cors, origin: string | null, preflight: boolean): [string, string][] {
  const any = cors.origins.includes('*');
  if (origin === null || !(any || cors.origins.includes(origin))) return [];
  const headers: [string, string][] = [['access-control-allow-origin', any ? '*' : origin]];
  if (cors.credentials) headers.push(['access-control-allow-credentials', 'true']);
  if (preflight) {
    headers.push(['access-control-allow-methods', cors.methods.join(', ')]);
    headers.push(['access-control-allow-headers', cors.headers.join(', ')]);
    headers.push(['access-control-max-age', String(cors.maxAgeSeconds)]);
  } else if (cors.exposedHeaders.length > 0) {
    headers.push(['access-control-expose-headers', cors.exposedHeaders.join(', ')]);
  }
  return headers;
}
