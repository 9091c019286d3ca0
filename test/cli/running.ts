/** `faasten dev` as a process: starts, is asked, and is ended as a terminal does. */
import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { MAIN } from './command.js';

export interface Dev {
  /** What it printed so far. */
  stdout(): string;
  stderr(): string;
  /** Waits until it has printed something that matches. @throws with all it printed */
  said(pattern: RegExp): Promise<RegExpExecArray>;
  /** Sends a signal, and gives the exit code (or the signal that ended it). */
  end(signal?: NodeJS.Signals): Promise<number | string>;
}

export function startDev(cwd: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): Dev {
  const child = spawn(process.execPath, [MAIN, 'dev', ...args], {
    cwd,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (chunk: string) => {
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
    async end(signal = 'SIGINT') {
      child.kill(signal);
      const killer = setTimeout(() => child.kill('SIGKILL'), 15_000);
      const how = await closed;
      clearTimeout(killer);
      return how;
    },
  };
}
