import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vitest/config';

const root = dirname(fileURLToPath(import.meta.url));

/**
 * Tests import `../lib/...` and run what ships: the compiled CommonJS in dist, loaded by Node itself. Platforms are loaded by
 * literal `require`s, which a transforming test runner would not follow.
 */
const compiled: Plugin = {
  name: 'compiled-lib',
  enforce: 'pre',
  resolveId(source, importer) {
    const path =
      source === 'faasten' || source.startsWith('faasten/')
        ? join(root, 'lib', source === 'faasten' ? 'index.js' : `${source.slice('faasten/'.length)}/index.js`)
        : source.startsWith('.') && importer
          ? resolve(dirname(importer), source)
          : source;
    const lib = `${join(root, 'lib')}/`;
    if (!path.startsWith(lib)) return null;
    const file = join(root, 'dist', path.slice(lib.length).replace(/\.ts$/, '.js'));
    return existsSync(file) ? { id: file, external: true } : null;
  },
};

export default defineConfig({
  plugins: [compiled],
  test: {
    include: ['test/**/*.test.ts'],
    // A suite of its own: vitest.package.config.mts.
    exclude: ['test/package/**', '**/node_modules/**'],
    globalSetup: ['test/setup/build.mts'],
    env: { CDK_VALIDATION: 'false' },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
