import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type BundleOptions, bundle } from '../../lib/bundling/index.js';
import { bundleInChild, call, handlers, LIBRARY, names, Project, startBundling, temporary, watchEsbuild } from './project.js';

/** How many functions esbuild builds when the entries are bundled again. */
const rebuilt = (project: Project, entries: readonly string[], options: BundleOptions = {}): number =>
  watchEsbuild(() => project.bundle(entries, options)).functions;

describe('an unchanged run', () => {
  it('starts no esbuild, in this and in another process', () => {
    const project = new Project(handlers(5));
    const first = project.bundle(names(5));
    const again = watchEsbuild(() => project.bundle(names(5)));
    expect(again.result).toEqual(first);
    expect(again.processes).toBe(0);

    const trap = join(temporary(), 'esbuild');
    const [other] = bundleInChild([project.request('handlers/f0.ts')], {
      settings: { cacheDirectory: project.cache },
      env: { ESBUILD_BINARY_PATH: trap },
    });
    expect(other!.hash).toBe(first[0]!.hash);
  });

  it('does not need the files to have the times they had', () => {
    const project = new Project(handlers(2));
    project.bundle(names(2));
    utimesSync(project.file('lib/shared.ts'), 1, 1);
    expect(rebuilt(project, names(2))).toBe(0);
  });

  it('knows several states of a function, as when branches are changed', () => {
    const project = new Project({ 'h.ts': 'export default () => 1;\n' });
    const first = project.one('h.ts');
    project.write({ 'h.ts': 'export default () => 2;\n' });
    expect(rebuilt(project, ['h.ts'])).toBe(1);
    project.write({ 'h.ts': 'export default () => 1;\n' });
    const { result, functions } = watchEsbuild(() => project.one('h.ts'));
    expect(functions).toBe(0);
    expect(result).toEqual(first);
  });

  it('is shared by working copies of one project', () => {
    const cache = join(temporary(), 'cache');
    const [one, other] = [1, 2].map(() => new Project(handlers(3), temporary(), cache));
    const first = one!.bundle(names(3));
    const { result, functions } = watchEsbuild(() => other!.bundle(names(3)));
    expect(functions).toBe(0);
    expect(result).toEqual(first);
  });

  it('is where FAASTEN_CACHE_DIR says, else in node_modules/.cache', () => {
    const project = new Project(handlers(1));
    mkdirSync(project.file('node_modules'));
    const chosen = join(temporary(), 'chosen');
    const [there] = bundleInChild([project.request('handlers/f0.ts')], { env: { FAASTEN_CACHE_DIR: chosen } });
    expect(there!.directory.startsWith(`${chosen}/artifacts/`)).toBe(true);
    const [here] = bundleInChild([project.request('handlers/f0.ts')], { env: { FAASTEN_CACHE_DIR: '' } });
    expect(here!.directory.startsWith(`${project.root}/node_modules/.cache/faasten/artifacts/`)).toBe(true);
    expect(here!.hash).toBe(there!.hash);
  });
});

/** What a project is, what then happens to it, and what the handler must return afterwards. */
const CHANGES: Record<
  string,
  { files: Record<string, string>; change: (project: Project) => void; now: unknown; options?: BundleOptions }
