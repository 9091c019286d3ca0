import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { BuildContext, BuildOptions, BuildResult, Message } from 'esbuild';
import { bundle } from './bundle.js';
import { bundleFailed, noDefaultExport } from './errors.js';
import type { EntryFailure, EntryJob, Pass } from './job.js';
import { type Prepared, Preparer } from './options.js';
import type { BundleRequest } from './request.js';

const { esbuildOptions, failure } = require('./esbuild-options.js') as {
  esbuildOptions(pass: Omit<Pass, 'entries'>, entries: readonly EntryJob[], plugins: []): BuildOptions & { metafile: true };
  failure(esbuild: typeof import('esbuild'), entry: EntryJob, errors: readonly Message[]): Promise<EntryFailure>;
};
const { finishEntry } = require('./finish-entry.js') as {
  finishEntry(pass: Omit<Pass, 'entries'>, entry: EntryJob, outputs: object): unknown;
};

export interface LiveResult {
  /** Path of the bundle. Another one each time, as a module that was loaded once is not read again. */
  readonly file: string;
  /** The project's own files that it was made of, absolute. */
  readonly inputs: readonly string[];
}

/** The bundle of one function that is made again and again: the same bytes as `bundle` gives, by an esbuild that remembers. */
export class LiveBundle {
  private readonly folder = mkdtempSync(join(tmpdir(), 'faasten-live-'));
  private context?: Promise<{
    esbuild: typeof import('esbuild');
    build: BuildContext;
    pass: Omit<Pass, 'entries'>;
    entry: EntryJob;
  }>;
  private count = 0;

  constructor(private readonly request: BundleRequest) {}

  /** Starts esbuild's process, which the first bundle then need not wait for. */
  static warmUp(): void {
    const esbuild = require('esbuild') as typeof import('esbuild');
    esbuild.transform('').catch(() => {});
  }

  /** @throws code `bundle-failed`, with esbuild's words */
  async make(): Promise<LiveResult> {
    const { path } = this.request;
    const prepared = new Preparer().prepare(this.request);
    if ('message' in prepared) throw bundleFailed([prepared]);
    // What is installed, copied or run besides esbuild is made by the one way that does so.
    if (prepared.native || prepared.assets.size > 0 || prepared.pass.plugins || prepared.packageJson)
      return this.makeWhole(prepared);
    this.context ??= this.open(prepared);
    const { esbuild, build, pass, entry } = await this.context;
    let result: BuildResult;
    try {
      result = await build.rebuild();
    } catch (error) {
      const { errors } = error as { errors?: Message[] };
      if (!errors) throw error;
      const { kind, text } = await failure(esbuild, entry, errors);
      throw bundleFailed([{ path, message: kind === 'esbuild' ? `esbuild says\n${text}` : noDefaultExport(prepared.label) }]);
    }
    const { outputs, inputs } = result.metafile!;
    finishEntry(pass, entry, outputs);
    const made = join(this.folder, `made-${++this.count}`);
    renameSync(join(pass.outdir, '0'), made);
    rmSync(join(this.folder, `made-${this.count - KEPT}`), { recursive: true, force: true });
    return { file: join(made, pass.outfile), inputs: ownFiles(prepared.root, Object.keys(inputs)) };
  }

  async close(): Promise<void> {
    await this.context?.then(({ build }) => build.dispose()).catch(() => {});
    rmSync(this.folder, { recursive: true, force: true });
  }

  private makeWhole(prepared: Prepared): LiveResult {
    const [artifact] = bundle([this.request], { progress: false });
    const inputs = [prepared.handlerFile, ...prepared.assets.values()];
    return { file: join(artifact!.directory, prepared.pass.outfile), inputs };
  }

  private async open({ pass, label, entrySource, handlerFile }: Prepared) {
    const esbuild = require('esbuild') as typeof import('esbuild');
    const entry = { id: 0, label, source: entrySource, handlerFile };
    const whole = { ...pass, outdir: join(this.folder, 'out') };
    // A bundle that stays on this machine says where its sources are, so that stack traces name the user's own files.
    const options = { ...esbuildOptions(whole, [entry], []), sourceRoot: `${pass.root}/` };
    return { esbuild, build: await esbuild.context(options), pass: whole, entry };
  }
}

/** Bundles of before that stay: workers may still read their source maps. */
const KEPT = 5;

function ownFiles(root: string, inputs: readonly string[]): string[] {
  return inputs.filter((input) => !input.includes(':') && !input.includes('node_modules/')).map((input) => resolve(root, input));
}
