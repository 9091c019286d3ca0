/** Blocks of Markdown pages, run and synthesized: those that compile, and make something. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Block } from './blocks.js';

export interface Synthesis {
  /** Targets that something was made for. */
  readonly synthesized: readonly string[];
  /** Targets that do not have what it uses. */
  readonly refused: readonly string[];
  readonly errors: readonly string[];
}

/** Why a block is not run: it is no part of an app. */
const NOT_RUN: readonly [string, RegExp][] = [
  ['a service that runs until it is stopped', /startLocal\(/],
  ['a service that a test starts', /startService\(/],
  ['a test, which its own runner runs', /from '(vitest|jest|@jest\/globals|node:test)'/],
  [
    'a handler, or a part of one',
    /^(?![\s\S]*from '(?:faasten(?:\/aws|\/google|\/kubernetes|\/local|\/testing)?|aws-cdk-lib.*|cdktf|cdk8s)')/,
  ],
];

const TARGETS: readonly [string, RegExp][] = [
  ['aws', /from '(?:faasten\/aws|aws-cdk-lib[\w/-]*)'/],
  ['google', /from '(?:faasten\/google|cdktf|@cdktf\/[\w./-]*)'/],
  ['kubernetes', /from '(?:faasten\/kubernetes|cdk8s)'/],
];

/** The one target that a block is for, if it names one or its page does. */
export function targetOf({ page, code }: Block): string | undefined {
  const named = TARGETS.filter(([, imports]) => imports.test(code)).map(([target]) => target);
  return named.length === 1 ? named[0] : /platforms\/(aws|google|kubernetes)\.md$/.exec(page)?.[1];
}

export function isRun({ code }: Block): boolean {
  return !NOT_RUN.some(([, pattern]) => pattern.test(code));
}

/** Runs the blocks that `compile()` wrote into `folder`, in one process. */
export function synthesizeBlocks(folder: string, blocks: readonly Block[]): (Synthesis | undefined)[] {
  const jobs = blocks.flatMap((block, index) => {
    if (!isRun(block)) return [];
    const place = join(folder, String(index));
    const file = block.file ?? 'block.ts';
    return [{ index, job: { file, folder: place, target: targetOf(block) } }];
  });
  // cdktf asks terraform for its version, which would ask the network whether there is a newer one.
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(__dirname, 'run.cjs')], {
    cwd: folder,
    input: JSON.stringify(jobs.map(({ job }) => job)),
    encoding: 'utf8',
    env: { ...process.env, CDK_VALIDATION: 'false', CHECKPOINT_DISABLE: '1' },
    timeout: 180_000,
  });
  if (status !== 0) throw new Error(`the blocks did not run: ${stdout.slice(-2000)}${stderr.slice(-4000)}`);
  const results = JSON.parse(stdout) as Synthesis[];
  const all: (Synthesis | undefined)[] = blocks.map(() => undefined);
  jobs.forEach(({ index }, position) => {
    all[index] = results[position];
  });
  return all;
}
