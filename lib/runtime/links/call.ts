import { outgoing } from '../trace.js';
import { CALL_PATH, TIMEOUT_VARIABLE } from '../wire.js';
import type { LinkConfiguration } from './driver.js';
import { toJson } from './message.js';
import { type Outgoing, request } from './request.js';

/**
 * Milliseconds for which Node's fetch waits for an answer to begin; nothing sets it without a package of its own.
 * https://undici.nodejs.org/#/docs/api/Client?id=parameter-clientoptions (`headersTimeout`)
 */
const LONGEST_WAIT = 300_000;

/**
 * Calls a function over HTTP. The called one may have begun when a call fails, so a call is repeated only where it was not let in.
 * The wait ends with the caller's own time.
 */
export async function callAt(
  link: LinkConfiguration,
  base: string,
  input: unknown,
  headers?: () => Promise<Record<string, string>>,
): Promise<unknown> {
  const outgoing: Outgoing = {
    method: 'POST',
    url: `${base.replace(/\/$/, '')}${CALL_PATH}`,
    headers: async () => ({
      'content-type': 'application/json',
      accept: 'application/json',
      ...traceHeader(),
      ...(await headers?.()),
    }),
    body: toJson(link, 'call', input),
    repeatable: false,
    timeout: Math.min(Number(link.environment[TIMEOUT_VARIABLE]) || LONGEST_WAIT, LONGEST_WAIT),
  };
  const response = await request(link, 'call', outgoing);
  const text = await response.text();
  return text === '' ? undefined : JSON.parse(text);
}

function traceHeader(): Record<string, string> {
  const traceparent = outgoing();
  return traceparent ? { traceparent } : {};
}