> = {
  'a handler': {
    files: { 'h.ts': 'export default () => 1;' },
    change: (project) => project.write({ 'h.ts': 'export default () => 2;' }),
    now: 2,
  },
  'a file it imports': {
    files: { 'h.ts': "import { a } from './a';\nexport default () => a;", 'a.ts': 'export const a = 1;' },
    change: (project) => project.write({ 'a.ts': 'export const a = 2;' }),
    now: 2,
  },
  'JSON it imports': {
    files: { 'h.ts': "import data from './data.json';\nexport default () => data;", 'data.json': '{"a":1}' },
    change: (project) => project.write({ 'data.json': '{"a":2}' }),
    now: { a: 2 },
  },
  'a new file that comes first': {
    files: { 'h.ts': "import { a } from './a';\nexport default () => a;", 'a/index.ts': 'export const a = 1;' },
    change: (project) => project.write({ 'a.ts': 'export const a = 2;' }),
    now: 2,
  },
  'a package': {
    files: {
      'h.ts': "import { a } from 'dep';\nexport default () => a;",
      'node_modules/dep/package.json': '{ "name": "dep", "version": "1.0.0" }',
      'node_modules/dep/index.js': 'exports.a = 1;',
    },
    change: (project) => project.write({ 'node_modules/dep/index.js': 'exports.a = 2;' }),
    now: 2,
  },
  'the entry of a package': {
    files: {
      'h.ts': "import { a } from 'dep';\nexport default () => a;",
      'node_modules/dep/package.json': '{ "name": "dep", "main": "one.js" }',
      'node_modules/dep/one.js': 'exports.a = 1;',
      'node_modules/dep/two.js': 'exports.a = 2;',
    },
    change: (project) => project.write({ 'node_modules/dep/package.json': '{ "name": "dep", "main": "two.js" }' }),
    now: 2,
  },
  'a nearer copy of a package': {
    files: {
      'src/h.ts': "import { a } from 'dep';\nexport default () => a;",
      'node_modules/dep/index.js': 'exports.a = 1;',
    },
    change: (project) => project.write({ 'src/node_modules/dep/index.js': 'exports.a = 2;' }),
    now: 2,
  },
  'what a link points to': {
    files: {
      'h.ts': "import { a } from './lib/a';\nexport default () => a;",
      'one/a.ts': 'export const a = 1;',
      'two/a.ts': 'export const a = 2;',
    },
    change: (project) => {
      rmSync(project.file('lib'));
      symlinkSync('two', project.file('lib'));
    },
    now: 2,
  },
  'tsconfig.json': {
    files: {
      'h.ts': "import { a } from '@lib/a';\nexport default () => a;",
      'one/a.ts': 'export const a = 1;',
      'two/a.ts': 'export const a = 2;',
      'tsconfig.json': '{ "compilerOptions": { "paths": { "@lib/*": ["./one/*"] } } }',
    },
    change: (project) => project.write({ 'tsconfig.json': '{ "compilerOptions": { "paths": { "@lib/*": ["./two/*"] } } }' }),
    now: 2,
  },
  'a tsconfig.json that another one extends': {
    files: {
      'h.ts':
        'class A { x = 1; }\nclass B extends A { declare y: number; x; }\nexport default () => "x" in new B() && new B().x;',
      'tsconfig.json': '{ // with a comment\n "extends": "./base.json", }',
      'base.json': '{ "compilerOptions": { "useDefineForClassFields": true } }',
    },
    change: (project) => project.write({ 'base.json': '{ "compilerOptions": { "useDefineForClassFields": false } }' }),
    now: 1,
  },
  'a file that comes first by the paths of tsconfig.json': {
    files: {
      'h.ts': "import { a } from '@lib/a';\nexport default () => a;",
      'two/a.ts': 'export const a = 1;',
      'tsconfig.json': '{ "compilerOptions": { "paths": { "@lib/*": ["./one/*", "./two/*"], }, } }',
    },
    change: (project) => project.write({ 'one/a.ts': 'export const a = 2;' }),
    now: 2,
  },
  'a plugin': {
    files: {
      'h.ts': "import { a } from 'made:up';\nexport default () => a;",
      'plugins.mjs':
        "import { value } from './value.mjs';\nexport default [{ name: 'up', setup(build) {\n" +
        "  build.onResolve({ filter: /^made:/ }, ({ path }) => ({ path, namespace: 'made' }));\n" +
        '  build.onLoad({ filter: /.*/, namespace: "made" }, () => ({ contents: `export const a = ${value};` }));\n} }];\n',
      'value.mjs': 'export const value = 1;',
    },
    change: (project) => project.write({ 'value.mjs': 'export const value = 2;' }),
    now: 2,
    options: { plugins: 'plugins.mjs' },
  },
  'a file that a plugin watches': {
    files: {
      'h.ts': "import { a } from 'made:up';\nexport default () => a;",
      'plugins.cjs':
        "const fs = require('fs'), path = require('path');\nconst file = path.join(__dirname, 'watched.txt');\n" +
        "module.exports = () => [{ name: 'up', setup(build) {\n" +
        "  build.onResolve({ filter: /^made:/ }, ({ path }) => ({ path, namespace: 'made' }));\n" +
        "  build.onLoad({ filter: /.*/, namespace: 'made' }, () => ({ contents: 'export const a = ' + fs.readFileSync(file, 'utf8'), watchFiles: [file] }));\n} }];\n",
      'watched.txt': '1',
    },
    change: (project) => project.write({ 'watched.txt': '2' }),
    now: 2,
    options: { plugins: 'plugins.cjs' },
  },
  'the version of a package that a plugin comes from': {
    files: {
      'h.ts': "import { a } from 'made:up';\nexport default () => a;",
      'plugins.mjs': "export { default } from 'plug';\n",
      'node_modules/plug/package.json': '{ "name": "plug", "version": "1.0.0" }',
      'node_modules/plug/index.js':
        "module.exports = [{ name: 'up', setup(build) {\n" +
        "  build.onResolve({ filter: /^made:/ }, ({ path }) => ({ path, namespace: 'made' }));\n" +
        "  build.onLoad({ filter: /.*/, namespace: 'made' }, () => ({ contents: 'export const a = ' + require('./package.json').version[0] }));\n} }];\n",
    },
    change: (project) => project.write({ 'node_modules/plug/package.json': '{ "name": "plug", "version": "2.0.0" }' }),
    now: 2,
    options: { plugins: 'plugins.mjs' },
  },
  'an asset': {
    files: {
      'h.ts':
        "import { readFileSync } from 'node:fs';\nexport default () => readFileSync(new URL('./static/a.txt', import.meta.url), 'utf8');",
      'public/a.txt': '1',
    },
    change: (project) => project.write({ 'public/a.txt': '2' }),
    now: '2',
    options: { assets: { static: 'public' } },
  },
  'a new asset': {
    files: {
      'h.ts':
        "import { readdirSync } from 'node:fs';\nexport default () => readdirSync(new URL('./static', import.meta.url)).sort();",
      'public/a.txt': '1',
    },
    change: (project) => project.write({ 'public/b.txt': '2' }),
    now: ['a.txt', 'b.txt'],
    options: { assets: { static: 'public' } },
  },
  'that an asset can be executed': {
    files: {
      'h.ts':
        "import { statSync } from 'node:fs';\nexport default () => statSync(new URL('./run.sh', import.meta.url)).mode & 0o777;",
      'run.sh': '#!/bin/sh\n',
    },
    change: (project) => project.executable('run.sh'),
    now: 0o755,
    options: { assets: { 'run.sh': 'run.sh' } },
  },
};

