import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../engines/engine.js';
import { packed } from './pack.js';

const root = join(__dirname, '..', '..');
const bin = (name: string) => join(root, 'node_modules', '.bin', name);

test('holds what users need, and nothing else', () => {
  const { files, bytes } = packed();
  const paths = files.map(({ path }) => path);
  const unpacked = files.reduce((sum, { size }) => sum + size, 0);
  process.stdout.write(`tarball: ${bytes} bytes packed, ${unpacked} bytes in ${paths.length} files\n`);
  expect(paths).toEqual(expect.arrayContaining(['docs/services.md', 'docs/platforms/aws.md', 'dist/index.d.ts']));
  expect(paths.filter((path) => !path.includes('/')).sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']);
  const folders = new Set(paths.filter((path) => path.includes('/')).map((path) => path.split('/')[0]));
  expect([...folders].sort()).toEqual(['dist', 'docs']);
  const wrong = /\.map$|tsbuildinfo|\.(test|spec)\.|(^|\/)(test|bench|bin)\/|\.tgz$|(?<!\.d)\.[cm]?ts$/;
  expect(paths.filter((path) => wrong.test(path))).toEqual([]);
  expect(bytes).toBeLessThan(1024 * 1024);
});

test('holds nothing that an earlier version compiled', () => {
  const stale = packed().files.flatMap(({ path }) => {
    const source = /^dist\/(?:esm\/)?(.+?)(?:\.d\.ts|\.m?js)$/.exec(path)?.[1];
    return source === undefined ||
      source.startsWith('console/') ||
      ['ts', 'js', 'mjs'].some((extension) => existsSync(join(root, 'lib', `${source}.${extension}`)))
      ? []
      : [path];
  });
  expect(stale, 'remove dist, and build again').toEqual([]);
});

test('has every file that package.json names', () => {
  const paths = new Set(packed().files.map(({ path }) => `./${path}`));
  const named = (value: unknown): string[] =>
    typeof value === 'string' ? [value] : Object.values(value as object).flatMap((each) => named(each));
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const all = named([manifest.exports, manifest.main, manifest.types]);
  expect(all.length).toBeGreaterThan(10);
  expect(all.filter((path) => !path.includes('*') && !paths.has(path))).toEqual([]);
});

test('publint finds nothing', () => {
  const { status, stdout, stderr } = run(bin('publint'), ['run', packed().tarball, '--strict'], { cwd: root });
  expect(`${stdout}${stderr}`).toMatch(/All good/);
  expect(status).toBe(0);
});

test('types are right for every way to resolve them', () => {
  // Into a file: it ends before a pipe has taken all of what it writes.
  const said = join(dirname(packed().tarball), 'attw.json');
  const command = '"$0" "$1" --format json >"$2"';
  const { status } = run('sh', ['-c', command, bin('attw'), packed().tarball, said], { cwd: root });
  const { problems, analysis } = JSON.parse(readFileSync(said, 'utf8'));
  expect(problems ?? {}).toEqual({});
  expect(Object.keys(analysis.entrypoints)).toEqual(
    expect.arrayContaining(['.', './runtime', './aws', './google', './kubernetes', './local', './testing']),
  );
  expect(status).toBe(0);
});

test('the lock file names no registry', () => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const resolved = Object.values<any>(packages).filter((each) => /^https?:/.test(each.resolved ?? ''));
  expect(resolved).toEqual([]);
  expect(Object.keys(packages).length).toBeGreaterThan(100);
});
