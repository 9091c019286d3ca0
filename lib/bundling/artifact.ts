import { chmodSync, copyFileSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { StoredBundle, StoredFile } from './cache.js';
import { prebuiltEmpty, prebuiltMissing } from './errors.js';
import { listFiles } from './facts.js';
import { FileHashes, sha256 } from './file-hashes.js';
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
    private readonly hashes: FileHashes,
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
    copyFileSync(source, target);
    const stat = statSync(source);
    chmodSync(target, stat.mode & 0o100 ? EXECUTABLE_MODE : FILE_MODE);
    this.files.set(name, { name, bytes: stat.size, hash: this.hashes.of(source)!, hashed: true });
  }

  private makeFolders(name: string): void {
    if (name === '.') return;
    const made = mkdirSync(join(this.directory, name), { recursive: true });
    if (made === undefined) return;
    for (let folder = join(this.directory, name); folder.length >= made.length; folder = dirname(folder))
      chmodSync(folder, FOLDER_MODE);
  }
}

/** Hash of a function's code: names and bytes of its files, source maps left out. */
export function contentHash(files: readonly StoredFile[]): string {
  const lines = files.filter(({ hashed }) => hashed).map(({ name, hash }) => `${hash} ${name}\n`);
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
  const hashes = new FileHashes(join(folder, '..', '.faasten-unused'), folder);
  const files = listFiles(folder).map((name) => ({
    name,
    bytes: statSync(join(folder, name)).size,
    hash: hashes.of(join(folder, name))!,
    hashed: !name.endsWith('.map'),
  }));
  if (files.length === 0) throw prebuiltEmpty(folder);
  return artifactOf({ directory: folder, hash: contentHash(files), files, heaviest: [], warnings: [] });
}

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
