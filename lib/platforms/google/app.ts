import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { GoogleProvider } from '@cdktf/provider-google/lib/provider/index.js';
import { App, LocalBackend, TerraformStack } from 'cdktf';
import type { Host } from '../../core/host.js';
import { watchingCost } from './monitoring/cost.js';

const STACKS = 'stacks';
const CONFIGURATION = 'cdk.tf.json';

export const host: Host = {
  title: 'Google Cloud (cdktf)',

  async synthesize({ name, folder, build, google: { project, region } = {} }) {
    // cdktf makes the last folder of a path only.
    mkdirSync(dirname(folder), { recursive: true });
    const app = new App({ outdir: folder });
    const stack = new TerraformStack(app, name);
    // Where cdktf would put it, by a path that is the same on every machine.
    const stackFolder = join(folder, STACKS, name);
    new LocalBackend(stack, { path: join(relative(stackFolder, process.cwd()), `terraform.${name}.tfstate`) });
    new GoogleProvider(stack, 'google', { project, region });
    await build(stack);
    app.synth();
    return watchingCost(app);
  },

  list(folder) {
    const types = readdirSync(join(folder, STACKS)).flatMap((name) => {
      const { resource = {} } = JSON.parse(readFileSync(join(folder, STACKS, name, CONFIGURATION), 'utf8'));
      return Object.entries<object>(resource).flatMap(([type, named]) => Object.keys(named).map(() => type));
    });
    const zips = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.zip'));
    return {
      types,
      codeBytes: zips.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0),
    };
  },

  deployCommand: (folder, name) => `cd ${join(folder, STACKS, name)} && terraform init && terraform apply`,
};
