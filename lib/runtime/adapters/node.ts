import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { HttpProblem, problemResponse } from '../problem.js';
import type { HttpFunction } from './http.js';

/** Segments that URLs resolve: a path that has them could pass by a gateway's prefix. A backslash is a slash to URLs. */
const DOT_SEGMENT = /\/(\.|%2e){1,2}(\/|$)|\\/i;

/** A request of node:http; Google's functions framework has read its body already. */
export type NodeRequest = IncomingMessage & { readonly rawBody?: Uint8Array; readonly originalUrl?: string };

/** Has a function answer a request of node:http. Resolves when the answer is sent, or nobody waits for it any more. */
export async function answer({ fetch, dispatcher }: HttpFunction, from: NodeRequest, to: ServerResponse): Promise<void> {
  const gone = new AbortController();
  to.once('close', () => {
    if (!to.writableFinished) gone.abort();
    // What the handler left unread of the body stands between this request and the next one of its connection.
    from.removeAllListeners('data').resume();
  });
  let response: Response;
  try {
    response = await fetch(requestOf(from, gone.signal));
  } catch (error) {
    response = problemResponse(error as HttpProblem);
  }
  try {
    await send(response, to);
  } catch (error) {
    if (!gone.signal.aborted) dispatcher.logOf().error('the answer broke off', { error });
    // Once the status is sent, all that is left to say is that the answer is not whole.
    if (to.headersSent) return void to.destroy();
    response.body?.cancel().catch(() => {});
    for (const name of to.getHeaderNames()) to.removeHeader(name);
    await send(problemResponse(new HttpProblem(500, 'Internal Server Error')), to).catch(() => to.destroy());
  }
}

/** @throws when headers or body cannot be sent */
async function send(response: Response, to: ServerResponse): Promise<void> {
  // The object form of writeHead would join repeated headers.
  to.statusCode = response.status;
  for (const [name, value] of response.headers) if (name !== 'set-cookie') to.setHeader(name, value);
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) to.setHeader('set-cookie', cookies);
  if (!response.body) return void to.end();
  const body = Readable.fromWeb(response.body as never);
  to.flushHeaders();
  await pipeline(body, to);
}

/** @throws HttpProblem when the request line or the Host header make no URL, or one that means another path */
function requestOf(from: NodeRequest, signal: AbortSignal): Request {
  const target = from.originalUrl ?? from.url ?? '/';
  const scheme = from.headers['x-forwarded-proto'] === 'https' ? 'https' : 'http';
  const method = from.method ?? 'GET';
  const bodiless = method === 'GET' || method === 'HEAD';
  const headers = new Headers();
  for (let index = 0; index < from.rawHeaders.length; index += 2)
    headers.append(from.rawHeaders[index]!, from.rawHeaders[index + 1]!);
  try {
    if (!target.startsWith('/') || DOT_SEGMENT.test(target.split('?')[0]!)) throw new Error(`'${target}' is no plain path`);
    return new Request(`${scheme}://${headers.get('host') ?? 'localhost'}${target}`, {
      method,
      headers,
      body: bodiless ? undefined : ((from.rawBody ?? Readable.toWeb(from)) as never),
      duplex: 'half',
      signal,
    });
  } catch (cause) {
    throw new HttpProblem(400, 'Bad Request', { cause });
  }
}
