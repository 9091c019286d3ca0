/**
 * Compares synthesis with faasten to the CDK's own ways: `npm run bench -- [--quick] [--full] [10 100 ...]`. Linux only. Prints one
 * table per number of functions; nothing is asserted.
 *
 * Handlers import zod and hono, each a little different. Every run is a process of its own in a project of its own. The CDK's
 * validation of templates is off everywhere: it takes the same 1 to 2 seconds in each scenario.
 */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { type Measurement, measure } from './measure.js';
import { makeProject, type Style, writeHandler } from './project.js';

const STEPS = ['cold', 'unchanged', 'one changed'] as const;
type Step = (typeof STEPS)[number];

interface Scenario {
  readonly kind: string;
  readonly title: string;
  readonly style: Style;
  /** One process per function: takes minutes with many. */
  readonly slow?: boolean;
  readonly onPath?: boolean;
}

const FLOOR = 'floor';
const SCENARIOS: readonly Scenario[] = [
  { kind: FLOOR, title: 'floor: CDK, prebuilt assets, one esbuild pass', style: 'lambda' },
  { kind: 'prebuilt', title: 'CDK that bundles nothing', style: 'lambda' },
  { kind: 'faasten', title: 'faasten', style: 'faasten' },
  { kind: 'nodejs-function', title: 'NodejsFunction, esbuild as a dependency', style: 'lambda', slow: true },
  { kind: 'nodejs-function-path', title: 'NodejsFunction, esbuild on the PATH', style: 'lambda', slow: true, onPath: true },
];
const SLOW_UP_TO = 100;

type Results = Map<string, Record<Step, Measurement> | undefined>;

async function main(): Promise<void> {
  const flags = process.argv.slice(2);
  const chosen = flags.filter((flag) => /^\d+$/.test(flag)).map(Number);
  const counts = chosen.length > 0 ? chosen : flags.includes('--quick') ? [10, 100] : [10, 100, 300, 1000];
  const full = flags.includes('--full');
  console.log(
    `node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB\n`,
  );
  for (const count of counts) {
    const results: Results = new Map();
    for (const scenario of SCENARIOS) {
      const skipped = scenario.slow && count > SLOW_UP_TO && !full;
      results.set(scenario.kind, skipped ? undefined : await run(scenario, count));
    }
    print(count, results);
  }
}

async function run(scenario: Scenario, count: number): Promise<Record<Step, Measurement>> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'faasten-bench-')));
  try {
    makeProject(root, count, scenario.style);
    const env = environment(scenario);
    const synth = (kind: string): Promise<Measurement> =>
      measure(process.execPath, [join(__dirname, 'scenario.cjs'), kind, root, String(count)], env);
    if (scenario.kind === 'prebuilt') {
      await synth(FLOOR);
      rmSync(join(root, 'cdk.out'), { recursive: true });
    }
    const cold = await synth(scenario.kind);
    const unchanged = await synth(scenario.kind);
    writeHandler(root, count >> 1, scenario.style, 1);
    return { cold, unchanged, 'one changed': await synth(scenario.kind) };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function environment({ onPath }: Scenario): NodeJS.ProcessEnv {
  const { FAASTEN_CACHE_DIR: _, ...env } = process.env;
  const manifest = require.resolve(`@esbuild/${process.platform}-${process.arch}/package.json`);
  const path = onPath ? `${join(dirname(manifest), 'bin')}:${env.PATH}` : env.PATH;
  return { ...env, PATH: path, CDK_VALIDATION: 'false', JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION: '1' };
}

function print(count: number, results: Results): void {
  const floor = results.get(FLOOR)!;
  console.log(`### ${count} functions\n`);
  console.log('| | step | wall | × floor | CPU | × floor | peak memory | × floor |');
  console.log('|---|---|---:|---:|---:|---:|---:|---:|');
  for (const { kind, title } of SCENARIOS) {
    const steps = results.get(kind);
    if (!steps) {
      console.log(`| ${title} | | not run (see --full) | | | | | |`);
      continue;
    }
    for (const step of STEPS) {
      const { wallMs, cpuMs, peakBytes } = steps[step];
      const base = floor[step];
      const cells = [
        `${(wallMs / 1000).toFixed(2)} s`,
        (wallMs / base.wallMs).toFixed(2),
        `${(cpuMs / 1000).toFixed(2)} s`,
        (cpuMs / base.cpuMs).toFixed(2),
        `${(peakBytes / 1e6).toFixed(0)} MB`,
        (peakBytes / base.peakBytes).toFixed(2),
      ];
      console.log(`| ${step === STEPS[0] ? title : ''} | ${step} | ${cells.join(' | ')} |`);
    }
  }
  const [faasten, nothing] = [results.get('faasten')!, results.get('prebuilt')!];
  const ratio = (a: Measurement, b: Measurement): string => (a.wallMs / b.wallMs).toFixed(2);
  console.log(
    `\nfaasten: cold ${ratio(faasten.cold, floor.cold)} × the floor (goal at 100: 1.25), ` +
      `unchanged ${ratio(faasten.unchanged, nothing.unchanged)} × CDK that bundles nothing (goal: 1.15), ` +
      `${(faasten.cold.wallMs / count).toFixed(1)} ms per function, at most ${(faasten.cold.peakBytes / 1e6).toFixed(0)} MB (goal: 1000)\n`,
  );
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
