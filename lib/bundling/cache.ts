import {
  accessSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prune } from './cache-prune.js';
import { type Fact, Facts } from './facts.js';
import { FileHashes, sha256 } from './file-hashes.js';
import type { Weight } from './request.js';

/** Variants of one function that are kept: branches, several working copies on one cache. */
const VARIANTS = 4;
/** How exactly the time of the last use is known; pruning looks at it. */
const USE_GRANULARITY_MS = 3_600_000;

export interface StoredFile {
  readonly name: string;
  readonly bytes: number;
  readonly hash: string;
  readonly hashed: boolean;
  readonly executable?: boolean;
}

/** A finished bundle. */
export interface StoredBundle {
  readonly hash: string;
  readonly directory: string;
  readonly files: readonly StoredFile[];
  readonly heaviest: readonly Weight[];
  readonly warnings: readonly string[];
}

interface IndexLine extends Omit<StoredBundle, 'directory'> {
  readonly own: readonly Fact[];
  readonly groups: readonly string[];
  /** Folder name below `artifacts`. */
  readonly artifact: string;
}

/**
 * Bundles of earlier runs.
 *
 * ```
 * index/<key>        a line per variant, newest first: check sum, what it depends on, name of the artifact
 * groups/<digest>    facts about one package, named by their content
 * artifacts/<name>   finished folders
 * work/<run>         folders in the making, of one process each
 * stat.json          sizes and times of files that were hashed before
 * ```
 *
 * Nothing is changed in place: files and folders are made under another name and then renamed, so that other processes see all
 * or nothing. What is read is compared with its check sum; whatever differs is treated as missing and made again.
 */
export class Cache {
  readonly hashes: FileHashes;
  private readonly factsOf = new Map<string, Facts>();
  private readonly groups = new Map<string, boolean>();
  private work: string | undefined;
  private wrote = false;

  /** @param directory undefined for none: everything is made anew, in a folder that is removed when the process ends */
  constructor(
    private directory: string | undefined,
    private readonly maxBytes: number,
  ) {
    if (directory === undefined || !writable(directory)) this.directory = undefined;
    const place = this.directory ?? join(tmpdir(), 'faasten-none');
    this.hashes = new FileHashes(join(place, 'stat.json'), join(place, 'artifacts'));
  }

  facts(root: string): Facts {
    let facts = this.factsOf.get(root);
    if (!facts) {
      facts = new Facts(root, this.hashes);
      this.factsOf.set(root, facts);
    }
    return facts;
  }

  /** The bundle of `key` if all that it depends on is as it was, and its files are whole. */
  find(key: string, root: string): StoredBundle | undefined {
    if (!this.directory) return undefined;
    const file = join(this.directory, 'index', key);
    for (const line of this.lines(file)) {
      const current =
        line.own.every((fact) => this.facts(root).holds(fact)) && line.groups.every((group) => this.groupHolds(group, root));
      if (!current) continue;
      const directory = join(this.directory, 'artifacts', line.artifact);
      if (!this.whole(directory, line.files)) continue;
      this.markUsed(file, [directory, ...line.groups.map((group) => this.groupFile(group))]);
      return { directory, hash: line.hash, files: line.files, heaviest: line.heaviest, warnings: line.warnings };
    }
    return undefined;
  }

  /** A folder of this process to make bundles in. */
  workspace(): string {
    if (this.work) return this.work;
    if (this.directory) {
      try {
        mkdirSync(join(this.directory, 'work'), { recursive: true });
        this.work = mkdtempSync(join(this.directory, 'work', `${process.pid}-`));
        return this.work;
      } catch {
        // Nothing can be written there after all: a full disk, a folder without the right modes.
        this.directory = undefined;
      }
    }
    this.work = ephemeralFolder();
    return this.work;
  }

  /** Where packages lie that npm installed for another machine. */
  nativeFolder(): string {
    return join(this.directory ?? this.workspace(), 'native');
  }

