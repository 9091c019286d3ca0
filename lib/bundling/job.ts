import type { Loader } from 'esbuild';

/** What is sent to the process that runs esbuild. JSON. */
export interface Job {
  /** Path of esbuild's module. */
  readonly esbuild: string;
  /** File that receives one {@link ChunkResult} per line. */
  readonly results: string;
  readonly progress: boolean;
  readonly passes: readonly Pass[];
}

/** Functions that share all of esbuild's options. */
export interface Pass {
  /** Real path of the project root. */
  readonly root: string;
  /** Folder for the output, `<id>` below it for each entry. */
  readonly outdir: string;
  /** Name of the output, and its extension. */
  readonly outfile: string;
  readonly sourceMap: boolean;
  readonly plugins?: string;
  readonly esbuild: {
    readonly target: string;
    readonly minifyWhitespace: boolean;
    readonly minifySyntax: boolean;
    readonly sourcesContent: boolean;
    readonly external: readonly string[];
    readonly define: Readonly<Record<string, string>>;
    readonly loader: Readonly<Record<string, Loader>>;
    readonly banner?: { readonly js: string };
    readonly conditions?: readonly string[];
    readonly mainFields?: readonly string[];
    readonly tsconfig?: string;
    readonly alias: Readonly<Record<string, string>>;
  };
  readonly entries: readonly EntryJob[];
}

export interface EntryJob {
  readonly id: number;
  /** Stable name of the virtual module. */
  readonly label: string;
  readonly source: string;
  readonly handlerFile: string;
}

/** What one esbuild run gave. */
export interface ChunkResult {
  readonly pass: number;
  readonly built: readonly EntryResult[];
  readonly failed: readonly EntryFailure[];
  /** Module graph: input path, relative to the root, to what it imports. */
  readonly inputs: Readonly<Record<string, readonly ImportRecord[]>>;
  /** Further files and folders that a plugin said an input depends on. */
  readonly watched: Readonly<Record<string, readonly string[]>>;
  /** Module graph of the plugin module; packages are not followed. */
  readonly pluginInputs: Readonly<Record<string, readonly ImportRecord[]>>;
  readonly warnings: readonly { readonly file?: string; readonly text: string }[];
}

export interface ImportRecord {
  readonly path: string;
  readonly original?: string;
  readonly external?: boolean;
}

export interface EntryResult {
  readonly id: number;
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly hash: string; readonly hashed: boolean }[];
  /** Bytes in the output of each input. */
  readonly weights: Readonly<Record<string, number>>;
}

export interface EntryFailure {
  readonly id: number;
  readonly kind: 'esbuild' | 'no-default-export' | 'plugins';
  /** esbuild's formatted messages, or for `plugins` the reason. */
  readonly text: string;
}
