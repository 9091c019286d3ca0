/**
 * What the report of each invocation costs: a handler that does nothing, called through the Lambda adapter with and without it.
 * Lines go to standard output, figures to standard error: `npx tsx bench/report.ts > /dev/null`
 */
import { serve } from '../dist/runtime/adapters/lambda.js';
import { call } from '../dist/runtime/index.js';

const CALLS = 20_000;
const ROUNDS = 5;

async function microseconds(metrics: string | undefined): Promise<number> {
  const environment = { FAASTEN_FUNCTION: 'shop/Hello', FAASTEN_SERVICE: 'shop', FAASTEN_METRICS: metrics };
  const fn = serve(
    call(async () => 1),
    { kinds: [], routes: [], links: {}, secrets: {}, environment },
  );
  const context = { awsRequestId: 'request', getRemainingTimeInMillis: () => 30_000 };
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    for (let index = 0; index < CALLS; index += 1) await fn({}, context);
    times.push(((performance.now() - start) * 1000) / CALLS);
  }
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
}

async function main(): Promise<void> {
  const without = await microseconds(undefined);
  for (const metrics of ['json', 'emf']) {
    const within = await microseconds(metrics);
    process.stderr.write(`${metrics}: ${(within - without).toFixed(1)} µs a call more than the ${without.toFixed(1)} without\n`);
  }
}

void main();
