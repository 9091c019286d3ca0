import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type BundleOptions, type CodeArtifact, zip } from '../../lib/bundling/index.js';
import { call, Project } from './project.js';

const codeOf = ({ directory }: CodeArtifact): string => readFileSync(join(directory, 'index.mjs'), 'utf8');

/** A project with one handler, bundled. */
function handler(text: string, options: BundleOptions = {}, files: Record<string, string> = {}): CodeArtifact {
  return new Project({ ...files, 'h.ts': text }).one('h.ts', options);
}

describe('what handlers may be written with', () => {
  it('CommonJS packages that ask for node modules at run time', () => {
    const artifact = handler(
      "import dep from 'dep';\nexport default () => dep('os');",
      {},
      {
        'node_modules/dep/index.js':
          "module.exports = (name) => [typeof require(name).EOL, require('path').sep, typeof require.resolve];\n",
      },
    );
    expect(call(artifact)).toEqual(['string', '/', 'function']);
  });

  it('a require of their own beside such packages', () => {
    const artifact = handler(
      "import dep from 'dep';\nimport { createRequire } from 'node:module';\nconst require = createRequire(__filename);\n" +
        "export default () => [dep, typeof require('node:os').EOL];",
      {},
      { 'node_modules/dep/index.js': "module.exports = typeof require('os').EOL;\n" },
    );
    expect(call(artifact)).toEqual(['string', 'string']);
  });

  it('the words that esbuild uses for require, in a text', () => {
    const text = 'typeof require';
    const artifact = handler(
      `import { createRequire } from 'node:module';\nconst require = createRequire(__filename);\nexport default () => [${JSON.stringify(text)}, typeof require];`,
    );
    expect(call(artifact)).toEqual([text, 'function']);
  });

  it('__dirname and __filename, which are of the bundle', () => {
    const artifact = handler(
      "import dep from 'dep';\nexport default () => [__dirname, __filename, dep];",
      {},
      {
        'node_modules/dep/index.js': 'module.exports = __dirname;\n',
      },
    );
    expect(call(artifact)).toEqual([artifact.directory, join(artifact.directory, 'index.mjs'), artifact.directory]);
  });

  it('dynamic imports, JSON, await at the top level, decorators and paths of tsconfig.json', () => {
    const artifact = handler(
      "import data from '@/data.json';\nconst { lazy } = await import('./lazy');\n" +
        'const seen: string[] = [];\nconst note = (target: object, name: string) => { seen.push(name); };\nclass A { @note run() {} }\n' +
        'export default () => [data, lazy, seen, new A() instanceof A];',
      {},
      {
        'tsconfig.json': '{ "compilerOptions": { "experimentalDecorators": true, "paths": { "@/*": ["./*"] } } }',
        'data.json': '{ "a": [1] }',
        'lazy.ts': "export const lazy = 'lazy';\n",
      },
    );
    expect(call(artifact)).toEqual([{ a: [1] }, 'lazy', ['run'], true]);
    expect(readdirSync(artifact.directory)).toEqual(['index.mjs', 'index.mjs.map']);
  });

  it('JavaScript, CommonJS and JSX', () => {
    const project = new Project({
      'a.mjs': "export default () => 'a';",
      'b.cjs': "module.exports = () => 'b';",
      'c.tsx': 'const h = (name: string) => name;\nexport default () => <b />;',
      'tsconfig.json': '{ "compilerOptions": { "jsx": "react", "jsxFactory": "h" } }',
    });
    expect(project.bundle(['a.mjs', 'b.cjs', 'c.tsx']).map((artifact) => call(artifact))).toEqual(['a', 'b', 'b']);
  });

  it('large libraries, of which only what is used is in the bundle', () => {
    const project = new Project({ 'h.ts': "import { string } from 'valibot';\nexport default () => string().type;" }).install(
      'valibot',
    );
    const artifact = project.one('h.ts');
    expect(call(artifact)).toBe('string');
    expect(artifact.bytes).toBeLessThan(3000);
  });
});