describe('what changed is made again:', () => {
  it.each(Object.entries(CHANGES))('%s', (_, { files, change, now, options }) => {
    const project = new Project({ 'other.ts': 'export default () => 0;', ...files });
    if (files['one/a.ts'] && !files['tsconfig.json']) symlinkSync('one', project.file('lib'));
    const entry = files['src/h.ts'] ? 'src/h.ts' : 'h.ts';
    const before = project.one(entry, options);
    const other = project.one('other.ts');
    expect(rebuilt(project, [entry], options)).toBe(0);
    change(project);
    const { result: after, functions } = watchEsbuild(() => project.one(entry, options));
    expect(functions).toBe(1);
    expect(after.hash).not.toBe(before.hash);
    expect(call(after)).toEqual(now);
    expect(rebuilt(project, [entry], options)).toBe(0);
    expect(project.one('other.ts').hash).toBe(other.hash);
  });

  it('everything, by another version of esbuild', () => {
    const project = new Project(handlers(1));
    project.one('handlers/f0.ts');
    const preload = join(temporary(), 'other-version.cjs');
    writeFileSync(
      preload,
      `require(${JSON.stringify(createRequire(__filename).resolve('esbuild/package.json'))}).version = '0.0.0';\n`,
    );
    bundleInChild([project.request('handlers/f0.ts')], {
      settings: { cacheDirectory: project.cache },
      env: { NODE_OPTIONS: `--require ${preload}` },
    });
    expect(readdirSync(join(project.cache, 'index'))).toHaveLength(2);
  });

  it('a file that was saved while esbuild ran is not taken for what was bundled', () => {
    // The plugin saves the handler's module right after esbuild has read it.
    const project = new Project({
      'h.ts': "import { a } from './a';\nexport default () => a;",
      'a.ts': 'export const a = 1;',
      'plugins.cjs':
        "const fs = require('fs');\nmodule.exports = [{ name: 'save', setup(build) {\n" +
        '  build.onLoad({ filter: /a\\.ts$/ }, ({ path }) => {\n' +
        "    const contents = fs.readFileSync(path, 'utf8');\n" +
        "    fs.writeFileSync(path, 'export const a = 2;');\n" +
        "    return { contents, loader: 'ts' };\n  });\n} }];\n",
    });
    expect(call(project.one('h.ts', { plugins: 'plugins.cjs' }))).toBe(1);
    expect(call(project.one('h.ts', { plugins: 'plugins.cjs' }))).toBe(2);
  });
});

