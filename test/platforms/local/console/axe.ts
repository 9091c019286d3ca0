import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axe = readFileSync(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds, a line each: `rule: element`; by all of its rules, or by some. */
export async function violations(page: Page, rules?: readonly string[]): Promise<string[]> {
  // Colours that still change would be judged half way.
  await page.evaluate(
    'Promise.allSettled(document.getAnimations().map(({ finished }) => Promise.race([finished, new Promise((stop) => setTimeout(stop, 2000))])))',
  );
  await page.evaluate(axe);
  return page.evaluate(async (only) => {
    const options = { resultTypes: ['violations'], ...(only && { runOnly: only }) };
    const { violations: found } = await (globalThis as any).axe.run(options);
    return found.flatMap(({ id, nodes }: any) =>
      nodes.map((node: any) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary}`),
    );
  }, rules);
}
