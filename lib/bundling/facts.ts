import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { type FileHashes, sha256 } from './file-hashes.js';

/**
 * Something about the file system that a bundle depends on. Paths are relative to the project root.
 *
 * | kind | of | value |
 * |---|---|---|
 * | `file` | a file | hash of its content, `-` where there is none |
 * | `package` | a package.json | hash of the fields that a bundler reads, `-` where there is none |
 * | `names` | a folder and a name | entries of the folder that `./name` could mean (a new `foo.ts` beside `foo/index.ts`), links resolved |
 * | `walk` | a folder and a package | where node's walk up the `node_modules` folders finds it, links resolved |
 * | `tree` | a file or folder | hash of the names, contents and executable bits below |
 */
export type FactKind = 'file' | 'package' | 'names' | 'walk' | 'tree';
export type Fact = readonly [kind: FactKind, subject: string, value: string];

/** Between folder and name in a fact's subject; no file system allows it in a name. */
const SEPARATOR = '\0';
/** The value where there is nothing. */
export const NONE = '-';
const BUNDLER_FIELDS = ['name', 'type', 'main', 'module', 'browser', 'exports', 'imports', 'sideEffects'];

export const pair = (folder: string, name: string): string => folder + SEPARATOR + name;

interface Folder {
  readonly real: string;
  readonly names: ReadonlySet<string>;
  readonly links: ReadonlySet<string>;
}

/** Finds out facts, each one once per run. */
export class Facts {
  private readonly known = new Map<string, Fact>();
  private readonly folders = new Map<string, Folder>();

  constructor(
    private readonly root: string,
    private readonly hashes: FileHashes,
  ) {}

  holds([kind, subject, value]: Fact): boolean {
    return this.value(kind, subject) === value;
  }

  /** The same object for the same fact. */
  fact(kind: FactKind, subject: string): Fact {
    const key = `${kind}${SEPARATOR}${subject}`;
    let fact = this.known.get(key);
    if (!fact) {
      fact = [kind, subject, this.find(kind, subject)];
      this.known.set(key, fact);
    }
    return fact;
  }

  value(kind: FactKind, subject: string): string {
    return this.fact(kind, subject)[2];
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

  private hashOf(file: string): string {
    return this.folder(dirname(file)).names.has(basename(file)) ? (this.hashes.of(file)?.slice(0, 32) ?? NONE) : NONE;
  }

  private packageFields(file: string): string {
    if (!this.folder(dirname(file)).names.has(basename(file))) return NONE;
    try {
      const content = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
      // Another version may have other files, also such as come first where they are new. The project's own does not matter.
      const fields = file.split(sep).includes('node_modules') ? [...BUNDLER_FIELDS, 'version'] : BUNDLER_FIELDS;
      return sha256(JSON.stringify(fields.map((field) => content[field]))).slice(0, 32);
    } catch {
      return this.hashOf(file);
    }
  }

  private candidates(place: string, name: string): string {
    const { real, names, links } = this.folder(place);
    const stem = name.replace(/\.[cm]?[jt]sx?$/, '');
    const found = [...names]
      .filter((entry) => entry === name || entry === stem || entry.startsWith(`${stem}.`))
      .map((entry) => (links.has(entry) ? `${entry}>${this.relativeReal(join(place, entry))}` : entry));
    if (found.length === 0) return '';
    return [...(real === place ? [] : [`>${relative(this.root, real)}`]), ...found.sort()].join('|');
  }

  private walk(start: string, name: string): string {
    for (let folder = start; ; folder = dirname(folder)) {
      if (this.folder(folder).names.has('node_modules')) {
        const found = this.relativeReal(join(folder, 'node_modules', name));
        if (found !== NONE) return found;
      }
      if (folder === dirname(folder)) return NONE;
    }
  }

  private tree(target: string): string {
    const stat = statSync(target, { throwIfNoEntry: false });
    if (!stat) return NONE;
    const describe = (file: string, name: string): string =>
      `${name}${SEPARATOR}${this.hashes.of(file)}${isExecutable(statSync(file)) ? ' x' : ''}`;
    const parts = stat.isFile() ? [describe(target, '')] : listFiles(target).map((name) => describe(join(target, name), name));
    return sha256(parts.join('\n')).slice(0, 32);
  }

  private relativeReal(path: string): string {
    try {
      return relative(this.root, realpathSync(path));
    } catch {
      return NONE;
    }
  }

  /** One listing of a folder replaces many questions for files which are not there. */
  private folder(path: string): Folder {
    let folder = this.folders.get(path);
    if (!folder) {
      try {
        const entries = readdirSync(path, { withFileTypes: true });
        const links = entries.filter((entry) => entry.isSymbolicLink()).map(({ name }) => name);
        folder = { real: realpathSync(path), names: new Set(entries.map(({ name }) => name)), links: new Set(links) };
      } catch {
        folder = { real: path, names: new Set(), links: new Set() };
      }
      this.folders.set(path, folder);
    }
    return folder;
  }
}

export const isExecutable = ({ mode }: { readonly mode: number }): boolean => (mode & 0o100) !== 0;

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
