/** Grafana's dashboard linter, in its strict mode. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type Availability, installed, run } from './engine.js';

const linter = installed('install-grafana-linter.sh', 'grafana-linter', 'dashboard-linter');

export function available(): Availability {
  return 'path' in linter ? true : linter.reason;
}

/**
 * What the linter says of a dashboard; empty when it is right.
 * @param exclusions rules that do not hold here, with the reason
 */
export function lintDashboard(json: string, exclusions: Readonly<Record<string, string>> = {}): string {
  if (!('path' in linter)) throw new Error(linter.reason);
  const folder = mkdtempSync(join(tmpdir(), 'faasten-grafana-'));
  try {
    const excluded = Object.entries(exclusions).map(([rule, reason]) => [rule, { reason }]);
    writeFileSync(join(folder, '.lint'), stringify({ exclusions: Object.fromEntries(excluded) }));
    writeFileSync(join(folder, 'dashboard.json'), json);
    const { status, stdout, stderr } = run(linter.path, ['lint', '--strict', join(folder, 'dashboard.json')]);
    // Its own headings, one for each rule, are no findings.
    const findings = (stdout + stderr).split('\n').filter((line) => line !== '' && !line.startsWith('Checks that'));
    return status === 0 ? '' : findings.join('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
