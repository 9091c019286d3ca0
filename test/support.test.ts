import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FEATURES } from '../lib/index.js';

test('docs/support.md is what the capability tables say', async () => {
  const { supportPage } = (await import('../scripts/support-table.mjs' as string)) as { supportPage(): string };
  const page = supportPage();
  expect(readFileSync(join(__dirname, '../docs/support.md'), 'utf8'), 'run: npm run docs').toBe(page);
  for (const words of Object.values(FEATURES)) expect(page).toContain(`| ${words} |`);
});
