import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { EXPORTED_NAME, entrySource } from '../../lib/core/entry-source.js';

const ROOT = join(__dirname, '../..');

const ADAPTERS = ['lambda', 'lambda-stream', 'functions-framework', 'http-server', 'local'] as const;

/**
 * What an adapter may add to a bundle, gzipped. The report of each invocation and its trace take 1.5 kB of it, the metrics that Prometheus
 * fetches from a Kubernetes pod 1.5 kB more, and the spans that are sent from there 1.3 kB.
 */
const LIMITS = {
  lambda: 10_100,
  'lambda-stream': 10_300,
  'functions-framework': 10_000,
  'http-server': 12_500,
  local: 9000,
} as const;

/** Bytes of a bundle, gzipped: an ES module without white space, with its names, as functions are bundled. */
async function gzipped(contents: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: ROOT },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minifyWhitespace: true,
    minifySyntax: true,
    alias: { 'faasten/runtime': join(ROOT, 'dist/esm/runtime') },
    plugins: [
      {
        name: 'handler',
        setup: ({ onResolve, onLoad }) => {
          onResolve({ filter: /^handler$/ }, () => ({ path: 'handler', namespace: 'handler' }));
          onLoad({ filter: /.*/, namespace: 'handler' }, () => ({
            contents: "import { http } from 'faasten/runtime/index.js'; export default http(async () => new Response('x'));",
            resolveDir: ROOT,
          }));
        },
      },
    ],
  });
  return gzipSync(outputFiles[0]!.contents, { level: 9 }).length;
}

it.each(ADAPTERS)('%s adds little to a bundle', async (adapter) => {
  const entry = entrySource(
    { path: 'shop/Hello', handlerFile: 'handler', kinds: ['http'], routes: ['GET /'], links: [], secrets: [] },
    { adapter, links: { queue: 'sqs', topic: 'sns', bus: 'eventbridge', bucket: 's3', function: 'lambda' }, secrets: [] },
  );
  expect(entry).toContain(`export const ${EXPORTED_NAME} = serve(entry, {`);
  const without = await gzipped("export { default } from 'handler';");
  const added = (await gzipped(entry)) - without;
  process.stderr.write(`${adapter} adds ${added} bytes, gzipped\n`);
  expect(added).toBeLessThanOrEqual(LIMITS[adapter]);
  expect(added).toBeGreaterThan(1000);
});

it('a handler alone carries next to nothing of the runtime', async () => {
  expect(await gzipped("export { default } from 'handler';")).toBeLessThan(300);
});
