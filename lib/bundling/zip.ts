import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Zippable, zipSync } from 'fflate';
import { isExecutable } from './facts.js';
import type { CodeArtifact } from './request.js';

/** Years before are not possible in a zip. In local time, because a zip's times have no zone: the same bytes everywhere. */
const TIME = new Date(1980, 0, 1, 0, 0, 0);
const UNIX = 3;
const REGULAR_FILE = 0o100000;

export interface ZipOptions {
  /**
   * Whether source maps are in the zip, next to the code, where node looks for them.
   * @default true
   */
  readonly sourceMaps?: boolean;
}

/** A zip of an artifact with the same bytes on every machine: sorted names, a fixed time, modes 0644 and 0755. */
export function zip(artifact: CodeArtifact, { sourceMaps = true }: ZipOptions = {}): Uint8Array {
  const files = artifact.files.filter(({ hashed }) => hashed || sourceMaps);
  return zipOf(
    files.map(({ name }) => {
      const file = join(artifact.directory, name);
      return { name, data: readFileSync(file), executable: isExecutable(statSync(file)) };
    }),
  );
}

/** Files in the order in which they are given. */
export function zipOf(
  files: readonly { readonly name: string; readonly data: Uint8Array; readonly executable: boolean }[],
): Uint8Array {
  const entries: Zippable = {};
  for (const { name, data, executable } of files) {
    const mode = REGULAR_FILE | (executable ? 0o755 : 0o644);
    entries[name] = [data, { mtime: TIME, os: UNIX, attrs: mode << 16, level: 6 }];
  }
  return zipSync(entries);
}