describe('several processes at once', () => {
  it('get the same, whoever is first', async () => {
    const project = new Project(handlers(12));
    const requests = names(12).map((name) => project.request(name));
    const settings = { cacheDirectory: project.cache };
    const runs = await Promise.all(Array.from({ length: 5 }, () => startBundling(requests, { settings })));
    for (const run of runs) expect(run).toEqual(runs[0]);
    expect(readdirSync(join(project.cache, 'work'))).toEqual([]);
    expect(rebuilt(project, names(12))).toBe(0);
  });

  it('may each want other functions and change the cache under each other', async () => {
    const project = new Project(handlers(8));
    const expected = bundle(
      names(8).map((name) => project.request(name)),
      { cacheDirectory: false },
    ).map(({ hash }) => hash);
    const runs = await Promise.all(
      Array.from({ length: 6 }, (_, process) => {
        const wanted = names(8).filter((_, index) => index % 3 !== process % 3);
        return startBundling(
          wanted.map((name) => project.request(name)),
          { settings: { cacheDirectory: project.cache, cacheMaxBytes: 1 } },
        ).then((results) => results.map(({ hash }, index) => [wanted[index], hash]));
      }),
    );
    for (const [name, hash] of runs.flat()) expect(hash).toBe(expected[names(8).indexOf(name!)]);
  });

  it('may be killed at any time', async () => {
    const project = new Project(handlers(10));
    const requests = JSON.stringify(names(10).map((name) => project.request(name)));
    for (const delay of [60, 120, 180, 240, 300]) {
      const code = `require(${JSON.stringify(LIBRARY)}).bundle(${requests}, { cacheDirectory: ${JSON.stringify(project.cache)} })`;
      const child = spawn(process.execPath, ['-e', code]);
      const closed = new Promise((done) => child.once('close', done));
      await new Promise((done) => setTimeout(done, delay));
      child.kill('SIGKILL');
      await closed;
    }
    const kept = project.bundle(names(10)).map(({ hash }) => hash);
    expect(kept).toEqual(project.bundle(names(10), {}, { cacheDirectory: false }).map(({ hash }) => hash));
  });
});
