import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib/core';
import type { Host } from '../../core/host.js';
import { watchingCost } from './monitoring/cost.js';

/** Not a resource of the user's: the CDK counts its own use by it. */
const METADATA = 'AWS::CDK::Metadata';

export const host: Host = {
  title: 'AWS (aws-cdk-lib)',

  async synthesize({ name, folder, build }) {
    const app = new App({ outdir: folder });
    await build(new Stack(app, name));
    app.synth();
    return watchingCost(app);
  },

  list(folder) {
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    const types = names
      .filter((name) => name.endsWith('.template.json') && !/(^|[/\\])asset\./.test(name))
      .flatMap((name) => Object.values<{ Type: string }>(JSON.parse(readFileSync(join(folder, name), 'utf8')).Resources ?? {}))
      .map(({ Type }) => Type)
      .filter((type) => type !== METADATA);
    const code = names
      .filter((name) => /(^|[/\\])asset\.[^/\\]+[/\\]/.test(name) && !name.endsWith('.map'))
      .map((name) => statSync(join(folder, name)))
      .filter((found) => found.isFile());
    return { types, codeBytes: code.reduce((sum, { size }) => sum + size, 0) };
  },

  deployCommand: (folder) => `npx cdk deploy --app ${folder}`,
};
