import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { faasten } from './command.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'faasten-init-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const filesOf = (where: string) =>
  readdirSync(where, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(where.length + 1))
    .sort();

test('writes a project, and says what comes next', () => {
  const { status, stdout, stderr } = faasten(['init', 'Tea Shop!'], { cwd: folder });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const place = join(folder, 'Tea Shop!');
  const files = filesOf(place);
  expect(files).toEqual([
    '.gitignore',
    'README.md',
    'bin/aws.ts',
    'cdk.json',
    'faasten.config.ts',
    'handlers/create-order.ts',
    'handlers/fulfil.ts',
    'handlers/get-order.ts',
    'order.ts',
    'package.json',
    'shop.ts',
    'test/shop.test.ts',
    'tsconfig.json',
  ]);
  for (const file of files) expect(stdout).toContain(`  ${file}\n`);
  expect(stdout).toMatch(/next:\n {2}cd Tea Shop!\n {2}npm install\n {2}npm test\n {2}npm run dev\n$/);
  // A name that npm, CloudFormation and Kubernetes take.
  expect(JSON.parse(readFileSync(join(place, 'package.json'), 'utf8'))).toMatchObject({
    name: 'tea-shop',
    dependencies: {
      'aws-cdk-lib': expect.stringMatching(/^\^2\.\d/),
      constructs: expect.any(String),
      faasten: expect.any(String),
    },
  });
  expect(readFileSync(join(place, 'bin/aws.ts'), 'utf8')).toContain("new Stack(app, 'tea-shop')");
  expect(readFileSync(join(place, 'README.md'), 'utf8').split('\n').length).toBeLessThan(45);
});

test('an app of the CDK has the feature flags that cdk init gives it, and what cdk watch asks for', () => {
  faasten(['init', 'app'], { cwd: folder });
  const { app, watch, context } = JSON.parse(readFileSync(join(folder, 'app/cdk.json'), 'utf8'));
  const recommended = createRequire(__filename).resolve('aws-cdk-lib/recommended-feature-flags.json');
  expect(context).toEqual(JSON.parse(readFileSync(recommended, 'utf8')));
  expect({ app, watch }).toEqual({ app: 'npx tsx bin/aws.ts', watch: { include: ['**'], exclude: expect.any(Array) } });
});

test('every test that is added is run, and what comes before a deployment is said', () => {
  for (const [framework, command] of [
    ['cdk', 'npx cdk bootstrap'],
    ['cdktf', 'export GOOGLE_CLOUD_PROJECT'],
    ['cdk8s', 'kubectl create namespace cdk8s'],
  ] as const) {
    faasten(['init', framework, '-f', framework], { cwd: folder });
    const { scripts, engines } = JSON.parse(readFileSync(join(folder, framework, 'package.json'), 'utf8'));
    expect(scripts.test).toBe('node --import tsx --test test/*.test.ts');
    expect(Object.keys(scripts)).toEqual(['dev', 'test', 'check', 'synth', 'deploy']);
    expect(engines).toEqual({ node: '>=20.9.0' });
    expect(readFileSync(join(folder, framework, 'README.md'), 'utf8')).toContain(command);
  }
});

test('each framework has its own host and packages, and the same service', () => {
  const made = ['cdk', 'cdktf', 'cdk8s'].map((framework) => {
    const { stdout } = faasten(['init', framework, '--framework', framework, '--json'], { cwd: folder });
    const { files } = JSON.parse(stdout);
    expect([...files].sort()).toEqual(filesOf(join(folder, framework)));
    return { files, manifest: JSON.parse(readFileSync(join(folder, framework, 'package.json'), 'utf8')) };
  });
  expect(made.map(({ files }) => files.filter((file: string) => /^bin\/|^cdk/.test(file)))).toEqual([
    ['bin/aws.ts', 'cdk.json'],
    ['bin/google.ts', 'cdktf.json'],
    ['bin/kubernetes.ts', 'cdk8s.yaml'],
  ]);
  expect(made.map(({ manifest }) => Object.keys(manifest.dependencies).filter((name) => name.includes('cdk')))).toEqual([
    ['aws-cdk-lib'],
    ['@cdktf/provider-google', 'cdktf'],
    ['cdk8s'],
  ]);
  const shops = ['cdk', 'cdktf', 'cdk8s'].map((framework) => readFileSync(join(folder, framework, 'shop.ts'), 'utf8'));
  expect(new Set(shops).size).toBe(1);
});

test('writes over nothing, and nothing at all then', () => {
  writeFileSync(join(folder, 'shop.ts'), 'mine');
  writeFileSync(join(folder, 'cdk.json'), 'mine');
  const { status, stderr } = faasten(['init'], { cwd: folder });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^error: '\.' has shop\.ts, cdk\.json already, and init writes over nothing; choose another folder/);
  expect(filesOf(folder)).toEqual(['cdk.json', 'shop.ts']);
  expect(readFileSync(join(folder, 'shop.ts'), 'utf8')).toBe('mine');
});

test('beside other files it is welcome', () => {
  writeFileSync(join(folder, 'notes.txt'), 'mine');
  expect(faasten(['init', '.', '-f', 'cdk8s'], { cwd: folder })).toMatchObject({ status: 0 });
  expect(existsSync(join(folder, 'bin/kubernetes.ts'))).toBe(true);
});
