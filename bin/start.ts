// npm start: synthesizes the example for every target, each host in a process of its own, and lists what was written.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseAllDocuments } from 'yaml';

interface Target {
  readonly title: string;
  readonly host: string;
  readonly folder: string;
  /** Type of every resource in the written output. */
  types(): string[];
  /** Written files that hold code, as the target gets it. */
  isCode(file: string): boolean;
  readonly deploy: string;
}

const json = (file: string) => JSON.parse(readFileSync(file, 'utf8'));

const TARGETS: readonly Target[] = [
  {
    title: 'AWS (aws-cdk-lib)',
    host: 'bin/aws.ts',
    folder: 'out/aws',
    types: () =>
      Object.values<{ Type: string }>(json('out/aws/shop.template.json').Resources)
        .map(({ Type }) => Type)
        .filter((type) => type !== 'AWS::CDK::Metadata'),
    isCode: (file) => /(^|\/)asset\.[^/]+\//.test(file) && !file.endsWith('.map'),
    deploy: 'npx cdk deploy --app out/aws',
  },
  {
    title: 'Google Cloud (cdktf)',
    host: 'bin/google.ts',
    folder: 'out/google',
    types: () =>
      Object.entries<object>(json('out/google/stacks/shop/cdk.tf.json').resource).flatMap(([type, named]) =>
        Object.keys(named).map(() => type),
      ),
    isCode: (file) => file.endsWith('.zip'),
    deploy: 'cd out/google/stacks/shop && terraform init && terraform apply',
  },
  {
    title: 'Kubernetes (cdk8s)',
    host: 'bin/kubernetes.ts',
    folder: 'out/kubernetes',
    types: () => manifests().map(({ apiVersion, kind }) => `${kind} (${apiVersion})`),
    // Code is inside the manifests, in ConfigMaps.
    isCode: () => false,
    deploy: 'kubectl apply --server-side -f out/kubernetes',
  },
];

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly binaryData?: Readonly<Record<string, string>>;
}

function manifests(): Manifest[] {
  return files('out/kubernetes')
    .filter((file) => file.endsWith('.yaml'))
    .flatMap((file) =>
      parseAllDocuments(readFileSync(join('out/kubernetes', file), 'utf8')).map((each) => each.toJS() as Manifest),
    );
}

/** Bytes of code in the output of a target. */
function codeBytes(target: Target): number {
  const written = files(target.folder).filter((file) => target.isCode(file));
  const inFiles = written.reduce((sum, file) => sum + statSync(join(target.folder, file)).size, 0);
  const inManifests =
    target.folder === 'out/kubernetes' ? manifests().flatMap(({ binaryData }) => Object.values(binaryData ?? {})) : [];
  return inFiles + inManifests.reduce((sum, base64) => sum + Buffer.byteLength(base64, 'base64'), 0);
}

function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

const kilobytes = (bytes: number) => `${Math.round(bytes / 1000).toLocaleString('en')} kB`;

function report(target: Target, seconds: number): void {
  const counts = new Map<string, number>();
  for (const type of target.types()) counts.set(type, (counts.get(type) ?? 0) + 1);
  const rows = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  const width = Math.max(...rows.map(([type]) => type.length));
  const total = rows.reduce((sum, [, count]) => sum + count, 0);
  const all = files(target.folder);
  const bytes = all.reduce((sum, file) => sum + statSync(join(target.folder, file)).size, 0);
  console.log(`\n${target.title}`);
  for (const [type, count] of rows) console.log(`  ${type.padEnd(width)} ${String(count).padStart(4)}`);
  console.log(`  ${'in all'.padEnd(width)} ${String(total).padStart(4)}`);
  console.log(
    `  code ${kilobytes(codeBytes(target))}, ${all.length} files of ${kilobytes(bytes)} in ${target.folder}, ${seconds.toFixed(1)} s`,
  );
  console.log(`  deploy: ${target.deploy}`);
}

let failed = false;
for (const target of TARGETS) {
  rmSync(target.folder, { recursive: true, force: true });
  const started = performance.now();
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', target.host], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status === 0) report(target, (performance.now() - started) / 1000);
  else {
    failed = true;
    console.error(`\n${target.title}: ${target.host} failed`);
  }
}
process.exitCode = failed ? 1 : 0;
