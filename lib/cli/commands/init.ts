import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { FaastenError } from '../../core/errors.js';
import { choice } from '../arguments.js';
import { type Call, type Command, EXIT } from '../command.js';
import { FRAMEWORKS, type FrameworkName } from '../init/frameworks.js';
import { projectFiles } from '../init/project.js';

export const init: Command = {
  name: 'init',
  summary: 'Make a new project that runs',
  description:
    'Writes a small service with an API, a queue and a bucket, a test of it, and an app of the framework that deploys it: aws-cdk-lib ' +
    '(AWS), cdktf (Google Cloud) or cdk8s (Kubernetes). The service is the same for each; another framework later is one more file. ' +
    'Files that are there already are never written over.',
  arguments: [{ name: '[folder]', description: 'where to; by default this folder' }],
  options: {
    framework: {
      type: 'string',
      short: 'f',
      value: '<name>',
      description: 'cdk (AWS), cdktf (Google Cloud) or cdk8s (Kubernetes); by default cdk',
    },
    json: { type: 'boolean', description: 'print one JSON object: the folder and its files' },
  },
  examples: [
    ['faasten init my-shop', 'for AWS, with the CDK'],
    ['faasten init my-shop --framework cdk8s', 'for Kubernetes'],
    ['cd my-shop && npm install && npm test && npm run dev', 'what comes next'],
  ],
  run,
};

async function run({ arguments: [given = '.'], options, out, directory }: Call): Promise<number> {
  const framework = choice('init', options, 'framework', Object.keys(FRAMEWORKS) as FrameworkName[]) ?? 'cdk';
  const folder = resolve(directory, given);
  const files = projectFiles(nameOf(folder), framework);
  const taken = Object.keys(files).filter((name) => existsSync(join(folder, name)));
  if (taken.length > 0) {
    throw new FaastenError(
      'file-taken',
      `'${given}' has ${taken.join(', ')} already, and init writes over nothing; choose another folder, as in faasten init my-shop`,
    );
  }
  for (const [name, text] of Object.entries(files)) {
    makeFolder(dirname(join(folder, name)), given);
    // Of two that run at once, one fails here.
    writeFileSync(join(folder, name), text, { flag: 'wx' });
  }
  if (options.flag('json')) {
    out.line(JSON.stringify({ folder, framework, files: Object.keys(files) }, null, 2));
    return EXIT.ok;
  }
  const place = relative(directory, folder);
  out.line(`made ${out.paint('bold', place || 'a project here')}:`);
  for (const name of Object.keys(files)) out.line(`  ${name}`);
  out.line();
  out.line('next:');
  if (place) out.line(`  ${out.paint('cyan', `cd ${place}`)}`);
  for (const command of ['npm install', 'npm test', 'npm run dev']) out.line(`  ${out.paint('cyan', command)}`);
  return EXIT.ok;
}

/** @throws when it cannot be made */
function makeFolder(folder: string, given: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new FaastenError(
      'folder-taken',
      `cannot make the folder '${given}' (${code}); choose another, as in faasten init my-shop`,
    );
  }
}

/** Of the package, the stack and the namespace: what npm, CloudFormation and Kubernetes all take. */
function nameOf(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 50)
    .replace(/-+$/, '');
  return name || 'shop';
}
