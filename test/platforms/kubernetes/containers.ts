import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { enginesDirectory, freePort } from '../../engines/engine.js';
import type { Manifest } from './charts.js';

/** Node 24, which functions run on, where it is installed beside this one. */
const node24 = join(enginesDirectory, 'node-24/node_modules/node/bin/node');
const node = existsSync(node24) ? node24 : process.execPath;

export interface Running {
  readonly url: string;
  readonly child: ChildProcess;
  /** Folder that the code was unpacked to. */
  readonly unpacked: string;
  /** What it wrote to standard output and error. */
  output(): string;
}

/** Runs containers of manifests as plain processes: their command, arguments, environment and mounted files. */
export class Containers {
  private readonly running: ChildProcess[] = [];

  constructor(private readonly scratch: string) {}

  /**
   * Starts the container of a Knative Service, and waits until it answers.
   *
   * @param manifests all of the chart, for the ConfigMaps it mounts
   * @param references values of variables that come from Secrets and ConfigMaps
   */
  async start(service: Manifest, manifests: readonly Manifest[], references: Record<string, string> = {}): Promise<Running> {
    const { containers, volumes } = service.spec.template.spec;
    const { command, args, env } = containers[0];
    if (command.join() !== 'node') throw new Error(`the command is ${command}`);
    const packed = volumes.find(({ name }: any) => name === 'packed');
    const names: string[] = packed ? packed.projected.sources.map(({ configMap }: any) => configMap.name) : [];
    const unpacked = mkdtempSync(join(this.scratch, 'unpacked-'));
    const places: Record<string, string> = {
      '/faasten': this.mount(manifests.filter(({ kind, metadata }) => kind === 'ConfigMap' && names.includes(metadata.name))),
      '/tmp/faasten': unpacked,
    };
    const port = await freePort();
    const child = spawn(
      node,
      args.map((argument: string) => places[expanded(argument, {})] ?? expanded(argument, {})),
      { env: { ...environment(env, references), PORT: String(port) }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.running.push(child);
    let text = '';
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.on('data', (chunk) => {
        text += chunk;
      });
    }
    const url = `http://127.0.0.1:${port}`;
    for (let attempt = 0; attempt < 400 && child.exitCode === null; attempt++) {
      const answered = await fetch(url).then(
        () => true,
        () => false,
      );
      if (answered) return { url, child, unpacked, output: () => text };
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`it did not start: ${text}`);
  }

  stop(): void {
    for (const child of this.running.splice(0)) child.kill('SIGKILL');
  }

  /** Writes ConfigMaps as the kubelet does: files in a folder of their own, reached by symbolic links. */
  private mount(maps: readonly Manifest[]): string {
    const folder = mkdtempSync(join(this.scratch, 'mount-'));
    mkdirSync(join(folder, '..2026_11_24'));
    symlinkSync('..2026_11_24', join(folder, '..data'));
    for (const [key, base64] of maps.flatMap(({ binaryData }) => Object.entries<string>(binaryData))) {
      const file = join(folder, '..data', key);
      writeFileSync(file, Buffer.from(base64, 'base64'));
      chmodSync(file, 0o444);
      symlinkSync(join('..data', key), join(folder, key));
    }
    return folder;
  }
}

function environment(
  list: readonly { name: string; value?: string; valueFrom?: object }[] = [],
  references: Record<string, string>,
): Record<string, string> {
  const known: Record<string, string> = {};
  for (const { name, value, valueFrom } of list) {
    if (valueFrom && references[name] === undefined) throw new Error(`the test gives no value for ${name}`);
    known[name] = valueFrom ? references[name]! : expanded(value ?? '', known);
  }
  return known;
}

/** https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/ */
function expanded(text: string, known: Record<string, string>): string {
  return text.replace(/\$(\$|\(([^)]*)\))/g, (all, escaped, name) => (escaped === '$' ? '$' : (known[name] ?? all)));
}
