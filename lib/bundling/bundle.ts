import { statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { ArtifactBuilder, artifactOf, contentHash } from './artifact.js';
import { Cache, type StoredBundle } from './cache.js';
import { DependencyCollector } from './dependencies.js';
import { type BundleFailure, bundleFailed, noDefaultExport, overBudget } from './errors.js';
import { esbuildVersion, runEsbuild } from './esbuild-run.js';
import type { Fact } from './facts.js';
import { sha256 } from './file-hashes.js';
import type { ChunkResult, EntryResult, Pass } from './job.js';
import { addNativeModules } from './native-install.js';
import { type Prepared, Preparer } from './options.js';
import { cacheLocation } from './project.js';
import type { BundleRequest, BundleSettings, CodeArtifact } from './request.js';
import { heaviest } from './weight.js';

/** Of everything this folder writes: a new number makes all earlier cache entries unknown. */
const FORMAT = 1;
const DEFAULT_CACHE_BYTES = 4 * 1024 ** 3;

/** One bundle to make. Requests that ask for the same share it. */
interface Unit {
  readonly prepared: Prepared;
  readonly key: string;
  readonly cache: Cache;
  readonly paths: string[];
  bundle?: StoredBundle;
}

/**
 * Makes the code of functions. Synchronous, as synthesis is. What did not change since an earlier run comes from the cache;
 * the rest is made in one esbuild pass per set of equal options.
 * @returns an artifact for each request, in their order
 * @throws code `bundle-failed`, with all that is wrong with any of them
 */
export function bundle(requests: readonly BundleRequest[], settings: BundleSettings = {}): CodeArtifact[] {
  const caches = new Caches(settings);
  const failures: BundleFailure[] = [];
  try {
    const units = new Map<string, Unit>();
    const order = prepareAll(requests, caches, units, failures);
    const missing = [...units.values()].filter((unit) => {
      unit.bundle = unit.cache.find(unit.key, unit.prepared.root);
      return !unit.bundle;
    });
    if (missing.length > 0) build(missing, settings.progress ?? (process.stderr.isTTY === true && !process.env.CI), failures);
    const artifacts = order.map((unit) => unit?.bundle && artifactOf(unit.bundle));
    artifacts.forEach((artifact, index) => {
      const limit = requests[index]!.options?.maxSizeBytes;
      if (artifact && limit !== undefined && artifact.bytes > limit) {
        failures.push(overBudget(requests[index]!.path, artifact.bytes, limit, artifact.heaviest));
      }
    });
    if (failures.length > 0) throw bundleFailed(failures);
    return artifacts as CodeArtifact[];
  } finally {
    caches.close();
  }
}

/** The caches of one run: each project has its own. */
class Caches {
  private readonly byLocation = new Map<string | undefined, Cache>();
  private readonly byRoot = new Map<string, Cache>();

  constructor(private readonly settings: BundleSettings) {}

  of(root: string): Cache {
    let cache = this.byRoot.get(root);
    if (cache) return cache;
    const { cacheDirectory, cacheMaxBytes = DEFAULT_CACHE_BYTES } = this.settings;
    const location =
      cacheDirectory === false ? undefined : cacheDirectory === undefined ? cacheLocation(root) : resolve(cacheDirectory);
    cache = this.byLocation.get(location) ?? new Cache(location, cacheMaxBytes);
    this.byLocation.set(location, cache);
    this.byRoot.set(root, cache);
    return cache;
  }

  close(): void {
    for (const cache of this.byLocation.values()) cache.close();
  }
}

function prepareAll(
  requests: readonly BundleRequest[],
  caches: Caches,
  units: Map<string, Unit>,
  failures: BundleFailure[],
): (Unit | undefined)[] {
  const preparer = new Preparer();
  const version = esbuildVersion();
  return requests.map((request) => {
    const prepared = preparer.prepare(request);
    if ('message' in prepared) {
      failures.push(prepared);
      return undefined;
    }
    const key = sha256(JSON.stringify([FORMAT, version, prepared.identity]));
    const place = `${prepared.root}\0${key}`;
    let unit = units.get(place);
    if (!unit) {
      unit = { prepared, key, cache: caches.of(prepared.root), paths: [] };
      units.set(place, unit);
    }
    unit.paths.push(request.path);
    return unit;
  });
}

function build(units: readonly Unit[], progress: boolean, failures: BundleFailure[]): void {
  const started = Date.now();
  const passes = passesOf(units);
  const results = runEsbuild(passes, units[0]!.cache.workspace(), progress);
  for (const chunk of results) {
    for (const { id, kind, text } of chunk.failed) {
      const unit = units[id]!;
      const message =
        kind === 'no-default-export' ? noDefaultExport(unit.prepared.label) : kind === 'esbuild' ? `esbuild says\n${text}` : text;
      for (const path of unit.paths) failures.push({ path, message });
    }
    for (const entry of chunk.built) {
      const wrong = finish(units[entry.id]!, chunk, entry, passes[chunk.pass]!, started);
      if (wrong) for (const path of units[entry.id]!.paths) failures.push({ path, message: wrong });
    }
  }
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
const entryLabel = ({ label }: Prepared, key: string): string => `${label}#${key.slice(0, 8)}`;

/** Completes one function's folder and puts it into the cache. */
function finish(unit: Unit, chunk: ChunkResult, entry: EntryResult, pass: Pass, started: number): string | undefined {
  const { prepared, cache, key } = unit;
  const builder = new ArtifactBuilder(join(pass.outdir, String(entry.id)), entry.files, cache.hashes);
  for (const [name, source] of prepared.assets) builder.copy(source, name);
  if (prepared.packageJson !== undefined) builder.write('package.json', prepared.packageJson);
  if (prepared.native) {
    const wrong = addNativeModules(prepared.native, builder, cache);
    if (wrong) return wrong;
  }
  const label = entryLabel(prepared, key);
  const facts = cache.facts(prepared.root);
  const { own, groups, inputs } = new DependencyCollector(prepared.root, facts).collect(chunk, `faasten:${label}`, {
    tsconfig: prepared.pass.esbuild.tsconfig,
    handlerFile: prepared.handlerFile,
  });
  const trees = [...prepared.assets.values()].map((source) => facts.fact('tree', relative(prepared.root, source)));
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
  if (!changedSince(started, prepared.root, own)) cache.store(key, unit.bundle, [...own, ...trees], groups);
  return undefined;
}

/** Whether one of the files of a bundle is younger than the run that made it. */
function changedSince(started: number, root: string, facts: readonly Fact[]): boolean {
  return facts.some(([kind, file]) => {
    const stat = kind === 'file' ? statSync(join(root, file), { throwIfNoEntry: false }) : undefined;
    return stat !== undefined && Math.max(stat.mtimeMs, stat.ctimeMs) >= started;
  });
}
