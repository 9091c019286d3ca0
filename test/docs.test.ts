import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blocksOf, compile } from './docs/blocks.js';
import { deadLinks } from './docs/links.js';
import { isRun, type Synthesis, synthesizeBlocks } from './docs/synthesis.js';

const root = join(__dirname, '..');
const folder = join(root, 'node_modules', '.cache', 'faasten-docs-test');

const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md'))
  .sort()
  .map((name) => `docs/${name}`);
const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...docs].filter((page) => existsSync(join(root, page)));

const blocks = pages.flatMap((page) => blocksOf(page, readFileSync(join(root, page), 'utf8')));
/** Pages that nobody wrote: with mistakes, without, and with one that the compiler does not see. */
const probes = [
  ...blocksOf(
    'wrong.md',
    [
      '# Wrong',
      '```ts',
      "import { Queue } from 'faasten';",
      'new Queue({} as never, "Orders", { maxAttemts: 5 });',
      '```',
      '  ```ts',
      "  import { nothing } from 'faasten/runtime';",
      '  ```',
    ].join('\n'),
  ),
  ...blocksOf(
    'right.md',
    '```ts\nimport { a } from "./some/a";\nexport const b: number = a;\n```\n```ts\n// some/a.ts: one\nexport const a = 1;\n```',
  ),
  ...blocksOf(
    'late.md',
    [
      '```ts',
      "import { App, Stack } from 'aws-cdk-lib';",
      "import { Duration, ServerlessFunction } from 'faasten';",
      "new ServerlessFunction(new Stack(new App(), 'a'), 'B', { entry: 'b.ts', timeout: Duration.millis(1500) });",
      '```',
      '```ts',
      "import { Queue } from 'faasten';",
      "import { Construct } from 'constructs';",
      "export class Some extends Construct { constructor(scope: Construct, id: string) { super(scope, id); new Queue(this, 'Q'); } }",
      '```',
    ].join('\n'),
  ),
];

let said: string[][];
let made: (Synthesis | undefined)[];
beforeAll(() => {
  said = compile(root, folder, [...blocks, ...probes]);
  made = synthesizeBlocks(folder, [...blocks, ...probes]);
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('every TypeScript block of the docs compiles', () => {
  test.each(blocks.map((block, index) => [`${block.page}:${block.line}`, index] as const))('%s', (_, index) => {
    expect(said[index]).toEqual([]);
  });

  test('and one with a mistake does not', () => {
    const [argument, name, ...right] = said.slice(blocks.length);
    expect(argument).toEqual([expect.stringMatching(/^4: .*'maxAttemts' does not exist in type 'QueueProps/s)]);
    expect(name).toEqual([expect.stringMatching(/^7: .*has no exported member 'nothing'/)]);
    expect(right).toEqual([[], [], [], []]);
  });
});

describe('every block that is part of an app synthesizes', () => {
  const run = blocks.flatMap((block, index) => (isRun(block) ? [[`${block.page}:${block.line}`, index] as const] : []));

  test.each(run)('%s', (_, index) => {
    expect(made[index]!.errors).toEqual([]);
    const { synthesized, refused } = made[index]!;
    const makes = /new (ServerlessFunction|HttpApi|Queue|Topic|Bucket)\b/.test(blocks[index]!.code);
    // A page on platforms of one's own has one that makes nothing.
    if (makes && !/: Platform = /.test(blocks[index]!.code)) expect([...synthesized, ...refused]).not.toEqual([]);
  });

  test('and one that compiles but does not is found', () => {
    const [, , , , late, portable] = made.slice(blocks.length);
    expect(late!.errors).toEqual([expect.stringContaining('timeout is 1 second 500 milliseconds; give whole seconds')]);
    expect(portable!.synthesized.length).toBeGreaterThan(1);
  });
});

describe('every relative link leads somewhere', () => {
  test.each(pages)('%s', (page) => {
    expect(deadLinks(root, page)).toEqual([]);
  });

  test('and one that does not is found', () => {
    const text =
      '# A `b` C\n[a](nowhere.md) [b](README.md) [c](#a-b-c) [d](#none) [e](README.md#none) [f](https://example.com) `[g](none)`';
    expect(deadLinks(root, 'made-up.md', text)).toEqual(['nowhere.md', '#none', 'README.md#none']);
  });
});
