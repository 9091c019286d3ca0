import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importsOf } from './boundaries/imports.js';
import { violations } from './boundaries/rules.js';

const root = join(__dirname, '..');

/** Sources below a folder by their path in it. */
function sources(folder: string, pattern: RegExp): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => pattern.test(name));
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

test('parts of lib import only what they may', async () => {
  const files = sources(join(root, 'lib'), /\.(ts|js|mjs)$/);
  expect(Object.keys(files).length).toBeGreaterThan(50);
  expect(await violations(files)).toEqual([]);
});

describe('a violation is found', () => {
  const made: Record<string, [file: string, text: string, words: string]> = {
    'the core imports a platform': [
      'core/names.ts',
      "import { x } from '../platforms/aws/names.js';",
      'only core/registry.ts names',
    ],
    'a portable construct imports a platform’s type': [
      'queue.ts',
      "export function f(): import('./platforms/aws/queue.js').AwsQueue;",
      'only core/registry.ts names',
    ],
    'the registry imports a platform at once': [
      'core/registry.ts',
      "import { platformFor } from '../platforms/aws/platform.js';",
      'when they are needed',
    ],
    'the registry requires a platform at once': [
      'core/registry.ts',
      "const x = require('../platforms/aws/platform.js');",
      'when they are',
    ],
    'the registry requires a computed name': [
      'core/registry.ts',
      'const f = (name: string) => require(`../platforms/${name}`);',
      'computed',
    ],
    'a platform imports another': ['platforms/google/queue.ts', "import '../aws/queue.js';", 'no other'],
    'the core imports a construct': ['core/scope.ts', "import type { Queue } from '../queue.js';", 'built on it'],
    'the runtime imports the core': ['runtime/log.ts', "import type { A } from '../core/model.js';", 'nothing of the rest'],
    'the runtime imports a package': ['runtime/log.ts', "import pino from 'pino';", 'without packages'],
    'a platform imports a part of the runtime': [
      'platforms/aws/links.ts',
      "import { a } from '../../runtime/log.js';",
      'only wire.js',
    ],
    'a type of the runtime is imported': ['core/typing.ts', "import type { A } from '../runtime/clients.js';", 'only wire.js'],
    'cdktf outside Google': ['platforms/aws/names.ts', "import { Fn } from 'cdktf';", 'only platforms/google/ may'],
    'a type of the google provider outside Google': [
      'index.ts',
      "export type { A } from '@cdktf/provider-google/lib/pubsub-topic/index.js';",
      'only platforms/google/ may',
    ],
    'aws-cdk-lib outside AWS': [
      'testing/index.ts',
      "const f = () => require('aws-cdk-lib/assertions');",
      'only platforms/aws/ may',
    ],
    'cdk8s outside Kubernetes': ['core/registry.ts', "import * as k from 'cdk8s';", 'only platforms/kubernetes/ may'],
    'the root of the google provider': [
      'platforms/google/a.ts',
      "import * as google from '@cdktf/provider-google';",
      'a sub-path',
    ],
    'a type of the root of the google provider': [
      'platforms/google/a.ts',
      "import type { a } from '@cdktf/provider-google';",
      'a sub-path',
    ],
    'the bundler imports constructs': ['bundling/bundle.ts', "import { Construct } from 'constructs';", 'no constructs'],
    'the bundler imports the core': ['bundling/bundle.ts', "import { a } from '../core/model.js';", 'nothing of the core'],
    'a file outside lib': ['service.ts', "import '../bin/shop/shop.js';", 'outside lib'],
    'a violation behind a re-export': ['core/a.ts', "export * from '../platforms/aws/index.js';", 'only core/registry.ts names'],
    'a violation in a dynamic import': [
      'core/a.ts',
      "const a = async () => import('../platforms/aws/index.js');",
      'only core/registry.ts',
    ],
  };
  test.each(Object.entries(made))('%s', async (_, [file, text, words]) => {
    expect(await violations({ [file]: text })).toEqual([
      expect.stringMatching(new RegExp(`^${file}: .*${words.replaceAll('.', '\\.')}`)),
    ]);
  });

  test('and words in strings and comments are none', async () => {
    expect(
      await violations({ 'core/a.ts': "// import 'cdktf'\nexport const a = `import 'cdk8s'; require('aws-cdk-lib')`;" }),
    ).toEqual([]);
  });
});

/** Everything that the declarations at `file` reach, packages by name and files by path. */
async function reached(file: string, seen = new Set<string>()): Promise<Set<string>> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const { specifier } of await importsOf(file, readFileSync(file, 'utf8'))) {
    if (specifier?.startsWith('.')) await reached(join(dirname(file), specifier.replace(/\.js$/, '.d.ts')), seen);
    else if (specifier) seen.add(specifier);
  }
  return seen;
}

describe('declarations', () => {
  const dist = join(root, 'dist');

  test('of the portable API reach no cloud: constructs beside esbuild is the only package', async () => {
    const all = [...(await reached(join(dist, 'index.d.ts')))];
    expect(all.filter((each) => !each.startsWith(dist) && !each.startsWith('node:'))).toEqual(['constructs', 'esbuild']);
    expect(all.filter((each) => each.startsWith(join(dist, 'platforms')))).toEqual([]);
    expect(all.length).toBeGreaterThan(10);
  });

  test.each([
    ['runtime', ['@standard-schema/spec']],
    ['testing', ['constructs', 'esbuild']],
    ['platforms/aws', ['constructs', 'esbuild', 'aws-cdk-lib']],
    ['platforms/google', ['constructs', 'esbuild', 'cdktf', '@cdktf/provider-google']],
    ['platforms/kubernetes', ['constructs', 'esbuild', 'cdk8s']],
    ['platforms/local', ['constructs', 'esbuild']],
  ])('of %s reach only their own peers', async (folder, allowed) => {
    const file = join(dist, folder, 'index.d.ts');
    expect(existsSync(file), `${file} exists`).toBe(true);
    const packages = [...(await reached(file))].filter((each) => !each.startsWith(dist) && !each.startsWith('node:'));
    const names = packages.map((each) =>
      each
        .split('/')
        .slice(0, each.startsWith('@') ? 2 : 1)
        .join('/'),
    );
    expect(names.filter((name) => !allowed.includes(name))).toEqual([]);
  });
});
