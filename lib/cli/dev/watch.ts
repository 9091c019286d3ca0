import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Milliseconds in which several events are one change: editors write a file in steps. */
const QUIET = 50;

/** Calls `changed` when one of some files has changed. */
export class FileWatcher {
  private readonly watchers = new Map<string, FSWatcher>();
  private files = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly changed: () => void) {}

  /** Which files, from now on. Their folders are watched, as editors replace files. */
  follow(files: readonly string[]): void {
    this.files = new Set(files);
    const folders = new Set(files.map(dirname));
    for (const [folder, watcher] of this.watchers) {
      if (folders.has(folder)) continue;
      watcher.close();
      this.watchers.delete(folder);
    }
    for (const folder of folders) if (!this.watchers.has(folder)) this.watchers.set(folder, this.open(folder));
  }

  close(): void {
    clearTimeout(this.timer);
    for (const watcher of this.watchers.values()) watcher.close();
    this.watchers.clear();
  }

  private open(folder: string): FSWatcher {
    const watcher = watch(folder, (_, name) => {
      const isOne = [...this.files].some((file) => dirname(file) === folder && (name === null || basename(file) === name));
      if (!isOne) return;
      clearTimeout(this.timer);
      this.timer = setTimeout(this.changed, QUIET);
    });
    // A folder that is removed ends it; the next reload follows what is there then.
    watcher.on('error', () => {});
    return watcher;
  }
}
