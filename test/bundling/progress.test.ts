import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { command, missing } from '../engines/engine.js';
import { handlers, LIBRARY, names, Project } from './project.js';

/** A terminal without a person: `script` of util-linux, which gives a program one and shows what it wrote there. */
const script = command('script');

/** A plugin that makes each run take longer than the second after which something is shown. */
const SLOW =
  "export default [{ name: 'slow', setup(build) { build.onStart(() => new Promise((done) => setTimeout(done, 1600))); } }];\n";

function run(env: NodeJS.ProcessEnv, terminal: boolean, plugins?: string): string {
  const project = new Project({ ...handlers(3), 'slow.mjs': SLOW });
  const requests = names(3).map((name) => project.request(name, { plugins }));
  project.write({
    'main.cjs': `require(${JSON.stringify(LIBRARY)}).bundle(${JSON.stringify(requests)}, { cacheDirectory: false });\n`,
  });
  const child = terminal
    ? spawnSync(script!, ['-qec', `${process.execPath} ${project.file('main.cjs')}`, '/dev/null'], { encoding: 'utf8', env })
    : spawnSync(process.execPath, [project.file('main.cjs')], { encoding: 'utf8', env });
  expect(child.status).toBe(0);
  return child.stdout + child.stderr;
}

const { CI: _, ...interactive } = process.env;

describe('progress', () => {
  const noTerminal = missing('script', script ? true : "the command 'script' of util-linux is not installed");

  it.skipIf(noTerminal)('is shown in a terminal, where a run takes long, and removed in the end', () => {
    const shown = run(interactive, true, 'slow.mjs');
    expect(shown).toContain('\rfaasten: bundled 0 of 3 functions');
    expect(shown.endsWith('\r\u001b[K')).toBe(true);
  });

  it.skipIf(noTerminal)('is not shown where a run is short, nor in CI', () => {
    expect(run(interactive, true)).toBe('');
    expect(run({ ...interactive, CI: 'true' }, true, 'slow.mjs')).toBe('');
  });

  it('is not shown where stderr is no terminal', () => {
    expect(run(interactive, false, 'slow.mjs')).toBe('');
  });
});
