import { resolve } from 'node:path';
import { artifactOf } from './artifact.js';
import { build, type Unit } from './build.js';
import { Cache } from './cache.js';
import { type BundleFailure, bundleFailed, overBudget } from './errors.js';
import { esbuildVersion } from './esbuild-run.js';
import { sha256 } from './file-hashes.js';
import { Preparer } from './options.js';
import { cacheLocation } from './project.js';
import type { BundleRequest, BundleSettings, CodeArtifact } from './request.js';

/** Of everything this folder writes: a new number makes all earlier cache entries unknown. */
const FORMAT = 1;
const DEFAULT_CACHE_BYTES = 4 * 1024 ** 3;

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
