// npm start: synthesizes the example for every target, each host in a process of its own, and lists what was written.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { print, summarize } from '../lib/cli/listing.js';
import { Terminal } from '../lib/cli/terminal.js';
import { hostFor, TARGETS } from '../lib/core/registry.js';

const out = new Terminal(process.stdout);

let failed = false;
for (const target of TARGETS) {
  const file = `bin/${target}.ts`;
  const folder = `out/${target}`;
  rmSync(folder, { recursive: true, force: true });
  const started = performance.now();
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', file], { stdio: ['ignore', 'inherit', 'inherit'] });
  const seconds = (performance.now() - started) / 1000;
  const host = hostFor(target, 'shop');
  if (status === 0) print(out, summarize(host.title, folder, host.list(folder), seconds));
  else {
    failed = true;
    console.error(`\n${host.title}: ${file} failed`);
  }
}
process.exitCode = failed ? 1 : 0;
