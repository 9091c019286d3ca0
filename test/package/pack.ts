/** Packs the package once for all tests, and names the tarball by its content: npm then installs it again only when it changed. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { enginesDirectory } from '../engines/engine.js';

const root = join(__dirname, '..', '..');

/** Where consumers are installed; tools that all share lie in its own node_modules. */
export const consumersDirectory = join(enginesDirectory, 'consumers');

export interface Packed {
  readonly tarball: string;
  readonly bytes: number;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

export const packed = (): Packed => JSON.parse(readFileSync(join(consumersDirectory, 'packed.json'), 'utf8'));

/** One run at a time: what a second one packs would be installed under the first one's tests. A run that died holds nothing. */
async function locked(): Promise<() => void> {
  const lock = join(consumersDirectory, 'running');
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      return () => rmSync(lock, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (!isRunning(lock)) rmSync(lock, { force: true });
    else await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

function isRunning(lock: string): boolean {
  try {
    return process.kill(Number(readFileSync(lock, 'utf8')), 0);
  } catch {
    return false;
  }
}

export default async function setup(): Promise<() => void> {
  const { build } = await import('../../scripts/build.mjs');
  if (build() !== 0) throw new Error('the package does not compile');
  mkdirSync(consumersDirectory, { recursive: true });
  const release = await locked();
  for (const stale of readdirSync(consumersDirectory)) {
    if (stale.endsWith('.tgz')) rmSync(join(consumersDirectory, stale), { force: true });
  }
  const result = spawnSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', consumersDirectory], {
    cwd: root,
    encoding: 'utf8',
  });
  if (result.status !== 0) throw new Error(`npm pack failed: ${result.stderr}`);
  // npm 12 gives an object by name, npm 11 and older a list.
  const [report] = Object.values<any>(JSON.parse(result.stdout));
  const made = join(consumersDirectory, report.filename);
  const hash = createHash('sha256').update(readFileSync(made)).digest('hex').slice(0, 12);
  const tarball = join(consumersDirectory, `faasten-${hash}.tgz`);
  renameSync(made, tarball);
  const answer: Packed = { tarball, bytes: report.size, files: report.files };
  writeFileSync(join(consumersDirectory, 'packed.json'), JSON.stringify(answer));
  return release;
}
