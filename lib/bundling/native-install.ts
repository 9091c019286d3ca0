import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ArtifactBuilder } from './artifact.js';
import type { Cache } from './cache.js';
import { nativeFailed } from './errors.js';
import { listFiles } from './facts.js';
import { sha256 } from './file-hashes.js';
import type { NativePlan } from './native-plan.js';

const INSTALL_TIMEOUT_MS = 300_000;
/** Of the end of npm's output, what an error shows. */
const SHOWN_CHARACTERS = 1500;
/** Written by npm; holds the registry's address or links. */
const NOT_SHIPPED = /^(\.package-lock\.json|\.bin\/)|(^|\/)node_modules\/\.(package-lock\.json|bin\/)/;

/**
 * Puts the packages of a plan into `node_modules` of an artifact.
 * @returns what went wrong, or undefined
 */
export function addNativeModules(plan: NativePlan, root: string, builder: ArtifactBuilder, cache: Cache): string | undefined {
  if (plan.complete) {
    for (const [name, folder] of plan.present) {
      for (const file of listFiles(folder))
        if (!file.startsWith('node_modules/')) builder.copy(join(folder, file), `node_modules/${name}/${file}`);
    }
    return undefined;
  }
  const installed = install(plan, root, cache);
  if (installed.error !== undefined) return installed.error;
  for (const file of installed.files) builder.copy(join(installed.directory, file), `node_modules/${file}`);
  return undefined;
}

type Installed = { directory: string; files: readonly string[]; error?: undefined } | { error: string };

/** Installs into the cache, or takes what an earlier run installed, if it is whole. */
function install(plan: NativePlan, root: string, cache: Cache): Installed {
  const target = join(cache.nativeFolder(), sha256(plan.identity).slice(0, 32));
  const known = installedAt(target, cache);
  if (known) return known;
  const made = join(cache.workspace(), `native-${sha256(plan.identity).slice(0, 16)}`);
  rmSync(made, { recursive: true, force: true });
  mkdirSync(made, { recursive: true });
  writeFileSync(join(made, 'package.json'), JSON.stringify({ private: true, dependencies: plan.wanted }));
  // The project's registries. Not kept: it may hold a password.
  const settings = join(made, '.npmrc');
  if (existsSync(join(root, '.npmrc'))) copyFileSync(join(root, '.npmrc'), settings);
  const { os, cpu, libc } = plan.platform;
  const args = [
    'install',
    '--no-audit',
    '--no-fund',
    '--no-package-lock',
    '--ignore-scripts',
    '--omit=dev',
    '--no-bin-links',
    '--force',
    `--os=${os}`,
    `--cpu=${cpu}`,
  ];
  if (libc) args.push(`--libc=${libc}`);
  const run = spawnSync('npm', args, {
    cwd: made,
    encoding: 'utf8',
    timeout: INSTALL_TIMEOUT_MS,
    shell: process.platform === 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  rmSync(settings, { force: true });
  const names = Object.keys(plan.wanted).join(', ');
  if (run.error || run.status !== 0) {
    const reason = run.error?.message ?? `${run.stderr}${run.stdout}`.trim().slice(-SHOWN_CHARACTERS);
    return {
      error: nativeFailed(
        names,
        `cannot be installed for ${os} ${cpu}: npm install failed: ${reason}`,
        'check that npm reaches its registry',
      ),
    };
  }
  const directory = join(made, 'node_modules');
  const files = listFiles(directory).filter((name) => !NOT_SHIPPED.test(name));
  if (files.length === 0) return { error: nativeFailed(names, 'gave no files', 'check the module names') };
  const sums = files.map((name) => [name, cache.hashes.of(join(directory, name))!]);
  writeFileSync(join(made, 'files.json'), JSON.stringify(sums));
  mkdirSync(join(target, '..'), { recursive: true });
  rmSync(target, { recursive: true, force: true });
  try {
    renameSync(made, target);
  } catch {
    // Another process was first.
    const other = installedAt(target, cache);
    if (other) return other;
    return { directory, files };
  }
  return { directory: join(target, 'node_modules'), files };
}

function installedAt(target: string, cache: Cache): Installed | undefined {
  const list = join(target, 'files.json');
  if (!existsSync(list)) return undefined;
  try {
    const sums = JSON.parse(readFileSync(list, 'utf8')) as [string, string][];
    const directory = join(target, 'node_modules');
    cache.hashes.forget();
    return sums.every(([name, hash]) => cache.hashes.of(join(directory, name)) === hash)
      ? { directory, files: sums.map(([name]) => name) }
      : undefined;
  } catch {
    return undefined;
  }
}
