import { LinkError } from '../clients.js';
import type { LinkConfiguration } from './driver.js';

/** How often a request is sent at most. */
const ATTEMPTS = 4;
/** Milliseconds before the second attempt, doubled for each further one; a random part of it is waited. */
const FIRST_PAUSE = 200;
/** Longest `retry-after`, in milliseconds, that is waited for; a handler pays for the time. */
const LONGEST_PAUSE = 5_000;
/** Milliseconds until an answer begins, without the time to send the body. */
const TIMEOUT = 15_000;
/** Bytes a millisecond which even a bad line sends: 250 kB/s. */
const SLOWEST = 250;
/** Characters of an answer that an error message quotes. */
const QUOTED = 300;

/** The target was not reached at all, so that nothing can have happened twice. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);
const TRANSIENT = new Set([408, 500, 502, 503, 504]);

export interface Outgoing {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  /** Made anew for each attempt, as signatures and tokens age. */
  headers?(): Promise<Record<string, string>> | Record<string, string>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /**
   * Whether the request may be carried out twice. If not, it is sent again only where the target had not begun with it.
   * @default true
   */
  readonly repeatable?: boolean;
  /**
   * Milliseconds until the answer begins.
   * @default - 15 seconds and what the body takes
   */
  readonly timeout?: number;
}

/**
 * Sends a request until it is answered with a status below 300.
 * @throws LinkError with the status and the target's words, without headers
 */
export async function request(link: LinkConfiguration, operation: string, outgoing: Outgoing): Promise<Response> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await once(link, operation, outgoing);
    if (outcome instanceof Response) return outcome;
    if (!outcome.again || attempt === ATTEMPTS) throw outcome.error;
    await pause(attempt, outcome.after);
  }
}

/** Waits before the attempt that follows `attempt`. */
export function pause(attempt: number, least = 0): Promise<void> {
  const most = FIRST_PAUSE * 2 ** (attempt - 1);
  return new Promise((resolve) =>
    setTimeout(resolve, Math.max(Math.min(least, LONGEST_PAUSE), most / 2 + (Math.random() * most) / 2)),
  );
}

interface Failure {
  readonly error: LinkError;
  readonly again: boolean;
  readonly after?: number;
}

async function once(link: LinkConfiguration, operation: string, outgoing: Outgoing): Promise<Response | Failure> {
  const { method = 'GET', url, body, repeatable = true } = outgoing;
  const headers = await outgoing.headers?.();
  const timeout = outgoing.timeout ?? TIMEOUT + (body?.length ?? 0) / SLOWEST;
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), timeout);
  try {
    // A redirection would carry the message, and in part the headers, to where nobody meant them to go.
    const response = await fetch(url, { method, headers, body, redirect: 'manual', signal: abort.signal });
    if (response.ok) return response;
    const { status, statusText } = response;
    const words = quoted(await response.text().catch(() => ''), response.headers.get('content-type') ?? '');
    return {
      error: new LinkError(`link '${link.name}': ${operation} was answered ${`${status} ${statusText}`.trim()}${words}`, status),
      again: status === 429 || (repeatable && TRANSIENT.has(status)),
      after: Number(response.headers.get('retry-after') ?? 0) * 1000 || 0,
    };
  } catch (error) {
    const { message, cause } = error as Error & { cause?: { code?: string; message?: string } };
    const why = abort.signal.aborted
      ? `no answer within ${Math.ceil(timeout / 1000)} s`
      : (cause?.code ?? cause?.message ?? message);
    return {
      error: new LinkError(`link '${link.name}': ${operation} did not reach ${new URL(url).host}: ${why}`, undefined, {
        cause: error,
      }),
      again: repeatable || NOT_SENT.has(cause?.code ?? ''),
    };
  } finally {
    clearTimeout(timer);
  }
}

/** What the target says of the reason, in the forms of Google, of RFC 9457 and of S3. Nothing else is repeated: it might hold anything. */
function quoted(text: string, type: string): string {
  let words: unknown;
  if (type.includes('json')) {
    try {
      const answer = JSON.parse(text);
      words = answer.error?.message ?? answer.detail ?? answer.title;
    } catch {}
  } else if (type.includes('xml') || text.startsWith('<?xml')) {
    words = ['Code', 'Message']
      .map((name) => new RegExp(`<${name}>([^<]*)`).exec(text)?.[1] ?? '')
      .join(' ')
      .trim();
  } else if (type.includes('text/plain')) {
    words = text.trim();
  }
  return typeof words === 'string' && words ? `: ${words.slice(0, QUOTED)}` : '';
}
