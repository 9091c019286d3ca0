import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listFiles } from './facts.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** What nobody used for this long goes, however small the cache is. */
const UNUSED_MS = 30 * DAY_MS;

interface Item {
  readonly path: string;
  readonly usedMs: number;
  readonly bytes: number;
}

/**
 * Removes what was not used for a month, then the longest unused until the cache is small enough. What was used within the last
 * hour stays: another process may be reading it. Looks at most once an hour.
 */
export function prune(directory: string, maxBytes: number, now: number = Date.now()): void {
  const marker = join(directory, 'pruned');
  const last = statSync(marker, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (now - last < HOUR_MS) return;
  try {
    writeFileSync(marker, '');
    for (const item of items(join(directory, 'work'), false)) if (now - item.usedMs > DAY_MS) remove(item);
    for (const folder of ['index', 'groups'])
      for (const item of items(join(directory, folder), false)) if (now - item.usedMs > UNUSED_MS) remove(item);
    const kept = [...items(join(directory, 'artifacts'), true), ...items(join(directory, 'native'), true)].sort(
      (a, b) => a.usedMs - b.usedMs,
    );
    let total = kept.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const item of kept) {
      const age = now - item.usedMs;
      if (age < HOUR_MS || (age < UNUSED_MS && total <= maxBytes)) continue;
      remove(item);
      total -= item.bytes;
    }
  } catch {}
}

function items(folder: string, measured: boolean): Item[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names.map((name) => {
    const path = join(folder, name);
    const files = measured ? listFiles(path) : [];
    const bytes = files.reduce((sum, file) => sum + (statSync(join(path, file), { throwIfNoEntry: false })?.size ?? 0), 0);
    return { path, usedMs: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0, bytes };
  });
}

function remove({ path }: Item): void {
  rmSync(path, { recursive: true, force: true });
}
