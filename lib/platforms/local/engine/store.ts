import { mkdirSync } from 'node:fs';
import type { ClassicLevel } from 'classic-level';
import { FaastenError } from '../../../core/errors.js';

/** Writes `value` under `key`, or deletes the key where there is none. */
export interface Change {
  readonly key: string;
  readonly value?: unknown;
}

/** What outlives the process: JSON values by key. Keys are made of parts with {@link keyOf}. */
export interface Store {
  read(key: string): any;
  /** All whose keys start with `prefix`, in the order of the keys. */
  entries(prefix: string): Promise<[key: string, value: any][]>;
  /**
   * All changes or none. Resolves when they are with the operating system: the end of this process, however sudden, does not lose
   * them. (The loss of power may lose the latest, but never breaks the store.)
   */
  commit(changes: readonly Change[]): Promise<void>;
  /** Whether something is still to be written. */
  readonly busy: boolean;
  close(): Promise<void>;
}

/** Parts of a key may hold anything but the separator, which sorts before all that does. */
export function keyOf(...parts: readonly string[]): string {
  return parts.join('\0');
}

/** Opens the store in a folder; in memory without one. @throws when another process has it open */
export async function openStore(folder: string | undefined): Promise<Store> {
  if (folder === undefined) return new MemoryStore();
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const advice = 'make it a folder that may be written to, or name another: dataDirectory, or faasten dev --data';
    throw new FaastenError('store', `cannot keep data in '${folder}' (${code}); ${advice}`);
  }
  // Loaded only here: whoever deploys to a cloud and runs nothing does not pay for it.
  const { ClassicLevel: Level } = require('classic-level') as typeof import('classic-level');
  const level = new Level<string, unknown>(folder, { valueEncoding: 'json' });
  try {
    await level.open();
  } catch (error) {
    const { cause } = error as { cause?: { code?: string; message?: string } };
    if (cause?.code === 'LEVEL_LOCKED') {
      const advice = 'stop the other process, or name another folder here: dataDirectory, or faasten dev --data';
      throw new FaastenError('conflict', `the local platform's data in '${folder}' is in use by another process; ${advice}`);
    }
    const advice = 'delete the folder if you can do without its messages and history';
    throw new FaastenError(
      'store',
      `cannot open the local platform's data in '${folder}': ${cause?.message ?? error}; ${advice}`,
    );
  }
  return new LevelStore(level);
}

/** LevelDB. What comes while a batch is written waits, and is written in one batch with all that came as well. */
class LevelStore implements Store {
  private waiting: Change[] = [];
  private writing: Promise<void> = Promise.resolve();
  private next?: Promise<void>;
  private open = 0;
  private isBroken = false;

  constructor(private readonly level: ClassicLevel<string, unknown>) {}

  get busy(): boolean {
    return this.open > 0;
  }

  read(key: string): any {
    return this.level.getSync(key);
  }

  entries(prefix: string): Promise<[string, any][]> {
    return this.level.iterator({ gte: prefix, lt: `${prefix}\uffff` }).all() as Promise<[string, any][]>;
  }

  commit(changes: readonly Change[]): Promise<void> {
    this.waiting.push(...changes);
    this.next ??= this.writing
      .catch(() => {})
      .then(() => {
        const batch = this.waiting;
        this.waiting = [];
        this.next = undefined;
        this.writing = this.write(batch);
        return this.writing;
      });
    this.open++;
    const done = () => {
      this.open--;
    };
    this.next.then(done, done);
    return this.next;
  }

  private async write(batch: readonly Change[]): Promise<void> {
    try {
      await this.level.batch(
        batch.map(({ key, value }) => (value === undefined ? { type: 'del', key } : { type: 'put', key, value })),
      );
      this.isBroken = false;
    } catch (error) {
      const advice = 'what is sent is refused, and what has run waits to be told so';
      if (!this.isBroken)
        process.stderr.write(`cannot write the local platform's data: ${(error as Error).message}; ${advice}\n`);
      this.isBroken = true;
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.next?.catch(() => {});
    await this.writing.catch(() => {});
    await this.level.close();
  }
}

/** For tests: as long as the process. */
class MemoryStore implements Store {
  readonly busy = false;
  private readonly values = new Map<string, string>();

  read(key: string): any {
    const text = this.values.get(key);
    return text === undefined ? undefined : JSON.parse(text);
  }

  async entries(prefix: string): Promise<[string, any][]> {
    const keys = [...this.values.keys()].filter((key) => key.startsWith(prefix)).sort();
    return keys.map((key) => [key, this.read(key)]);
  }

  async commit(changes: readonly Change[]): Promise<void> {
    for (const { key, value } of changes) {
      if (value === undefined) this.values.delete(key);
      else this.values.set(key, JSON.stringify(value));
    }
  }

  async close(): Promise<void> {}
}
