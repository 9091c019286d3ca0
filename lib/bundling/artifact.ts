import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { StoredBundle, StoredFile } from './cache.js';
import { prebuiltEmpty, prebuiltMissing } from './errors.js';
import { isExecutable, listFiles } from './facts.js';
import { sha256 } from './file-hashes.js';
import type { CodeArtifact } from './request.js';

const FILE_MODE = 0o644;
const EXECUTABLE_MODE = 0o755;
const FOLDER_MODE = 0o755;

/** Adds files to a folder in the making, with fixed modes: a umask must not make code unreadable in the cloud. */
export class ArtifactBuilder {
  private readonly files = new Map<string, StoredFile>();

  constructor(
    readonly directory: string,
    made: readonly StoredFile[],
  ) {
    chmodSync(directory, FOLDER_MODE);
    for (const file of made) {
      chmodSync(join(directory, file.name), FILE_MODE);
      this.files.set(file.name, file);
    }
  }

  /** Copies a file, or all files below a folder. */
  copy(source: string, name: string): void {
    if (statSync(source).isFile()) this.copyFile(source, name);
    else for (const file of listFiles(source)) this.copyFile(join(source, file), `${name}/${file}`);
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.directory, name), text);
    chmodSync(join(this.directory, name), FILE_MODE);
    this.files.set(name, { name, bytes: Buffer.byteLength(text), hash: sha256(text), hashed: true });
  }

  sorted(): StoredFile[] {
    return [...this.files.values()].sort(byName);
  }

  private copyFile(source: string, name: string): void {
    const target = join(this.directory, name);
    this.makeFolders(dirname(name));
    const data = readFileSync(source);
    const executable = isExecutable(statSync(source));
    writeFileSync(target, data);
    chmodSync(target, executable ? EXECUTABLE_MODE : FILE_MODE);
    this.files.set(name, { name, bytes: data.length, hash: sha256(data), hashed: true, ...(executable && { executable }) });
  }

  private makeFolders(name: string): void {
    if (name === '.') return;
    const made = mkdirSync(join(this.directory, name), { recursive: true });
    if (made === undefined) return;
    for (let folder = join(this.directory, name); folder.length >= made.length; folder = dirname(folder))
      chmodSync(folder, FOLDER_MODE);
  }
}

/** Hash of a function's code: names and bytes of its files, and which ones can be executed; source maps left out. */
export function contentHash(files: readonly StoredFile[]): string {
  const lines = files
    .filter(({ hashed }) => hashed)
    .map(({ name, hash, executable }) => `${hash} ${executable ? 'x ' : ''}${name}\n`);
  return sha256(lines.sort().join(''));
}

export function artifactOf(bundle: StoredBundle): CodeArtifact {
  const files = [...bundle.files].sort(byName).map(({ name, bytes, hashed }) => Object.freeze({ name, bytes, hashed }));
  return Object.freeze({
    hash: bundle.hash,
    directory: bundle.directory,
    files: Object.freeze(files),
    bytes: files.reduce((sum, { bytes, hashed }) => sum + (hashed ? bytes : 0), 0),
    heaviest: Object.freeze([...bundle.heaviest]),
    warnings: Object.freeze([...bundle.warnings]),
  });
}

/**
 * A folder that is already built, as it is. Its hash is that of its content; files ending in `.map` do not count.
 * @throws code `code-missing` where there is no such folder or nothing in it
 */
export function prebuilt(directory: string): CodeArtifact {
  const folder = resolve(directory);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw prebuiltMissing(folder);
  const files = listFiles(folder).map((name) => ({
    name,
    bytes: statSync(join(folder, name)).size,
    hash: sha256(readFileSync(join(folder, name))),
    hashed: !name.endsWith('.map'),
    executable: isExecutable(statSync(join(folder, name))),
  }));
  if (files.length === 0) throw prebuiltEmpty(folder);
  return artifactOf({ directory: folder, hash: contentHash(files), files, heaviest: [], warnings: [] });
}

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
