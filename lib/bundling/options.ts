import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, posix, relative, resolve } from 'node:path';
import { type BundleFailure, badOption, handlerMissing } from './errors.js';
import type { Pass } from './job.js';
import { type NativePlan, planNative } from './native-plan.js';
import { projectRoot } from './project.js';
import type { BundleOptions, BundleRequest } from './request.js';

const { labelOf } = require('./normalise.js') as { labelOf(root: string, input: string): string };

const OUTFILE = /^[A-Za-z0-9_-]+\.m?js$/;
const DEFAULT_OUTFILE = 'index.mjs';
const DEFAULT_TARGET = 'node24';
/**
 * The runtime of this installation, as ES modules, so that a bundle has only what it uses. Adapters and the user's handlers must
 * get the same one.
 */
const RUNTIME = resolve(__dirname, '../esm/runtime');

/** A request with everything decided. */
export interface Prepared {
  readonly path: string;
  readonly root: string;
  readonly handlerFile: string;
  /** The handler's stable name: relative to the root. */
  readonly label: string;
  readonly entrySource: string;
  /** All that esbuild gets; requests for which it is equal share a pass. */
  readonly pass: Omit<Pass, 'outdir' | 'entries'>;
  /** Name in the output to absolute path. */
  readonly assets: ReadonlyMap<string, string>;
  readonly native?: NativePlan;
  readonly packageJson?: string;
  readonly maxSizeBytes?: number;
  /** What the output depends on besides files, without the machine's paths. JSON. */
  readonly identity: string;
}

/** Checks a request and fills in every default. Remembers what requests of one run share. */
export class Preparer {
  private readonly roots = new Map<string, string>();
  private readonly natives = new Map<string, NativePlan | string>();

  prepare(request: BundleRequest): Prepared | BundleFailure {
    const { path, handlerFile: given, options = {} } = request;
    if (!isAbsolute(given) || !statSync(given, { throwIfNoEntry: false })?.isFile()) return handlerMissing(path, given);
    const handlerFile = realpathSync(given);
    const root = options.projectRoot ? realpathSync(resolve(options.projectRoot)) : this.rootOf(handlerFile);
    const wrong = check(path, root, options);
    if (wrong) return wrong;
    const native = this.nativeOf(root, options);
    if (typeof native === 'string') return { path, message: native };

    const label = labelOf(root, relative(root, handlerFile));
    const assets = new Map(
      Object.entries(options.assets ?? {}).map(([name, source]) => [posix.normalize(name), resolve(root, source)]),
    );
    const pass = passOf(root, options);
    const packageJson = options.packageJson && `${JSON.stringify(options.packageJson, null, 2)}\n`;
    const quoted = JSON.stringify(given).slice(1, -1);
    const stable = (file: string | undefined): string | undefined => file && relative(root, file);
    const identity = JSON.stringify({
      entry: request.entrySource.replaceAll(quoted, label).replaceAll(given, label),
      label,
      esbuild: { ...pass.esbuild, tsconfig: stable(pass.esbuild.tsconfig), alias: relativeAliases(root, pass.esbuild.alias) },
      outfile: pass.outfile,
      sourceMap: pass.sourceMap,
      plugins: stable(pass.plugins),
      assets: [...assets].map(([name, source]) => [name, relative(root, source)]),
      native: native?.identity,
      packageJson,
    });
    return {
      path,
      root,
      handlerFile,
      label,
      entrySource: request.entrySource,
      pass,
      assets,
      native,
      packageJson,
      maxSizeBytes: options.maxSizeBytes,
      identity,
    };
  }

  private rootOf(handlerFile: string): string {
    const folder = dirname(handlerFile);
    const root = this.roots.get(folder) ?? projectRoot(handlerFile);
    this.roots.set(folder, root);
    return root;
  }

  private nativeOf(root: string, { nativeModules, nativePlatform }: BundleOptions): NativePlan | string | undefined {
    if (!nativeModules?.length || !nativePlatform) return undefined;
    const key = JSON.stringify([root, nativeModules, nativePlatform]);
    const plan = this.natives.get(key) ?? planNative(root, nativeModules, nativePlatform);
    this.natives.set(key, plan);
    return plan;
  }
}

function check(path: string, root: string, options: BundleOptions): BundleFailure | undefined {
  const outfile = options.outfile ?? DEFAULT_OUTFILE;
  if (!OUTFILE.test(outfile))
    return badOption(path, 'outfile', `is '${outfile}'`, "give a plain name that ends in '.mjs' or '.js'");
  if (options.nativeModules?.length && !options.nativePlatform) {
    return badOption(
      path,
      'nativeModules',
      'has no nativePlatform',
      "say which machine they are for: { os: 'linux', cpu: 'arm64' }",
    );
  }
  for (const option of ['plugins', 'tsconfig'] as const) {
    const file = options[option];
    if (file && !existsSync(resolve(root, file))) {
      return badOption(
        path,
        option,
        `names '${resolve(root, file)}', which is no file`,
        `give a path relative to the project root '${root}'`,
      );
    }
  }
  const taken = new Set([outfile, `${outfile}.map`, 'node_modules', 'package.json']);
  for (const [name, source] of Object.entries(options.assets ?? {})) {
    const target = posix.normalize(name);
    if (
      isAbsolute(name) ||
      name.includes('\\') ||
      target === '.' ||
      target.startsWith('..') ||
      taken.has(target.split('/')[0]!)
    ) {
      return badOption(
        path,
        'assets',
        `cannot put a file at '${name}'`,
        `give a relative name with '/' other than ${[...taken].join(', ')}`,
      );
    }
    if (!existsSync(resolve(root, source))) {
      return badOption(
        path,
        `assets['${name}']`,
        `is '${resolve(root, source)}', which does not exist`,
        `give a path relative to the project root '${root}'`,
      );
    }
  }
  return undefined;
}

function passOf(root: string, options: BundleOptions): Prepared['pass'] {
  const minify = options.minify ?? true;
  const absolute = (file: string | undefined): string | undefined => (file === undefined ? undefined : resolve(root, file));
  const alias = { 'faasten/runtime': RUNTIME, ...options.alias };
  return {
    root,
    outfile: options.outfile ?? DEFAULT_OUTFILE,
    sourceMap: options.sourceMap ?? true,
    plugins: absolute(options.plugins),
    esbuild: {
      target: options.target ?? DEFAULT_TARGET,
      minifyWhitespace: minify,
      minifySyntax: minify,
      sourcesContent: options.sourcesContent ?? false,
      external: [...new Set([...(options.external ?? []), ...(options.nativeModules ?? [])])].sort(),
      define: sorted(options.define ?? {}),
      loader: sorted(options.loader ?? {}),
      banner: options.banner === undefined ? undefined : { js: options.banner },
      conditions: options.conditions,
      mainFields: options.mainFields,
      tsconfig: absolute(options.tsconfig),
      alias: sorted(
        Object.fromEntries(
          Object.entries(alias).map(([name, target]) => [name, /^\.\.?\//.test(target) ? join(root, target) : target]),
        ),
      ),
    },
  };
}

function relativeAliases(root: string, alias: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(alias).map(([name, target]) => [name, isAbsolute(target) ? relative(root, target) : target]),
  );
}

function sorted<V>(record: Readonly<Record<string, V>>): Record<string, V> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
