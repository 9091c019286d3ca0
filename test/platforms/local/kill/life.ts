/** `faasten dev` as a process that is made ready beforehand, and killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { MAIN } from '../../../cli/command.js';

export interface Ready {
  /** Of the HTTP API, and of the WebSocket API. */
  readonly url: string;
  readonly sockets: string;
  readonly console: string;
}

/** One life of a service: from when it is let go to its end. */
export class Life {
  /** Resolves when it runs; undefined where it ended before. */
  readonly ready: Promise<Ready | undefined>;
  private readonly child: ChildProcess;
  private readonly ended: Promise<unknown[]>;
  private said = '';

  constructor(data: string, environment: Readonly<Record<string, string>>) {
    const args = ['--require', join(__dirname, 'gate.cjs'), MAIN, 'dev', '--port', '0', '--json', '--data', data];
    this.child = spawn(process.execPath, args, {
      cwd: __dirname,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.ended = once(this.child, 'exit');
    this.child.stderr!.on('data', (chunk) => {
      this.said += chunk;
    });
    let out = '';
    const first = new Promise<Ready>((resolve) => {
      this.child.stdout!.on('data', (chunk) => {
        if (out.includes('\n')) return;
        out += chunk;
        const [line, rest] = out.split('\n', 2);
        if (rest === undefined) return;
        const { urls, console } = JSON.parse(line!);
        resolve({ url: urls['Kill/Api'], sockets: urls['Kill/Sockets'], console });
      });
    });
    this.ready = Promise.race([first, this.ended.then(() => undefined)]);
  }

  go(): void {
    this.child.stdin!.write('\n');
  }

  /** @throws when it had ended by itself, with what it said */
  async kill(signal: 'SIGKILL' | 'SIGINT' = 'SIGKILL'): Promise<void> {
    this.child.kill(signal);
    const [code, by] = await this.ended;
    // esbuild, whose parent is killed, may have a last word of its own.
    const expected = signal === 'SIGKILL' ? by === signal : code === 0 && this.said === '';
    if (!expected) throw new Error(`it ended with ${by ?? code}, and said:\n${this.said}`);
  }
}
