import { statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Fact, listFiles } from './facts.js';

/** Tells which files were saved after it was made. Compares with a file of its own: clocks of file systems are coarse. */
export class SavedSince {
  private readonly started: number;
  private readonly known = new Map<string, boolean>();

  constructor(folder: string) {
    const marker = join(folder, 'started');
    writeFileSync(marker, '');
    this.started = statSync(marker).mtimeMs;
  }

  /** Whether a file that one of the facts is about was saved. */
  anyOf(root: string, facts: readonly Fact[]): boolean {
    return facts.some(([kind, subject]) => {
      if (kind !== 'file' && kind !== 'package' && kind !== 'tree') return false;
      const key = `${kind} ${root} ${subject}`;
      let saved = this.known.get(key);
      if (saved === undefined) {
        const path = resolve(root, subject);
        saved = (kind === 'tree' ? [path, ...below(path)] : [path]).some((file) => this.isYounger(file));
        this.known.set(key, saved);
      }
      return saved;
    });
  }

  private isYounger(file: string): boolean {
    const stat = statSync(file, { throwIfNoEntry: false });
    return stat !== undefined && Math.max(stat.mtimeMs, stat.ctimeMs) > this.started;
  }
}

const below = (path: string): string[] =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() ? listFiles(path).map((name) => join(path, name)) : [];
