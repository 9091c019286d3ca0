/** The compiled command, as a process of its own. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from '../engines/engine.js';

const root = join(__dirname, '..', '..');
export const MAIN = join(root, 'dist', 'cli', 'main.js');

export interface Result {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `faasten <args>` in a folder. */
export function faasten(
  args: readonly string[],
  options: { cwd?: string; input?: string; environment?: Readonly<Record<string, string>> } = {},
): Result {
  return run(process.execPath, [MAIN, ...args], {
    cwd: options.cwd ?? root,
    input: options.input,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, CDK_VALIDATION: 'false', ...options.environment },
    timeoutSeconds: 50,
  });
}

/**
 * A folder with these files. Of this repository's packages it has `faasten`, which is the repository itself, and those that are named.
 */
export function projectOf(
  files: Readonly<Record<string, string>>,
  packages: readonly string[] = ['constructs'],
): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'faasten-cli-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const link = (name: string, target: string) => {
    const place = join(folder, 'node_modules', name);
    mkdirSync(dirname(place), { recursive: true });
    if (!existsSync(place)) symlinkSync(target, place);
  };
  link('faasten', root);
  for (const name of packages) link(name, join(root, 'node_modules', name));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
