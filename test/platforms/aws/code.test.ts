import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { App, BootstraplessSynthesizer, LegacyStackSynthesizer, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ServerlessFunction } from '../../../lib/index.js';
import { AwsFunction } from '../../../lib/platforms/aws/index.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'code-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A folder with code that is already built, so that nothing is bundled. */
function built(name: string, content: string): { directory: string; handler: string; runtime: string } {
  const directory = join(folder, name);
  mkdirSync(join(directory, 'lib'), { recursive: true });
  writeFileSync(join(directory, 'index.mjs'), content);
  writeFileSync(join(directory, 'index.mjs.map'), `{"file":"${directory}"}`);
  writeFileSync(join(directory, 'lib', 'data.txt'), 'data');
  return { directory, handler: 'index.handler', runtime: 'nodejs24.x' };
}

const json = (...path: string[]) => JSON.parse(readFileSync(join(...path), 'utf8'));
const assetsOf = (directory: string, stack: string) => Object.values(json(directory, `${stack}.assets.json`).files) as any[];
const codeAssets = (directory: string, stack: string) =>
  assetsOf(directory, stack).filter(({ source }) => source.packaging === 'zip');
const keysOf = (directory: string, stack: string): string[] =>
  Object.values<any>(json(directory, `${stack}.template.json`).Resources).flatMap(
    ({ Properties }) => Properties?.Code?.S3Key ?? [],
  );

test('equal code is one asset of the stack, a folder in the assembly that cdk-assets zips', () => {
  const app = new App({ outdir: join(folder, 'cdk.out') });
  const stack = new Stack(app, 'shop');
  new ServerlessFunction(stack, 'One', { code: built('one', 'export const handler = 1;') });
  new ServerlessFunction(stack, 'Same', { code: built('same', 'export const handler = 1;') });
  new ServerlessFunction(stack, 'Two', { code: built('two', 'export const handler = 2;') });
  const other = new Stack(app, 'other');
  new ServerlessFunction(other, 'One', { code: built('one', 'export const handler = 1;') });
  const { directory } = app.synth();

  const assets = codeAssets(directory, 'shop');
  expect(assets.map(({ displayName }) => displayName)).toEqual(['One code', 'Two code']);
  expect(codeAssets(directory, 'other')).toHaveLength(1);
  const [one] = assets;
  const hash = /^asset\.([0-9a-f]{64})$/.exec(one.source.path)![1];
  expect(keysOf(directory, 'shop')).toEqual([`${hash}.zip`, `${hash}.zip`, expect.not.stringContaining(hash!)]);
  expect(keysOf(directory, 'other')).toEqual([`${hash}.zip`]);
  expect(readdirSync(join(directory, one.source.path)).sort()).toEqual(['index.mjs', 'index.mjs.map', 'lib']);
  expect(readFileSync(join(directory, one.source.path, 'lib/data.txt'), 'utf8')).toBe('data');
  expect(readdirSync(directory).filter((name) => name.startsWith('.code'))).toEqual([]);
});

test('the assembly is the same from any folder and umask, and names no folder of the machine', () => {
  const synth = (name: string, umask: number) => {
    const before = process.umask(umask);
    try {
      const code = built(`${name}/handlers`, 'export const handler = 1;');
      rmSync(join(code.directory, 'index.mjs.map'));
      const context = { 'aws:cdk:enable-asset-metadata': true };
      const app = new App({ outdir: join(folder, name, 'cdk.out'), context });
      new ServerlessFunction(new Stack(app, 'shop'), 'One', { code });
      return app.synth().directory;
    } finally {
      process.umask(before);
    }
  };
  const files = (directory: string) =>
    readdirSync(directory, { recursive: true, withFileTypes: true })
      // In its metadata, the CDK keeps stack traces of the app, with the app's own folder.
      .filter((file) => file.isFile() && !file.name.endsWith('.metadata.json'))
      .map((file) => join(file.parentPath, file.name))
      .map((file) => [relative(directory, file), readFileSync(file, 'utf8'), statSync(file).mode & 0o777] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1));
  const [one, two] = [files(synth('a', 0o022)), files(synth('deep/er/b', 0o077))];
  expect(two.map(([name, content]) => [name, content])).toEqual(one.map(([name, content]) => [name, content]));
  const modes = (found: typeof one) => found.filter(([name]) => name.startsWith('asset.')).map(([, , mode]) => mode);
  expect(modes(two)).toEqual([0o644, 0o644]);
  expect(modes(one)).toEqual(modes(two));
  for (const [, content] of one) expect(content).not.toContain(folder);
});

test('files that may run stay so', () => {
  const code = built('one', 'export const handler = 1;');
  writeFileSync(join(code.directory, 'bootstrap'), '#!/bin/sh');
  chmodSync(join(code.directory, 'bootstrap'), 0o700);
  const app = new App({ outdir: join(folder, 'cdk.out') });
  new ServerlessFunction(new Stack(app, 'shop'), 'One', { code });
  const { directory } = app.synth();
  const [{ source }] = codeAssets(directory, 'shop');
  expect(statSync(join(directory, source.path, 'bootstrap')).mode & 0o777).toBe(0o755);
});

