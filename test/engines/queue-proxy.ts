/** Knative's queue-proxy, in a network namespace of its own: it listens on all interfaces, at fixed ports. */
import { join } from 'node:path';
import { type Availability, command, enginesDirectory, installed, run } from './engine.js';
import { node, available as nodeAvailable } from './node.js';

const WORLD = join(__dirname, 'queue-proxy', 'world.cjs');

export function available(): Availability {
  const found = installed('install-queue-proxy.sh', 'queue-proxy', 'queue');
  if ('reason' in found) return found.reason;
  for (const name of ['unshare', 'ip']) if (!command(name)) return `'${name}' is not on the PATH`;
  if (run('unshare', ['-rn', 'true']).status !== 0) return 'network namespaces cannot be made here';
  return nodeAvailable(24);
}

/** Has so many clients ask an instance of concurrency 1 at once, after one that the instance itself answered 503. */
export function proxied(requests: number): { readonly statuses: readonly number[]; readonly metrics: string } {
  const binary = join(enginesDirectory, 'queue-proxy', 'queue');
  const { status, stdout, stderr } = run('unshare', ['-rn', node(24), WORLD, binary, String(requests)]);
  if (status !== 0 || stdout === '') throw new Error(`queue-proxy: ${stderr}`);
  return JSON.parse(stdout);
}
