import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { temporaryFolder } from './service.js';

/** How often the process is killed: in CI 200 times. */
const KILLS = Number(process.env.FAASTEN_KILLS || 20);

const folder = temporaryFolder();
afterAll(() => folder.remove());

test(`kill -9 at ${KILLS} random moments under load loses no message that was accepted, and runs none again that was done`, async () => {
  const log = join(folder.path, 'log');
  writeFileSync(log, '');
  const life = (task: 'load' | 'drain') => {
    const args = [join(__dirname, 'kill/child.cjs'), join(folder.path, 'store'), log, task];
    return spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  };
  let next = life('load');
  for (let kills = 0; kills < KILLS; kills++) {
    const child = next;
    child.stdin.write('\n');
    // Node starts while the one before it works.
    next = life(kills + 1 < KILLS ? 'load' : 'drain');
    const ended = once(child, 'exit');
    await once(child.stdout, 'data');
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 40));
    child.kill('SIGKILL');
    expect(await ended).toEqual([null, 'SIGKILL']);
  }
  next.stdin.write('\n');
  expect(await once(next, 'exit')).toEqual([0, null]);

  const accepted = new Set<string>();
  const run = new Map<string, number>();
  const done = new Set<string>();
  const again: string[] = [];
  for (const line of readFileSync(log, 'utf8').split('\n')) {
    const [what, id] = line.split(' ') as [string, string];
    if (what === 'A') accepted.add(id);
    if (what === 'R') {
      run.set(id, (run.get(id) ?? 0) + 1);
      if (done.has(id)) again.push(id);
    }
    if (what === 'K') done.add(id);
  }
  const lost = [...accepted].filter((id) => !run.has(id));
  const repeated = [...run.values()].filter((count) => count > 1).length;
  process.stderr.write(`${KILLS} kills: ${accepted.size} accepted, ${repeated} delivered more than once, ${lost.length} lost\n`);
  expect(lost).toEqual([]);
  expect(again).toEqual([]);
  expect(accepted.size).toBeGreaterThan(KILLS);
  // Deliveries were interrupted, and so repeated: else the kills came at no interesting moment.
  expect(repeated).toBeGreaterThan(0);
}, 600_000);
