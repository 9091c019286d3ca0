/** Small projects that use the packed package: installed by npm, outside the repository, with one framework each. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { missing, run } from '../engines/engine.js';
import { available, node } from '../engines/node.js';
import { consumersDirectory, packed } from './pack.js';

/** What users of the frameworks have beside them; the versions that `cdk init` writes, and the ones it wrote before. */
const TOOLS = {
  '@swc/core': '1.15.8',
  '@swc/jest': '0.2.39',
  '@types/jest': '30.0.0',
  '@types/node': '24.19.2',
  jest: '30.5.2',
  'ts-jest': '29.4.15',
  typescript: '5.9.3',
  'typescript-7': 'npm:typescript@7.0.2',
  vitest: '4.1.12',
};

export interface Consumer {
  readonly folder: string;
  /** Runs a program of its own, or of the shared tools, on a Node. Gives output and exit code. */
  run(program: string[], settings?: { node?: string; environment?: Record<string, string> }): { status: number; output: string };
  /** Runs a JavaScript file that prints one line of JSON. @throws with its output when it fails */
  json(args: string[], nodePath?: string): any;
}

export interface Project {
  /** Its files are those of `consumers/shared` and `consumers/<name>`. */
  readonly name: string;
  /** @default - as `name` */
  readonly folder?: string;
  readonly dependencies: Record<string, string>;
  readonly overrides?: Record<string, string>;
}

/** Installs a project with these dependencies and this package. */
export function consumer({ name, dependencies, overrides, ...project }: Project): Consumer {
  install(consumersDirectory, { private: true, devDependencies: TOOLS });
  const folder = join(consumersDirectory, project.folder ?? name);
  mkdirSync(folder, { recursive: true });
  for (const stale of ['test/__snapshots__', 'handlers']) rmSync(join(folder, stale), { recursive: true, force: true });
  for (const source of ['shared', name]) copy(source, folder);
  const own = { ...dependencies, faasten: `file:${packed().tarball}` };
  install(folder, { name: `consumer-${name}`, private: true, dependencies: own, ...(overrides ? { overrides } : {}) });
  const start: Consumer['run'] = ([program, ...args], settings = {}) => {
    const result = run(settings.node ?? process.execPath, [resolve(folder, program!), ...args], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, NO_COLOR: '1', ...settings.environment },
      timeoutSeconds: 150,
    });
    return { status: result.status, output: `${result.stdout}${result.stderr}` };
  };
  return {
    folder,
    run: start,
    json(args, nodePath = process.execPath) {
      const { status, output } = start(args, { node: nodePath });
      const line = output.split('\n').find((each) => /^[{[]/.test(each));
      if (status !== 0 || line === undefined) throw new Error(`'${args.join(' ')}' failed (${status}):\n${output}`);
      return JSON.parse(line);
    },
  };
}

/** Files of `consumers/<source>`, where there are such. */
export function copy(source: string, folder: string): void {
  const from = join(__dirname, 'consumers', source);
  if (existsSync(from)) cpSync(from, folder, { recursive: true });
}

/** Every supported Node that is here, this process's first: `['20', path]`. */
export function nodes(): [major: string, path: string][] {
  const own: [string, string] = [process.versions.node.split('.')[0]!, process.execPath];
  const others = ([22, 24] as const).filter((major) => String(major) !== own[0] && !missing(`Node ${major}`, available(major)));
  return [own, ...others.map((major): [string, string] => [String(major), node(major)])];
}

/** A file of the consumer, or a program of the tools: `typescript/lib/tsc.js`. */
function resolve(folder: string, program: string): string {
  const own = join(folder, program);
  return existsSync(own) ? own : join(consumersDirectory, 'node_modules', program);
}

/** npm install, unless that very thing is installed. */
export function install(folder: string, manifest: object): void {
  mkdirSync(folder, { recursive: true });
  const text = JSON.stringify(manifest, null, 2);
  const stamp = join(folder, 'node_modules', '.faasten-installed');
  writeFileSync(join(folder, 'package.json'), text);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === text) return;
  const args = [
    'install',
    '--no-package-lock',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    '--loglevel=error',
  ];
  const { status, stdout, stderr } = run('npm', args, { cwd: folder, timeoutSeconds: 280 });
  if (status !== 0) throw new Error(`npm install failed in the consumer:\n${stdout}${stderr}`);
  writeFileSync(stamp, text);
}
