import type { ServerResponse } from 'node:http';
import type { ServeOptions } from '../serve.js';
import { serve as serveHttp } from './http.js';
import { answer, type NodeRequest } from './node.js';

/** The function as Google Cloud Functions calls one with the HTTP signature. */
export function serve(entry: unknown, options: ServeOptions): (request: NodeRequest, response: ServerResponse) => Promise<void> {
  const fn = serveHttp(entry, options);
  return (request, response) => answer(fn, request, response);
}
