import { existsSync, lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const LOCK_FILES = ['package-lock.json', 'npm-shrinkwrap.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'bun.lockb'];

/**
 * The folder that paths in the output are relative to: the nearest parent with a lock file, else with a package.json, else the
 * file's own folder. Links resolved, as esbuild does.
 */
export function projectRoot(file: string): string {
  const folder = dirname(file);
  const found = nearest(folder, LOCK_FILES) ?? nearest(folder, ['package.json']) ?? folder;
  return realpathSync(found);
}

function nearest(start: string, names: readonly string[]): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    if (names.some((name) => existsSync(join(folder, name)))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/** Where a project's cache is; undefined where no safe place is found. */
export function cacheLocation(root: string): string | undefined {
  const chosen = process.env.FAASTEN_CACHE_DIR;
  if (chosen) return resolve(chosen);
  if (existsSync(join(root, 'node_modules'))) return join(root, 'node_modules', '.cache', 'faasten');
  return ownTemporaryFolder();
}

/** A folder below the system's one for temporary files, only if nobody else can write to it: what is in there gets deployed. */
function ownTemporaryFolder(): string | undefined {
  try {
    const { uid } = userInfo();
    const folder = join(tmpdir(), `faasten-${uid}`);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const stat = lstatSync(folder);
    const mine = process.platform === 'win32' || (stat.uid === uid && (stat.mode & 0o022) === 0);
    return stat.isDirectory() && mine ? folder : undefined;
  } catch {
    return undefined;
  }
}
