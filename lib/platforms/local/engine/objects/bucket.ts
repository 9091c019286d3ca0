import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { FaastenError } from '../../../../core/errors.js';
import type { BucketSpec } from '../../../../core/model.js';
import { type Change, keyOf, type Store } from '../store.js';
import { contentTypeOf } from './content-types.js';
import { fileOf, keyOfFile } from './keys.js';
import { Watcher } from './watcher.js';

/** Objects of one page of a list. */
const PAGE = 1000;

/** Something that happened to an object. */
export interface ObjectChange {
  readonly key: string;
  readonly type: 'created' | 'deleted';
  readonly size?: number;
  readonly etag?: string;
}

export interface ObjectFacts {
  readonly key: string;
  readonly bytes: number;
  readonly updated: Date;
}

/** A change that is about to be made: written before, and gone when whoever wants to know of it will. */
interface Intent {
  readonly change: ObjectChange;
  readonly contentType?: string;
}

interface Known {
  readonly bytes: number;
  readonly timeMs: number;
}

/** A bucket: a folder with a file for each object. What functions put there and what a user puts there by hand are one. */
export class Bucket {
  /** As it is known; who writes through here updates it first, so that the watcher sees nothing new. */
  private readonly objects = new Map<string, Known>();
  private readonly watcher = new Watcher((path) => void this.check(path).catch(() => {}));
  private sorted?: string[];
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    readonly spec: BucketSpec,
    readonly folder: string,
    private readonly store: Store,
    /** Resolves when whoever wants to know of it will, whatever happens. `more` is written in the same step. */
    private readonly onChange: (change: ObjectChange, more: readonly Change[]) => Promise<void>,
  ) {}

  get count(): number {
    return this.objects.size;
  }

  get bytes(): number {
    let sum = 0;
    for (const { bytes } of this.objects.values()) sum += bytes;
    return sum;
  }

  /** Finds what is there, and watches from now on. */
  async open(): Promise<void> {
    const temporary = join(this.folder, TEMPORARY);
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary, { recursive: true });
    await this.scan(this.folder, false);
    await this.resume();
  }

  close(): void {
    this.watcher.close();
  }

  async get(key: string): Promise<{ bytes: Uint8Array; contentType: string; size: number; etag: string } | undefined> {
    let bytes: Buffer;
    try {
      bytes = await readFile(this.pathOf(key));
    } catch (error) {
      if (ABSENT.has((error as NodeJS.ErrnoException).code!)) return undefined;
      throw error;
    }
    return { bytes, contentType: this.contentType(key), size: bytes.length, etag: etagOf(bytes) };
  }

  put(key: string, bytes: Uint8Array, contentType?: string): Promise<void> {
    return this.inTurn(() => this.write(key, bytes, contentType));
  }

  delete(key: string): Promise<void> {
    return this.inTurn(() => this.remove(key));
  }

  private async write(key: string, bytes: Uint8Array, contentType = 'application/octet-stream'): Promise<void> {
    const path = this.pathOf(key);
    const temporary = join(this.folder, TEMPORARY, randomUUID());
    await writeFile(temporary, bytes);
    const { mtimeMs } = await stat(temporary);
    await this.makeFolder(dirname(path));
    await this.keepVersion(key, path);
    const change: ObjectChange = { key, type: 'created', size: bytes.length, etag: etagOf(bytes) };
    await this.intend({ change, contentType });
    this.know(key, { bytes: bytes.length, timeMs: mtimeMs });
    try {
      await rename(temporary, path);
    } catch (error) {
      this.know(key);
      await rm(temporary, { force: true });
      await this.store.commit([{ key: this.intentKey(key) }]);
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EISDIR' || code === 'ENOTEMPTY' || code === 'EEXIST')
        throw inTheWay(`cannot store '${key}' as a file, as there are objects below '${key}/'`);
      throw error;
    }
    await this.tell({ change, contentType });
  }

  private async remove(key: string): Promise<void> {
    const path = this.pathOf(key);
    if (!this.objects.has(key)) return;
    const change: ObjectChange = { key, type: 'deleted' };
    await this.intend({ change });
    await this.keepVersion(key, path);
    this.know(key);
    await rm(path, { force: true });
    await this.removeEmpty(dirname(path));
    await this.tell({ change });
  }

  /** Before a file is touched, so that no process that ends after it leaves a change of which nobody is told. */
  private intend(intent: Intent): Promise<void> {
    return this.store.commit([{ key: this.intentKey(intent.change.key), value: intent }]);
  }

  /** After it, in one step with the events that it makes. */
  private tell({ change, contentType }: Intent): Promise<void> {
    const { key } = change;
    return this.onChange(change, [{ key: this.typeKey(key), value: contentType }, { key: this.intentKey(key) }]);
  }

  /** Tells of changes that an earlier process made and could not tell of; forgets those that it did not get to. */
  private async resume(): Promise<void> {
    for (const [key, intent] of (await this.store.entries(this.intentKey(''))) as [string, Intent][]) {
      const { change } = intent;
      const found = await this.get(change.key);
      if (change.etag === found?.etag) await this.tell(intent);
      else await this.store.commit([{ key }]);
    }
  }

  /** Tells of an object that is there as if it had just come. @returns whether it is */
  async announce(key: string): Promise<boolean> {
    const found = await this.get(key);
    if (found) await this.onChange({ key, type: 'created', size: found.size, etag: found.etag }, []);
    return found !== undefined;
  }

  /** Objects in the order of their keys, after one. */
  list(prefix: string, after = '', limit = PAGE): { items: ObjectFacts[]; after?: string } {
    this.sorted ??= [...this.objects.keys()].sort(byBytes);
    const keys = this.sorted
      .filter((key) => key.startsWith(prefix) && (after === '' || byBytes(key, after) > 0))
      .slice(0, limit + 1);
    const items = keys.slice(0, limit).map((key) => {
      const { bytes, timeMs } = this.objects.get(key)!;
      return { key, bytes, updated: new Date(timeMs) };
    });
    return keys.length > limit ? { items, after: items.at(-1)!.key } : { items };
  }

  contentType(key: string): string {
    return (this.store.read(this.typeKey(key)) as string | undefined) ?? contentTypeOf(key);
  }

  /** One change after the other: folders come and go with the objects in them. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work);
    this.last = turn.catch(() => {});
    return turn;
  }

  private typeKey(key: string): string {
    return keyOf('object', this.spec.path, key);
  }

  private intentKey(key: string): string {
    return keyOf('intent', this.spec.path, key);
  }

  private pathOf(key: string): string {
    return join(this.folder, fileOf(key));
  }

  private know(key: string, known?: Known): void {
    if (!known || !this.objects.has(key)) this.sorted = undefined;
    if (known) this.objects.set(key, known);
    else this.objects.delete(key);
  }

  /** What is at a path now, against what is known. */
  private async check(path: string): Promise<void> {
    const key = this.keyAt(path);
    if (key === undefined) return;
    const found = await stat(path).catch(() => undefined);
    if (found?.isDirectory()) return this.scan(path, true);
    if (found?.isFile()) return this.found(key, { bytes: found.size, timeMs: found.mtimeMs }, path);
    // A folder that is gone took its objects along.
    this.watcher.remove(path);
    const gone = [...this.objects.keys()].filter((each) => each === key || each.startsWith(`${key}/`));
    for (const each of gone) {
      this.know(each);
      await this.onChange({ key: each, type: 'deleted' }, []);
    }
  }

  private async found(key: string, now: Known, path: string): Promise<void> {
    const known = this.objects.get(key);
    if (known?.bytes === now.bytes && known.timeMs === now.timeMs) return;
    this.know(key, now);
    const bytes = await readFile(path);
    await this.onChange({ key, type: 'created', size: bytes.length, etag: etagOf(bytes) }, []);
  }

  private async scan(folder: string, tell: boolean): Promise<void> {
    this.watcher.add(folder);
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      const path = join(folder, entry.name);
      const key = this.keyAt(path);
      if (key === undefined) continue;
      if (entry.isDirectory()) await this.scan(path, tell);
      if (!entry.isFile()) continue;
      const { size, mtimeMs } = await stat(path);
      const now = { bytes: size, timeMs: mtimeMs };
      if (tell) await this.found(key, now, path);
      else this.know(key, now);
    }
  }

  /** Undefined for what is no object: files of this class, and hidden ones, as editors and file managers make. */
  private keyAt(path: string): string | undefined {
    const name = relative(this.folder, path).split(sep).join('/');
    return name === '' || /(^|\/)\./.test(name) ? undefined : keyOfFile(name);
  }

  /** Watched from the start: what a user puts there in the meantime is not missed. */
  private async makeFolder(folder: string): Promise<void> {
    try {
      await mkdir(folder, { recursive: true });
    } catch (error) {
      if (!ABSENT.has((error as NodeJS.ErrnoException).code!) && (error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const key = keyOfFile(relative(this.folder, folder).split(sep).join('/'));
      throw inTheWay(`cannot store objects below '${key}/', as a shorter key than that is an object, and so a file`);
    }
    for (let each = folder; each.length > this.folder.length; each = dirname(each)) this.watcher.add(each);
  }

  private async removeEmpty(folder: string): Promise<void> {
    for (let each = folder; each.length > this.folder.length; each = dirname(each)) {
      try {
        await rmdir(each);
      } catch {
        return;
      }
      this.watcher.remove(each);
    }
  }

  private async keepVersion(key: string, path: string): Promise<void> {
    if (!this.spec.versioned || !this.objects.has(key)) return;
    const kept = join(this.folder, VERSIONS, `${fileOf(key)}@${new Date().toISOString().replaceAll(':', '')}`);
    await mkdir(dirname(kept), { recursive: true });
    // Beside it, not instead of it: the object is there until it is replaced.
    for (let count = 0; ; count++) {
      try {
        return await link(path, count === 0 ? kept : `${kept}-${count}`);
      } catch (error) {
        // Two of one millisecond.
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return;
      }
    }
  }
}

/** Folders of this class inside the bucket's: on the same disk, so that files can be moved, and hidden. */
const TEMPORARY = '.writing';
const VERSIONS = '.versions';
const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'EISDIR']);

function inTheWay(wrong: string): FaastenError {
  return new FaastenError('conflict', `${wrong}; choose keys of which none is the folder of another`);
}

function etagOf(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

/** As S3 and Cloud Storage sort: by UTF-8, which is not the order of JavaScript's strings. */
function byBytes(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}
