import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Chart } from 'cdk8s';
import type { Host } from '../../core/host.js';
import { watchingCost } from './monitoring/cost.js';

/** Bytes of code in a ConfigMap, as cdk8s writes it: a line for each file. */
const CODE = /^binaryData:\n((?: {2}.*\n?)+)/m;

export const host: Host = {
  title: 'Kubernetes (cdk8s)',

  async synthesize({ name, folder, build }) {
    mkdirSync(folder, { recursive: true });
    const app = new App({ outdir: folder });
    await build(new Chart(app, name, { namespace: name }));
    app.synth();
    return watchingCost(app);
  },

  list(folder) {
    // As text: cdk8s reads no file of more than 10 MB, which many functions fill.
    const manifests = readdirSync(folder)
      .filter((name) => name.endsWith('.yaml'))
      .flatMap((name) => readFileSync(join(folder, name), 'utf8').split(/^---\n/m));
    // Code is inside the manifests, in ConfigMaps.
    const code = manifests.flatMap((manifest) => CODE.exec(manifest)?.[1]?.trimEnd().split('\n') ?? []);
    const field = (manifest: string, name: string) => new RegExp(`^${name}: (.+)$`, 'm').exec(manifest)?.[1];
    return {
      types: manifests.map((manifest) => `${field(manifest, 'kind')} (${field(manifest, 'apiVersion')})`),
      codeBytes: code.reduce((sum, line) => sum + Buffer.byteLength(line.slice(line.lastIndexOf(' ') + 1), 'base64'), 0),
    };
  },

  deployCommand: (folder) => `kubectl apply --server-side -f ${folder}`,
};
