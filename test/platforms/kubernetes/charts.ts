import { App, Chart, type ChartProps } from 'cdk8s';
import { usePlatform } from '../../../lib/index.js';
import { kubernetes } from '../../../lib/platforms/kubernetes/index.js';
import { synthesize } from '../../../lib/testing/index.js';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: any; readonly annotations?: any };
  readonly spec?: any;
  readonly [field: string]: any;
}

/** An empty chart of the namespace `team`, as users make it. */
export function newWatchedChart(props: ChartProps = { namespace: 'team' }): Chart {
  return new Chart(new App(), 'shop', props);
}

/** The same without monitoring, for what is about something else. */
export function newChart(props?: ChartProps): Chart {
  const chart = newWatchedChart(props);
  usePlatform(chart, kubernetes({ monitoring: false }));
  return chart;
}

/** Manifests of a chart, without bundling. */
export function manifestsOf(chart: Chart, kind?: string): Manifest[] {
  const all = synthesize(chart) as Manifest[];
  return kind === undefined ? all : all.filter((manifest) => manifest.kind === kind);
}

/** The only manifest of a kind. */
export function theOnly(chart: Chart, kind: string): Manifest {
  const found = manifestsOf(chart, kind);
  if (found.length !== 1) throw new Error(`there are ${found.length} of ${kind}`);
  return found[0]!;
}

/** The Knative Service of the function at a path below the chart. */
export function serviceOf(chart: Chart, path: string): Manifest {
  const found = manifestsOf(chart, 'Service').filter(
    ({ metadata }) => metadata.annotations['faasten.dev/path'] === `shop/${path}`,
  );
  if (found.length !== 1) throw new Error(`there are ${found.length} functions '${path}'`);
  return found[0]!;
}

/** Environment of a function's container: values, or what they come from. */
export function environmentOf(service: Manifest): Record<string, unknown> {
  const list = service.spec.template.spec.containers[0].env as { name: string; value?: string; valueFrom?: object }[];
  return Object.fromEntries(list.map(({ name, value, valueFrom }) => [name, value ?? valueFrom]));
}