test('a second synthesis into the same folder keeps what is there, and repairs what is not whole', () => {
  const synth = () => {
    const app = new App({ outdir: join(folder, 'cdk.out') });
    new ServerlessFunction(new Stack(app, 'shop'), 'One', { code: built('one', 'export const handler = 1;') });
    const { directory } = app.synth();
    return join(directory, codeAssets(directory, 'shop')[0].source.path, 'index.mjs');
  };
  const file = synth();
  const { ino } = statSync(file);
  expect(statSync(synth()).ino).toBe(ino);
  writeFileSync(file, 'export');
  expect(readFileSync(synth(), 'utf8')).toBe('export const handler = 1;');
});

describe('the CDK’s own switches', () => {
  const withContext = (context: Record<string, unknown>) => new App({ outdir: join(folder, 'cdk.out'), context });

  test('stacks that the command does not deploy are not bundled: handlers need not even exist', () => {
    const app = withContext({ 'aws:cdk:bundling-stacks': ['shop'] });
    new ServerlessFunction(new Stack(app, 'shop'), 'One', { code: built('one', 'export const handler = 1;') });
    new ServerlessFunction(new Stack(app, 'other'), 'One', { entry: '/nowhere/at-all.ts' });
    const { directory } = app.synth();
    expect(codeAssets(directory, 'shop')).toHaveLength(1);
    expect(codeAssets(directory, 'other')).toEqual([]);
    const code = Object.values<any>(json(directory, 'other.template.json').Resources).find(
      ({ Type }) => Type === 'AWS::Lambda::Function',
    ).Properties.Code;
    expect(code).toEqual({ S3Bucket: 'NOT-BUNDLED', S3Key: expect.stringMatching(/^[0-9a-f]{64}\.zip$/) });
  });

  test('asset metadata tells tools where the code is', () => {
    const app = withContext({ 'aws:cdk:enable-asset-metadata': true });
    const stack = new Stack(app, 'shop');
    new ServerlessFunction(stack, 'One', { code: built('one', 'export const handler = 1;') });
    const { directory } = app.synth();
    const fn = Object.values<any>(json(directory, 'shop.template.json').Resources).find(
      ({ Type }) => Type === 'AWS::Lambda::Function',
    );
    expect(fn.Metadata).toMatchObject({
      'aws:asset:path': codeAssets(directory, 'shop')[0].source.path,
      'aws:asset:is-bundled': false,
      'aws:asset:property': 'Code',
    });
  });

  test('without staging, the manifest names the folder itself', () => {
    const app = withContext({ 'aws:cdk:disable-asset-staging': true });
    const code = built('one', 'export const handler = 1;');
    new ServerlessFunction(new Stack(app, 'shop'), 'One', { code });
    const { directory } = app.synth();
    expect(codeAssets(directory, 'shop')[0].source.path).toBe(code.directory);
    expect(readdirSync(directory).filter((name) => name.startsWith('asset.'))).toEqual([]);
  });
});

describe('stacks of every kind find their code', () => {
  const code = () => built('one', 'export const handler = 1;');

  test('nested stacks and stages share the folder of the app', () => {
    const app = new App({ outdir: join(folder, 'cdk.out') });
    const stage = new Stage(app, 'Prod');
    const stack = new Stack(stage, 'shop');
    new ServerlessFunction(stack, 'One', { code: code() });
    new ServerlessFunction(new NestedStack(stack, 'Inner'), 'One', { code: code() });
    const { directory } = app.synth();
    const inStage = join(directory, 'assembly-Prod');
    const manifest = readdirSync(inStage).find((name) => name.endsWith('.assets.json'))!;
    const zips = Object.values<any>(json(inStage, manifest).files).filter(({ source }) => source.packaging === 'zip');
    expect(zips.map(({ source }) => source.path)).toEqual([expect.stringMatching(/^\.\.\/asset\.[0-9a-f]{64}$/)]);
    expect(existsSync(join(inStage, zips[0].source.path, 'index.mjs'))).toBe(true);
  });

  test('with the legacy synthesizer, whose assets are parameters', () => {
    const app = new App({ outdir: join(folder, 'cdk.out') });
    new ServerlessFunction(new Stack(app, 'shop', { synthesizer: new LegacyStackSynthesizer() }), 'One', { code: code() });
    const template = json(app.synth().directory, 'shop.template.json');
    const fn = Object.values<any>(template.Resources).find(({ Type }) => Type === 'AWS::Lambda::Function');
    const parameter = fn.Properties.Code.S3Bucket.Ref;
    expect(Object.keys(template.Parameters)).toContain(parameter);
  });

  test('a synthesizer that takes no assets says so', () => {
    const app = new App({ outdir: join(folder, 'cdk.out') });
    new ServerlessFunction(new Stack(app, 'shop', { synthesizer: new BootstraplessSynthesizer() }), 'One', { code: code() });
    expect(() => app.synth()).toThrow(/asset/i);
  });

  test('published versions change with the code', () => {
    const version = (content: string) => {
      const app = new App({ outdir: mkdtempSync(join(folder, 'out-')) });
      const stack = new Stack(app, 'shop');
      const fn = new ServerlessFunction(stack, 'One', { code: built('one', content) });
      const { node } = AwsFunction.of(fn).lambda.currentVersion;
      const resources = json(app.synth().directory, 'shop.template.json').Resources;
      expect((fn.node.defaultChild!.node.defaultChild as CfnFunction).cfnResourceType).toBe('AWS::Lambda::Function');
      expect(node.id).toBe('CurrentVersion');
      return Object.keys(resources).find((id) => resources[id].Type === 'AWS::Lambda::Version');
    };
    const first = version('export const handler = 1;');
    expect(version('export const handler = 1;')).toBe(first);
    expect(version('export const handler = 2;')).not.toBe(first);
  });
});
