import { type FSWatcher, watch } from 'node:fs';

/** Milliseconds within which changes of one file are one. */
const QUIET = 60;

/**
 * Watches folders, each by itself and not what is below it, and calls back with the path of what changed in one, once it is quiet
 * for a moment. Whether it was made, changed or removed is for the one who asks to see.
 */
export class Watcher {
  private readonly folders = new Map<string, FSWatcher>();
  private readonly pending = new Map<string, NodeJS.Timeout>();

  constructor(
    private readonly onChange: (path: string) => void,
    private readonly quiet = QUIET,
  ) {}

  add(folder: string): void {
    if (this.folders.has(folder)) return;
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) => {
        if (name !== null) this.later(`${folder}/${name}`);
      });
      watcher.on('error', () => this.remove(folder));
      this.folders.set(folder, watcher);
    } catch {
      // It is gone already; the folder around it tells.
    }
  }

  remove(folder: string): void {
    this.folders.get(folder)?.close();
    this.folders.delete(folder);
  }

  close(): void {
    for (const folder of [...this.folders.keys()]) this.remove(folder);
    for (const timer of this.pending.values()) clearTimeout(timer);
    this.pending.clear();
  }

  private later(path: string): void {
    clearTimeout(this.pending.get(path));
    this.pending.set(
      path,
      setTimeout(() => {
        this.pending.delete(path);
        this.onChange(path);
      }, this.quiet),
    );
  }
}
