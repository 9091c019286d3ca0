import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';

const repository = join(__dirname, '..');
const tsx = pathToFileURL(createRequire(__filename).resolve('tsx')).href;
const folder = mkdtempSync(join(tmpdir(), 'faasten-same-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The example as a project of its own. */
function project(...path: string[]): string {
  const root = join(folder, ...path);
  cpSync(join(repository, 'bin'), join(root, 'bin'), { recursive: true });
  writeFileSync(join(root, 'package.json'), '{ "name": "shop", "private": true }');
  writeFileSync(join(root, 'package-lock.json'), '{ "lockfileVersion": 3 }');
  const modules = join(root, 'node_modules');
  mkdirSync(modules);
  for (const name of readdirSync(join(repository, 'node_modules'))) {
    if (!name.startsWith('.')) symlinkSync(join(repository, 'node_modules', name), join(modules, name));
  }
  symlinkSync(repository, join(modules, 'faasten'));
  return root;
}

function synthesize(root: string, host: string, { umask, home }: { umask: string; home: string }): void {
  const environment = { ...process.env, HOME: home, FAASTEN_CACHE_DIR: join(home, 'cache') };
  const run = spawnSync('sh', ['-c', `umask ${umask}; exec "$0" --import "$1" "bin/$2.ts"`, process.execPath, tsx, host], {
    cwd: root,
    env: environment,
    encoding: 'utf8',
  });
  expect(run.status, `${run.stdout}${run.stderr}`).toBe(0);
}

/** The CDK's own note of the lines at which constructs were made; it is not deployed. */
const TRACES = 'shop.metadata.json';

/** Every written file by name. */
function written(directory: string): Map<string, Buffer> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const names = files
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .filter((name) => name !== TRACES)
    .sort();
  return new Map(names.map((name) => [name, readFileSync(join(directory, name))]));
}

function differences(a: Map<string, Buffer>, b: Map<string, Buffer>): string[] {
  const names = new Set([...a.keys(), ...b.keys()]);
  return [...names].filter((name) => !a.get(name) || !b.get(name)?.equals(a.get(name)!));
}

/** Resources of a target's output by name. */
const RESOURCES: Record<string, (output: Map<string, Buffer>) => Record<string, unknown>> = {
  aws: (output) => JSON.parse(String(output.get('shop.template.json'))).Resources,
  google: (output) => {
    const { resource } = JSON.parse(String(output.get('stacks/shop/cdk.tf.json'))) as { resource: Record<string, object> };
    return Object.fromEntries(
      Object.entries(resource).flatMap(([type, named]) =>
        Object.entries(named).map(([name, block]) => [`${type}.${name}`, block]),
      ),
    );
  },
  kubernetes: (output) =>
    Object.fromEntries(
      parseAllDocuments(String(output.get('shop.k8s.yaml'))).map((document) => {
        const { kind, metadata, ...rest } = document.toJS();
        return [`${kind} ${metadata.name}`, { ...rest, metadata }];
      }),
    ),
};

/** What changes on each target when the code of `GetOrder` does: that function, and what carries its code. */
const CHANGED: Record<string, RegExp[]> = {
  aws: [/^ShopGetOrder[0-9A-F]{8}$/],
  google: [/^google_storage_bucket_object\.\w*GetOrder\w*$/],
  // The old ConfigMaps go, new ones come, each with its source map's.
  kubernetes: [/^ConfigMap shop-shop-get-order-\S+$/, /^Service shop-shop-get-order-\S+$/],
};

describe.each(['aws', 'google', 'kubernetes'])('%s', (target) => {
  let near: string;
  let first: Map<string, Buffer>;

  beforeAll(() => {
    near = project(target, 'near');
    synthesize(near, target, { umask: '022', home: join(folder, target, 'home-of-one') });
    first = written(join(near, 'out', target));
  });

  test('writes the same bytes for another user, in a deeper folder, without a cache', () => {
    const far = project(target, 'far', 'away', 'in a folder', 'project');
    synthesize(far, target, { umask: '077', home: join(folder, target, 'home-of-two') });
    const second = written(join(far, 'out', target));
    expect(differences(first, second)).toEqual([]);
    expect(first.size).toBeGreaterThan(0);
    for (const [name, bytes] of first) expect(bytes.includes(folder), `${name} names the folder`).toBe(false);
  });

  test('changes one function when one handler changes', () => {
    const handler = join(near, 'bin/shop/handlers/get-order.ts');
    writeFileSync(handler, readFileSync(handler, 'utf8').replace('there is no order', 'nobody knows an order'));
    synthesize(near, target, { umask: '022', home: join(folder, target, 'home-of-one') });
    const [before, after] = [first, written(join(near, 'out', target))].map((output) => RESOURCES[target]!(output));
    const names = new Set([...Object.keys(before!), ...Object.keys(after!)]);
    const changed = [...names].filter((name) => JSON.stringify(before![name]) !== JSON.stringify(after![name]));
    const expected = CHANGED[target]!;
    expect(changed.filter((name) => !expected.some((pattern) => pattern.test(name)))).toEqual([]);
    for (const pattern of expected)
      expect(
        changed.some((name) => pattern.test(name)),
        `${pattern}`,
      ).toBe(true);
  });
});
