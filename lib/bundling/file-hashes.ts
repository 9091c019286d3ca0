import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, type Stats, statSync, writeFileSync } from 'node:fs';
import { dirname, sep } from 'node:path';

/** Size, mtime, ctime, inode, hash. */
type Row = readonly [size: number, mtimeMs: number, ctimeMs: number, inode: number, hash: string];

/** Coarsest time stamp of a common file system (FAT): a file younger than this may change again without a trace. */
const TIMESTAMP_GRANULARITY_MS = 2000;
const MOST_ROWS = 50_000;

export const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

/**
 * Content hashes of files, each file looked at once per run. A file whose size, times and inode are those of an earlier run
 * is not read again.
 */
export class FileHashes {
  private readonly known: Map<string, Row>;
  private readonly seen = new Map<string, string | undefined>();
  private readonly fresh = new Map<string, Row>();

  /** @param owned folder whose files nobody changes in place, so that young files can be trusted */
  constructor(
    private readonly index: string,
    private readonly owned: string,
  ) {
    this.known = load(index);
  }

  /** SHA-256 in hex, or undefined where there is no readable file. */
  of(file: string): string | undefined {
    if (this.seen.has(file)) return this.seen.get(file);
    const hash = this.look(file);
    this.seen.set(file, hash);
    return hash;
  }

  /** Tells the hash of a file that was just written. */
  remember(file: string, hash: string): void {
    const stat = statSync(file, { throwIfNoEntry: false });
    if (!stat) return;
    this.seen.set(file, hash);
    this.keep(file, stat, hash);
  }

  /** Forgets what was seen in this run, for files that may have changed since. */
  forget(): void {
    this.seen.clear();
  }

  /** Writes the index for the next run. Losing it costs time only. */
  save(): void {
    const changed = [...this.fresh].some(
      ([file, row]) => !same(this.known.get(file), row) || this.known.get(file)?.[4] !== row[4],
    );
    if (!changed) return;
    const rows = this.known.size + this.fresh.size > MOST_ROWS ? this.fresh : new Map([...this.known, ...this.fresh]);
    const temporary = `${this.index}.${process.pid}.${Date.now()}`;
    try {
      mkdirSync(dirname(this.index), { recursive: true });
      const json = JSON.stringify([...rows]);
      writeFileSync(temporary, `${sha256(json)}\n${json}`);
      renameSync(temporary, this.index);
    } catch {}
  }

  private look(file: string): string | undefined {
    const stat = statSync(file, { throwIfNoEntry: false });
    if (!stat?.isFile()) return undefined;
    const known = this.known.get(file);
    if (known && same(known, rowOf(stat, ''))) {
      this.fresh.set(file, known);
      return known[4];
    }
    try {
      const hash = sha256(readFileSync(file));
      this.keep(file, stat, hash);
      return hash;
    } catch {
      return undefined;
    }
  }

  private keep(file: string, stat: Stats, hash: string): void {
    const settled = Date.now() - Math.max(stat.mtimeMs, stat.ctimeMs) > TIMESTAMP_GRANULARITY_MS;
    if (settled || file.startsWith(this.owned + sep)) this.fresh.set(file, rowOf(stat, hash));
  }
}

const rowOf = (stat: Stats, hash: string): Row => [stat.size, stat.mtimeMs, stat.ctimeMs, stat.ino, hash];

const same = (a: Row | undefined, b: Row): boolean =>
  a !== undefined && a[0] === b[0] && a[1] === b[1] && a[2] === b[2] && a[3] === b[3];

function load(index: string): Map<string, Row> {
  try {
    const text = readFileSync(index, 'utf8');
    const json = text.slice(65);
    if (sha256(json) === text.slice(0, 64)) return new Map(JSON.parse(json) as [string, Row][]);
  } catch {}
  return new Map();
}
