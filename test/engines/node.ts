/** Node in the versions the clouds run, whatever version runs the tests. */

import { join } from 'node:path';
import { type Availability, enginesDirectory, installed } from './engine.js';

export type NodeMajor = 22 | 24;

export function available(major: NodeMajor = 24): Availability {
  if (process.versions.node.startsWith(`${major}.`)) return true;
  const found = installed('install-node.sh', `node-${major}`, 'node_modules', 'node', 'bin', 'node');
  return 'reason' in found ? found.reason : true;
}

/** Path of a `node` of that major version: this process's own, or the one `.ci/install-node.sh` made. */
export function node(major: NodeMajor = 24): string {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  return join(enginesDirectory, `node-${major}`, 'node_modules', 'node', 'bin', 'node');
}