describe('options', () => {
  it('external: stays an import', () => {
    const artifact = handler("import * as a from '@aws-sdk/client-s3';\nimport b from 'other';\nexport default () => [a, b];", {
      external: ['@aws-sdk/*', 'other'],
    });
    expect(codeOf(artifact).split('\n')[0]).toBe(
      'import*as a from"@aws-sdk/client-s3";import b from"other";var h_default=()=>[a,b];var handler=h_default;export{handler};',
    );
  });

  it('define, banner, target and minify', () => {
    const artifact = handler('declare const STAGE: string;\nexport default () => (globalThis as any)[STAGE]?.length ?? STAGE;', {
      define: { STAGE: '"live"' },
      banner: '/* ours */',
      target: 'es2019',
      minify: false,
      sourceMap: false,
    });
    expect(codeOf(artifact)).toMatchInlineSnapshot(`
      "/* ours */

      // h.ts
      var h_default = () => {
        var _a, _b;
        return (_b = (_a = globalThis["live"]) == null ? void 0 : _a.length) != null ? _b : "live";
      };

      // faasten:h.ts
      var handler = h_default;
      export {
        handler
      };
      "
    `);
  });

  it('loader: text, binary, and a file beside the code', () => {
    const artifact = handler(
      "import { readFileSync } from 'node:fs';\nimport page from './page.html';\nimport bytes from './x.bin';\nimport picture from './p.png';\n" +
        "export default () => [page, [...bytes], readFileSync(new URL(picture, import.meta.url), 'utf8')];",
      { loader: { '.html': 'text', '.bin': 'binary', '.png': 'file' } },
      { 'page.html': '<p>', 'x.bin': 'AB', 'p.png': 'picture' },
    );
    expect(call(artifact)).toEqual(['<p>', [65, 66], 'picture']);
    expect(artifact.files.map(({ name }) => name)).toEqual([
      'index.mjs',
      'index.mjs.map',
      expect.stringMatching(/^p-\w{8}\.png$/),
    ]);
  });

  it('conditions and mainFields', () => {
    const files = {
      'node_modules/a/package.json': '{ "name": "a", "exports": { "special": "./special.js", "default": "./plain.js" } }',
      'node_modules/a/special.js': "module.exports = 'special';",
      'node_modules/a/plain.js': "module.exports = 'plain';",
      'node_modules/b/package.json': '{ "name": "b", "main": "./main.js", "browser": "./browser.js" }',
      'node_modules/b/main.js': "module.exports = 'main';",
      'node_modules/b/browser.js': "module.exports = 'browser';",
    };
    const text = "import a from 'a';\nimport b from 'b';\nexport default () => [a, b];";
    expect(call(handler(text, {}, files))).toEqual(['plain', 'main']);
    expect(call(handler(text, { conditions: ['special'], mainFields: ['browser'] }, files))).toEqual(['special', 'browser']);
  });

  it('tsconfig: one for all files', () => {
    const files = {
      'other/tsconfig.json': '{ "compilerOptions": { "paths": { "@a": ["../a.ts"] } } }',
      'a.ts': 'export default 1;',
    };
    expect(call(handler("import a from '@a';\nexport default () => a;", { tsconfig: 'other/tsconfig.json' }, files))).toBe(1);
  });

  it('alias: a package that is replaced', () => {
    const artifact = handler(
      "import a from 'heavy/sub';\nexport default () => a;",
      { alias: { heavy: './light' } },
      {
        'light/sub.ts': "export default 'light';",
      },
    );
    expect(call(artifact)).toBe('light');
  });

  it('assets: files and folders, links followed', () => {
    const project = new Project({ 'h.ts': 'export default 1;', 'data/a/b.txt': 'b', 'one.txt': 'one' });
    project.link('data/link', project.file('data/a'));
    const { files } = project.one('h.ts', { assets: { data: 'data', 'x/y.txt': 'one.txt' } });
    expect(files.map(({ name }) => name)).toEqual(['data/a/b.txt', 'data/link/b.txt', 'index.mjs', 'index.mjs.map', 'x/y.txt']);
  });

  it('outfile and packageJson, for platforms that want them', () => {
    const artifact = handler('export default 1;', { outfile: 'main.js', packageJson: { type: 'module' } });
    expect(artifact.files.map(({ name }) => name)).toEqual(['main.js', 'main.js.map', 'package.json']);
    expect(readFileSync(join(artifact.directory, 'main.js'), 'utf8')).toMatch(/URL=main\.js\.map\n$/);
    expect(zip(artifact).length).toBeGreaterThan(0);
  });

  it('plugins, also such that make up modules', () => {
    const artifact = handler(
      "import { a } from 'up:a';\nexport default () => a;",
      { plugins: './build/plugins.mjs' },
      {
        'build/plugins.mjs':
          "export default () => [{ name: 'up', setup(build) {\n" +
          "  build.onResolve({ filter: /^up:/ }, ({ path }) => ({ path: path.slice(3), namespace: 'up' }));\n" +
          "  build.onLoad({ filter: /.*/, namespace: 'up' }, ({ path }) => ({ contents: `export const a = '${path.toUpperCase()}'` }));\n} }];\n",
      },
    );
    expect(call(artifact)).toBe('A');
  });

  it('warnings of esbuild are those about this function', () => {
    const project = new Project({ 'a.ts': 'export default (x: number) => x === NaN;', 'b.ts': 'export default () => 1;' });
    const [a, b] = project.bundle(['a.ts', 'b.ts']);
    expect(a!.warnings.join()).toContain('a.ts:1:32');
    expect(b!.warnings).toEqual([]);
    expect(project.one('a.ts').warnings).toEqual(a!.warnings);
  });
});
