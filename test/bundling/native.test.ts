import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { version } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { type BundleOptions, zip } from '../../lib/bundling/index.js';
import { missing } from '../engines/engine.js';
import { call, Project, temporary } from './project.js';

const HERE = { os: process.platform, cpu: process.arch };
/** The `e_machine` field of an ELF file. */
const ARM64 = 183;
const machineOf = (file: string): number => readFileSync(file).readUInt16LE(18);
/** esbuild itself: a package with one optional dependency per machine, of which this repository has its own machine's. */
const HANDLER = {
  'h.ts':
    "import { transformSync } from 'esbuild';\nexport default () => transformSync('let a: number = 1', { loader: 'ts' }).code;\n",
};

const registry = (): true | string => {
  const wanted = `esbuild@${version}`;
  const { status } = spawnSync('npm', ['view', wanted, 'version'], { timeout: 20_000 });
  return status === 0 || `npm does not reach a registry with ${wanted}`;
};

function withEsbuild(): Project {
  const project = new Project(HANDLER).install('esbuild');
  const own = `@esbuild/${HERE.os}-${HERE.cpu}`;
  return existsSync(join('node_modules', own)) ? project.install(own) : project;
}

const optionsFor = (nativePlatform: BundleOptions['nativePlatform']): BundleOptions => ({
  nativeModules: ['esbuild'],
  nativePlatform,
});

