import { request as send } from 'node:http';
import type { ClientRequest, ClientResponse } from './target.js';

/** Sends a request as it is: no path is normalised, no header joined. */
export function exchange(base: string, { method, target, headers = [], body }: ClientRequest): Promise<ClientResponse> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const flat = headers.flat();
    if (!headers.some(([name]) => name.toLowerCase() === 'host')) flat.push('host', `${hostname}:${port}`);
    if (body && !headers.some(([name]) => name.toLowerCase() === 'content-length'))
      flat.push('content-length', String(body.length));
    const request = send({ hostname, port, method, path: target, headers: flat as never }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const { 'set-cookie': cookies = [], ...rest } = response.headers;
        resolve({ status: response.statusCode!, headers: rest as Record<string, string>, cookies, body: Buffer.concat(chunks) });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** Posts JSON or text, and gives the answer. */
export function post(
  base: string,
  target: string,
  body: string,
  headers: Readonly<Record<string, string>> = { 'content-type': 'application/json' },
): Promise<ClientResponse> {
  return exchange(base, { method: 'POST', target, headers: Object.entries(headers), body: Buffer.from(body) });
}

export const isSuccess = ({ status }: ClientResponse): boolean => status >= 200 && status < 300;
