import { defineConfig } from 'vitest/config';

/** The package as its users install it: `npm run test:package`. Downloads; takes minutes. */
export default defineConfig({
  test: {
    include: ['test/package/*.spec.ts'],
    globalSetup: ['test/package/pack.ts'],
    testTimeout: 180_000,
    hookTimeout: 300_000,
    pool: 'forks',
    maxWorkers: 1,
  },
});
