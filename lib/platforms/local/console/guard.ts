/**
 * Who may talk to the console. It starts functions and shows what went through them, and any web page a developer has open can send
 * requests to this machine, so that listening on loopback alone protects nothing:
 *
 * - **DNS rebinding**: a page's own host name, made to point here. The `Host` header must name this machine.
 * - **Requests across origins**: `Origin` must be the console's own, and `Sec-Fetch-Site` must not say otherwise; another port of
 *   this machine (the user's own API) is another origin.
 * - **Forged forms**: what changes something needs {@link CONSOLE_HEADER}, which no form and no simple request can send.
 *
 * The console has a port of its own and shares no origin with the user's APIs: a page that a function answers cannot reach it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { forbidden } from './errors.js';

/** Sent with every call of the API but the stream, which browsers open without headers. */
export const CONSOLE_HEADER = 'x-faasten-console';

const LOOPBACK_HOSTS = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/;

/**
 * Nothing from elsewhere, no inline script or style, no frame around it. Trusted Types: even a mistake in the console cannot turn a
 * log line into markup.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** On every answer, also on refusals. */
export function protect(response: ServerResponse): void {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
}

/** Throws unless the request names this machine. For every request. */
export function checkHost({ headers: { host = '' } }: IncomingMessage): void {
  if (LOOPBACK_HOSTS.test(host)) return;
  throw forbidden(
    `the console answers to localhost, 127.0.0.1 and [::1] only, and was asked as '${host}'; open the address that 'faasten dev' printed`,
  );
}

/** Throws unless the console itself, or a program that is no browser, sends it. For every request to the API. */
export function checkCaller(request: IncomingMessage, changes: boolean): void {
  const { host, origin, 'sec-fetch-site': site } = request.headers;
  if (origin !== undefined && origin !== `http://${host}`)
    throw forbidden(`a page of '${origin}' may not use the console; open http://${host} itself`);
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    throw forbidden(`a page of another origin may not use the console; open http://${host} itself`);
  if (changes && request.headers[CONSOLE_HEADER] === undefined)
    throw forbidden(`a request that changes something needs the header '${CONSOLE_HEADER}: 1'; add it`);
}
