import { describe, expect, it } from 'vitest';
import { bundle } from '../../lib/bundling/index.js';
import type { FaastenError } from '../../lib/core/errors.js';
import { Project, watchEsbuild } from './project.js';

/** What is thrown, with the project's folder written as `<root>`. */
function messageOf(project: Project, run: () => unknown): string {
  try {
    run();
  } catch (error) {
    const { code, message } = error as FaastenError;
    expect(code).toBe('bundle-failed');
    return message.replaceAll(project.root, '<root>');
  }
  throw new Error('nothing was thrown');
}

describe('errors of bundling', () => {
  it('show what esbuild says, and all functions that fail, each with its path', () => {
    const project = new Project({
      'syntax.ts': 'export default () => {\n  const a = ;\n};\n',
      'missing.ts': "import { nothing } from './nowhere';\nimport 'no-package';\nexport default nothing;\n",
      'none.ts': 'export const handler = 1;\n',
      'good.ts': 'export default 1;\n',
    });
    const run = () => project.bundle(['good.ts', 'syntax.ts', 'missing.ts', 'none.ts']);
    expect(messageOf(project, run)).toMatchInlineSnapshot(`
      "cannot bundle 'Stack/syntax-ts': esbuild says
      ✘ [ERROR] Unexpected ";"

          syntax.ts:2:12:
            2 │   const a = ;
              ╵             ^

      cannot bundle 'Stack/missing-ts': esbuild says
      ✘ [ERROR] Could not resolve "./nowhere"

          missing.ts:1:24:
            1 │ import { nothing } from './nowhere';
              ╵                         ~~~~~~~~~~~

      ✘ [ERROR] Could not resolve "no-package"

          missing.ts:2:7:
            2 │ import 'no-package';
              ╵        ~~~~~~~~~~~~

        You can mark the path "no-package" as external to exclude it from the bundle, which will remove
        this error and leave the unresolved path in the bundle.

      cannot bundle 'Stack/none-ts': the handler file 'none.ts' has no default export; write: export default http(...) (or queue, topic, schedule, objects, call)"
    `);
    // What has no error is in the cache already.
    expect(watchEsbuild(() => project.one('good.ts')).functions).toBe(0);
  });

  it('say once what is wrong with a file that many functions share', () => {
    const files: Record<string, string> = { 'shared.ts': 'export const a: = 1;\n' };
    for (let index = 0; index < 30; index++)
      files[`f${index}.ts`] = `import { a } from './shared';\nexport default () => a + ${index};\n`;
    const project = new Project({ ...files, 'good.ts': 'export default 1;' });
    const started = performance.now();
    const message = messageOf(project, () =>
      project.bundle([...Object.keys(files).filter((name) => name !== 'shared.ts'), 'good.ts']),
    );
    expect(message).toMatchInlineSnapshot(`
      "cannot bundle 'Stack/f0-ts', 'Stack/f1-ts', 'Stack/f2-ts', 'Stack/f3-ts', 'Stack/f4-ts' and 25 more: esbuild says
      ✘ [ERROR] Unexpected "="

          shared.ts:1:16:
            1 │ export const a: = 1;
              ╵                 ^"
    `);
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it('tell a handler file that is missing, and everything else that can be told without esbuild', () => {
    const project = new Project({ 'h.ts': 'export default 1;' });
    const broken = [
      { ...project.request('h.ts'), path: 'Stack/Gone', handlerFile: project.file('gone.ts') },
      { ...project.request('h.ts', { outfile: '../x.mjs' }), path: 'Stack/Outfile' },
      { ...project.request('h.ts', { plugins: 'p.mjs' }), path: 'Stack/Plugins' },
      { ...project.request('h.ts', { tsconfig: 't.json' }), path: 'Stack/Tsconfig' },
      { ...project.request('h.ts', { assets: { '../a': 'h.ts' } }), path: 'Stack/Assets' },
      { ...project.request('h.ts', { assets: { a: 'nothing' } }), path: 'Stack/Asset' },
      { ...project.request('h.ts', { nativeModules: ['sharp'] }), path: 'Stack/Native' },
    ];
    expect(messageOf(project, () => bundle(broken, { cacheDirectory: project.cache }))).toMatchInlineSnapshot(`
      "cannot bundle 'Stack/Gone': there is no handler file '<root>/gone.ts'; give the path of a module whose default export is the handler

      cannot bundle 'Stack/Outfile': outfile is '../x.mjs'; give a plain name that ends in '.mjs' or '.js'

      cannot bundle 'Stack/Plugins': plugins names '<root>/p.mjs', which is no file; give a path relative to the project root '<root>'

      cannot bundle 'Stack/Tsconfig': tsconfig names '<root>/t.json', which is no file; give a path relative to the project root '<root>'

      cannot bundle 'Stack/Assets': assets cannot put a file at '../a'; give a relative name with '/' other than index.mjs, index.mjs.map, node_modules, package.json

      cannot bundle 'Stack/Asset': assets['a'] is '<root>/nothing', which does not exist; give a path relative to the project root '<root>'

      cannot bundle 'Stack/Native': nativeModules has no nativePlatform; say which machine they are for: { os: 'linux', cpu: 'arm64' }"
    `);
  });

  it('tell options that esbuild refuses', () => {
    const project = new Project({ 'h.ts': 'export default 1;' });
    const message = messageOf(project, () => project.one('h.ts', { define: { 'a b': '1' }, target: 'es1999' }));
    expect(message).toMatchInlineSnapshot(`
      "cannot bundle 'Stack/h-ts': esbuild says
      Invalid target "es1999" in "--target=es1999""
    `);
  });

  it('tell plugins that cannot be used or that throw', () => {
    const project = new Project({
      'h.ts': "import './x.txt';\nexport default 1;",
      'other.ts': 'export default 2;',
      'x.txt': '',
      'broken.mjs': "throw new Error('no plugins today');",
      'wrong.mjs': 'export default { name: 1 };',
      'throws.mjs':
        "export default [{ name: 'thrower', setup(build) { build.onLoad({ filter: /txt$/ }, () => { throw new Error('cannot read this'); }); } }];",
    });
    expect(messageOf(project, () => project.one('h.ts', { plugins: 'broken.mjs' }))).toMatchInlineSnapshot(
      `"cannot bundle 'Stack/h-ts': the plugin module '<root>/broken.mjs' cannot be loaded: no plugins today"`,
    );
    expect(messageOf(project, () => project.one('h.ts', { plugins: 'wrong.mjs' }))).toMatchInlineSnapshot(
      `"cannot bundle 'Stack/h-ts': the plugin module '<root>/wrong.mjs' has no array of esbuild plugins as its default export"`,
    );
    const thrown = messageOf(project, () => project.bundle(['h.ts', 'other.ts'], { plugins: 'throws.mjs' }));
    expect(thrown).toMatchInlineSnapshot(`
      "cannot bundle 'Stack/h-ts': esbuild says
      ✘ [ERROR] cannot read this [plugin thrower]

          h.ts:1:7:
            1 │ import './x.txt';
              ╵        ~~~~~~~~~"
    `);
  });

  it('list what is heavy where a bundle is over its budget', () => {
    const project = new Project({
      'node_modules/heavy/index.js': `module.exports = ${JSON.stringify('x'.repeat(5000))};\n`,
      'node_modules/@scope/light/index.js': "module.exports = 'light';\n",
      'h.ts': "import heavy from 'heavy';\nimport light from '@scope/light';\nexport default () => heavy + light;\n",
      'data.txt': 'y'.repeat(1000),
    });
    const options = { assets: { 'data.txt': 'data.txt' } };
    const message = messageOf(project, () => project.one('h.ts', { ...options, maxSizeBytes: 4000 }));
    expect(message).toMatchInlineSnapshot(`
      "cannot bundle 'Stack/h-ts': the code has 7307 bytes, more than its budget of 4000 (maxSizeBytes); leave out or replace what is heavy, or raise the budget
              5097 bytes  heavy
              1000 bytes  data.txt
               158 bytes  the project's own files
               109 bytes  @scope/light"
    `);
    expect(watchEsbuild(() => project.one('h.ts', { ...options, maxSizeBytes: 8000 })).functions).toBe(0);
  });

  it('tell that esbuild cannot be run', () => {
    const project = new Project({ 'h.ts': 'export default 1;' });
    process.env.ESBUILD_BINARY_PATH = '/bin/false';
    try {
      expect(() => project.one('h.ts')).toThrow(
        /^cannot run the bundler: its process ended with code 1\n.*The service was stopped/s,
      );
    } finally {
      delete process.env.ESBUILD_BINARY_PATH;
    }
  });
});
