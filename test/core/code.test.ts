import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Construct } from 'constructs';
import { RootConstruct } from 'constructs';
import { afterAll, beforeEach, expect, test } from 'vitest';
import {
  type CodeReference,
  Duration,
  type EntryRequest,
  type FunctionSpec,
  HttpApi,
  type PreparedCode,
  Queue,
  Schedule,
  ServerlessFunction,
  Service,
  usePlatform,
} from '../../lib/index.js';
import { withoutBundling } from '../../lib/testing/index.js';
import { PaperPlatform } from './paper-platform.js';

/** A platform that bundles, and remembers what it was asked to make entries of. */
class BundlingPlatform extends PaperPlatform {
  readonly prepared = new Map<string, PreparedCode>();
  readonly entries: EntryRequest[] = [];

  override createFunction(scope: Construct, spec: FunctionSpec, code: CodeReference) {
    this.prepared.set(
      spec.path,
      code.prepare({
        entrySource: (request) => {
          this.entries.push(request);
          return `import handler from ${JSON.stringify(request.handlerFile)}; console.log(handler, ${JSON.stringify(request.kinds)});`;
        },
        options: { target: 'node20' },
      }),
    );
    return super.createFunction(scope, spec, code);
  }
}

const folder = mkdtempSync(join(tmpdir(), 'faasten-code-'));
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
afterAll(() => rmSync(folder, { recursive: true }));

let root: RootConstruct;
let platform: BundlingPlatform;
let service: Service;

beforeEach(() => {
  root = new RootConstruct('App');
  platform = new BundlingPlatform();
  usePlatform(root, platform);
  service = new Service(root, 'S', { root: folder });
  write('one.mjs', 'export default 1;');
  write('two.mjs', 'export default 2;');
});

test('the first location that is asked for bundles every function of the tree, as it is by then', () => {
  const queue = new Queue(service, 'Queue');
  const one = new ServerlessFunction(service, 'One', { entry: 'one.mjs' });
  new ServerlessFunction(service, 'Two', { entry: 'two.mjs' });
  expect(platform.entries).toEqual([]);
  one.addLink('queue', queue);
  one.addTrigger('Often', Schedule.rate(Duration.minutes(5)));
  new HttpApi(service, 'Api', { routes: { 'GET /b': one, 'GET /a': one } });

  const artifact = platform.prepared.get('App/S/One')!.artifact();
  expect(platform.entries).toEqual([
    {
      path: 'App/S/One',
      handlerFile: join(folder, 'one.mjs'),
      kinds: ['http', 'schedule'],
      routes: ['GET /a', 'GET /b'],
      links: [{ name: 'queue', kind: 'queue', access: 'send' }],
      secrets: [],
    },
    { path: 'App/S/Two', handlerFile: join(folder, 'two.mjs'), kinds: [], routes: [], links: [], secrets: [] },
  ]);
  expect(artifact.files.map(({ name }) => name)).toEqual(['index.mjs', 'index.mjs.map']);
  expect(artifact.hash).toMatch(/^[0-9a-f]{64}$/);
  expect(platform.prepared.get('App/S/Two')!.artifact().hash).not.toBe(artifact.hash);
  expect(platform.entries).toHaveLength(2);
  expect(platform.prepared.get('App/S/One')!.artifact()).toBe(artifact);
});

test('a missing file is said at the line of the function', () => {
  expect(() => new ServerlessFunction(service, 'Gone', { entry: 'gone.ts' })).toThrow(
    `cannot find the code of 'App/S/Gone': there is no file '${join(folder, 'gone.ts')}'; a relative path starts at the service's 'root'`,
  );
});

test('what does not compile is reported with its function, again each time, until it does', () => {
  write('one.mjs', 'export default = 1;');
  new ServerlessFunction(service, 'One', { entry: 'one.mjs' });
  new ServerlessFunction(service, 'Two', { entry: 'two.mjs' });
  for (const _ of [1, 2]) {
    expect(() => platform.prepared.get('App/S/Two')!.artifact()).toThrow(/App\/S\/One[\s\S]*Unexpected "="[\s\S]*one\.mjs/);
  }
  write('one.mjs', 'export default 1;');
  expect(platform.prepared.get('App/S/One')!.artifact().hash).toMatch(/^[0-9a-f]{64}$/);
});

test('a function’s own bundling settings win over the service’s and add to its lists', () => {
  write('three.mjs', 'import fs from "not-installed"; import other from "neither"; export default [fs, other, SIZE];');
  const inner = new Service(service, 'Inner', { defaults: { bundling: { external: ['not-installed'], define: { SIZE: '1' } } } });
  new ServerlessFunction(inner, 'Three', {
    entry: 'three.mjs',
    bundling: { external: ['not-installed', 'neither'], define: { SIZE: '3' }, sourceMap: false },
  });
  const { files } = platform.prepared.get('App/S/Inner/Three')!.artifact();
  expect(files.map(({ name }) => name)).toEqual(['index.mjs']);
});

test('prebuilt code is taken as it is', () => {
  new ServerlessFunction(service, 'Built', { code: { directory: '.', handler: 'one.handler', runtime: 'python3.13' } });
  const { files, directory } = platform.prepared.get('App/S/Built')!.artifact();
  expect(directory).toBe(folder);
  expect(files.map(({ name }) => name)).toContain('one.mjs');
  expect(() => new ServerlessFunction(service, 'None', { code: { directory: 'dist', handler: 'h', runtime: 'r' } })).toThrow(
    'there is no directory',
  );
});

test('without bundling, code need not compile, and no entry is made', () => {
  write('one.mjs', 'this is no JavaScript');
  new ServerlessFunction(service, 'One', { entry: 'one.mjs' });
  withoutBundling(root);
  const artifact = platform.prepared.get('App/S/One')!.artifact();
  expect(artifact.hash).toBe('0'.repeat(64));
  expect(artifact.files.map(({ name }) => name)).toEqual(['index.mjs']);
  expect(platform.entries).toEqual([]);
});
