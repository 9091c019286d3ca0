/** What every consumer must find, whatever its framework. */
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Consumer, consumer, nodes, type Project } from './consumer.js';

export interface Settings extends Project {
  /** Folder of `consumers`, and the entry point: `faasten/<name>`. */
  readonly name: 'aws' | 'google' | 'kubernetes';
  /** @default - all */
  readonly compilers?: readonly ('5.9' | '7')[];
  /** Snapshots under these runners too. */
  readonly runners?: readonly ('jest with swc' | 'jest with ts-jest' | 'vitest')[];
}

const RUNNERS: Record<string, { first: string[]; again: string[]; environment: Record<string, string> }> = {
  'jest with swc': { first: ['jest/bin/jest.js', '--ci=false'], again: ['jest/bin/jest.js', '--ci'], environment: {} },
  'jest with ts-jest': {
    first: ['jest/bin/jest.js', '--ci=false'],
    again: ['jest/bin/jest.js', '--ci'],
    environment: { TRANSFORM: 'ts-jest' },
  },
  vitest: { first: ['vitest/vitest.mjs', 'run', '--update'], again: ['vitest/vitest.mjs', 'run'], environment: { CI: 'true' } },
};

const COMPILERS = [
  ['5.9', 'typescript/lib/tsc.js'],
  ['7', 'typescript-7/lib/tsc.js'],
] as const;

export function suite(title: string, settings: Settings): void {
  describe(title, () => {
    let project: Consumer;
    let reference: { template: object };
    beforeAll(() => {
      project = consumer(settings);
      reference = project.json(['host.cjs']);
    });

    describe.each(nodes())('Node %s', (_, path) => {
      test.each(['host.cjs', 'host.mjs'])('%s synthesizes the same, and loads its own platform only', (file) => {
        const made = project.json([file], path);
        expect(made).toMatchObject({ native: true, runtime: 'function' });
        expect(made.template).toEqual(reference.template);
        expectLoaded(made.loaded, settings.name);
      });

      test('a handler in what it bundled is the tarball’s', () => {
        const { statusCode, body } = project.json(['bundle.mjs'], path);
        expect(statusCode).toBe(200);
        expect(body).toContain('hello from the tarball');
      });

      test('every name that require sees can be imported', () => {
        const entries = ['faasten', 'faasten/runtime', 'faasten/testing', `faasten/${settings.name}`];
        const found = project.json(['names.mjs', ...entries], path);
        expect(Object.values<any>(found).map(({ missing }) => missing)).toEqual(entries.map(() => []));
        for (const entry of entries) expect(found[entry].count, entry).toBeGreaterThan(0);
      });
    });

    describe.each(COMPILERS.filter(([version]) => settings.compilers?.includes(version) ?? true))(
      'TypeScript %s, strict and without skipLibCheck',
      (version, program) => {
        // TypeScript 7 no longer resolves as node10 does.
        const resolutions = ['tsconfig.json', 'tsconfig.bundler.json', ...(version === '5.9' ? ['tsconfig.node10.json'] : [])];
        test.each(resolutions)('compiles with %s', (config) => {
          expect(project.run([program, '-p', config])).toEqual({ status: 0, output: '' });
        });

        test('knows the types', () => {
          const { output } = project.run([program, '-p', 'tsconfig.wrong.json']);
          expect(output).toMatch(/wrong\.mts\(5,.*not assignable to type 'string'/);
          expect(output).toMatch(/wrong\.mts\(6,.*Property 'nothing' does not exist on type 'Request'/);
        });
      },
    );

    describe.each([...(settings.runners ?? [])])('%s', (runner) => {
      test('snapshots are the same after a change of a handler', () => {
        const { first, again, environment } = RUNNERS[runner]!;
        const snapshots = join(project.folder, 'test', '__snapshots__');
        const snapshot = join(snapshots, 'shop.test.ts.snap');
        const handler = join(project.folder, 'handlers', 'create-order.ts');
        const before = readFileSync(handler, 'utf8');
        rmSync(snapshots, { recursive: true, force: true });
        try {
          expectPassed(project.run(first, { environment }));
          const written = readFileSync(snapshot, 'utf8');
          expect(written).toContain('[code of ');
          appendFileSync(handler, '\nexport const version = 2;\nglobalThis.process.title = String(version);\n');
          expectPassed(project.run(again, { environment }));
          expect(readFileSync(snapshot, 'utf8')).toBe(written);
          // And a change of the infrastructure is seen.
          writeFileSync(snapshot, written.replaceAll('Shop', 'Shed'));
          expect(project.run(again, { environment }).status).not.toBe(0);
        } finally {
          writeFileSync(handler, before);
        }
      });
    });
  });
}

function expectPassed({ status, output }: { status: number; output: string }): void {
  expect(status, output).toBe(0);
}

const FRAMEWORKS: Record<Settings['name'], string[]> = {
  aws: ['aws-cdk-lib'],
  google: ['@cdktf', 'cdktf'],
  kubernetes: ['cdk8s'],
};

/** Of the paths of loaded modules, those of platforms and frameworks must be `name`'s alone, and never the whole Google provider. */
export function expectLoaded(loaded: readonly string[], name: Settings['name']): void {
  const named = (pattern: RegExp) => [...new Set(loaded.flatMap((each) => pattern.exec(each)?.[1] ?? []))].sort();
  expect(named(/\/faasten\/dist\/platforms\/([^/]+)\//)).toEqual([name]);
  expect(named(/\/node_modules\/(aws-cdk-lib|@cdktf|cdktf|cdk8s)\//)).toEqual(FRAMEWORKS[name]);
  expect(loaded.filter((each) => /provider-google\/lib\/index\.js$/.test(each))).toEqual([]);
}
