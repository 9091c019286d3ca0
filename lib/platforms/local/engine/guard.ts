import type { IncomingMessage } from 'node:http';

/** Names by which a browser on this machine reaches it, and no other site's name. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\]|[a-z0-9-]+(\.[a-z0-9-]+)*\.localhost)$/i;

/**
 * Whether a request is meant for this machine. A site on the web can have its own name lead to 127.0.0.1 (DNS rebinding), or have a
 * browser post to it: the name in `Host`, and the site in `Origin`, give it away.
 * @param hosts further names that were allowed
 * @param origins that may call from a browser, `*` for any
 * @returns what is wrong, or undefined
 */
export function refusal(
  { headers }: Pick<IncomingMessage, 'headers'>,
  hosts: readonly string[],
  origins: readonly string[] = [],
): string | undefined {
  const { host = '', origin } = headers;
  const known = (name: string) => LOOPBACK.test(name) || hosts.includes(name.toLowerCase());
  if (!known(nameOf(host))) return `the Host header is '${host}', which is not this machine`;
  if (origin === undefined || origins.includes('*') || origins.includes(origin)) return undefined;
  // A file, or a page in a sandbox.
  const name = /^https?:\/\/(.+)$/i.exec(origin)?.[1];
  return name !== undefined && known(nameOf(name))
    ? undefined
    : `the Origin header is '${origin}', which is not allowed to call it`;
}

function nameOf(host: string): string {
  return host.replace(/:\d+$/, '');
}
