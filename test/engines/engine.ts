/**
 * Engines: programs nobody here wrote, which judge what faasten makes. `.ci/install-*.sh` install them outside the repository;
 * a test that needs one which is not there skips and says why.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** `true`, or the reason why the engine cannot be used here and what would change that. */
export type Availability = true | string;

/** Where `.ci/install-*.sh` put engines. */
export const enginesDirectory = process.env.FAASTEN_ENGINES || join(homedir(), '.cache', 'faasten-engines');

const said = new Set<string>();

/**
 * For `describe.skipIf(missing('kubeconform', available()))`: whether to skip. Prints the reason, once per process.
 */
export function missing(engine: string, availability: Availability): boolean {
  if (availability === true) return false;
  const line = `engine missing: ${engine}: ${availability}`;
  if (!said.has(line)) process.stderr.write(`${line}\n`);
  said.add(line);
  return true;
}

/** The path of a file an install script made, or the reason why it is not there. */
export function installed(script: string, ...path: string[]): { path: string } | { reason: string } {
  const file = join(enginesDirectory, ...path);
  return existsSync(file) ? { path: file } : { reason: `${join(...path)} is not installed; run .ci/${script}` };
}

/** The path of a command on the PATH. */
export function command(name: string): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {}
  }
  return undefined;
}

/** A TCP port of the loopback interface that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** Runs a program to its end and gives what it printed. A program that cannot be started, or takes too long, throws. */
export function run(
  file: string,
  args: readonly string[],
  options: { input?: string; cwd?: string; env?: NodeJS.ProcessEnv; timeoutSeconds?: number } = {},
): { status: number; stdout: string; stderr: string } {
  const result = spawnSync(file, args, {
    input: options.input,
    cwd: options.cwd,
    env: options.env ?? process.env,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    timeout: (options.timeoutSeconds ?? 120) * 1000,
  });
  if (result.error) throw new Error(`'${file}' did not run: ${result.error.message}`);
  return { status: result.status ?? -1, stdout: result.stdout, stderr: result.stderr };
}
