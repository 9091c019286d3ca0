/** `faasten init`: the three projects, made by the packed command, installed, tested, checked, synthesized and run. */
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { freePort, run } from '../engines/engine.js';
import { listening, start } from '../engines/process.js';
import { type Consumer, consumer, install } from './consumer.js';
import { consumersDirectory, packed } from './pack.js';
import { VERSIONS } from './versions.js';

const { constructs } = VERSIONS;
let bare: Consumer;
beforeAll(() => {
  bare = consumer({ name: 'bare', dependencies: { constructs: constructs.newest } });
});

const PROJECTS = [
  ['cdk', 'cdk.out/init-cdk.template.json', /AWS::Lambda::Function/],
  ['cdktf', 'cdktf.out/stacks/init-cdktf/cdk.tf.json', /google_cloudfunctions2_function/],
  ['cdk8s', 'dist/init-cdk8s.k8s.yaml', /serving\.knative\.dev/],
] as const;

describe.each(PROJECTS)('a project for %s', (framework, made, expected) => {
  const name = `init-${framework}`;
  const folder = join(consumersDirectory, name);
  const environment = { PATH: process.env.PATH, HOME: process.env.HOME, NO_COLOR: '1', CI: 'true' };
  const npm = (...args: string[]) => {
    const { status, stdout, stderr } = run('npm', args, { cwd: folder, env: environment, timeoutSeconds: 170 });
    return { status, output: `${stdout}${stderr}` };
  };

  beforeAll(() => {
    mkdirSync(folder, { recursive: true });
    // What is installed stays from run to run.
    for (const file of readdirSync(folder)) if (file !== 'node_modules') rmSync(join(folder, file), { recursive: true });
    const { status, output } = bare.run(['node_modules/faasten/dist/cli/main.js', 'init', folder, '--framework', framework]);
    expect({ status, output }).toMatchObject({ status: 0, output: expect.stringContaining('npm install') });
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    install(folder, { ...manifest, dependencies: { ...manifest.dependencies, faasten: `file:${packed().tarball}` } });
  });

  test('has a test that passes', () => {
    expect(npm('test')).toMatchObject({ status: 0, output: expect.stringMatching(/pass 2\b/) });
  });

  test('compiles', () => {
    expect(npm('run', '--silent', 'check')).toEqual({ status: 0, output: '' });
  });

  test('is synthesized, by itself and by the command', () => {
    expect(npm('run', '--silent', 'synth')).toMatchObject({ status: 0 });
    expect(readFileSync(join(folder, made), 'utf8')).toMatch(expected);
    expect(npm('exec', '--', 'faasten', 'synth', '--json')).toMatchObject({ status: 0 });
  });

  test('runs, and answers', async () => {
    const port = await freePort();
    const dev = start(process.execPath, [join(folder, 'node_modules/faasten/dist/cli/main.js'), 'dev', '--port', String(port)], {
      cwd: folder,
    });
    try {
      await listening(dev, port);
      const response = await fetch(`http://localhost:${port}/orders`, { method: 'POST', body: '{"product":"teapot"}' });
      expect([response.status, ((await response.json()) as { status: string }).status]).toEqual([202, 'accepted']);
    } finally {
      await dev.stop();
    }
    expect(dev.output()).toMatch(/CreateOrder +POST \/orders {2}202/);
  });
});
