/**
 * What watches many functions, each with a route and the alarms that all have, on Google Cloud and on Kubernetes, against the limits that
 * it must keep: `npm run bench:watched`. FUNCTIONS says how many, TARGET which of the two. On AWS, see thousand.ts.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Construct } from 'constructs';
import { AlertChannel, HttpApi, ServerlessFunction, Service } from 'faasten';
import { parseAllDocuments } from 'yaml';
import { watchingInWords } from '../lib/core/monitoring/cost.js';
import { hostFor } from '../lib/core/registry.js';

const COUNT = Number(process.env.FUNCTIONS ?? 1000);
const TARGETS = (process.env.TARGET ?? 'google,kubernetes').split(',') as ('google' | 'kubernetes')[];
const PER_SERVICE = 200;
const FOLDER = resolve('out/watched');
const MEBIBYTE = 1_048_576;

function handlerOf(index: number): string {
  const file = join(FOLDER, 'handlers', `f${index}.ts`);
  writeFileSync(
    file,
    `import { http } from '${resolve('lib/runtime/index.js')}';\nexport default http(() => Response.json({ answer: ${index} }));\n`,
  );
  return file;
}

function build(scope: Construct): void {
  const shop = new Service(scope, 'Shop', { slo: { availability: 99.9 } });
  shop.addAlertChannel(new AlertChannel(scope, 'Team', { email: 'team@shop.example' }));
  for (let start = 0; start < COUNT; start += PER_SERVICE) {
    const api = new HttpApi(shop, `Api${start / PER_SERVICE}`);
    for (let index = start; index < Math.min(COUNT, start + PER_SERVICE); index++) {
      const fn = new ServerlessFunction(shop, `Function${index}`, { entry: handlerOf(index) });
      api.addRoute(`GET /f${index}`, fn);
    }
  }
}

/** What there is, and what there may be. */
type Limits = Readonly<Record<string, readonly [is: number, limit: number]>>;

/** https://cloud.google.com/monitoring/quotas; a dashboard's size is that of a request to the API. */
function google(folder: string): Limits {
  const { resource } = JSON.parse(readFileSync(join(folder, 'stacks/shop/cdk.tf.json'), 'utf8'));
  const policies = Object.values<any>(resource.google_monitoring_alert_policy);
  const dashboards = Object.values<any>(resource.google_monitoring_dashboard).map(
    ({ dashboard_json }) => dashboard_json as string,
  );
  const filters = JSON.stringify(resource.google_monitoring_slo).match(/metric\.type=(?:[^"\\]|\\\\\\"|\\")*/g) ?? [];
  return {
    'alert policies of a project': [policies.length, 500],
    'conditions of a policy': [most(policies.map(({ conditions }) => conditions.length)), 6],
    'channels of a policy': [most(policies.map(({ notification_channels }) => notification_channels?.length ?? 0)), 16],
    'characters of a query': [
      most(policies.map(({ conditions }) => conditions[0].condition_prometheus_query_language.query.length)),
      Number.POSITIVE_INFINITY,
    ],
    'characters of a filter': [most(filters.map(({ length }) => length)), 2048],
    'widgets of a dashboard': [most(dashboards.map((text) => JSON.parse(text).mosaicLayout.tiles.length)), 100],
    'bytes of a dashboard': [most(dashboards.map((text) => Buffer.byteLength(text))), 10 * MEBIBYTE],
  };
}

/** https://etcd.io/docs/v3.5/dev-guide/limit/: 1.5 MiB a request; https://kubernetes.io/docs/concepts/configuration/configmap/: 1 MiB */
function kubernetes(folder: string): Limits {
  const [file] = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  const manifests = parseAllDocuments(readFileSync(join(folder, file!), 'utf8')).map((each) => each.toJSON());
  const size = (kind: string) =>
    most(manifests.filter((each) => each.kind === kind).map((each) => Buffer.byteLength(JSON.stringify(each))));
  const rules = manifests.filter(({ kind }) => kind === 'PrometheusRule').flatMap(({ spec }) => spec.groups);
  return {
    'rules of a group': [most(rules.map((group: any) => group.rules.length)), Number.POSITIVE_INFINITY],
    'bytes of a PrometheusRule': [size('PrometheusRule'), MEBIBYTE],
    'bytes of a PodMonitor': [size('PodMonitor'), MEBIBYTE],
    'bytes of a ConfigMap, a dashboard among them': [size('ConfigMap'), MEBIBYTE],
  };
}

function most(numbers: readonly number[]): number {
  return Math.max(0, ...numbers);
}

async function main(): Promise<void> {
  mkdirSync(join(FOLDER, 'handlers'), { recursive: true });
  for (const target of TARGETS) {
    const folder = join(FOLDER, target);
    rmSync(folder, { recursive: true, force: true });
    const started = performance.now();
    const region = { project: 'tea-shop', region: 'europe-west1' };
    const cost = await hostFor(target, 'shop').synthesize({ name: 'shop', folder, build, google: region });
    const seconds = (performance.now() - started) / 1000;
    const bytes = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(json|yaml)$/.test(entry.name))
      .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
    console.error(
      `${target}: ${COUNT} functions in ${seconds.toFixed(1)} s, ${Math.round(bytes / 1000)} kB of configuration, ` +
        `${Math.round(process.memoryUsage().rss / 1e6)} MB; ${watchingInWords(cost)}`,
    );
    for (const [what, [is, limit]] of Object.entries({ google, kubernetes }[target](folder))) {
      const over = is > limit;
      console.error(`  ${what}: ${is}${Number.isFinite(limit) ? ` of ${limit}` : ''}${over ? ', TOO MANY' : ''}`);
      if (over) process.exitCode = 1;
    }
  }
}

void main();
