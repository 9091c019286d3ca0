import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** What one child process and everything it started took. */
export interface Measurement {
  readonly wallMs: number;
  /** User and system time of all processes. */
  readonly cpuMs: number;
  /** Most memory at one time, all processes together; pages that they share count for each. */
  readonly peakBytes: number;
}

const SAMPLE_MS = 20;
const PAGE_BYTES = 4096;
/** Kernel clock ticks a second, the same on every Linux that node runs on. */
const TICKS = 100;

interface Sample {
  readonly parent: number;
  readonly ticks: number;
  readonly ticksOfChildren: number;
  readonly bytes: number;
}

/** Runs a command to its end and samples its process tree in /proc (Linux only). */
export function measure(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Measurement> {
  return new Promise((done, fail) => {
    const started = performance.now();
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (data) => {
      output += data;
    });
    child.stderr.on('data', (data) => {
      output += data;
    });
    const tree = new Tree(child.pid!);
    const timer = setInterval(() => tree.sample(), SAMPLE_MS);
    child.on('error', fail);
    child.on('close', (code) => {
      clearInterval(timer);
      if (code !== 0) fail(new Error(`${command} ${args.join(' ')} ended with code ${code}\n${output.slice(-3000)}`));
      else done({ wallMs: performance.now() - started, cpuMs: tree.cpuMs(), peakBytes: tree.peakBytes });
    });
  });
}

class Tree {
  peakBytes = 0;
  /** The last sample of each process that was ever seen. */
  private readonly seen = new Map<number, Sample>();

  constructor(private readonly root: number) {}

  sample(): void {
    const all = new Map<number, Sample>();
    for (const name of readdirSync('/proc')) {
      const sample = /^\d+$/.test(name) ? read(name) : undefined;
      if (sample) all.set(Number(name), sample);
    }
    let bytes = 0;
    for (const [pid, sample] of all) {
      if (!this.isBelow(pid, all)) continue;
      this.seen.set(pid, sample);
      bytes += sample.bytes;
    }
    this.peakBytes = Math.max(this.peakBytes, bytes);
  }

  /**
   * Own time of every process seen, or, where that is more, what the root says of itself and all children it waited for: short
   * processes live between two samples.
   */
  cpuMs(): number {
    const own = [...this.seen.values()].reduce((sum, { ticks }) => sum + ticks, 0);
    const root = this.seen.get(this.root);
    return (Math.max(own, (root?.ticks ?? 0) + (root?.ticksOfChildren ?? 0)) * 1000) / TICKS;
  }

  private isBelow(pid: number, all: ReadonlyMap<number, Sample>): boolean {
    for (let at: number | undefined = pid; at; at = all.get(at)?.parent) if (at === this.root) return true;
    return false;
  }
}

/** See proc_pid_stat(5). */
function read(pid: string): Sample | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    return {
      parent: fields[1]!,
      ticks: fields[11]! + fields[12]!,
      ticksOfChildren: fields[13]! + fields[14]!,
      bytes: fields[21]! * PAGE_BYTES,
    };
  } catch {
    return undefined;
  }
}

export const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
