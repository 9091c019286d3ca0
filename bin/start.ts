// npm start: synthesizes the example for every target, each host in a process of its own, lists what was written, and then runs the
// example on this machine until Ctrl+C. With --once, or CI=true, it makes one request instead of waiting.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { print, summarize } from '../lib/cli/listing.js';
import { Terminal } from '../lib/cli/terminal.js';
import { hostFor, TARGETS } from '../lib/core/registry.js';

const FAASTEN = 'dist/cli/main.js';
const REQUEST = '/products';
/** So that the example charges its customers from the first start on. */
const SECRETS = existsSync('.env') ? [] : ['--env', 'bin/shop/example.env'];

const out = new Terminal(process.stdout);

function synthesize(): boolean {
  let good = true;
  for (const target of TARGETS) {
    const file = `bin/${target}.ts`;
    const folder = `out/${target}`;
    rmSync(folder, { recursive: true, force: true });
    const started = performance.now();
    const { status } = spawnSync(process.execPath, ['--import', 'tsx', file], { stdio: ['ignore', 'inherit', 'inherit'] });
    const seconds = (performance.now() - started) / 1000;
    const host = hostFor(target, 'shop');
    if (status === 0) print(out, summarize(host, 'shop', folder, folder, seconds));
    else {
      good = false;
      console.error(`\n${host.title}: ${file} failed`);
    }
  }
  return good;
}

/** Until Ctrl+C, which the terminal sends to both processes; what else ends this one ends the other. */
async function stay(): Promise<boolean> {
  const child = spawn(process.execPath, [FAASTEN, 'dev', ...SECRETS], { stdio: 'inherit' });
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  const [status] = await once(child, 'exit');
  return status === 0;
}

/** Starts the example, makes one request, prints the answer, and ends it. */
async function askOnce(): Promise<boolean> {
  const child = spawn(process.execPath, [FAASTEN, 'dev', ...SECRETS, '--port', '0', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  let good = false;
  for await (const line of createInterface(child.stdout)) {
    const said = JSON.parse(line);
    if (said.type !== 'ready') continue;
    const [url] = Object.values<string>(said.urls);
    out.line(
      `  ${said.functions.length} functions, ready in ${Math.round(said.durationMs)} ms at ${url}, console at ${said.console}`,
    );
    const started = performance.now();
    const response = await fetch(url + REQUEST);
    out.line(`  GET ${REQUEST}: ${response.status}, ${Math.round(performance.now() - started)} ms`);
    out.line(`  ${await response.text()}`);
    good = response.ok;
    child.kill('SIGINT');
  }
  const [status] = await ended;
  return good && status === 0;
}

async function main(): Promise<void> {
  const synthesized = synthesize();
  out.line(`\n${out.paint('bold', 'This machine')}`);
  const isOnce = process.argv.includes('--once') || process.env.CI === 'true';
  const ran = await (isOnce ? askOnce() : stay());
  process.exitCode = synthesized && ran ? 0 : 1;
}

void main();
