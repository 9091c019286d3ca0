import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { processFailed } from './errors.js';
import type { ChunkResult, Job, Pass } from './job.js';

const requireHere = createRequire(__filename);
/**
 * For esbuild's Go process: collect garbage when the heap has tripled, not doubled (saves about a tenth of the time), but more
 * often where it comes near the soft limit. What the user sets wins.
 */
const GO_SETTINGS = { GOGC: '200', GOMEMLIMIT: '450MiB' };

export const esbuildVersion = (): string => (requireHere('esbuild/package.json') as { version: string }).version;

/** Runs esbuild in a process of its own and waits for it. */
export function runEsbuild(passes: readonly Pass[], workspace: string, progress: boolean): ChunkResult[] {
  const job: Job = { esbuild: requireHere.resolve('esbuild'), results: join(workspace, 'results.ndjson'), progress, passes };
  const run = spawnSync(process.execPath, [join(__dirname, 'esbuild-process.js')], {
    input: JSON.stringify(job),
    stdio: ['pipe', 'ignore', progress ? 'inherit' : 'pipe'],
    env: environment(),
    maxBuffer: 64 * 1024 * 1024,
    windowsHide: true,
  });
  if (run.error) throw processFailed(run.error.message);
  if (run.status !== 0)
    throw processFailed(`its process ended with ${run.signal ?? `code ${run.status}`}\n${run.stderr ?? ''}`.trimEnd());
  return readFileSync(job.results, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ChunkResult);
}

/** Without what would change how modules are found: only the project's files decide about the output. */
function environment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS, NODE_PATH: _, ...rest } = process.env;
  // Loaders of the parent (tsx, a test runner) are not for the child; Yarn's PnP hook is what finds esbuild's binary.
  const options = NODE_OPTIONS?.includes('.pnp.') ? { NODE_OPTIONS } : {};
  return { ...GO_SETTINGS, ...rest, ...options };
}
