/** Programs that keep running: started with a clean environment, on the loopback interface, and never left behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

export interface Running {
  readonly pid: number;
  /** What it printed so far, both streams. */
  output(): string;
  /** Its exit code once it has ended (`null`: by a signal); undefined while it runs. */
  ended(): number | null | undefined;
  /** Resolves when it has ended, however that came. */
  readonly end: Promise<void>;
  /** Ends it: SIGTERM, and after five seconds SIGKILL. Its own children end with it. */
  stop(): Promise<void>;
}

const KILL_AFTER_MS = 5_000;
const running = new Set<ChildProcess>();

process.once('exit', () => {
  for (const child of running) signal(child, 'SIGKILL');
});

/** Starts a program. Of this process's environment it sees only PATH, HOME, TMPDIR and JAVA_HOME. */
export function start(
  file: string,
  args: readonly string[],
  options: { cwd: string; environment?: Readonly<Record<string, string>> },
): Running {
  const inherited = ['PATH', 'HOME', 'TMPDIR', 'JAVA_HOME'].flatMap((name) =>
    process.env[name] === undefined ? [] : [[name, process.env[name]]],
  );
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: { ...Object.fromEntries(inherited), ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Its own group, so that a wrapper script and what it starts end together.
    detached: true,
  });
  running.add(child);
  let text = '';
  let code: number | null | undefined;
  const add = (chunk: string) => {
    text += chunk;
  };
  child.stdout.setEncoding('utf8').on('data', add);
  child.stderr.setEncoding('utf8').on('data', add);
  const end = new Promise<void>((resolve) => {
    const finish = (status: number | null) => {
      code = status;
      running.delete(child);
      resolve();
    };
    child.once('close', finish);
    child.once('error', (error) => {
      add(`${error.message}\n`);
      if (child.pid === undefined) finish(-1);
    });
  });
  return {
    pid: child.pid ?? -1,
    output: () => text,
    ended: () => code,
    end,
    async stop() {
      if (code !== undefined) return;
      signal(child, 'SIGTERM');
      const killer = setTimeout(() => signal(child, 'SIGKILL'), KILL_AFTER_MS);
      await end;
      clearTimeout(killer);
    },
  };
}

/** Waits until `port` of the loopback interface accepts connections. @throws with the program's output when it ended, or takes too long */
export async function listening(program: Running, port: number, timeoutSeconds = 20): Promise<void> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  while (Date.now() < deadline) {
    if (program.ended() !== undefined) throw new Error(`it ended before it listened on port ${port}:\n${program.output()}`);
    if (await accepts(port)) return;
    await wait(25);
  }
  await program.stop();
  throw new Error(`it did not listen on port ${port} within ${timeoutSeconds} s:\n${program.output()}`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, name);
  } catch {}
}

/** A promise to be settled from outside. (`Promise.withResolvers` came with Node 22.) */
export function deferred(): { readonly promise: Promise<void>; resolve(): void; reject(error: Error): void } {
  let settle: { resolve(): void; reject(error: Error): void } | undefined;
  const promise = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, ...settle! };
}
