import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { type FileHashes, sha256 } from './file-hashes.js';

/**
 * Something about the file system that a bundle depends on. Paths are relative to the project root.
 *
 * | kind | of | value |
 * |---|---|---|
 * | `file` | a file | hash of its content, `-` where there is none |
 * | `package` | a package.json | hash of the fields that a bundler reads, `-` where there is none |
 * | `names` | a folder and a name | entries of the folder that `./name` could mean: a new `foo.ts` beside `foo/index.ts` |
 * | `walk` | a folder and a package | where node's walk up the `node_modules` folders finds it, links resolved |
 * | `tree` | a file or folder | hash of the names and contents below |
 */
export type FactKind = 'file' | 'package' | 'names' | 'walk' | 'tree';
export type Fact = readonly [kind: FactKind, subject: string, value: string];

/** Between folder and name in a fact's subject; no file system allows it in a name. */
const SEPARATOR = '\0';
const NONE = '-';
const BUNDLER_FIELDS = ['name', 'type', 'main', 'module', 'browser', 'exports', 'imports', 'sideEffects'];

export const pair = (folder: string, name: string): string => folder + SEPARATOR + name;

/** Finds out facts, each one once per run. */
export class Facts {
  private readonly values = new Map<string, string>();
  private readonly folders = new Map<string, ReadonlyMap<string, boolean>>();

  constructor(
    private readonly root: string,
    private readonly hashes: FileHashes,
  ) {}

  holds([kind, subject, value]: Fact): boolean {
    return this.value(kind, subject) === value;
  }

  fact(kind: FactKind, subject: string): Fact {
    return [kind, subject, this.value(kind, subject)];
  }

  value(kind: FactKind, subject: string): string {
    const key = `${kind}${SEPARATOR}${subject}`;
    let value = this.values.get(key);
    if (value === undefined) {
      value = this.find(kind, subject);
      this.values.set(key, value);
    }
    return value;
  }

  private find(kind: FactKind, subject: string): string {
    const [first, second] = subject.split(SEPARATOR) as [string, string?];
    const target = resolve(this.root, first);
    switch (kind) {
      case 'file':
        return this.hashOf(target);
      case 'package':
        return this.packageFields(target);
      case 'names':
        return this.candidates(target, second!);
      case 'walk':
        return this.walk(target, second!);
      case 'tree':
        return this.tree(target);
    }
  }

  /** One listing of a folder replaces many questions for files which are not there. */
  private hashOf(file: string): string {
    return this.entries(dirname(file)).has(basename(file)) ? (this.hashes.of(file)?.slice(0, 32) ?? NONE) : NONE;
  }

  private packageFields(file: string): string {
    if (!this.entries(dirname(file)).has(basename(file))) return NONE;
    try {
      const content = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
      return sha256(JSON.stringify(BUNDLER_FIELDS.map((field) => content[field]))).slice(0, 32);
    } catch {
      return this.hashOf(file);
    }
  }

  private candidates(folder: string, name: string): string {
    const stem = name.replace(/\.[cm]?[jt]sx?$/, '');
    return [...this.entries(folder).keys()]
      .filter((entry) => entry === name || entry === stem || entry.startsWith(`${stem}.`))
      .sort()
      .join('|');
  }

  private walk(start: string, name: string): string {
    for (let folder = start; ; folder = dirname(folder)) {
      if (this.entries(folder).has('node_modules')) {
        const candidate = join(folder, 'node_modules', name);
        try {
          return relative(this.root, realpathSync(candidate));
        } catch {}
      }
      if (folder === dirname(folder)) return NONE;
    }
  }

  private tree(target: string): string {
    const stat = statSync(target, { throwIfNoEntry: false });
    if (!stat) return NONE;
    if (stat.isFile()) return this.hashes.of(target)?.slice(0, 32) ?? NONE;
    const parts = listFiles(target).map((name) => `${name}${SEPARATOR}${this.hashes.of(join(target, name))}`);
    return sha256(parts.join('\n')).slice(0, 32);
  }

  private entries(folder: string): ReadonlyMap<string, boolean> {
    let entries = this.folders.get(folder);
    if (!entries) {
      try {
        entries = new Map(readdirSync(folder, { withFileTypes: true }).map((entry) => [entry.name, entry.isDirectory()]));
      } catch {
        entries = new Map();
      }
      this.folders.set(folder, entries);
    }
    return entries;
  }
}

/** Names of all files below a folder, with `/`, sorted by code unit; links are followed, circles cut. */
export function listFiles(folder: string): string[] {
  const names: string[] = [];
  const visit = (current: string, prefix: string, trail: readonly string[]): void => {
    const real = realpathSync(current);
    if (trail.includes(real)) return;
    for (const entry of readdirSync(current)) {
      const path = join(current, entry);
      const stat = statSync(path, { throwIfNoEntry: false });
      if (stat?.isDirectory()) visit(path, `${prefix}${entry}/`, [...trail, real]);
      else if (stat?.isFile()) names.push(prefix + entry);
    }
  };
  visit(folder, '', []);
  return names.sort();
}
