/** `faasten dev` as a process: starts, is asked, and is ended as a terminal does. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { type Availability, command } from '../engines/engine.js';
import { MAIN } from './command.js';

export interface Dev {
  /** What it printed so far. */
  stdout(): string;
  stderr(): string;
  /** Waits until it has printed something that matches. @throws with all it printed */
  said(pattern: RegExp): Promise<RegExpExecArray>;
  /** Sends a signal. */
  signal(signal: NodeJS.Signals): void;
  /** Sends a signal, and gives the exit code (or the signal that ended it). */
  end(signal?: NodeJS.Signals): Promise<number | string>;
}

/** Whether there is a program that gives another one a terminal. */
export const terminalAvailable = (): Availability =>
  command('script') !== undefined || 'script is not on the PATH; install bsdutils (Debian) or util-linux';

export function startDev(cwd: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): Dev {
  const child = spawn(process.execPath, [MAIN, 'dev', ...args], {
    cwd,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return watched(child);
}

/** `faasten <args>` in a terminal, where Ctrl+C is a character that is typed. */
export function startInTerminal(
  cwd: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Dev & { type(text: string): void; readonly closed: Promise<number | string> } {
  // Instead of the shell, which Ctrl+C would end as well.
  const line = `exec ${[process.execPath, MAIN, ...args].map((word) => `'${word}'`).join(' ')}`;
  // Gives the exit code of the command. https://man7.org/linux/man-pages/man1/script.1.html
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    cwd,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TERM: 'xterm', SHELL: '/bin/sh', ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  return { ...watched(child), type: (text) => void (child.stdin as Writable).write(text) };
}

function watched(child: ChildProcess): Dev & { readonly closed: Promise<number | string> } {
  const text = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]!.setEncoding('utf8').on('data', (chunk: string) => {
      text[stream] += chunk;
    });
  }
  const closed = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal!));
  });
  return {
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    async said(pattern) {
      for (const deadline = Date.now() + 40_000; Date.now() < deadline; await wait(20)) {
        const found = pattern.exec(text.stdout + text.stderr);
        if (found) return found;
        if (child.exitCode !== null) break;
      }
      throw new Error(`it did not say ${pattern}, but:\n${text.stdout}\n${text.stderr}`);
    },
    closed,
    signal: (signal) => void child.kill(signal),
    async end(signal = 'SIGINT') {
      child.kill(signal);
      const killer = setTimeout(() => child.kill('SIGKILL'), 15_000);
      const how = await closed;
      clearTimeout(killer);
      return how;
    },
  };
}
