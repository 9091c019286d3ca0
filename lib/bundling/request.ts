import type { Loader } from 'esbuild';

/** One function to bundle. */
export interface BundleRequest {
  /** Construct path. Shown in errors, never part of the output. */
  readonly path: string;
  /**
   * Text of the virtual entry, an ES module: it imports the user's handler by {@link handlerFile} and an adapter from
   * `faasten/runtime/…`. The absolute path never reaches the output.
   */
  readonly entrySource: string;
  /** Absolute path of the user's file. Bare imports of the entry are resolved from its folder. */
  readonly handlerFile: string;
  /** Requests with equal options share one esbuild pass. */
  readonly options?: BundleOptions;
}

/** The machine that native modules are for, in npm's words. */
export interface NativePlatform {
  /** `linux`, `darwin`, `win32`, … as in `process.platform`. */
  readonly os: string;
  /** `arm64`, `x64`, … as in `process.arch`. */
  readonly cpu: string;
  /** @default - `glibc` where `os` is `linux` */
  readonly libc?: 'glibc' | 'musl';
}

/** How a function's code is made. Relative paths start at the project root. */
export interface BundleOptions {
  /**
   * Packages and paths that stay imports and are not part of the output, with `*` as a wildcard.
   * @default - none; node's own modules are never part of the output
   */
  readonly external?: readonly string[];
  /**
   * Global identifiers and the JavaScript expressions that replace them.
   * @default - none
   */
  readonly define?: Readonly<Record<string, string>>;
  /**
   * What becomes of a file with an extension: `{ '.html': 'text', '.wasm': 'binary' }`.
   * @default - esbuild's own: scripts, styles, `.json` and `.txt`
   */
  readonly loader?: Readonly<Record<string, Loader>>;
  /**
   * JavaScript that the output starts with.
   * @default - none
   */
  readonly banner?: string;
  /**
   * Whether white space is removed and syntax shortened. Identifiers keep their names in both cases, so that stack traces and
   * the names of errors stay readable.
   * @default true
   */
  readonly minify?: boolean;
  /**
   * JavaScript version of the output, in esbuild's words.
   * @default 'node24'
   */
  readonly target?: string;
  /**
   * Module format of the output.
   * @default 'esm'
   */
  readonly format?: 'esm';
  /**
   * Whether a source map lies beside the output. Source maps are no part of the hash.
   * @default true
   */
  readonly sourceMap?: boolean;
  /**
   * Whether the source map carries the text of the sources.
   * @default false
   */
  readonly sourcesContent?: boolean;
  /**
   * Files and folders that are copied next to the output: name in the output to source path. Links are followed.
   * @default - none
   */
  readonly assets?: Readonly<Record<string, string>>;
  /**
   * Packages that cannot be bundled because they carry machine code. Each is installed for {@link nativePlatform} into
   * `node_modules` next to the output, in the version that the project has. Where the project lacks the files for that
   * platform, `npm install` is run once: the only step that may ask a registry.
   * @default - none
   */
  readonly nativeModules?: readonly string[];
  /**
   * The machine that {@link nativeModules} are for.
   * @default - the platform's own machine; required with `nativeModules`
   */
  readonly nativePlatform?: NativePlatform;
  /**
   * Path of a module whose default export is an array of esbuild plugins (or a function that returns one). A path, because
   * bundling happens in another process.
   * @default - none
   */
  readonly plugins?: string;
  /**
   * Most bytes of the output, source map left out. More is an error, which lists what is heavy.
   * @default - no limit
   */
  readonly maxSizeBytes?: number;
  /**
   * Conditions of package.json `exports` that hold besides `import`, `node` and `default`.
   * @default - esbuild's own: `module`
   */
  readonly conditions?: readonly string[];
  /**
   * Fields of package.json that name a package's entry, the first one found wins.
   * @default - esbuild's own: `main`, `module`
   */
  readonly mainFields?: readonly string[];
  /**
   * A tsconfig.json for all files.
   * @default - the nearest one of each file
   */
  readonly tsconfig?: string;
  /**
   * Folder that paths in the output are relative to.
   * @default - the nearest parent folder of the handler with a lock file, else with a package.json, else the handler's folder
   */
  readonly projectRoot?: string;
  /**
   * Packages that are replaced: import specifier to package or absolute path. Also holds for sub-paths.
   * @default - `faasten/runtime` is the runtime of this very installation
   */
  readonly alias?: Readonly<Record<string, string>>;
  /**
   * Name of the output.
   * @default 'index.mjs'
   */
  readonly outfile?: string;
  /**
   * Content of a `package.json` next to the output, for platforms that read one.
   * @default - no package.json
   */
  readonly packageJson?: Readonly<Record<string, unknown>>;
}

export interface BundleSettings {
  /**
   * Folder of the persistent cache; `false` for none.
   * @default - `FAASTEN_CACHE_DIR`, else `node_modules/.cache/faasten` in the project root, else a folder for temporary files
   */
  readonly cacheDirectory?: string | false;
  /**
   * Most bytes the cache keeps. What was used within the last hour always stays.
   * @default 4 GiB
   */
  readonly cacheMaxBytes?: number;
  /**
   * Whether a run that takes longer than a second writes a progress line to stderr.
   * @default - only when stderr is a terminal and `CI` is not set
   */
  readonly progress?: boolean;
}

export interface ArtifactFile {
  /** Path inside the artifact, with `/`. */
  readonly name: string;
  readonly bytes: number;
  /** Whether it counts for the hash. Source maps do not. */
  readonly hashed: boolean;
}

/** What part of the output came from one package; `.` is the project itself. */
export interface Weight {
  readonly name: string;
  readonly bytes: number;
}

/** The code of a function, ready to be shipped: a folder that nothing changes any more. */
export interface CodeArtifact {
  /** SHA-256 of names, bytes and executable bits of the hashed files, in hex: the same on every machine, in every folder. */
  readonly hash: string;
  /** Absolute path. Valid until the process ends; only to read from. */
  readonly directory: string;
  /** Sorted by name. */
  readonly files: readonly ArtifactFile[];
  /** Size of all hashed files. */
  readonly bytes: number;
  /** The heaviest packages in the bundled file, heaviest first. Empty for prebuilt code. */
  readonly heaviest: readonly Weight[];
  /** esbuild's warnings about this function's code, formatted. */
  readonly warnings: readonly string[];
}
