import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from '../core/host.js';
import { type WatchingCost, watchingInWords } from '../core/monitoring/cost.js';
import type { Terminal } from './terminal.js';

/** File by which a folder is known to be written by `faasten synth`. */
export const MARK = '.faasten-synth';

/** What was written for one target. */
export interface Written {
  readonly title: string;
  readonly folder: string;
  /** How many of each type of resource, by type. */
  readonly resources: Readonly<Record<string, number>>;
  readonly files: number;
  readonly bytes: number;
  readonly codeBytes: number;
  readonly seconds: number;
  /** What watching costs, where it is known. */
  readonly watching?: WatchingCost;
  readonly deploy: string;
}

/**
 * Counts what a host has written into a folder.
 *
 * @param shown the folder as the reader would write it
 */
export function summarize(
  host: Host,
  name: string,
  folder: string,
  shown: string,
  seconds: number,
  watching?: WatchingCost,
): Written {
  const { types, codeBytes } = host.list(folder);
  const resources: Record<string, number> = {};
  for (const type of [...types].sort()) resources[type] = (resources[type] ?? 0) + 1;
  const sizes = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== MARK)
    .map((entry) => statSync(join(entry.parentPath ?? entry.path, entry.name)).size);
  return {
    title: host.title,
    folder: shown,
    resources,
    files: sizes.length,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    codeBytes,
    seconds: Math.round(seconds * 10) / 10,
    watching,
    deploy: host.deployCommand(shown, name),
  };
}

/** Prints it, a type of resource a line. */
export function print(out: Terminal, written: Written): void {
  const rows = Object.entries(written.resources);
  const width = Math.max(6, ...rows.map(([type]) => type.length));
  const total = rows.reduce((sum, [, count]) => sum + count, 0);
  const row = (name: string, count: number) => `  ${name.padEnd(width)} ${String(count).padStart(4)}`;
  out.line(`\n${out.paint('bold', written.title)}`);
  for (const [type, count] of rows) out.line(row(type, count));
  out.line(row('in all', total));
  out.line(
    `  code ${kilobytes(written.codeBytes)}, ${written.files} files of ${kilobytes(written.bytes)} in ` +
      `${written.folder}, ${written.seconds.toFixed(1)} s`,
  );
  if (written.watching) out.line(`  ${watchingInWords(written.watching)}`);
  out.line(`  deploy: ${out.paint('cyan', written.deploy)}`);
}

const kilobytes = (bytes: number) => `${Math.round(bytes / 1000).toLocaleString('en')} kB`;
