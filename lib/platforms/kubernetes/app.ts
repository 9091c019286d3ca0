import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { App, Chart, Yaml } from 'cdk8s';
import type { Host } from '../../core/host.js';
import { watchingCost } from './monitoring/cost.js';

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly binaryData?: Readonly<Record<string, string>>;
}

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
    const manifests = readdirSync(folder)
      .filter((name) => name.endsWith('.yaml'))
      .flatMap((name) => Yaml.load(join(folder, name)) as Manifest[]);
    // Code is inside the manifests, in ConfigMaps.
    const code = manifests.flatMap(({ binaryData }) => Object.values(binaryData ?? {}));
    return {
      types: manifests.map(({ apiVersion, kind }) => `${kind} (${apiVersion})`),
      codeBytes: code.reduce((sum, base64) => sum + Buffer.byteLength(base64, 'base64'), 0),
    };
  },

  deployCommand: (folder) => `kubectl apply --server-side -f ${folder}`,
};