describe('native modules', () => {
  it('are copied from the project for the machine it is installed for', () => {
    const project = withEsbuild();
    const artifact = project.one('h.ts', optionsFor(HERE));
    expect(call(artifact)).toBe('let a = 1;\n');
    expect(artifact.files.map(({ name }) => name).filter((name) => name.endsWith('package.json'))).toEqual([
      `node_modules/@esbuild/${HERE.os}-${HERE.cpu}/package.json`,
      'node_modules/esbuild/package.json',
    ]);
    // (esbuild's install script, where it was allowed to run, has put a second copy of the program into esbuild itself.)
    expect(artifact.heaviest.slice(0, 2).map(({ name }) => name)).toContain(`node_modules/@esbuild/${HERE.os}-${HERE.cpu}`);
    const binary = join(artifact.directory, `node_modules/@esbuild/${HERE.os}-${HERE.cpu}/bin/esbuild`);
    expect(statSync(binary).mode & 0o777).toBe(0o755);
  });

  it('that changed in the project are copied again', () => {
    const project = withEsbuild();
    const before = project.one('h.ts', optionsFor(HERE));
    expect(project.one('h.ts', optionsFor(HERE))).toEqual(before);
    project.write({ 'node_modules/esbuild/new.txt': 'new' });
    expect(project.one('h.ts', optionsFor(HERE)).files.map(({ name }) => name)).toContain('node_modules/esbuild/new.txt');
  });

  it.skipIf(missing('registry', registry()))('are installed for another machine, once', { timeout: 180_000 }, () => {
    const project = withEsbuild();
    const options = optionsFor({ os: 'linux', cpu: 'arm64' });
    const artifact = project.one('h.ts', options);
    expect(artifact.files.map(({ name }) => name).filter((name) => name.endsWith('package.json'))).toEqual([
      'node_modules/@esbuild/linux-arm64/package.json',
      'node_modules/esbuild/package.json',
    ]);
    expect(machineOf(join(artifact.directory, 'node_modules/@esbuild/linux-arm64/bin/esbuild'))).toBe(ARM64);
    expect(zip(artifact).length).toBeGreaterThan(1_000_000);

    // A second function with it, and a second project, need no registry.
    const path = process.env.PATH;
    process.env.PATH = temporary();
    try {
      project.write({ 'other.ts': HANDLER['h.ts'].replace('number', 'string') });
      expect(project.one('other.ts', options).hash).not.toBe(artifact.hash);
    } finally {
      process.env.PATH = path;
    }
  });

  it('tell what is wrong with them', () => {
    const project = new Project({
      'h.ts': 'export default 1;',
      'node_modules/builds/package.json': '{ "name": "builds", "version": "1.0.0", "gypfile": true }',
      'node_modules/mac/package.json': '{ "name": "mac", "version": "1.0.0", "os": ["darwin"] }',
      'node_modules/lost/package.json':
        '{ "name": "lost", "version": "1.0.0", "optionalDependencies": { "lost-linux-arm64": "1.0.0" } }',
    });
    const trial =
      (name: string): (() => unknown) =>
      () =>
        project.one('h.ts', { nativeModules: [name], nativePlatform: { os: 'linux', cpu: 'arm64' } });
    const here = `${process.platform} ${process.arch}`;
    expect(trial('none')).toThrow(
      `cannot bundle 'Stack/h-ts': the native module 'none' is not in the project's node_modules (looked from '${project.root}'); run: npm install none`,
    );
    expect(trial('builds')).toThrow(
      `the native module 'builds' builds its machine code while it is installed, which works for this machine (${here}) only; bundle on a linux arm64 machine, or build it there and add it through 'assets'`,
    );
    expect(trial('mac')).toThrow("the native module 'mac' does not run on linux arm64; use another module there");
    const path = process.env.PATH;
    process.env.PATH = temporary();
    try {
      expect(trial('lost')).toThrow(
        /the native module 'lost' cannot be installed for linux arm64: npm install failed: spawnSync npm ENOENT; check that npm reaches its registry/,
      );
    } finally {
      process.env.PATH = path;
    }
  });

  it('in two versions are laid out by npm', () => {
    const project = new Project({
      'h.ts': 'export default 1;',
      'node_modules/a/package.json': '{ "name": "a", "version": "1.0.0", "dependencies": { "b": "1", "c": "1" } }',
      'node_modules/b/package.json': '{ "name": "b", "version": "1.0.0" }',
      'node_modules/c/package.json': '{ "name": "c", "version": "1.0.0", "dependencies": { "b": "2" } }',
      'node_modules/c/node_modules/b/package.json': '{ "name": "b", "version": "2.0.0" }',
    });
    // A stand-in for npm, which shows what it is asked for and with which of the project's settings.
    const bin = new Project({
      npm: `#!${process.execPath}
const fs = require('fs');
fs.mkdirSync('node_modules/a', { recursive: true });
fs.writeFileSync('node_modules/a/asked.json', JSON.stringify({
  arguments: process.argv.slice(2),
  dependencies: JSON.parse(fs.readFileSync('package.json', 'utf8')).dependencies,
  settings: fs.readFileSync('.npmrc', 'utf8'),
}));
`,
    }).executable('npm');
    project.write({ '.npmrc': 'registry=https://registry.example\n' });
    const path = process.env.PATH;
    process.env.PATH = bin.root;
    try {
      const { directory, files } = project.one('h.ts', {
        nativeModules: ['a'],
        nativePlatform: { os: 'linux', cpu: 'x64', libc: 'musl' },
      });
      expect(JSON.parse(readFileSync(join(directory, 'node_modules/a/asked.json'), 'utf8'))).toMatchInlineSnapshot(`
        {
          "arguments": [
            "install",
            "--no-audit",
            "--no-fund",
            "--no-package-lock",
            "--ignore-scripts",
            "--omit=dev",
            "--no-bin-links",
            "--force",
            "--os=linux",
            "--cpu=x64",
            "--libc=musl",
          ],
          "dependencies": {
            "a": "1.0.0",
            "c": "1.0.0",
          },
          "settings": "registry=https://registry.example
        ",
        }
      `);
      expect(files.map(({ name }) => name)).toEqual(['index.mjs', 'index.mjs.map', 'node_modules/a/asked.json']);
      expect(readdirSync(project.cache, { recursive: true }).filter((name) => String(name).includes('.npmrc'))).toEqual([]);
    } finally {
      process.env.PATH = path;
    }
  });
});
