import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { faasten, projectOf } from './command.js';

const made: { remove(): void }[] = [];
afterEach(() => {
  for (const each of made.splice(0)) each.remove();
});
function project(files: Readonly<Record<string, string>>, packages = ['constructs', 'cdk8s']): string {
  const { folder, remove } = projectOf({ 'package.json': '{ "name": "@tea/shop" }', ...files }, packages);
  made.push({ remove });
  return folder;
}
const synth = (cwd: string, ...args: string[]) => faasten(['synth', ...args], { cwd });

const CONFIG = `import { Shop } from './shop.js';
export default (scope: import('constructs').Construct) => new Shop(scope, 'Shop');
`;
const SHOP = `import type { Construct } from 'constructs';
import { Queue, ServerlessFunction, Service } from 'faasten';

export class Shop extends Service {
  constructor(scope: Construct, id: string) {
    super(scope, id, { root: __dirname });
    const orders = new Queue(this, 'Orders');
    new ServerlessFunction(this, 'Fulfil', { entry: 'fulfil.ts', triggers: { Orders: orders.messages() } });
  }
}
`;
const FULFIL = `import { queue } from 'faasten/runtime';
export default queue(async () => {});
`;
const FILES = { 'faasten.config.ts': CONFIG, 'shop.ts': SHOP, 'fulfil.ts': FULFIL };

describe('writes what a framework makes of the service', () => {
  test('for those that are installed, with a list', () => {
    const folder = project(FILES);
    const { status, stdout, stderr } = synth(folder);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.replaceAll(/\d+ kB|\d+\.\d s/g, '…')).toMatchInlineSnapshot(`
      "
      Kubernetes (cdk8s)
        Broker (eventing.knative.dev/v1)             1
        ConfigMap (v1)                               3
        PodMonitor (monitoring.coreos.com/v1)        1
        PrometheusRule (monitoring.coreos.com/v1)    1
        Service (serving.knative.dev/v1)             2
        ServiceAccount (v1)                          2
        Trigger (eventing.knative.dev/v1)            1
        in all                                      11
        code …, 1 files of … in out/kubernetes, …
        4 alarms, in a month 45 series, 5,184,000 samples, 10 rules
        deploy: kubectl apply --server-side -f out/kubernetes
      "
    `);
    expect(readFileSync(join(folder, 'out/kubernetes/shop.k8s.yaml'), 'utf8')).toContain('kind: Broker');
  });

  test('as JSON, again, and under another name', () => {
    const folder = project(FILES);
    for (const name of ['one', 'two']) {
      const { status, stdout } = synth(folder, '--json', '--name', name, '--target', 'kubernetes', '--out', 'made');
      expect(status).toBe(0);
      expect(JSON.parse(stdout).kubernetes).toMatchObject({
        folder: join('made', 'kubernetes'),
        files: 1,
        watching: { alarms: 4, usdPerMonth: 0 },
        resources: { 'Service (serving.knative.dev/v1)': 2, 'Trigger (eventing.knative.dev/v1)': 1 },
      });
    }
    expect(existsSync(join(folder, 'made/kubernetes/one.k8s.yaml'))).toBe(false);
    expect(existsSync(join(folder, 'made/kubernetes/two.k8s.yaml'))).toBe(true);
  });

  test('never over files of somebody else', () => {
    const folder = project({ ...FILES, 'out/kubernetes/precious.txt': 'mine' });
    const { status, stderr } = synth(folder);
    expect(status).toBe(1);
    expect(stderr).toContain(
      `error: '${join('out', 'kubernetes')}' holds files that 'faasten synth' has not written; remove it, or choose`,
    );
    expect(readFileSync(join(folder, 'out/kubernetes/precious.txt'), 'utf8')).toBe('mine');
  });

  test('one target that fails does not stop the others', () => {
    const build = "if (Symbol.for('@aws-cdk/core.Stack') in scope) throw new Error('not in a stack');";
    const folder = project({ ...FILES, 'faasten.config.ts': CONFIG.replace('=> new', `=> {\n  ${build}\n  new`).concat('};') });
    const { status, stdout, stderr } = synth(folder, '--target', 'all');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^\naws\nerror: not in a stack\n {2}at faasten\.config\.ts:3:\d+\n.*\n$/);
    expect([...stdout.matchAll(/^\w.*\(\w+\)$/gm)].map(([title]) => title)).toEqual([
      'Google Cloud (cdktf)',
      'Kubernetes (cdk8s)',
    ]);
  });

  test('without any framework it says what to install', () => {
    const { status, stderr } = synth(project(FILES, ['constructs']));
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^error: no framework is installed in '.*'; run: npm install aws-cdk-lib \(AWS\), .* or npm install cdk8s \(Kubernetes\)\n$/,
    );
  });
});

