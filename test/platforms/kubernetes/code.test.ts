import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ApiObject, App, Chart } from 'cdk8s';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { Queue, ServerlessFunction } from '../../../lib/index.js';
import { pack } from '../../../lib/platforms/kubernetes/pack.js';
import { freePort } from '../../engines/engine.js';
import type { Manifest } from './charts.js';
import { Containers } from './containers.js';

const scratch = mkdtempSync(join(tmpdir(), 'faasten-kubernetes-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const SERVER = `
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
const asset = readFileSync(new URL('./assets/über_uns 1.txt', import.meta.url), 'utf8');
createServer((request, response) => {
  if (request.url === '/fail') response.end(new Error('here').stack);
  else response.end(JSON.stringify({ asset, tmp: process.env.TMPDIR ?? '/tmp' }));
}).listen(process.env.PORT);
`;

let folders = 0;
function folderWith(files: Record<string, string | Buffer>): string {
  const folder = join(scratch, `code-${++folders}`);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

function synthesized(directory: string, handler = 'server.mjs'): Manifest[] {
  const chart = new Chart(new App(), 'shop', { namespace: 'team' });
  new ServerlessFunction(chart, 'F', { code: { directory, handler, runtime: 'nodejs24' } });
  return chart.toJson();
}

const containers = new Containers(scratch);
afterEach(() => containers.stop());

function ofKind(manifests: readonly Manifest[], kind: string): Manifest[] {
  return manifests.filter((manifest) => manifest.kind === kind);
}

describe('a function started as in its container', () => {
  test('unpacks its code and answers', async () => {
    const manifests = synthesized(folderWith({ 'server.mjs': SERVER, 'assets/über_uns 1.txt': 'tea' }));
    const [code] = ofKind(manifests, 'ConfigMap');
    expect(Object.keys(code!.binaryData)).toEqual(['assets_2F_C3_BCber_5Funs_201.txt', 'server.mjs']);
    const { url, unpacked } = await containers.start(ofKind(manifests, 'Service')[0]!, manifests);
    expect(await (await fetch(url)).json()).toEqual({ asset: 'tea', tmp: '/tmp' });
    expect(await (await fetch(`${url}/fail`)).text()).toContain(`${unpacked}/server.mjs:6:`);
  });

  test('shows where its source is, by the source map', async () => {
    const server =
      "import{createServer}from'node:http';createServer((q,r)=>r.end(new Error('here').stack)).listen(process.env.PORT);";
    // One mapping: everything from column 35 on is line 3 of shop.ts.
    const map = { version: 3, sources: ['../src/shop.ts'], names: [], mappings: 'mCAEA' };
    const directory = folderWith({
      'server.mjs': `${server}\n//# sourceMappingURL=server.mjs.map\n`,
      'server.mjs.map': JSON.stringify(map),
    });
    const manifests = synthesized(directory);
    const { url } = await containers.start(ofKind(manifests, 'Service')[0]!, manifests);
    expect(await (await fetch(url)).text()).toMatch(/src\/shop\.ts:3:1/);
  });

  test('ends with the reason when its code cannot be loaded', async () => {
    const manifests = synthesized(folderWith({ 'server.mjs': "import './missing.mjs';" }));
    await expect(containers.start(ofKind(manifests, 'Service')[0]!, manifests)).rejects.toThrow(/ERR_MODULE_NOT_FOUND/);
  });
});

describe('names of ConfigMaps', () => {
  const names = (files: Record<string, string>) =>
    ofKind(synthesized(folderWith(files)), 'ConfigMap').map(({ metadata }) => metadata.name);

  test('change with the code, and not with its source map', () => {
    const [code, maps] = names({ 'server.mjs': 'a', 'server.mjs.map': '1' });
    expect(code).toMatch(/^shop-f-[0-9a-f]{8}-[0-9a-f]{16}$/);
    expect(maps).toBe(`${code}-map`);
    expect(names({ 'server.mjs': 'a', 'server.mjs.map': '2' })).toEqual([code, maps]);
    expect(names({ 'server.mjs': 'b', 'server.mjs.map': '1' })).not.toContain(code);
  });

  test('are those that the Service mounts, and files are named after them', () => {
    const chart = new Chart(new App(), 'shop', { namespace: 'team' });
    new ServerlessFunction(chart, 'F', {
      code: { directory: folderWith({ 'server.mjs': 'a' }), handler: 'server.mjs', runtime: 'nodejs24' },
    });
    const manifests = chart.toJson() as Manifest[];
    const sources = ofKind(manifests, 'Service')[0]!.spec.template.spec.volumes[1].projected.sources;
    const known = ofKind(manifests, 'ConfigMap').map(({ metadata }) => metadata.name);
    expect(sources.map(({ configMap }: any) => configMap.name)).toEqual(known);
    // cdk8s reads the name before anything is resolved when it writes one file per resource.
    const named = chart.node
      .findAll()
      .filter(ApiObject.isApiObject)
      .filter(({ kind }) => kind === 'ConfigMap');
    expect(named.map(({ name, metadata }) => [name, metadata.name])).toEqual(known.map((name) => [name, name]));
  });
});

