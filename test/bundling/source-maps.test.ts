import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { BundleOptions, CodeArtifact } from '../../lib/bundling/index.js';
import { Project } from './project.js';

/** Frames of the error that the handler throws, as node shows them: function, file and line. */
function framesOf({ directory }: CodeArtifact): string[] {
  const code = `import { handler } from ${JSON.stringify(pathToFileURL(join(directory, 'index.mjs')).href)};
    try { await handler(); } catch (error) { console.log(error.stack); }`;
  const { stdout } = spawnSync(process.execPath, ['--enable-source-maps', '--input-type=module', '-e', code], {
    encoding: 'utf8',
  });
  return stdout
    .split('\n')
    .filter((line) => line.includes('    at '))
    .map((line) => line.trim().replace(`${directory}/`, '').replace(pathToFileURL(directory).href, ''))
    .filter((line) => !line.includes('node:'));
}

const FILES = {
  'lib/price.ts': [
    '/** ünïcode ✓, so that bytes and columns differ */',
    "export const label = '✓✓✓';",
    'export function price(amount: number): number {',
    "  if (amount < 1) throw new Error('no price');",
    '  return amount;',
    '}',
    '',
  ].join('\n'),
  'handlers/order.ts': [
    "import { price } from '../lib/price';",
    "import legacy from 'legacy';",
    '',
    'async function order(): Promise<number> {',
    '  return legacy(() => price(0));',
    '}',
    '',
    'export default order;',
    '',
  ].join('\n'),
  'node_modules/legacy/index.js':
    "const os = require('os');\n\nmodule.exports = function legacy(then) {\n  return then(os.EOL);\n};\n",
};
const EXPECTED = [
  'at price (lib/price.ts:4:25)',
  'at <anonymous> (handlers/order.ts:5:23)',
  'at legacy (node_modules/legacy/index.js:4:10)',
  'at order (handlers/order.ts:5:10)',
];

describe('stack traces', () => {
  it.each<[string, BundleOptions]>([
    ['minified', {}],
    ['readable', { minify: false }],
    ['with a banner', { banner: '// a line\n// another one' }],
    ['with sources', { sourcesContent: true }],
  ])('name file, line and column of the sources: %s', (_, options) => {
    const frames = framesOf(new Project(FILES).one('handlers/order.ts', options));
    expect(frames.slice(0, 4)).toEqual(EXPECTED);
  });

  it('name those of linked packages, whose paths in the code are replaced', () => {
    const elsewhere = new Project({
      'package.json': '{ "name": "legacy", "version": "1.0.0" }',
      'index.js': FILES['node_modules/legacy/index.js'],
    });
    const { 'node_modules/legacy/index.js': _, ...rest } = FILES;
    const project = new Project({ ...rest, 'package.json': '{ "name": "project" }' });
    project.link('node_modules/legacy', elsewhere.root);
    const frames = framesOf(project.one('handlers/order.ts'));
    expect(frames.slice(0, 4)).toEqual(EXPECTED.map((frame) => frame.replace('node_modules/legacy', 'legacy')));
  });
});
