import { join, relative } from 'node:path';
import { ArtifactBuilder, contentHash } from './artifact.js';
import type { Cache, StoredBundle } from './cache.js';
import { DependencyCollector } from './dependencies.js';
import { type BundleFailure, noDefaultExport } from './errors.js';
import { runEsbuild } from './esbuild-run.js';
import type { ChunkResult, EntryFailure, EntryResult, Pass } from './job.js';
import { addNativeModules } from './native-install.js';
import type { Prepared } from './options.js';
import { SavedSince } from './saved-since.js';
import { heaviest } from './weight.js';

/** One bundle to make. Requests that ask for the same share it. */
export interface Unit {
  readonly prepared: Prepared;
  readonly key: string;
  readonly cache: Cache;
  /** Construct paths of the functions that share it. */
  readonly paths: string[];
  bundle?: StoredBundle;
}

/** Makes bundles, one esbuild pass per set of equal options, and puts them into their caches. */
export function build(units: readonly Unit[], progress: boolean, failures: BundleFailure[]): void {
  const workspace = units[0]!.cache.workspace();
  const passes = passesOf(units);
  const saved = new SavedSince(workspace);
  const results = runEsbuild(passes, workspace, progress);
  const fail = (id: number, message: string): void => {
    for (const path of units[id]!.paths) failures.push({ path, message });
  };
  const finisher = new Finisher(saved);
  for (const chunk of results) {
    for (const failed of chunk.failed) fail(failed.id, messageOf(failed, units[failed.id]!));
    for (const entry of chunk.built) {
      const wrong = finisher.finish(units[entry.id]!, chunk, entry, passes[chunk.pass]!);
      if (wrong) fail(entry.id, wrong);
    }
  }
}

function messageOf({ kind, text }: EntryFailure, { prepared }: Unit): string {
  if (kind === 'no-default-export') return noDefaultExport(prepared.label);
  return kind === 'esbuild' ? `esbuild says\n${text}` : text;
}

function passesOf(units: readonly Unit[]): Pass[] {
  const passes = new Map<string, Pass & { entries: Pass['entries'][number][] }>();
  units.forEach(({ prepared, cache, key }, id) => {
    const same = JSON.stringify(prepared.pass);
    let pass = passes.get(same);
    if (!pass) {
      pass = { ...prepared.pass, outdir: join(cache.workspace(), `pass-${passes.size}`), entries: [] };
      passes.set(same, pass);
    }
    pass.entries.push({ id, label: entryLabel(prepared, key), source: prepared.entrySource, handlerFile: prepared.handlerFile });
  });
  return [...passes.values()];
}

/** Name of the virtual module: the same wherever it is built, different for two entries of one handler. */
const entryLabel = ({ label }: Prepared, key: string): string => `${label}#${key.slice(0, 16)}`;

/** Completes functions' folders and puts them into the cache. */
class Finisher {
  private readonly collectors = new Map<string, DependencyCollector>();

  constructor(private readonly saved: SavedSince) {}

  /** @returns what went wrong, or undefined */
  finish(unit: Unit, chunk: ChunkResult, entry: EntryResult, pass: Pass): string | undefined {
    const { prepared, cache, key } = unit;
    const builder = new ArtifactBuilder(join(pass.outdir, String(entry.id)), entry.files);
    for (const [name, source] of prepared.assets) builder.copy(source, name);
    if (prepared.packageJson !== undefined) builder.write('package.json', prepared.packageJson);
    if (prepared.native) {
      const wrong = addNativeModules(prepared.native, prepared.root, builder, cache);
      if (wrong) return wrong;
    }
    const { own, groups, inputs } = this.collector(unit).collect(chunk, `faasten:${entryLabel(prepared, key)}`, {
      tsconfig: prepared.pass.esbuild.tsconfig,
      handlerFile: prepared.handlerFile,
    });
    const copied = [...prepared.assets.values(), ...(prepared.native?.complete ? prepared.native.present.values() : [])];
    const trees = copied.map((source) => cache.facts(prepared.root).fact('tree', relative(prepared.root, source)));
    const files = builder.sorted();
    const hash = contentHash(files);
    const content = {
      hash,
      files,
      heaviest: heaviest(
        entry.weights,
        files.filter(({ name }) => name !== pass.outfile),
      ),
      warnings: chunk.warnings.filter(({ file }) => file === undefined || inputs.has(file)).map(({ text }) => text),
    };
    unit.bundle = { ...content, directory: cache.publish(builder.directory, files, hash) };
    // A file that was saved while esbuild ran may be in the output in its old or its new form.
    const all = [...own, ...trees];
    if (![all, ...groups].some((facts) => this.saved.anyOf(prepared.root, facts))) cache.store(key, unit.bundle, all, groups);
    return undefined;
  }

  private collector({ prepared: { root }, cache }: Unit): DependencyCollector {
    let collector = this.collectors.get(root);
    if (!collector) {
      collector = new DependencyCollector(root, cache.facts(root));
      this.collectors.set(root, collector);
    }
    return collector;
  }
}
