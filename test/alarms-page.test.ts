import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ALARMS } from '../lib/core/monitoring/alarms.js';
import { runbookAnchor } from '../lib/watch/specs.js';

test('docs/alarms.md is what the tables say, and every runbook link leads somewhere', async () => {
  const { alarmsPage } = (await import('../scripts/alarms-page.mjs' as string)) as { alarmsPage(): string };
  const page = readFileSync(join(__dirname, '../docs/alarms.md'), 'utf8');
  expect(page, 'run: npm run docs').toBe(alarmsPage());
  const anchors = page.split('\n').flatMap((line) => /^### (.*)/.exec(line)?.[1]?.replaceAll(' ', '-') ?? []);
  const linked = [...ALARMS.map(({ of, name }) => runbookAnchor(of, name)), 'slo-availability', 'slo-latency'];
  expect(anchors.sort()).toEqual(linked.sort());
});
