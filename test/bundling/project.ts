import childProcess, { type SpawnSyncOptions, spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, vi } from 'vitest';
import {
  type BundleOptions,
  type BundleRequest,
  type BundleSettings,
  bundle,
  type CodeArtifact,
} from '../../lib/bundling/index.js';

export const LIBRARY = resolve(__dirname, '../../dist/bundling/index.js');
const MODULES = resolve(__dirname, '../../node_modules');

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A new folder, removed after the test. */
export function temporary(prefix = 'faasten-test-'): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), prefix)));
  folders.push(folder);
  return folder;
}

/** A user's project, in a folder of its own. */
export class Project {
  readonly cache: string;

  constructor(
    files: Readonly<Record<string, string>>,
    readonly root: string = temporary(),
    cache?: string,
  ) {
    this.cache = cache ?? join(this.root, '..', `cache-of-${this.root.split('/').pop()}`);
    folders.push(this.cache);
    this.write({ 'package.json': '{ "name": "project" }', 'package-lock.json': '{}', ...files });
  }

  file(name: string): string {
    return join(this.root, name);
  }

  write(files: Readonly<Record<string, string>>): this {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(this.file(name)), { recursive: true });
      writeFileSync(this.file(name), text);
    }
    return this;
  }

  /** Copies packages that the repository has. */
  install(...packages: string[]): this {
    for (const name of packages)
      cpSync(join(MODULES, name), this.file(`node_modules/${name}`), { recursive: true, dereference: true });
    return this;
  }

  link(name: string, target: string): this {
    mkdirSync(dirname(this.file(name)), { recursive: true });
    symlinkSync(target, this.file(name));
    return this;
  }

  executable(name: string): this {
    chmodSync(this.file(name), 0o755);
    return this;
  }

  request(entry: string, options: BundleOptions = {}): BundleRequest {
    return {
      path: `Stack/${entry.replace(/\W/g, '-')}`,
      handlerFile: this.file(entry),
      entrySource: entrySource(this.file(entry)),
      options,
    };
  }

  bundle(entries: readonly string[], options: BundleOptions = {}, settings: BundleSettings = {}): CodeArtifact[] {
    return bundle(
      entries.map((entry) => this.request(entry, options)),
      { cacheDirectory: this.cache, ...settings },
    );
  }

  one(entry: string, options: BundleOptions = {}, settings: BundleSettings = {}): CodeArtifact {
    return this.bundle([entry], options, settings)[0]!;
  }
}

export const entrySource = (file: string): string =>
  `import entry from ${JSON.stringify(file)};\nexport const handler = entry;\n`;

/** Handler files of functions that differ, with one module in common. */
export function handlers(count: number): Record<string, string> {
  const files: Record<string, string> = {
    'lib/shared.ts': 'export const shared = (text: string): string => `shared ${text}`;\n',
  };
  for (let index = 0; index < count; index++) {
    files[`handlers/f${index}.ts`] =
      `import { shared } from '../lib/shared';\nexport default async (): Promise<string> => shared('function ${index}');\n`;
  }
  return files;
}

export const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `handlers/f${index}.ts`);

/** What the functions that `run` bundles come to: how many esbuild got to build, and in how many processes. */
export function watchEsbuild<T>(run: () => T): { result: T; functions: number; processes: number } {
  const jobs: { passes: { entries: unknown[] }[] }[] = [];
  const original = childProcess.spawnSync;
  const spy = vi.spyOn(childProcess, 'spawnSync').mockImplementation(((
    command: string,
    args: string[],
    options: SpawnSyncOptions,
  ) => {
    if (args.some((arg) => arg.endsWith('esbuild-process.js'))) jobs.push(JSON.parse(String(options.input)));
    return original(command, args, options);
  }) as never);
  try {
    const result = run();
    return {
      result,
      functions: jobs.flatMap((job) => job.passes.flatMap((pass) => pass.entries)).length,
      processes: jobs.length,
    };
  } finally {
    spy.mockRestore();
  }
}

const CHILD = `
  const { bundle, zip } = require(${JSON.stringify(LIBRARY)});
  const { createHash } = require('node:crypto');
  const { requests, settings, umask } = JSON.parse(process.argv[1]);
  if (umask !== undefined) process.umask(umask);
  const artifacts = bundle(requests, settings);
  console.log(JSON.stringify(artifacts.map((artifact) => ({
    hash: artifact.hash,
    zip: createHash('sha256').update(zip(artifact)).digest('hex'),
    files: artifact.files,
    directory: artifact.directory,
    warnings: artifact.warnings,
  }))));
`;

export interface ChildResult {
  readonly hash: string;
  readonly zip: string;
  readonly files: CodeArtifact['files'];
  readonly directory: string;
}

interface ChildOptions {
  readonly settings?: BundleSettings;
  readonly umask?: number;
  readonly env?: NodeJS.ProcessEnv;
}

const childArguments = (requests: readonly BundleRequest[], { settings = {}, umask }: ChildOptions): string[] => [
  '-e',
  CHILD,
  JSON.stringify({ requests, settings, umask }),
];

/** Bundles in a process of its own. */
export function bundleInChild(requests: readonly BundleRequest[], options: ChildOptions = {}): ChildResult[] {
  const run = spawnSync(process.execPath, childArguments(requests, options), {
    encoding: 'utf8',
    env: { ...process.env, ...options.env },
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout);
}

/** The same, without waiting: for several at once. */
export function startBundling(requests: readonly BundleRequest[], options: ChildOptions = {}): Promise<ChildResult[]> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, childArguments(requests, options), { env: { ...process.env, ...options.env } });
    let out = '';
    let err = '';
    child.stdout.on('data', (data) => (out += data));
    child.stderr.on('data', (data) => (err += data));
    child.on('close', (code) => (code === 0 ? done(JSON.parse(out)) : fail(new Error(err))));
  });
}

/** Calls the handler of an artifact, in a process of its own. The result passes through JSON. */
export function call(artifact: CodeArtifact | ChildResult, ...args: unknown[]): unknown {
  const url = pathToFileURL(join(artifact.directory, 'index.mjs')).href;
  const code = `const { handler } = await import(${JSON.stringify(url)});
    console.log('\\n' + JSON.stringify(await handler(...${JSON.stringify(args)})));`;
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8', cwd: artifact.directory });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout.trim().split('\n').pop()!);
}
