/**
 * The code that admits manifests to a cluster, run on this machine: Knative's webhooks, with the configuration Knative is installed
 * with, and the API server's schema and CEL rules of Gateway API, Rook, KEDA and the Prometheus operator.
 */
import { join } from 'node:path';
import { type Availability, enginesDirectory, installed, run } from './engine.js';

export interface Refusal {
  /** `Kind/name` of the manifest. */
  readonly resource: string;
  readonly message: string;
}

export function available(): Availability {
  const found = installed('install-admission.sh', 'admission', 'admission');
  return 'reason' in found ? found.reason : true;
}

/**
 * What a cluster would refuse of the manifests, or warn of; empty when it takes all as they are.
 *
 * @throws when none is of a kind it judges: Kubernetes' own kinds are not
 */
export function refusals(manifests: readonly object[]): Refusal[] {
  const home = join(enginesDirectory, 'admission');
  const input = `${manifests.map((manifest) => JSON.stringify(manifest)).join('\n')}\n`;
  const { status, stdout, stderr } = run(join(home, 'admission'), [join(home, 'config'), join(home, 'crds')], { input });
  if (status !== 0) throw new Error(`admission did not end well: ${stderr.trim()}`);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  if (!lines.pop().judged) throw new Error('admission knows none of the kinds');
  return lines;
}