describe('the config', () => {
  const manifest = (folder: string) => readFileSync(join(folder, 'out/kubernetes/shop.k8s.yaml'), 'utf8');

  test.each<[string, Record<string, string>]>([
    [
      'an ES module in TypeScript, async, with the top level’s await',
      {
        'package.json': '{ "name": "shop", "type": "module" }',
        'faasten.config.ts': [
          "import { join } from 'node:path';\nimport { Service, Queue, defineConfig } from 'faasten';\nconst id = await Promise.resolve('Orders');",
          'export default defineConfig(async (scope) => {\n  await null;\n  new Queue(new Service(scope, `Shop`, { root: join(import.meta.dirname, `.`) }), id);\n});',
        ].join('\n'),
      },
    ],
    [
      'an ES module in JavaScript',
      {
        'faasten.config.mjs':
          "import { Service, Queue } from 'faasten';\nexport default (scope) => new Queue(new Service(scope, 'Shop'), 'Orders');",
      },
    ],
    [
      'CommonJS',
      {
        'faasten.config.js':
          "const { Service, Queue } = require('faasten');\nmodule.exports = (scope) => new Queue(new Service(scope, 'Shop', { root: __dirname }), 'Orders');",
      },
    ],
    [
      'CommonJS in TypeScript, with paths of its tsconfig',
      {
        'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./lib/*"] } } }',
        'lib/shop.ts': "import { Queue } from 'faasten';\nexport enum Name { Orders = 'Orders' }\nexport { Queue };",
        'faasten.config.cts':
          "import { Name, Queue } from '@/shop';\nexport default (scope: any) => void new Queue(scope, Name.Orders);",
      },
    ],
  ])('%s', (_, files) => {
    const folder = project(files);
    expect(synth(folder)).toMatchObject({ status: 0, stderr: '' });
    expect(manifest(folder)).toMatch(/^kind: Broker$/m);
  });

  test('is found above, and where --config says', () => {
    const folder = project({ 'a/b/c.txt': '', 'other/my.config.ts': 'export default () => {};', ...FILES });
    expect(synth(join(folder, 'a/b'))).toMatchObject({ status: 0 });
    expect(synth(folder, '--config', 'other/my.config.ts', '--out', 'x')).toMatchObject({ status: 0 });
  });
});

describe('what is wrong with it is said at the user’s line', () => {
  test.each<[string, Record<string, string>, RegExp]>([
    ['none', {}, /^error: there is no faasten\.config\.ts in '.*' or above it; write one: export default .*faasten init\n$/],
    [
      'no function',
      { 'faasten.config.ts': 'export default { a: 1 };' },
      /^error: '.*faasten\.config\.ts' exports \{"a":1\}; export a function/,
    ],
    [
      'no default',
      { 'faasten.config.ts': 'export const a = 1;' },
      /^error: '.*faasten\.config\.ts' exports no default; export a function/,
    ],
    [
      'a value that is refused',
      { ...FILES, 'shop.ts': SHOP.replace("'Orders')", "'Orders', { maxAttempts: 0 })") },
      /error: queue 'shop\/Shop\/Orders': maxAttempts is 0; .*\n {2}at shop\.ts:7:\d+\n {6}7 \| {5}const orders = new Queue/,
    ],
    [
      'an error of its own',
      {
        ...FILES,
        'faasten.config.ts': `\n\nfunction fail(what: string): never {\n  throw new RangeError(what);\n}\nexport default () => fail('no luck');`,
      },
      /error: RangeError: no luck\n {2}at faasten\.config\.ts:4:9\n {6}4 \| {3}throw new RangeError\(what\);/,
    ],
    [
      'a module that is not there',
      { ...FILES, 'shop.ts': `import './nowhere.js';\n${SHOP}` },
      /error: cannot find the file '\.\/nowhere\.js', which shop\.ts imports; write the path as it is from there\n {2}at shop\.ts:1/,
    ],
    ['a mistake in its syntax', { ...FILES, 'shop.ts': `${SHOP}\nconst = 1;` }, /error: .*shop\.ts.*\b12:6/s],
  ])('%s', (_, files, expected) => {
    const folder = project(files);
    const { status, stderr, stdout } = synth(folder);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(expected);
    expect(stderr).not.toMatch(/dist[\\/]|node_modules|node:internal/);
  });
});

test('a handler that does not compile is named', () => {
  const folder = project(FILES);
  writeFileSync(join(folder, 'fulfil.ts'), 'export default nothing(;');
  const { status, stderr } = synth(folder);
  expect(status).toBe(1);
  expect(stderr).toContain('fulfil.ts:1:23');
});
