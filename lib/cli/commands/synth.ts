import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative, resolve } from 'node:path';
import { FaastenError } from '../../core/errors.js';
import type { Target } from '../../core/host.js';
import { hostFor, TARGETS } from '../../core/registry.js';
import { choice } from '../arguments.js';
import { type Call, type Command, EXIT, UsageError } from '../command.js';
import { CONFIG_OPTION, findProject, loadConfig, type Project } from '../config.js';
import { MARK, print, summarize, type Written } from '../listing.js';
import { describeProblem } from '../problems.js';

/** What a project has that can be synthesized for a target. */
const FRAMEWORKS: Readonly<Record<Target, readonly string[]>> = {
  aws: ['aws-cdk-lib'],
  google: ['cdktf', '@cdktf/provider-google'],
  kubernetes: ['cdk8s'],
};

export const synth: Command = {
  name: 'synth',
  summary: 'Write what the clouds get: a CloudFormation template, a Terraform configuration, Kubernetes manifests',
  description:
    'Puts the service of faasten.config.ts into a plain app of each framework, and lists what was written. A project whose service ' +
    'is one part of larger stacks keeps its own app (cdk synth, cdktf synth, cdk8s synth) and does not need this command.\n\n' +
    'Nothing is deployed, and no cloud is asked.',
  arguments: [],
  options: {
    target: {
      type: 'string',
      value: '<target>',
      description: 'aws, google, kubernetes or all; by default those whose framework is installed',
    },
    out: {
      type: 'string',
      short: 'o',
      value: '<folder>',
      description: 'folder to write to, one folder in it for each target; by default ./out',
    },
    name: { type: 'string', value: '<name>', description: 'name of the stack or chart; by default that of the package' },
    project: { type: 'string', value: '<id>', description: 'project of Google Cloud; by default the one that terraform finds' },
    region: { type: 'string', value: '<region>', description: 'region of Google Cloud; by default europe-west1' },
    config: CONFIG_OPTION,
    json: { type: 'boolean', description: 'print one JSON object' },
  },
  examples: [
    ['faasten synth', 'every target whose framework is installed'],
    ['faasten synth --target aws --out cdk.out && npx cdk deploy --app cdk.out/aws', 'AWS, and deploy it'],
    ['faasten synth --target google --project tea-shop --region europe-west1', 'Google Cloud'],
    ["faasten synth --json | jq '.aws.resources'", 'counts, for a script'],
  ],
  run,
};

async function run(call: Call): Promise<number> {
  const { options, out, err } = call;
  const given = options.text('name');
  // What CloudFormation, Terraform and Kubernetes all take.
  if (given !== undefined && !/^[A-Za-z][A-Za-z0-9-]{0,62}$/.test(given))
    throw new UsageError(`--name is '${given}'; give a letter, then letters, digits and -, 63 at most`, 'synth');
  const wanted = choice('synth', options, 'target', [...TARGETS, 'all']);
  const project = findProject(call.directory, options.text('config'));
  const targets = wanted === undefined ? installed(project) : wanted === 'all' ? TARGETS : [wanted];
  if (targets.length === 0) {
    throw new FaastenError(
      'peer-missing',
      `no framework is installed in '${project.folder}'; run: npm install aws-cdk-lib (AWS), npm install cdktf @cdktf/provider-google ` +
        '(Google Cloud) or npm install cdk8s (Kubernetes)',
    );
  }
  const { build } = await loadConfig(project);
  const name = given ?? project.name;
  const results: Partial<Record<Target, Written>> = {};
  for (const target of targets) {
    const folder = join(resolve(call.directory, options.text('out') ?? join(project.folder, 'out')), target);
    const shown = relative(call.directory, folder) || '.';
    const started = performance.now();
    try {
      const host = hostFor(target, name);
      clear(folder, shown);
      const google = { project: options.text('project'), region: options.text('region') ?? 'europe-west1' };
      const watching = await host.synthesize({ name, folder, build, google });
      const written = summarize(host, name, folder, shown, (performance.now() - started) / 1000, watching);
      results[target] = written;
      if (!options.flag('json')) print(out, written);
    } catch (error) {
      err.line(`\n${err.paint('bold', target)}`);
      describeProblem(err, error);
    }
  }
  if (options.flag('json')) out.line(JSON.stringify(results, null, 2));
  return Object.keys(results).length === targets.length ? EXIT.ok : EXIT.failed;
}

/** Targets whose framework the project has. */
function installed({ config }: Project): Target[] {
  const folders = createRequire(config).resolve.paths('faasten') ?? [];
  const has = (name: string) => folders.some((folder) => existsSync(join(folder, name, 'package.json')));
  return TARGETS.filter((target) => FRAMEWORKS[target].every(has));
}

/**
 * Removes what an earlier run has written, and nothing else.
 * @throws when somebody else's files are in the folder
 */
function clear(folder: string, shown: string): void {
  const mark = join(folder, MARK);
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    if (!existsSync(mark)) {
      throw new FaastenError(
        'folder-taken',
        `'${shown}' holds files that 'faasten synth' has not written; remove it, or choose another folder with --out`,
      );
    }
    rmSync(folder, { recursive: true });
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(mark, 'Written by faasten synth, which removes this folder when it runs again.\n');
}