test('the same code makes the same bytes, twice', () => {
  const directory = folderWith({ 'server.mjs': SERVER, 'assets/a': 'b' });
  expect(JSON.stringify(synthesized(directory))).toBe(JSON.stringify(synthesized(directory)));
});

describe('size', () => {
  const artifact = (bytes: Buffer) => {
    const directory = folderWith({ 'index.mjs': bytes });
    const heaviest = [
      { name: 'jimp', bytes: 900_000 },
      { name: '.', bytes: 4000 },
    ];
    return {
      directory,
      hash: 'a'.repeat(64),
      files: [{ name: 'index.mjs', bytes: bytes.length, hashed: true }],
      bytes: bytes.length,
      heaviest,
      warnings: [],
    };
  };
  /** Bytes that cannot be compressed, always the same. */
  const noise = (length: number) => {
    const bytes = Buffer.alloc(length);
    let state = 1;
    for (let i = 0; i < length; i++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      bytes[i] = state >>> 24;
    }
    return bytes;
  };

  test('code that fits is packed', () => {
    const { code } = pack('shop/F', artifact(noise(1_000_000)));
    expect(Buffer.from(code['index.mjs']!, 'base64').length).toBeLessThanOrEqual(1_048_576);
  });

  test('code that does not is refused, with what is heavy', () => {
    expect(() => pack('shop/F', artifact(noise(1_100_000)))).toThrow(
      /^function 'shop\/F': its code is 1,07\d KiB when compressed \(1,075 KiB before\), more than the 1,024 KiB that a ConfigMap holds; heaviest, before compression: jimp 879 KiB, your own code 4 KiB; leave out/,
    );
  });

  test('source maps that do not fit are left out', () => {
    const directory = folderWith({ 'index.mjs': 'x', 'index.mjs.map': noise(1_100_000) });
    const files = [
      { name: 'index.mjs', bytes: 1, hashed: true },
      { name: 'index.mjs.map', bytes: 1_100_000, hashed: false },
    ];
    const packed = pack('shop/F', { directory, hash: 'a'.repeat(64), files, bytes: 1, heaviest: [], warnings: [] });
    expect(packed.maps).toEqual({});
  });

  test('names that are no keys of a ConfigMap are refused', () => {
    const name = `${'ä'.repeat(50)}.txt`;
    const directory = folderWith({ [name]: 'x' });
    const files = [{ name, bytes: 1, hashed: true }];
    expect(() => pack('shop/F', { directory, hash: 'a'.repeat(64), files, bytes: 1, heaviest: [], warnings: [] })).toThrow(
      'which cannot be in a ConfigMap',
    );
  });
});

test('the dead-letter function writes events to its log and answers when they are written', async () => {
  const chart = new Chart(new App(), 'shop', { namespace: 'team' });
  const directory = folderWith({ 'server.mjs': SERVER });
  const code = { directory, handler: 'server.mjs', runtime: 'nodejs24' };
  new ServerlessFunction(chart, 'F', { code, triggers: { Q: new Queue(chart, 'Q').messages() } });
  const service = ofKind(chart.toJson(), 'Service').find(({ metadata }) => metadata.name.includes('dead-letters'))!;
  // Containers have an address each; here they share one.
  const [container] = service.spec.template.spec.containers;
  container.args[1] = container.args[1].replace('9464', String(await freePort()));
  const { url, child, output } = await containers.start(service, []);
  const ce = {
    'ce-specversion': '1.0',
    'ce-id': '7',
    'ce-type': 'dev.faasten.queue.message',
    'ce-source': '/shop/A',
    'ce-knativeerrorcode': '500',
  };
  const post = (headers: Record<string, string>, body?: string | Buffer) => fetch(url, { method: 'POST', headers, body });
  const answers = [
    await post({ ...ce, 'content-type': 'application/json' }, '{"order":1}'),
    await post({ ...ce, 'content-type': 'text/plain' }, 'tea'),
    await post({ ...ce, 'content-type': 'application/octet-stream' }, Buffer.from([255, 0])),
    await post({ 'content-type': 'application/cloudevents+json' }, '{"specversion":"1.0","id":"8","data":[1]}'),
    await post(ce),
    await fetch(url),
  ];
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202, 405]);
  const about = { specversion: '1.0', id: '7', type: 'dev.faasten.queue.message', source: '/shop/A', knativeerrorcode: '500' };
  expect(
    output()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual(
    [
      { ...about, datacontenttype: 'application/json', data: { order: 1 } },
      { ...about, datacontenttype: 'text/plain', data: 'tea' },
      { ...about, datacontenttype: 'application/octet-stream', data_base64: '/wA=' },
      { specversion: '1.0', id: '8', data: [1] },
      about,
    ].map((event) => ({ severity: 'ERROR', message: 'dead letter', event })),
  );
  child.kill('SIGTERM');
  expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0);
});

test('programs hold nothing that Kubernetes would replace', () => {
  const text = readFileSync(join(__dirname, '../../../lib/platforms/kubernetes/bootstrap.ts'), 'utf8');
  expect(text.split('*/').slice(1).join('')).not.toMatch(/\$\(/);
});
