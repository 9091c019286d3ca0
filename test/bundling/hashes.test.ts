import { cpSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { type BundleOptions, prebuilt, zip } from '../../lib/bundling/index.js';
import { bundleInChild, type ChildResult, Project, temporary } from './project.js';

/** CommonJS and ES modules, a package, a linked package, lazy modules, an asset: everything whose path esbuild writes somewhere. */
const FILES = {
  'tsconfig.json': '{ "compilerOptions": { "paths": { "@lib/*": ["./lib/*"] } } }',
  'index.ts': "import legacy from './lib/legacy.cjs';\nexport const root = () => legacy;\n",
  'lib/legacy.cjs': "module.exports = { os: require('node:os').EOL, file: __filename.split('/').pop() };\n",
  'lib/lazy.ts': "export const lazy = 'lazy ✓ ünïcode';\n",
  'node_modules/dep/package.json': '{ "name": "dep", "version": "1.0.0" }',
  'node_modules/dep/index.js': "exports.dep = require('./more');\n",
  'node_modules/dep/more.js': "module.exports = 'more';\n",
  'picture.png': 'not really',
  'handlers/f.ts':
    "import { dep } from 'dep';\nimport linked from 'linked';\nimport { root } from '..';\nimport { lazy } from '@lib/lazy';\nimport picture from '../picture.png';\n" +
    "export default async () => [dep, linked, root(), lazy, picture, (await import('../lib/lazy')).lazy, __dirname];\n",
};
const OPTIONS: BundleOptions[] = [
  { loader: { '.png': 'file' }, assets: { 'static/picture.png': 'picture.png' } },
  { loader: { '.png': 'file' }, minify: false, sourcesContent: true },
];

/** The project, with a package that is linked from a folder next to it. */
function place(root: string): Project {
  const linked = new Project(
    {
      'package.json': '{ "name": "linked", "version": "1.0.0" }',
      'index.js': "module.exports = 'linked, ' + require('./inner');\n",
      'inner.js': "module.exports = 'inner';\n",
    },
    `${root}-next/linked`,
  );
  return new Project(FILES, root).link('node_modules/linked', linked.root);
}

function bundled(project: Project, settings: { umask?: number; env?: NodeJS.ProcessEnv } = {}): ChildResult[] {
  return bundleInChild(
    OPTIONS.map((options) => project.request('handlers/f.ts', options)),
    { settings: { cacheDirectory: project.cache }, ...settings },
  );
}

const withoutFolder = (results: readonly ChildResult[]): unknown[] => results.map(({ directory: _, ...rest }) => rest);

describe('hash, files and zip of a function', () => {
  it('are the same in folders of other names and depths, with other umasks, homes and caches, and through links', () => {
    const base = temporary();
    const first = bundled(place(join(base, 'a')), { umask: 0o022 });
    expect(first[0]!.files.map(({ name }) => name)).toEqual([
      'index.mjs',
      'index.mjs.map',
      expect.stringMatching(/^picture-[A-Z0-9]{8}\.png$/),
      'static/picture.png',
    ]);
    mkdirSync(join(base, 'b/c/d'), { recursive: true });
    const deep = place(join(base, 'b/c/d/a-rather-long-name'));
    expect(withoutFolder(bundled(deep, { umask: 0o077 }))).toEqual(withoutFolder(first));
    expect(withoutFolder(bundled(place(join(base, 'dep')), { env: { HOME: join(base, 'home') } }))).toEqual(withoutFolder(first));
    const inside = place(join(base, 'inside'));
    const requests = OPTIONS.map((options) => inside.request('handlers/f.ts', options));
    expect(withoutFolder(bundleInChild(requests, { env: { FAASTEN_CACHE_DIR: '' } }))).toEqual(withoutFolder(first));

    symlinkSync(deep.root, join(base, 'link'));
    const linked = new Project({}, join(base, 'link'), join(base, 'cache-of-link'));
    expect(withoutFolder(bundled(linked))).toEqual(withoutFolder(first));
  });

  it('hold nothing of the machine', () => {
    const project = place(join(temporary(), 'somewhere'));
    for (const { directory, files } of bundled(project))
      for (const { name } of files) expect(readFileSync(join(directory, name), 'utf8')).not.toContain(project.root.slice(1));
  });

  it('have fixed modes, whatever the umask and the sources had', () => {
    const project = new Project({ 'h.ts': 'export default 1;', 'a/b/run.sh': '#!/bin/sh\n' }).executable('a/b/run.sh');
    const [{ directory }] = bundleInChild([project.request('h.ts', { assets: { a: 'a' } })], {
      settings: { cacheDirectory: project.cache },
      umask: 0o077,
    }) as [ChildResult];
    const modes = ['.', 'index.mjs', 'index.mjs.map', 'a', 'a/b', 'a/b/run.sh'].map((name) => [
      name,
      (statSync(join(directory, name)).mode & 0o777).toString(8),
    ]);
    expect(Object.fromEntries(modes)).toEqual({
      '.': '755',
      'index.mjs': '644',
      'index.mjs.map': '644',
      a: '755',
      'a/b': '755',
      'a/b/run.sh': '755',
    });
  });

  it('say nothing of source maps', () => {
    const project = new Project({ 'h.ts': 'export default () => 1;\n' });
    const [before] = [project.one('h.ts')];
    // The same code on another line: only the source map differs.
    project.write({ 'h.ts': '\n\nexport default () => 1;\n' });
    const after = project.one('h.ts');
    expect(after.hash).toBe(before!.hash);
    const map = ({ directory }: { directory: string }) => readFileSync(join(directory, 'index.mjs.map'), 'utf8');
    expect(map(after)).not.toBe(map(before!));
  });
});

describe('zip()', () => {
  it('has sorted names, a fixed time and fixed modes', () => {
    const project = new Project({ 'h.ts': 'export default 1;', z: 'z', 'run.sh': '#!/bin/sh\n' }).executable('run.sh');
    const artifact = project.one('h.ts', { assets: { 'z.txt': 'z', 'a/run.sh': 'run.sh' } });
    const bytes = Buffer.from(zip(artifact));
    expect(Object.keys(unzipSync(bytes))).toEqual(['a/run.sh', 'index.mjs', 'index.mjs.map', 'z.txt']);
    const central = bytes.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    expect(bytes.readUInt32LE(central + 12)).toBe(0x00210000); // 1 January 1980, 00:00
    expect((bytes.readUInt32LE(central + 38) >>> 16).toString(8)).toBe('100755');
  });

  it('leaves source maps out when asked', () => {
    const artifact = new Project({ 'h.ts': 'export default 1;' }).one('h.ts');
    expect(Object.keys(unzipSync(zip(artifact, { sourceMaps: false })))).toEqual(['index.mjs']);
  });
});

describe('prebuilt()', () => {
  it('has the hash of its files, wherever they lie and however they may be read', () => {
    const one = temporary();
    mkdirSync(join(one, 'dist/lib'), { recursive: true });
    writeFileSync(join(one, 'dist/index.js'), 'exports.handler = 1;', { mode: 0o600 });
    writeFileSync(join(one, 'dist/lib/a.js'), '', { mode: 0o644 });
    writeFileSync(join(one, 'dist/index.js.map'), '{}');
    const two = join(temporary(), 'other');
    cpSync(join(one, 'dist'), two, { recursive: true });
    writeFileSync(join(two, 'index.js.map'), '{"other":1}');
    const [first, second] = [prebuilt(join(one, 'dist')), prebuilt(two)];
    expect(first).toMatchObject({ directory: join(one, 'dist'), bytes: 20, heaviest: [], warnings: [] });
    expect(first.files).toEqual([
      { name: 'index.js', bytes: 20, hashed: true },
      { name: 'index.js.map', bytes: 2, hashed: false },
      { name: 'lib/a.js', bytes: 0, hashed: true },
    ]);
    expect(second.hash).toBe(first.hash);
    writeFileSync(join(two, 'lib/a.js'), ' ');
    expect(prebuilt(two).hash).not.toBe(first.hash);
  });

  it('tells a folder that is missing or empty', () => {
    const folder = temporary();
    expect(() => prebuilt(join(folder, 'dist'))).toThrow(
      `cannot use the prebuilt code '${folder}/dist': there is no such directory; build it first`,
    );
    expect(() => prebuilt(folder)).toThrow(
      `cannot use the prebuilt code '${folder}': the directory has no files; build it first`,
    );
  });
});