  /** Moves a finished folder to its place, named by its content, and returns that. */
  publish(made: string, files: readonly StoredFile[], hash: string): string {
    const name = `${hash.slice(0, 32)}-${sha256(JSON.stringify(files)).slice(0, 16)}`;
    const parent = join(this.directory ?? this.workspace(), 'artifacts');
    const target = join(parent, name);
    mkdirSync(parent, { recursive: true });
    for (let attempt = 0; ; attempt++) {
      try {
        renameSync(made, target);
        break;
      } catch (error) {
        // Another process was first, or a damaged folder is in the way.
        this.hashes.forget();
        if (this.whole(target, files)) {
          rmSync(made, { recursive: true, force: true });
          break;
        }
        if (attempt === 5) throw error;
        try {
          renameSync(target, join(this.workspace(), `damaged-${name}-${attempt}`));
        } catch {}
      }
    }
    for (const file of files) this.hashes.remember(join(target, file.name), file.hash);
    this.wrote = true;
    return target;
  }

  /** Notes what a bundle depends on, for {@link find}. Failing to costs time in the next run only. */
  store(key: string, bundle: StoredBundle, own: readonly Fact[], groups: readonly (readonly Fact[])[]): void {
    if (!this.directory) return;
    const { directory, ...rest } = bundle;
    const artifact = directory.slice(join(this.directory, 'artifacts').length + 1);
    try {
      const line: IndexLine = { ...rest, artifact, own, groups: groups.map((facts) => this.storeGroup(facts)) };
      const file = join(this.directory, 'index', key);
      const text = JSON.stringify(line);
      const older = this.lines(file).filter((variant) => JSON.stringify(variant) !== text);
      const lines = [line, ...older].slice(0, VARIANTS).map((variant) => JSON.stringify(variant));
      this.replace(file, lines.map((json) => `${sha256(json)} ${json}\n`).join(''));
    } catch {}
  }

  /** To be called when a run is over. */
  close(): void {
    if (!this.directory) return;
    this.hashes.save();
    if (this.work) rmSync(this.work, { recursive: true, force: true });
    this.work = undefined;
    if (this.wrote) prune(this.directory, this.maxBytes);
  }

  private lines(file: string): IndexLine[] {
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch {
      return [];
    }
    return text.split('\n').flatMap((line) => {
      const json = line.slice(65);
      return json !== '' && sha256(json) === line.slice(0, 64) ? [JSON.parse(json) as IndexLine] : [];
    });
  }

  private groupFile(digest: string): string {
    return join(this.directory!, 'groups', digest);
  }

  private groupHolds(digest: string, root: string): boolean {
    const key = `${root}\0${digest}`;
    let holds = this.groups.get(key);
    if (holds === undefined) {
      holds = false;
      try {
        const json = readFileSync(this.groupFile(digest), 'utf8');
        if (sha256(json) === digest) holds = (JSON.parse(json) as Fact[]).every((fact) => this.facts(root).holds(fact));
      } catch {}
      this.groups.set(key, holds);
    }
    return holds;
  }

  private storeGroup(facts: readonly Fact[]): string {
    const json = JSON.stringify(facts);
    const digest = sha256(json);
    if (this.hashes.of(this.groupFile(digest)) !== digest) {
      this.replace(this.groupFile(digest), json);
      this.hashes.remember(this.groupFile(digest), digest);
    }
    return digest;
  }

  private whole(directory: string, files: readonly StoredFile[]): boolean {
    return files.every(({ name, hash }) => this.hashes.of(join(directory, name)) === hash);
  }

  private replace(file: string, text: string): void {
    const temporary = join(this.workspace(), 'new');
    writeFileSync(temporary, text);
    try {
      renameSync(temporary, file);
    } catch {
      mkdirSync(join(file, '..'), { recursive: true });
      renameSync(temporary, file);
    }
  }

  private markUsed(file: string, others: readonly string[]): void {
    try {
      const now = new Date();
      if (now.getTime() - statSync(file).mtimeMs < USE_GRANULARITY_MS) return;
      for (const path of [file, ...others]) utimesSync(path, now, now);
    } catch {}
  }
}

function writable(directory: string): boolean {
  try {
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

const ephemeral: string[] = [];

/** A folder that lives as long as this process. */
function ephemeralFolder(): string {
  if (ephemeral.length === 0) {
    process.once('exit', () => {
      for (const folder of ephemeral) rmSync(folder, { recursive: true, force: true });
    });
  }
  const folder = mkdtempSync(join(tmpdir(), 'faasten-'));
  ephemeral.push(folder);
  return folder;
}
