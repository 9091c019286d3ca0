import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const REPOSITORY = resolve(__dirname, '..');
/** Packages that handlers import, copied: this is what a project has. */
const COPIED = ['zod', 'hono'];

/** How a handler is written: for faasten, or as a plain Lambda handler for the CDK. */
export type Style = 'faasten' | 'lambda';

/** Makes a project of functions in a new folder. The same count and style give the same files. */
export function makeProject(root: string, count: number, style: Style): void {
  mkdirSync(join(root, 'handlers'), { recursive: true });
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  writeFileSync(join(root, 'package.json'), '{ "name": "bench", "private": true, "type": "module" }\n');
  writeFileSync(join(root, 'package-lock.json'), '{ "name": "bench", "lockfileVersion": 3, "packages": {} }\n');
  for (const name of COPIED)
    cpSync(join(REPOSITORY, 'node_modules', name), join(root, 'node_modules', name), { recursive: true });
  // Not copied: the CDK has 300 MB. What it loads lies in the same place for all scenarios.
  for (const name of ['aws-cdk-lib', 'constructs', 'esbuild'])
    symlinkSync(join(REPOSITORY, 'node_modules', name), join(root, 'node_modules', name));
  symlinkSync(REPOSITORY, join(root, 'node_modules/faasten'));
  writeFileSync(join(root, 'lib.ts'), SHARED);
  for (let index = 0; index < count; index++) writeHandler(root, index, style, 0);
}

/** Writes a handler; another `version` is what "one changed" means. */
export function writeHandler(root: string, index: number, style: Style, version: number): void {
  writeFileSync(join(root, 'handlers', `f${index}.ts`), handler(index, style, version));
}

const SHARED = `import { z } from 'zod';

export const Money = z.object({ cents: z.number().int().min(0), currency: z.enum(['EUR', 'USD', 'GBP']) });
export type Money = z.infer<typeof Money>;

export function add(a: Money, b: Money): Money {
  if (a.currency !== b.currency) throw new Error('currencies differ');
  return { cents: a.cents + b.cents, currency: a.currency };
}
`;

function handler(index: number, style: Style, version: number): string {
  const exported =
    style === 'faasten'
      ? 'export default http((request) => app.fetch(request));'
      : [
          'export const handler = async (event: { rawPath: string; body?: string }) => {',
          '  const response = await app.request(event.rawPath, { method: "POST", body: event.body });',
          '  return { statusCode: response.status, body: await response.text() };',
          '};',
        ].join('\n');
  return `${style === 'faasten' ? "import { http } from 'faasten/runtime';\n" : ''}import { Hono } from 'hono';
import { z } from 'zod';
import { add, Money } from '../lib';

const Item${index} = z.object({
  id: z.uuid(),
  name: z.string().min(1).max(${40 + (index % 50)}),
  price: Money,
  tags: z.array(z.string()).max(${3 + (index % 7)}).default([]),
});

const app = new Hono();

app.post('/items-${index}', async (context) => {
  const items = z.array(Item${index}).parse(await context.req.json());
  const total = items.map(({ price }) => price).reduce(add, { cents: ${version}, currency: 'EUR' });
  return context.json({ total, count: items.length, function: ${index} });
});

${exported}
`;
}
