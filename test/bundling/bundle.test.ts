import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundle } from '../../lib/bundling/index.js';
import { call, handlers, names, Project, watchEsbuild } from './project.js';

describe('a bundle', () => {
  it('is one file and its source map', () => {
    const project = new Project({ 'hello.ts': 'export default (name: string): string => `hello ${name}`;\n' });
    const artifact = project.one('hello.ts');
    expect(readFileSync(join(artifact.directory, 'index.mjs'), 'utf8')).toBe(
      'var hello_default=name=>`hello ${name}`;var handler=hello_default;export{handler};\n//# sourceMappingURL=index.mjs.map\n',
    );
    expect(artifact).toMatchObject({
      bytes: 118,
      files: [
        { name: 'index.mjs', bytes: 118, hashed: true },
        { name: 'index.mjs.map', hashed: false },
      ],
      heaviest: [{ name: '.', bytes: expect.any(Number) }],
      warnings: [],
    });
    expect(readdirSync(artifact.directory).sort()).toEqual(['index.mjs', 'index.mjs.map']);
    expect(statSync(join(artifact.directory, 'index.mjs')).mode & 0o777).toBe(0o644);
    expect(call(artifact, 'you')).toBe('hello you');
  });

  it('is made in one process and one run for all functions with equal options', () => {
    const project = new Project(handlers(10));
    const { result, functions, processes } = watchEsbuild(() => project.bundle(names(10)));
    expect({ functions, processes }).toEqual({ functions: 10, processes: 1 });
    expect(new Set(result.map(({ hash }) => hash)).size).toBe(10);
  });

  it('is made once for functions that ask for the same', () => {
    const project = new Project(handlers(1));
    const { result, functions } = watchEsbuild(() => project.bundle(['handlers/f0.ts', 'handlers/f0.ts']));
    expect(functions).toBe(1);
    expect(result[0]).toEqual(result[1]);
  });

  it('has options of its own', () => {
    const project = new Project(handlers(2));
    const [plain, readable] = bundle(
      [project.request('handlers/f0.ts'), project.request('handlers/f1.ts', { minify: false, sourceMap: false })],
      { cacheDirectory: project.cache },
    );
    expect(plain!.files.map(({ name }) => name)).toEqual(['index.mjs', 'index.mjs.map']);
    expect(readable!.files.map(({ name }) => name)).toEqual(['index.mjs']);
    expect(readFileSync(join(readable!.directory, 'index.mjs'), 'utf8')).toMatchInlineSnapshot(`
      "// lib/shared.ts
      var shared = (text) => \`shared \${text}\`;

      // handlers/f1.ts
      var f1_default = async () => shared("function 1");

      // faasten:handlers/f1.ts
      var handler = f1_default;
      export {
        handler
      };
      "
    `);
  });

  it('does not depend on which other functions are in the run, their order, or how runs are cut', () => {
    const project = new Project(handlers(40));
    const apart = names(40).map((name) => project.one(name, {}, { cacheDirectory: false }).hash);
    expect(project.bundle(names(40), {}, { cacheDirectory: false }).map(({ hash }) => hash)).toEqual(apart);
    const backwards = project.bundle(names(40).reverse(), {}, { cacheDirectory: false });
    expect(backwards.map(({ hash }) => hash)).toEqual([...apart].reverse());
  });

  it('changes for exactly one function when one handler changes', () => {
    const project = new Project(handlers(20));
    const before = project.bundle(names(20)).map(({ hash }) => hash);
    project.write({ 'handlers/f7.ts': 'export default () => 7;\n' });
    const { result, functions } = watchEsbuild(() => project.bundle(names(20)));
    expect(functions).toBe(1);
    expect(result.flatMap(({ hash }, index) => (hash === before[index] ? [] : [index]))).toEqual([7]);
  });

  it('has the runtime of this installation, also for packages which ask for it', () => {
    const project = new Project({
      'node_modules/helper/package.json': '{ "name": "helper", "version": "1.0.0", "type": "module" }',
      'node_modules/helper/index.js': "import * as wire from 'faasten/runtime/wire';\nexport default wire;\n",
      'h.ts':
        "import * as wire from 'faasten/runtime/wire';\nimport helper from 'helper';\nexport default () => [wire, helper, wire === helper];\n",
    });
    const artifact = project.one('h.ts', { minify: false });
    const text = readFileSync(join(artifact.directory, 'index.mjs'), 'utf8');
    expect(text.match(/^\/\/ .*wire\.js$/gm)).toEqual(['// faasten/dist/esm/runtime/wire.js']);
  });

  it('leaves no folder behind that it worked in', () => {
    const project = new Project(handlers(2));
    project.bundle(names(2));
    expect(readdirSync(join(project.cache, 'work'))).toEqual([]);
    const { directory } = project.one('handlers/f0.ts', {}, { cacheDirectory: false });
    expect(existsSync(directory)).toBe(true);
  });
});
